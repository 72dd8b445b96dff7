//===- ExecConvert.cpp - Conversions --------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"

#include <algorithm>
#include <cmath>

using namespace dgemm;
using namespace dgemm::sim;

Type dgemm::sim::pairElement(Type type, unsigned &bits) {
  bits = 8;
  switch (type) {
  case Type::E4M3x2:
    return Type::E4M3;
  case Type::E5M2x2:
    return Type::E5M2;
  case Type::E2M3x2:
    return Type::E2M3;
  case Type::E3M2x2:
    return Type::E3M2;
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
    bits = 0;
    return Type::None;
  }
}

static bool isIntegral(Round round) {
  return round >= Round::Rni && round <= Round::Rpi;
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

/// Conversions to integers always clamp. NaN becomes zero, or the integer with
/// only the top bit set if 64 bits take part.
static uint64_t floatToInteger(double value, Type from, Type to, Round round) {
  unsigned bits = dgemm::sim::bitWidth(to);
  uint64_t top = uint64_t(1) << (bits - 1);
  // As the register may be wider, results are extended by their sign.
  uint64_t lowest = isSigned(to) ? ~(top - 1) : 0;
  if (std::isnan(value))
    return from == Type::F64 || bits == 64 ? (isSigned(to) ? lowest : top) : 0;
  value = roundIntegral(value, round);
  double limit = std::ldexp(1.0, static_cast<int>(bits) - isSigned(to));
  if (value >= limit)
    return isSigned(to) ? top - 1 : (top - 1) | top;
  if (isSigned(to))
    return value < -limit ? lowest
                          : static_cast<uint64_t>(static_cast<int64_t>(value));
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

static uint64_t fromInteger(uint64_t value, bool isSigned, Type to,
                            Round round) {
  int64_t number = static_cast<int64_t>(value);
  bool negative = isSigned && number < 0;
  if (to == Type::F64) {
    RoundingScope scope(round);
    return bitsOf(isSigned ? static_cast<double>(number)
                           : static_cast<double>(value));
  }
  double magnitude = magnitudeToOdd(negative ? -value : value);
  return encodeNarrow(to, negative ? -magnitude : magnitude, round, false);
}

/// Subnormals of f32 are zero with .ftz; the other types keep theirs.
static double flushed(Type type, double value) {
  bool small = type == Type::F32 && std::fabs(value) < 0x1p-126;
  return small ? std::copysign(0.0, value) : value;
}

static unsigned mantissaBits(Type type) {
  switch (type) {
  case Type::F16:
    return 10;
  case Type::BF16:
    return 7;
  case Type::F32:
    return 23;
  default:
    return 52;
  }
}

/// Conversions of single NaN from and to f64 keep sign and payload, and set the
/// bit of quiet NaN. The others make them all the same, but for two that just
/// move bits: bf16 to f32, and rounding to tf32 by .rna.
static bool convertNaN(const Instruction &instruction, uint64_t code,
                       uint64_t &result) {
  Type from = instruction.sourceType, to = instruction.type;
  if (from == Type::BF16 && to == Type::F32) {
    result = code << 16;
    return true;
  }
  if (to == Type::TF32 && instruction.round == Round::Rna) {
    // .satfinite takes the number before, as if it were the infinity.
    result = code & 0xffffe000u;
    result -= instruction.has(FlagSatFinite) ? 0x2000 : 0;
    return true;
  }
  if ((from != Type::F64 && to != Type::F64) || from == to)
    return false;
  if (instruction.has(FlagFtz) && from == Type::F32)
    code = canonicalNaN;
  unsigned fromBits = dgemm::sim::bitWidth(from), width = mantissaBits(from);
  unsigned toBits = dgemm::sim::bitWidth(to), kept = mantissaBits(to);
  uint64_t payload = code & ((uint64_t(1) << width) - 1);
  payload =
      kept > width ? payload << (kept - width) : payload >> (width - kept);
  uint64_t exponent = ((uint64_t(1) << (toBits - 1 - kept)) - 1) << kept;
  result = (code >> (fromBits - 1) & 1) << (toBits - 1) | exponent |
           uint64_t(1) << (kept - 1) | payload;
  return true;
}

/// Between float types, one element.
static uint64_t convertFloat(const Instruction &instruction, Type from,
                             double value, Type to) {
  Round round = instruction.round;
  // On the way to f16 subnormal numbers of f32 count, for the direction of
  // rounding.
  if (instruction.has(FlagFtz) && to != Type::F16)
    value = flushed(from, value);
  if (isIntegral(round))
    value = roundIntegral(value, round);
  if (instruction.has(FlagRelu) && value <= 0)
    value = 0;
  if (instruction.has(FlagSat))
    value = value > 0 ? std::min(value, 1.0) : 0; // NaN too
  uint64_t code = encodeNarrow(to, value, isIntegral(round) ? Round::Rn : round,
                               instruction.has(FlagSatFinite));
  if (instruction.has(FlagFtz) && to == Type::F32)
    code = bitsOf(static_cast<float>(flushed(to, asFloat(code))));
  return code;
}

/// The value in a register that may be wider: extended by the type's sign.
static uint64_t extendTo(Type type, uint64_t value) {
  unsigned bits = dgemm::sim::bitWidth(type);
  if (bits >= 64)
    return value;
  unsigned shift = 64 - bits;
  return isSigned(type) ? static_cast<uint64_t>(
                              static_cast<int64_t>(value << shift) >> shift)
                        : value << shift >> shift;
}

static uint64_t convertScalar(const Instruction &instruction, uint64_t value) {
  Type to = instruction.type, from = instruction.sourceType;
  if (isFloat(from)) {
    double source = decodeNarrow(from, value);
    uint64_t code = 0;
    if (isFloat(to) && std::isnan(source) && !instruction.has(FlagSat) &&
        convertNaN(instruction, value, code))
      return code;
    if (isFloat(to))
      return convertFloat(instruction, from, source, to);
    if (instruction.has(FlagFtz))
      source = flushed(from, source);
    return floatToInteger(source, from, to, instruction.round);
  }
  if (isFloat(to)) {
    uint64_t code = fromInteger(value, isSigned(from), to, instruction.round);
    if (!instruction.has(FlagSat))
      return code;
    double number = decodeNarrow(to, code);
    return encodeNarrow(to, number > 0 ? std::min(number, 1.0) : 0, Round::Rn,
                        false);
  }
  if (instruction.has(FlagSat))
    return clampInteger(value, to, isSigned(from));
  return extendTo(to, value);
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
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t &value = a[lane];
    if (toElement == Type::None) {
      value = convertScalar(instruction, value);
      continue;
    }
    // Of two sources the first is the upper half.
    uint64_t low = b[lane], high = value;
    Type element = from;
    if (fromElement != Type::None) {
      element = fromElement;
      low = value & ((uint64_t(1) << fromBits) - 1);
      high = value >> fromBits;
    }
    value = convertFloat(instruction, element, decodeNarrow(element, low),
                         toElement) |
            convertFloat(instruction, element, decodeNarrow(element, high),
                         toElement)
                << toBits;
  }
  write(operand(0), a, mask, defined);
}

/// cvt.pack: two clamped integers, the second one lowest; a third source, if
/// there is one, moves up to make room.
void Cta::executeConvertPack(uint32_t mask) {
  Type part = instruction_->type;
  unsigned bits = dgemm::sim::bitWidth(part);
  uint64_t keep = (uint64_t(1) << bits) - 1;
  Lanes a, b, c = {};
  fetch(operand(1), Type::S32, a);
  fetch(operand(2), Type::S32, b);
  uint32_t defined = definedLanes(operand(1)) & definedLanes(operand(2));
  if (numOperands() > 3) {
    fetch(operand(3), Type::U32, c);
    defined &= definedLanes(operand(3));
  }
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = (bits == 16 ? 0 : c[lane] << (2 * bits)) |
              (clampInteger(a[lane], part, true) & keep) << bits |
              (clampInteger(b[lane], part, true) & keep);
  write(operand(0), a, mask, defined);
}
