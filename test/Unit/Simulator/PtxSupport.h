//===- PtxSupport.h - Kernels as text in tests ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_PTXSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_PTXSUPPORT_H

#include "dgemm/Simulator/Machine.h"

#include <gtest/gtest.h>

#include <cstring>

namespace dgemm::sim::test {

/// A kernel `k` with a pointer parameter `out`, and registers of each type.
inline std::string kernel(const std::string &body,
                          const std::string &before = "") {
  return ".version 8.8\n.target sm_120a\n.address_size 64\n" + before +
         ".visible .entry k(.param .u64 out) {\n"
         ".reg .pred %p<8>; .reg .b16 %h<8>; .reg .b32 %r<32>;\n"
         ".reg .b64 %d<16>; .reg .f32 %f<16>; .reg .f64 %g<8>;\n"
         "ld.param.u64 %d0, [out]; mov.u32 %r0, %tid.x;\n"
         "mul.wide.u32 %d1, %r0, 4; add.u64 %d1, %d0, %d1;\n" +
         body + "\nret;\n}\n";
}

struct Outcome {
  std::vector<uint32_t> out; // a word per thread
  std::vector<Finding> findings;
  std::string error;
  Statistics statistics;

  /// The kind of the only finding, or what is wrong.
  std::string kind() const {
    if (!error.empty())
      return error;
    return findings.size() == 1 ? findings[0].kind
                                : std::to_string(findings.size()) + " findings";
  }
};

/// Runs kernel `k` of `text`; each thread may write its word of `out`.
inline Outcome run(const std::string &text, uint32_t threads = 32,
                   uint64_t seed = 0, uint32_t shared = 0, uint32_t ctas = 1,
                   uint64_t maxInstructions = 100000) {
  Outcome result;
  Expected<Program> program = parsePtx(text);
  if (!program) {
    result.error = program.message();
    return result;
  }
  GlobalMemory memory;
  Launch launch;
  launch.entry = "k";
  launch.grid[0] = ctas;
  launch.block[0] = threads;
  launch.sharedBytes = shared;
  uint64_t address = memory.add("out", std::vector<uint8_t>(threads * 4), true);
  launch.parameters.emplace_back(8);
  std::memcpy(launch.parameters[0].data(), &address, 8);
  Options options;
  options.seed = seed;
  options.threads = 1;
  options.maxInstructions = maxInstructions;
  Expected<Result> done = simulate(*program, launch, memory, options);
  if (!done) {
    result.error = done.message();
    return result;
  }
  result.findings = std::move(done->findings);
  result.statistics = std::move(done->statistics);
  result.out.resize(threads);
  std::memcpy(result.out.data(), memory.find("out")->bytes.data(), threads * 4);
  return result;
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_PTXSUPPORT_H
