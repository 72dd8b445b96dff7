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

/// Counts of something by name.
using Counts = std::map<std::string, uint64_t>;

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
  return std::string("\"") + name + "\": " + std::to_string(value);
}

/// The entries, each on a line of its own that begins with `indent`.
static std::string list(const std::vector<std::string> &entries, char open,
                        char close, const std::string &indent) {
  if (entries.empty())
    return std::string(1, open) + close;
  std::string result(1, open);
  const char *separator = "\n  ";
  for (const std::string &entry : entries) {
    result += separator + indent + entry;
    separator = ",\n  ";
  }
  return result + "\n" + indent + close;
}

static std::string toJson(const Counts &counts, const std::string &indent) {
  std::vector<std::string> entries;
  for (const auto &[name, count] : counts)
    entries.push_back(member(name.c_str(), count));
  return list(entries, '{', '}', indent);
}

/// mma.sync, wgmma.mma_async or tcgen05.mma.
static bool isMatrixInstruction(const std::string &opcode) {
  for (const char *prefix : {"mma.", "wgmma.mma_async", "tcgen05.mma"})
    if (opcode.rfind(prefix, 0) == 0)
      return true;
  return false;
}

namespace {

/// Puts what was counted for each instruction together.
class Report {
public:
  Report(const Program &program, const Result &result)
      : program(program), kernel(*program.find(result.kernel)), result(result) {
    for (const std::vector<uint64_t> &role : result.statistics.executed)
      add(role, opcodes, matrixInstructions);
  }

  std::string run(uint64_t seed) const;

private:
  void add(const std::vector<uint64_t> &executed, Counts &byOpcode,
           uint64_t &matrix) const;
  std::string roles() const;
  std::string instructions() const;
  std::string findings() const;
  std::string total(const char *name,
                    uint64_t InstructionCounts::*counter) const;
  uint64_t executed(size_t index) const;

  const Program &program;
  const Kernel &kernel;
  const Result &result;
  Counts opcodes;
  uint64_t matrixInstructions = 0;
};

} // namespace

void Report::add(const std::vector<uint64_t> &executed, Counts &byOpcode,
                 uint64_t &matrix) const {
  for (size_t i = 0; i < executed.size(); ++i) {
    if (executed[i] == 0)
      continue;
    const std::string &opcode = program.opcodes[kernel.code[i].text];
    byOpcode[opcode] += executed[i];
    if (isMatrixInstruction(opcode))
      matrix += executed[i];
  }
}

uint64_t Report::executed(size_t index) const {
  uint64_t sum = 0;
  for (const std::vector<uint64_t> &role : result.statistics.executed)
    sum += role[index];
  return sum;
}

std::string Report::roles() const {
  std::vector<std::string> entries;
  uint32_t first = 0;
  for (size_t i = 0; i < result.roles.size(); ++i) {
    Counts byOpcode;
    uint64_t matrix = 0, sum = 0;
    if (i < result.statistics.executed.size())
      add(result.statistics.executed[i], byOpcode, matrix);
    for (const auto &[opcode, count] : byOpcode)
      sum += count;
    entries.push_back(
        "{\"name\": " + quote(result.roles[i].name) + ", " +
        member("first_warp", first) + ", " +
        member("warps", result.roles[i].warps) + ", " +
        member("executed", sum) + ", " + member("matrix_instructions", matrix) +
        ",\n     \"opcodes\": " + ::toJson(byOpcode, "     ") + "}");
    first += result.roles[i].warps;
  }
  return list(entries, '[', ']', "  ");
}

/// Those that accessed shared memory or waited, in the order of the code.
std::string Report::instructions() const {
  std::vector<std::string> entries;
  for (size_t i = 0; i < result.statistics.counts.size(); ++i) {
    const InstructionCounts &counts = result.statistics.counts[i];
    if (counts.sharedAccesses == 0 && counts.waits == 0)
      continue;
    const Instruction &instruction = kernel.code[i];
    entries.push_back(
        "{" + member("line", instruction.line) +
        ", \"opcode\": " + quote(program.opcodes[instruction.text]) + ", " +
        member("executed", executed(i)) + ", " +
        member("shared_accesses", counts.sharedAccesses) + ", " +
        member("wavefronts", counts.wavefronts) + ", " +
        member("bank_conflicts", counts.bankConflicts) + ", " +
        member("waits", counts.waits) + ", " +
        member("wait_slices", counts.waitSlices) + "}");
  }
  return list(entries, '[', ']', "  ");
}

std::string Report::findings() const {
  std::vector<std::string> entries;
  for (const Finding &finding : result.findings)
    entries.push_back("{\"kind\": " + quote(finding.kind) +
                      ", \"kernel\": " + quote(finding.kernel) +
                      ", \"line\": " + std::to_string(finding.line) +
                      ", \"cta\": [" + std::to_string(finding.cta[0]) + ", " +
                      std::to_string(finding.cta[1]) + ", " +
                      std::to_string(finding.cta[2]) +
                      "], \"warp\": " + std::to_string(finding.warp) +
                      ", \"lane\": " + std::to_string(finding.lane) +
                      ", \"message\": " + quote(finding.message) + "}");
  return list(entries, '[', ']', "  ");
}

/// The sum of a counter over all instructions.
std::string Report::total(const char *name,
                          uint64_t InstructionCounts::*counter) const {
  uint64_t sum = 0;
  for (const InstructionCounts &counts : result.statistics.counts)
    sum += counts.*counter;
  return member(name, sum);
}

std::string Report::run(uint64_t seed) const {
  const Statistics &statistics = result.statistics;
  char seconds[32];
  std::snprintf(seconds, sizeof(seconds), "\"seconds\": %.6f", result.seconds);
  std::vector<std::string> members = {
      "\"kernel\": " + quote(result.kernel),
      member("seed", seed),
      seconds,
      member("ctas", statistics.ctas),
      member("multiply_accumulates", statistics.multiplyAccumulates),
      member("matrix_instructions", matrixInstructions),
      total("shared_accesses", &InstructionCounts::sharedAccesses),
      total("shared_wavefronts", &InstructionCounts::wavefronts),
      total("bank_conflicts", &InstructionCounts::bankConflicts),
      member("warpgroup_matrices", statistics.warpgroupMatrices),
      member("operand_wavefronts", statistics.operandWavefronts),
      member("bytes_loaded_by_copies", statistics.bytesLoadedByCopies),
      member("bytes_stored_by_copies", statistics.bytesStoredByCopies),
      total("waits", &InstructionCounts::waits),
      total("wait_slices", &InstructionCounts::waitSlices),
      "\"opcodes\": " + ::toJson(opcodes, "  "),
      "\"roles\": " + roles(),
      "\"instructions\": " + instructions(),
      "\"findings\": " + findings()};
  return list(members, '{', '}', "") + "\n";
}

std::string dgemm::sim::toJson(const Program &program, const Result &result,
                               uint64_t seed) {
  return Report(program, result).run(seed);
}
