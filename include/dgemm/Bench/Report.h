//===- Report.h - Measurements as tables and JSON ---------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_REPORT_H
#define DGEMM_BENCH_REPORT_H

#include "dgemm/Bench/Measure.h"

#include <ostream>

namespace dgemm::bench {

/// Texts in columns that are as wide as their widest; the first `left` columns
/// are flushed left.
class Table {
public:
  Table(std::vector<std::string> header, size_t left)
      : rows{std::move(header)}, left(left) {}

  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  void print(std::ostream &stream) const;

private:
  std::vector<std::vector<std::string>> rows;
  size_t left;
};

/// "12.3"; "-" where `isKnown` is false.
std::string formatNumber(double value, int digits, bool isKnown = true);

/// Geometric mean and the least of ratios; without ratios both are 0.
struct RatioSummary {
  double geometricMean = 0;
  double worst = 0;
  std::string worstName;
  size_t count = 0;

  void add(double ratio, const std::string &name);

private:
  double logarithms = 0;
};

/// One line for each measurement, with the ratios to cuBLASLt and to upstream
/// (above 1: we are faster), then geometric means and worst rows.
void printDenseTable(std::ostream &stream, const MeasuredSet &set);

/// For sets with several candidates of a problem: the fastest of each, what the
/// cost model chose and the time of the best over that of the choice; then the
/// geometric mean of that ratio over all problems.
void printChoiceTable(std::ostream &stream, const MeasuredSet &set);

/// Everything as one JSON object (docs/Benchmarks.md).
std::string toJson(const MeasuredSet &set, const std::string &target);

/// Whether no measurement is wrong. What the target does not serve yet is not
/// wrong, what should have run and did not is.
bool isClean(const MeasuredSet &set);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_REPORT_H
