//===- Check.h - When is a result right -------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_CHECK_H
#define DGEMM_REFERENCE_CHECK_H

// A result is right when every element lies within a bound that follows from
// the number of products, the format they are summed in, and the rounding of
// the output (never from a global similarity).

#include "dgemm/Reference/Formats.h"
#include "dgemm/Reference/Tensor.h"

#include <functional>
#include <string>

namespace dgemm::reference {

/// A matrix instruction that truncates instead of rounding: it aligns its
/// products and the old sum to the largest of them, cuts them off
/// `alignmentBits` below it, and keeps `fractionBits` of their sum. So wgmma on
/// sm_90 works, measured on an H100: 25 and 23 bits, but 13 and 13 for FP8.
struct TruncatedSums {
  /// Products of one instruction; 0 if sums are rounded.
  int64_t products = 0;
  int alignmentBits = 0;
  int fractionBits = 0;
  /// Products after which the sum starts from zero again; 0: never.
  int64_t chain = 0;
};

struct CheckOptions {
  /// Relative error of one addition where the sums were formed: 2^-53 for the
  /// reference, 2^-24 for a device that accumulates in f32.
  double unitRoundoff = 0x1p-53;
  /// How many products are added exactly before a sum is rounded: the K of a
  /// matrix instruction.
  int64_t productsPerRounding = 1;
  /// What the device's matrix instruction does, if it does not round.
  TruncatedSums truncation;
  /// The data are such that no sum is rounded: results must be the exact ones,
  /// rounded to the output type.
  bool exact = false;
  /// How many multiplications the second evaluation may cost. Beyond that it
  /// looks at rows chosen by `seed`, always including the first and the last.
  int64_t maxWork = int64_t(1) << 36;
  uint64_t seed = 0;
};

/// What a comparison found. Elements that the op leaves unspecified do not
/// count.
struct CheckResult {
  int64_t elements = 0;
  int64_t checked = 0;
  int64_t failures = 0;
  double maxError = 0;
  /// The bound of the element with the largest error.
  double bound = 0;
  double worstRatio = 0;
  std::string firstFailure;

  bool passed() const { return failures == 0; }
  void merge(const CheckResult &other);
  /// Compares one element. `expected` is exact to `slack`, the largest error
  /// that rounding inside the sums may cause; `type` is the output's.
  /// `where` names the element; it is called for failures only.
  void compare(ElementType type, double actual, long double expected,
               double slack, const std::function<std::string()> &where);
  /// The same where `expected` has no error: only its nearest value of the
  /// output type is right.
  void compareExact(ElementType type, double actual, long double expected,
                    const std::function<std::string()> &where);
};

/// The similarity of DeepGEMM's tests: 1 - 2 sum(xy) / sum(x^2 + y^2) over all
/// elements that are finite in both; 0 if the denominator is 0. Infinities must
/// agree, else the result is 1.
Expected<double> calcDiff(const View &x, const View &y);

/// Rows to look at when not all `rows` can be: first, last and random ones.
std::vector<int64_t> sampleRows(int64_t rows, int64_t count, uint64_t seed);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_CHECK_H
