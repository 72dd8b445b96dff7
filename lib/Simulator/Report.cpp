//===- Report.cpp - Results as JSON ---------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/LaunchFile.h"

#include <cstdio>
#include <map>

using namespace dgemm::sim;

static std::string quote(const std::string &text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    if (static_cast<unsigned char>(c) >= ' ')
      result += c;
  }
  return result + '"';
}

static std::string member(const char *name, uint64_t value) {
  return std::string("  \"") + name + "\": " + std::to_string(value) + ",\n";
}

static std::string instructions(const Program &program,
                                const Statistics &statistics) {
  std::map<std::string, uint64_t> counts;
  for (size_t i = 0; i < statistics.instructions.size(); ++i)
    if (statistics.instructions[i] != 0)
      counts[program.opcodes[i]] += statistics.instructions[i];
  std::string result = "  \"instructions\": {";
  const char *separator = "\n";
  for (const auto &[opcode, count] : counts) {
    result +=
        separator + ("    " + quote(opcode)) + ": " + std::to_string(count);
    separator = ",\n";
  }
  return result + "\n  },\n";
}

static std::string findings(const Result &result) {
  std::string text = "  \"findings\": [";
  const char *separator = "\n";
  for (const Finding &finding : result.findings) {
    text += separator;
    text += "    {\"kind\": " + quote(finding.kind) +
            ", \"kernel\": " + quote(finding.kernel) +
            ", \"line\": " + std::to_string(finding.line) + ", \"cta\": [" +
            std::to_string(finding.cta[0]) + ", " +
            std::to_string(finding.cta[1]) + ", " +
            std::to_string(finding.cta[2]) +
            "], \"warp\": " + std::to_string(finding.warp) +
            ", \"lane\": " + std::to_string(finding.lane) +
            ", \"message\": " + quote(finding.message) + "}";
    separator = ",\n";
  }
  return text + "\n  ]\n";
}

std::string dgemm::sim::toJson(const Program &program, const Result &result,
                               uint64_t seed) {
  const Statistics &statistics = result.statistics;
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "%.6f", result.seconds);
  return "{\n" + member("seed", seed) + "  \"seconds\": " + seconds + ",\n" +
         member("ctas", statistics.ctas) +
         member("multiply_accumulates", statistics.multiplyAccumulates) +
         member("shared_accesses", statistics.sharedAccesses) +
         member("shared_wavefronts", statistics.sharedWavefronts) +
         member("warpgroup_matrices", statistics.warpgroupMatrices) +
         member("operand_wavefronts", statistics.operandWavefronts) +
         member("bytes_loaded_by_copies", statistics.bytesLoadedByCopies) +
         member("bytes_stored_by_copies", statistics.bytesStoredByCopies) +
         member("barrier_waits", statistics.barrierWaits) +
         instructions(program, statistics) + findings(result) + "}\n";
}
