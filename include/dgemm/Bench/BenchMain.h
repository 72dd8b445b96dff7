//===- BenchMain.h - The command line of dgemm-bench ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_BENCHMAIN_H
#define DGEMM_BENCH_BENCHMAIN_H

#include "dgemm/Bench/Emit.h"

namespace dgemm::bench {

/// What a tool with a compiler can do; empty functions in one without.
struct Compiler {
  std::function<Status(const std::vector<SuiteRow> &, const EmitOptions &,
                       KernelSet &)>
      emit;
  std::function<Expected<CompiledKernel>(
      const Problem &, const std::string &target, const std::string &tile,
      const std::string &ptxas)>
      compile;
};

/// Runs the tool; returns the exit code, 1 after an error or a failed check.
int benchMain(int argc, char **argv, const Compiler &compiler);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_BENCHMAIN_H
