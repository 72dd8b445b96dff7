//===- FloatSupport.h - Bits and rounding of floats -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H
#define DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H

#include "dgemm/Simulator/Program.h"

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

/// The value of the code of a narrow float type (f16, bf16, fp8, fp4, ...).
double decodeNarrow(Type type, uint32_t code);
/// The code of `value`: nearest even, or towards zero for Round::Rz. fp8 and
/// fp4 saturate; f16 and bf16 overflow to infinity unless `saturate`.
uint32_t encodeNarrow(Type type, double value, Round round, bool saturate);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_FLOATSUPPORT_H
