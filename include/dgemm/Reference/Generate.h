//===- Generate.h - Numbers to test with ------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_GENERATE_H
#define DGEMM_REFERENCE_GENERATE_H

#include "dgemm/Reference/Parallel.h"
#include "dgemm/Reference/Random.h"
#include "dgemm/Reference/Tensor.h"

#include <optional>

namespace dgemm::reference {

/// What numbers are made.
struct NumberKind {
  /// 0, 0.5, 1 or 2 with a sign, and one of three powers of two for each 32
  /// elements, so that no sum of their products is rounded; otherwise normal
  /// numbers.
  bool isExact = false;
  double factor = 1;
  /// Of the precision of bf16.
  bool asBF16 = true;
};

/// Fills `plain`, which is f32 and dense, and `stored`, if there is one, with
/// the same numbers.
void fillNumbers(const Parallel &parallel, const Random &random,
                 NumberKind kind, const View &plain,
                 const std::optional<View> &stored);

/// Any finite code of the element type.
void fillCodes(const Parallel &parallel, const Random &random,
               const View &view);
/// Scales of 20 powers of two: f32, f8E8M0FNU or four to an i32.
void fillScaleCodes(const Random &random, const View &view);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_GENERATE_H
