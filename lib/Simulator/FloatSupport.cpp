//===- FloatSupport.cpp - Bits and rounding of floats ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatSupport.h"

#include <algorithm>
#include <cmath>

using namespace dgemm;
using namespace dgemm::sim;
using reference::FloatLayout;
using reference::Rounding;

/// Null for types that are not small floats.
static const FloatLayout *layoutOf(Type type) {
  switch (type) {
  case Type::F16:
    return &reference::layoutF16;
  case Type::BF16:
    return &reference::layoutBF16;
  case Type::F32:
    return &reference::layoutF32;
  case Type::TF32:
    return &reference::layoutTF32;
  case Type::E4M3:
    return &reference::layoutE4M3;
  case Type::E5M2:
    return &reference::layoutE5M2;
  case Type::E2M1:
    return &reference::layoutE2M1;
  case Type::E2M3:
    return &reference::layoutE2M3;
  case Type::E3M2:
    return &reference::layoutE3M2;
  default:
    return nullptr;
  }
}

double dgemm::sim::decodeNarrow(Type type, uint64_t code) {
  switch (type) {
  case Type::F64:
    return asDouble(code);
  case Type::F32:
  case Type::TF32:
    return asFloat(code);
  case Type::F16: // by a table of the compiler's making, as it is common
    return reference::decodeF16(static_cast<uint16_t>(code));
  case Type::BF16:
    return reference::decodeBF16(static_cast<uint16_t>(code));
  case Type::E4M3:
    return reference::decodeE4M3(static_cast<uint8_t>(code));
  case Type::E5M2:
    return reference::decodeE5M2(static_cast<uint8_t>(code));
  case Type::E2M1:
    return reference::decodeE2M1(static_cast<uint8_t>(code));
  case Type::UE8M0:
    return reference::decodeE8M0(static_cast<uint8_t>(code));
  default:
    break;
  }
  const FloatLayout *layout = layoutOf(type);
  return layout ? reference::decodeFloat(*layout, static_cast<uint32_t>(code))
                : 0;
}

static Rounding directionOf(Round round) {
  switch (round) {
  case Round::Rz:
    return Rounding::TowardsZero;
  case Round::Rm:
    return Rounding::Down;
  case Round::Rp:
    return Rounding::Up;
  case Round::Rna:
    return Rounding::NearestAway;
  default:
    return Rounding::NearestEven;
  }
}

/// ue8m0 takes the exponent of the magnitude: up for .rp, else towards zero.
static uint32_t encodeScale(double value, Round round) {
  if (std::isnan(value))
    return 0xff;
  if (std::isinf(value))
    return 0xfe;
  int exponent = 0;
  double fraction = std::frexp(std::fabs(value), &exponent);
  if (fraction == 0)
    return 0;
  int code = exponent - 1 + 127 + (round == Round::Rp && fraction != 0.5);
  return static_cast<uint32_t>(std::clamp(code, 0, 254));
}

static uint32_t codeOfNaN(Type type, const FloatLayout &layout) {
  switch (type) {
  case Type::E2M1:
  case Type::E2M3:
  case Type::E3M2:
    return layout.maxCode;
  case Type::TF32:
    return canonicalNaN >> 13;
  default:
    return layout.signBit() - 1;
  }
}

uint64_t dgemm::sim::encodeNarrow(Type type, double value, Round round,
                                  bool saturate) {
  if (type == Type::F64)
    return bitsOf(value);
  if (type == Type::UE8M0)
    return encodeScale(value, round);
  const FloatLayout *layout = layoutOf(type);
  if (!layout)
    return 0;
  if (type == Type::TF32 && std::isnan(value))
    return canonicalNaN & ~0x1fffu;
  unsigned shift = type == Type::TF32 ? 13 : 0;
  if (std::isnan(value))
    return codeOfNaN(type, *layout);
  bool negative = std::signbit(value);
  uint32_t sign = negative ? layout->signBit() : 0;
  bool infinite = std::isinf(value);
  uint64_t code = infinite ? layout->maxCode + 1
                           : reference::roundMagnitude(*layout, value, negative,
                                                       directionOf(round));
  bool finite = saturate || !layout->hasInfinity;
  // Towards zero, what is finite stays finite.
  if (!infinite && layout->hasInfinity) {
    bool away = round == Round::Rz || (round == Round::Rm && !negative) ||
                (round == Round::Rp && negative);
    finite |= away;
  }
  code = std::min<uint64_t>(code, layout->maxCode + (finite ? 0 : 1));
  return (sign | code) << shift;
}

double dgemm::sim::addToOdd(double a, double b) {
  double sum = a + b;
  if (!std::isfinite(sum))
    return sum;
  double part = sum - a;
  double error = (a - (sum - part)) + (b - part);
  if (error == 0 || (bitsOf(sum) & 1) != 0)
    return sum;
  return std::nextafter(sum, error > 0 ? INFINITY : -INFINITY);
}

double dgemm::sim::magnitudeToOdd(uint64_t magnitude) {
  int extra = magnitude == 0 ? 0 : 11 - __builtin_clzll(magnitude);
  if (extra <= 0)
    return static_cast<double>(magnitude);
  uint64_t rest = magnitude & ((uint64_t(1) << extra) - 1);
  uint64_t kept = (magnitude >> extra) | (rest != 0);
  return std::ldexp(static_cast<double>(kept), extra);
}
