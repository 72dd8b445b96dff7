//===- ExecConvert.cpp - Conversions and comparisons ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"
#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <cmath>

using namespace dgemm;
using namespace dgemm::sim;

double dgemm::sim::decodeNarrow(Type type, uint32_t code) {
  switch (type) {
  case Type::F16:
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
    return 0;
  }
}

/// f16 and bf16: codes are ordered by magnitude, so the next one towards zero
/// is one less.
static uint32_t encodeHalf(Type type, double value, Round round,
                           bool saturate) {
  bool brain = type == Type::BF16;
  uint32_t code =
      brain ? reference::encodeBF16(value) : reference::encodeF16(value);
  if (std::isnan(value))
    return 0x7fff;
  uint32_t largest = brain ? 0x7f7f : 0x7bff;
  double rounded = decodeNarrow(type, code);
  bool away = std::fabs(rounded) > std::fabs(value);
  if (away && (round == Round::Rz || round == Round::Rzi))
    --code;
  if (saturate && (code & 0x7fff) > largest)
    code = (code & 0x8000) | largest;
  return code;
}

/// The exponent of a positive scale: up for .rp, else towards zero.
static uint32_t encodeScale(double value, Round round) {
  if (std::isnan(value))
    return 0xff;
  if (value <= 0)
    return 0;
  int exponent = 0;
  double fraction = std::frexp(value, &exponent);
  int code = exponent - 1 + 127 + (round == Round::Rp && fraction != 0.5);
  return static_cast<uint32_t>(std::clamp(code, 0, 254));
}

uint32_t dgemm::sim::encodeNarrow(Type type, double value, Round round,
                                  bool saturate) {
  switch (type) {
  case Type::F16:
  case Type::BF16:
    return encodeHalf(type, value, round, saturate);
  case Type::E4M3:
    return std::isnan(value) ? 0x7f : reference::encodeE4M3(value);
  case Type::E5M2:
    return std::isnan(value) ? 0x7f : reference::encodeE5M2(value);
  case Type::E2M1:
    return reference::encodeE2M1(value);
  case Type::UE8M0:
    return encodeScale(value, round);
  default:
    return 0;
  }
}

/// The element of a packed pair, and how many bits it takes; None if the type
/// is no pair.
static Type pairElement(Type type, unsigned &bits) {
  bits = 8;
  switch (type) {
  case Type::E4M3x2:
    return Type::E4M3;
  case Type::E5M2x2:
    return Type::E5M2;
  case Type::UE8M0x2:
    return Type::UE8M0;
  case Type::E2M1x2:
    bits = 4;
    return Type::E2M1;
  case Type::F16x2:
    bits = 16;
    return Type::F16;
  case Type::BF16x2:
    bits = 16;
    return Type::BF16;
  default:
    return Type::None;
  }
}

static double toDouble(Type type, uint64_t bits) {
  switch (type) {
  case Type::F32:
  case Type::TF32:
    return asFloat(bits);
  case Type::F64:
    return asDouble(bits);
  default:
    return decodeNarrow(type, static_cast<uint32_t>(bits));
  }
}

static double roundIntegral(double value, Round round) {
  switch (round) {
  case Round::Rzi:
  case Round::Rz:
    return std::trunc(value);
  case Round::Rmi:
  case Round::Rm:
    return std::floor(value);
  case Round::Rpi:
  case Round::Rp:
    return std::ceil(value);
  default:
    return std::nearbyint(value);
  }
}

