//===- KernelSet.h - Kernels to measure, in a folder ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiler writes a set on one machine, a GPU measures it on another that has
// no compiler: `kernels.json`, and a pack for each kernel (docs/Pack.md), with
// a cubin only. Problems that differ in M alone share a kernel.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_KERNELSET_H
#define DGEMM_BENCH_KERNELSET_H

#include "dgemm/Bench/Problem.h"

namespace dgemm::bench {

/// A problem computed with a schedule.
struct KernelEntry {
  SuiteRow row;
  /// "128x192x128/4 split 2": CTA tile and stages, cluster, splits of K.
  std::string tile;
  /// The schedule as an attribute, for who wants it again.
  std::string schedule;
  double predictedMicroseconds = 0;
  /// What the cost model takes.
  bool isChosen = false;
  /// File of the kernel in the folder; empty where there is none.
  std::string kernel;
  /// Why there is no kernel.
  std::string reason;
};

struct KernelSet {
  std::string target;
  std::vector<KernelEntry> entries;
};

/// Writes `kernels.json` of the folder, which must exist.
Status writeKernelSet(const std::string &folder, const KernelSet &set);

/// Reads it.
Expected<KernelSet> readKernelSet(const std::string &folder);

/// The whole of a file.
Expected<std::string> readFile(const std::string &path);
Status writeFile(const std::string &path, std::string_view content);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_KERNELSET_H
