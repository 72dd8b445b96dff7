//===- Definition.h - Values by the definition of their format --*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM__DEFINITION_H
#define DGEMM__DEFINITION_H

// For second evaluations only: slow, and shares no code with Formats.cpp.

#include "dgemm/Reference/Formats.h"

namespace dgemm::reference {

/// The value of a float's bits.
long double decodeByDefinition(ElementType type, uint64_t bits);
/// The value of a UE8M0 byte.
long double scaleByDefinition(uint8_t code);

/// A sum, and the sum of the magnitudes it was made of.
struct Sum {
  long double value = 0;
  long double magnitude = 0;
  int64_t count = 0;

  /// The largest error of such a sum in arithmetic of this roundoff, which
  /// rounds once for `together` products. Three more roundings: the scales'
  /// product, its application, C.
  double slack(double unitRoundoff, int64_t together = 1) const {
    int64_t roundings = (count + together - 1) / together;
    double steps = static_cast<double>(roundings) + 3;
    // 2^-63 is the roundoff of the second evaluation.
    return static_cast<double>(magnitude) * steps * (unitRoundoff + 0x1p-63);
  }
};

} // namespace dgemm::reference

#endif // DGEMM__DEFINITION_H
