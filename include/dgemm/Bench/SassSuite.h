//===- SassSuite.h - Machine code of a set of kernels -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_SASSSUITE_H
#define DGEMM_BENCH_SASSSUITE_H

#include "dgemm/Bench/BenchMain.h"
#include "dgemm/Bench/Sass.h"

#include <optional>
#include <ostream>

namespace dgemm::bench {

/// Main loop of the best existing kernel of a kind.
struct SassAnchor {
  double perMatrix = 0;
  double ldsmPerMatrix = 0;
};

/// A row of benchmarks/anchors/sass_suite.csv.
struct SassRow {
  std::string name;
  Problem problem;
  /// CTA tile, empty for the schedule that is chosen.
  std::string tile;
  std::optional<SassAnchor> anchor;
  /// Instructions for each matrix instruction: to reach, and not to exceed; 0
  /// where there is none.
  double goal = 0;
  double limit = 0;
};

/// What the machine code of a row is.
struct SassResult {
  SassRow row;
  std::string tile;
  /// Why there is no code.
  std::string reason;
  int64_t registers = 0;
  /// Loads and stores of local memory, and bytes of stack.
  int64_t spills = 0;
  int64_t stack = 0;
  std::optional<SassLoop> loop;

  bool hasCode() const { return loop.has_value(); }
  /// Spills, a stack, or more instructions than the limit.
  bool isBad() const {
    return spills > 0 || stack > 0 ||
           (loop && row.limit > 0 && loop->getPerMatrix() > row.limit);
  }
};

/// The rows, with their anchors.
Expected<std::vector<SassRow>> getSassSuite();

/// Compiles, disassembles and counts. Fails when there is no nvdisasm.
Expected<std::vector<SassResult>> measureSass(const std::vector<SassRow> &rows,
                                              const Compiler &compiler,
                                              const std::string &target,
                                              const std::string &ptxas,
                                              const std::string &nvdisasm);

/// The table, with the figures of `before` (JSON of `toJson`, or empty) beside
/// those that changed.
void printSassTable(std::ostream &stream,
                    const std::vector<SassResult> &results,
                    const std::string &before);

/// One run as a JSON object.
std::string toJson(const std::vector<SassResult> &results,
                   const std::string &target, const std::string &label);

/// The last run for `target` in the text of a history, empty if there is none.
Expected<std::string> getLastRun(const std::string &history,
                                 const std::string &target);

/// The history with one run more; `history` may be empty.
Expected<std::string> appendRun(const std::string &history,
                                const std::string &run);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_SASSSUITE_H
