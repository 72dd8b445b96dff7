//===- FloatSupport.h - Bits and rounding of floats -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H
#define DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H

#include "OpcodeTable.h"
#include "dgemm/Reference/Formats.h"

#include <cfenv>
#include <cstring>

namespace dgemm::sim {

inline float asFloat(uint64_t bits) {
  uint32_t word = static_cast<uint32_t>(bits);
  float value;
  std::memcpy(&value, &word, sizeof(value));
  return value;
}

inline double asDouble(uint64_t bits) {
  double value;
  std::memcpy(&value, &bits, sizeof(value));
  return value;
}

inline uint64_t bitsOf(float value) {
  uint32_t word;
  std::memcpy(&word, &value, sizeof(value));
  return word;
}

inline uint64_t bitsOf(double value) {
  uint64_t word;
  std::memcpy(&word, &value, sizeof(value));
  return word;
}

/// NaN of f32 results, as GPUs make it.
constexpr uint32_t canonicalNaN = 0x7fffffffu;

/// Sums of f64 in global memory, by atomics and copies: a NaN stays as it is,
/// the one of `value` first.
inline uint64_t addDoubles(uint64_t old, uint64_t value) {
  double x = asDouble(old), y = asDouble(value);
  if (y != y || x != x)
    return y != y ? value : old;
  double sum = x + y;
  return sum != sum ? 0xfff8000000000000u : bitsOf(sum);
}

/// The host's rounding direction for the time of its life.
class RoundingScope {
public:
  explicit RoundingScope(Round round) : saved_(std::fegetround()) {
    std::fesetround(direction(round));
  }
  ~RoundingScope() { std::fesetround(saved_); }
  RoundingScope(const RoundingScope &) = delete;
  RoundingScope &operator=(const RoundingScope &) = delete;

private:
  static int direction(Round round) {
    switch (round) {
    case Round::Rz:
    case Round::Rzi:
      return FE_TOWARDZERO;
    case Round::Rm:
    case Round::Rmi:
      return FE_DOWNWARD;
    case Round::Rp:
    case Round::Rpi:
      return FE_UPWARD;
    default:
      return FE_TONEAREST;
    }
  }
  int saved_;
};

/// The value of the code of a float type (f64, f32, f16, bf16, fp8, ...).
double decodeNarrow(Type type, uint64_t code);
/// The code of `value`, rounded once. fp8, fp6 and fp4 saturate; the others
/// overflow to infinity, or to the largest finite value if `saturate` or if
/// they round towards zero. NaN is the canonical one; fp6 and fp4 have none and
/// take the largest value. tf32 has the layout of f32 with 13 zero bits.
uint64_t encodeNarrow(Type type, double value, Round round, bool saturate);

/// a + b, rounded to odd: rounding the result once more, to at most 51 bits,
/// gives what rounding the exact sum gives.
double addToOdd(double a, double b);
/// The same of an integer.
double magnitudeToOdd(uint64_t magnitude);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H
