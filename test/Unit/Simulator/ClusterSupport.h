//===- ClusterSupport.h - Clusters of CTAs in tests -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_CLUSTERSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_CLUSTERSUPPORT_H

#include "PtxSupport.h"

namespace dgemm::sim::test {

/// A kernel `k` of sm_90a. %r0: thread; %d1: the word of `out` of the thread in
/// the grid (x only); %r30: rank; %r31: CTAs of the cluster.
inline std::string clusterKernel(const std::string &body,
                                 const std::string &before = "",
                                 const std::string &directives = "",
                                 const std::string &parameters = "") {
  return ".version 8.8\n.target sm_90a\n.address_size 64\n" + before +
         ".visible .entry k(.param .u64 out" + parameters + ") " + directives +
         " {\n"
         ".reg .pred %p<16>; .reg .b16 %h<8>; .reg .b32 %r<40>;\n"
         ".reg .b64 %d<24>; .reg .f32 %f<16>; .reg .f64 %g<8>;\n"
         "ld.param.u64 %d0, [out]; mov.u32 %r0, %tid.x;\n"
         "mov.u32 %r30, %ctaid.x; mov.u32 %r31, %ntid.x;\n"
         "mad.lo.u32 %r30, %r30, %r31, %r0;\n"
         "mul.wide.u32 %d1, %r30, 4; add.u64 %d1, %d0, %d1;\n"
         "mov.u32 %r30, %cluster_ctarank; mov.u32 %r31, %cluster_nctarank;\n" +
         body + "\nret;\n}\n";
}

struct ClusterLaunch {
  uint32_t ctas = 2;
  uint32_t cluster = 2;
  uint32_t threads = 32;
  uint64_t seed = 0;
  unsigned hostThreads = 1;
  /// Parameters behind `out`.
  std::vector<std::vector<uint8_t>> parameters = {};
};

/// Runs kernel `k`; each thread of the grid may write its word of `out`.
inline Outcome runCluster(const std::string &text,
                          const ClusterLaunch &shape = {},
                          GlobalMemory memory = {}) {
  Outcome result;
  Expected<Program> program = parsePtx(text);
  if (!program) {
    result.error = program.message();
    return result;
  }
  Launch launch;
  launch.entry = "k";
  launch.grid[0] = shape.ctas;
  launch.block[0] = shape.threads;
  if (shape.cluster != 0) {
    launch.cluster[0] = shape.cluster;
    launch.cluster[1] = launch.cluster[2] = 1;
  }
  size_t words = size_t(shape.ctas) * shape.threads;
  uint64_t address = memory.add("out", std::vector<uint8_t>(words * 4), true);
  launch.parameters.emplace_back(8);
  std::memcpy(launch.parameters[0].data(), &address, 8);
  for (const std::vector<uint8_t> &bytes : shape.parameters)
    launch.parameters.push_back(bytes);
  Options options;
  options.seed = shape.seed;
  options.threads = shape.hostThreads;
  options.maxInstructions = 100000;
  Expected<Result> done = simulate(*program, launch, memory, options);
  if (!done) {
    result.error = done.message();
    return result;
  }
  result.findings = std::move(done->findings);
  result.statistics = std::move(done->statistics);
  result.out.resize(words);
  std::memcpy(result.out.data(), memory.find("out")->bytes.data(), words * 4);
  return result;
}

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_CLUSTERSUPPORT_H