/// Conversions to integers always clamp; NaN becomes zero.
static uint64_t floatToInteger(double value, Type type, Round round) {
  if (std::isnan(value))
    return 0;
  unsigned bits = dgemm::sim::bitWidth(type);
  value = roundIntegral(value, round);
  if (isSigned(type)) {
    double limit = std::ldexp(1.0, static_cast<int>(bits) - 1);
    if (value >= limit)
      return (uint64_t(1) << (bits - 1)) - 1;
    if (value < -limit)
      return uint64_t(1) << (bits - 1);
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
  double limit = std::ldexp(1.0, static_cast<int>(bits));
  if (value >= limit)
    return bits == 64 ? ~uint64_t(0) : (uint64_t(1) << bits) - 1;
  return value <= 0 ? 0 : static_cast<uint64_t>(value);
}

static uint64_t clampInteger(uint64_t value, Type to, bool fromSigned) {
  unsigned bits = dgemm::sim::bitWidth(to);
  int64_t number = static_cast<int64_t>(value);
  bool negative = fromSigned && number < 0;
  if (!isSigned(to)) {
    if (negative)
      return 0;
    return bits == 64 ? value : std::min(value, (uint64_t(1) << bits) - 1);
  }
  uint64_t top = (uint64_t(1) << (bits - 1)) - 1;
  if (!negative)
    return std::min(value, top);
  int64_t bottom = -static_cast<int64_t>(top) - 1;
  return static_cast<uint64_t>(std::max(number, bottom));
}

static uint64_t fromInteger(uint64_t value, bool negativePossible, Type to,
                            Round round) {
  RoundingScope scope(round);
  int64_t number = static_cast<int64_t>(value);
  if (to == Type::F32)
    return bitsOf(negativePossible ? static_cast<float>(number)
                                   : static_cast<float>(value));
  double wide = negativePossible ? static_cast<double>(number)
                                 : static_cast<double>(value);
  return to == Type::F64 ? bitsOf(wide) : encodeNarrow(to, wide, round, false);
}

static uint64_t narrowToFloat(double value, Round round) {
  if (std::isnan(value))
    return canonicalNaN;
  RoundingScope scope(round);
  volatile double source = value;
  return bitsOf(static_cast<float>(source));
}

/// Between float types, one element.
static uint64_t convertFloat(const Instruction &instruction, double value,
                             Type to) {
  Round round = instruction.round;
  bool integral = round == Round::Rni || round == Round::Rzi ||
                  round == Round::Rmi || round == Round::Rpi;
  if (integral)
    value = roundIntegral(value, round);
  bool narrowFloat = to != Type::F32 && to != Type::F64 && to != Type::F16;
  if (instruction.has(FlagRelu) && value < 0)
    value = 0;
  if (instruction.has(FlagSat) && !narrowFloat)
    value = std::isnan(value) ? 0 : std::clamp(value, 0.0, 1.0);
  switch (to) {
  case Type::F64:
    return bitsOf(value);
  case Type::F32:
    return narrowToFloat(value, integral ? Round::Rn : round);
  case Type::TF32: {
    uint64_t bits = narrowToFloat(value, Round::Rn);
    if (std::isnan(value))
      return bits;
    if (round == Round::Rna) // half away from zero
      return (bits + 0x1000) & ~uint64_t(0x1fff);
    if (round == Round::Rz)
      return bits & ~uint64_t(0x1fff);
    return bitsOf(reference::roundToTF32(asFloat(bits)));
  }
  default:
    return encodeNarrow(to, value, round, instruction.has(FlagSat));
  }
}

void Cta::executeConvert(uint32_t mask) {
  const Instruction &instruction = *instruction_;
  Type to = instruction.type, from = instruction.sourceType;
  uint32_t defined = definedLanes(operand(1));
  Lanes a, b = {};
  fetch(operand(1), from, a);
  if (numOperands() > 2) {
    fetch(operand(2), from, b);
    defined &= definedLanes(operand(2));
  }
  unsigned toBits = 0, fromBits = 0;
  Type toElement = pairElement(to, toBits);
  Type fromElement = pairElement(from, fromBits);
  bool ftz = instruction.has(FlagFtz);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t &value = a[lane];
    if (toElement != Type::None && fromElement != Type::None) {
      uint64_t low = value & ((1u << fromBits) - 1), high = value >> fromBits;
      value = convertFloat(instruction, toDouble(fromElement, low), toElement) |
              convertFloat(instruction, toDouble(fromElement, high), toElement)
                  << toBits;
    } else if (toElement != Type::None) {
      // The first source is the upper half.
      value = convertFloat(instruction, toDouble(from, b[lane]), toElement) |
              convertFloat(instruction, toDouble(from, value), toElement)
                  << toBits;
    } else if (isFloat(from)) {
      double source = toDouble(from, value);
      if (ftz && std::fabs(source) < 0x1p-126)
        source = std::copysign(0.0, source);
      value = isFloat(to) ? convertFloat(instruction, source, to)
                          : floatToInteger(source, to, instruction.round);
    } else if (isFloat(to)) {
      value = fromInteger(value, isSigned(from), to, instruction.round);
    } else if (instruction.has(FlagSat)) {
      value = clampInteger(value, to, isSigned(from));
    } else if (dgemm::sim::bitWidth(to) < 64) {
      // The register may be wider: extend by the type of the result.
      unsigned shift = 64 - dgemm::sim::bitWidth(to);
      value = isSigned(to) ? static_cast<uint64_t>(
                                 static_cast<int64_t>(value << shift) >> shift)
                           : value << shift >> shift;
    }
  }
  write(operand(0), a, mask, defined);
}

