//===- Definition.cpp - Values by the definition of their format ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Definition.h"

#include <cmath>

using namespace dgemm::reference;

/// The value of a code with one sign bit, `exponentBits` and the rest mantissa.
static long double decodeCode(uint64_t code, int bits, int exponentBits,
                              int bias, bool hasInfinity) {
  int mantissaBits = bits - 1 - exponentBits;
  uint64_t mantissa = code & ((uint64_t(1) << mantissaBits) - 1);
  int exponent =
      static_cast<int>(code >> mantissaBits) & ((1 << exponentBits) - 1);
  bool top = exponent == (1 << exponentBits) - 1;
  long double value;
  if (top && hasInfinity)
    value = mantissa ? NAN : INFINITY;
  else if (exponent == 0)
    value =
        std::ldexp(static_cast<long double>(mantissa), 1 - bias - mantissaBits);
  else
    value = std::ldexp(
        static_cast<long double>(mantissa + (uint64_t(1) << mantissaBits)),
        exponent - bias - mantissaBits);
  return code >> (bits - 1) ? -value : value;
}

long double dgemm::reference::decodeByDefinition(ElementType type,
                                                 uint64_t bits) {
  switch (type) {
  case ElementType::F4E2M1FN:
    return decodeCode(bits, 4, 2, 1, false);
  case ElementType::F8E4M3FN:
    // The one NaN pattern of each sign.
    return (bits & 0x7f) == 0x7f ? NAN : decodeCode(bits, 8, 4, 7, false);
  case ElementType::F8E5M2:
    return decodeCode(bits, 8, 5, 15, true);
  case ElementType::BF16:
    return decodeCode(bits, 16, 8, 127, true);
  case ElementType::F16:
    return decodeCode(bits, 16, 5, 15, true);
  case ElementType::F32:
    return decodeCode(bits, 32, 8, 127, true);
  default:
    return decodeCode(bits, 64, 11, 1023, true);
  }
}

long double dgemm::reference::scaleByDefinition(uint8_t code) {
  return code == 0xff ? NAN : std::ldexp(1.0L, static_cast<int>(code) - 127);
}
