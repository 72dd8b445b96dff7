//===- Emit.h - Compiles the kernels of a benchmark -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_EMIT_H
#define DGEMM_BENCH_EMIT_H

#include "dgemm/Bench/KernelSet.h"

#include <functional>
#include <optional>

namespace dgemm::bench {

/// Which kernels to make.
struct EmitOptions {
  /// Chip, or a part of the table of targets.
  std::string target = "sm_90a";
  std::string ptxas;
  /// Folder to write to, made if it is missing.
  std::string folder;
  /// Every candidate that is eligible, not only the one that is chosen.
  bool allCandidates = false;
  /// Every legal candidate, also those that the policy declines as not paying.
  bool declinedToo = false;
  /// Schedules to try on every problem instead, as attributes; those that break
  /// a limit are left out with the reason.
  std::vector<std::string> schedules;
  /// Compile in so many processes; 0: one for each core.
  unsigned jobs = 1;
  /// Called before each kernel with the number done, the number of all, and a
  /// name.
  std::function<void(size_t, size_t, const std::string &)> progress;
};

/// The module with one problem; `schedule` stands in it unless it is empty. M
/// is dynamic.
std::string makeModule(const Problem &problem, const std::string &schedule);

/// Compiles kernels for `rows` and writes the set. A problem that the target
/// does not serve gets an entry with the reason. Fails when files cannot be
/// written or the options are wrong.
Status emitKernels(const std::vector<SuiteRow> &rows,
                   const EmitOptions &options, KernelSet &set);

/// A kernel as machine code, and how it was made.
struct CompiledKernel {
  /// CTA tile and stages: "128x128x64/5".
  std::string tile;
  std::string cubin;
  int64_t registers = 0;
  int64_t spillBytes = 0;
  int64_t stackBytes = 0;
};

/// Compiles one problem for a target with its chosen schedule, or with the
/// candidate of CTA tile `tile` ("128x128x64") where that is not empty.
Expected<CompiledKernel> compileKernel(const Problem &problem,
                                       const std::string &target,
                                       const std::string &tile,
                                       const std::string &ptxas);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_EMIT_H