template <typename T> static bool compareValues(Compare compare, T a, T b) {
  switch (compare) {
  case Compare::Eq:
  case Compare::Equ:
    return a == b;
  case Compare::Ne:
  case Compare::Neu:
    return a != b;
  case Compare::Lt:
  case Compare::Ltu:
    return a < b;
  case Compare::Le:
  case Compare::Leu:
    return a <= b;
  case Compare::Gt:
  case Compare::Gtu:
    return a > b;
  case Compare::Ge:
  case Compare::Geu:
    return a >= b;
  default:
    return false;
  }
}

static bool compareFloats(Compare compare, double a, double b) {
  bool unordered = std::isnan(a) || std::isnan(b);
  if (compare == Compare::Num)
    return !unordered;
  if (compare == Compare::Nan)
    return unordered;
  if (unordered)
    return compare >= Compare::Equ;
  return compareValues(compare, a, b);
}

static bool combine(BoolOp op, bool a, bool b) {
  switch (op) {
  case BoolOp::And:
    return a && b;
  case BoolOp::Or:
    return a || b;
  case BoolOp::Xor:
    return a != b;
  default:
    return a;
  }
}

/// set and setp.
void Cta::executeSet(uint32_t mask) {
  const Instruction &instruction = *instruction_;
  Type type = instruction.sourceType;
  Lanes a, b;
  fetch(operand(1), type, a);
  fetch(operand(2), type, b);
  uint32_t defined = definedLanes(operand(1)) & definedLanes(operand(2));
  uint32_t third = 0;
  if (numOperands() > 3) {
    third = fetchPredicate(operand(3));
    defined &= definedLanes(operand(3));
  }
  uint32_t first = 0, second = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    bool result = false;
    if (isFloat(type))
      result = compareFloats(instruction.compare, toDouble(type, a[lane]),
                             toDouble(type, b[lane]));
    else if (isSigned(type))
      result = compareValues(instruction.compare, static_cast<int64_t>(a[lane]),
                             static_cast<int64_t>(b[lane]));
    else
      result = compareValues(instruction.compare, a[lane], b[lane]);
    bool other = (third >> lane) & 1;
    first |= uint32_t(combine(instruction.boolOp, result, other)) << lane;
    second |= uint32_t(combine(instruction.boolOp, !result, other)) << lane;
  }
  const Operand &to = operand(0);
  if (instruction.op == Op::Setp) {
    bool pair = to.kind == Operand::Kind::Vector;
    writePredicate(element(to, 0), first, mask, defined);
    if (pair)
      writePredicate(element(to, 1), second, mask, defined);
    return;
  }
  uint64_t one = instruction.type == Type::F32 ? bitsOf(1.0f) : 0xffffffffu;
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = (first >> lane) & 1 ? one : 0;
  write(to, a, mask, defined);
}
