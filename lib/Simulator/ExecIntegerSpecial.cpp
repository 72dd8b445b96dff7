//===- ExecIntegerSpecial.cpp - Rare integer instructions -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Dot products of bytes, 24-bit products, masks, and pairs of 16-bit integers.
//
//===----------------------------------------------------------------------===//

#include "Cta.h"

#include <algorithm>

using namespace dgemm::sim;

static int64_t s(uint64_t value) { return static_cast<int64_t>(value); }

/// `count` elements of `bits` bits from bit `first` on.
static int64_t elementOf(uint64_t word, unsigned index, unsigned bits,
                         bool isSigned) {
  uint64_t mask = (uint64_t(1) << bits) - 1;
  uint64_t value = (word >> (bits * index)) & mask;
  bool negative = isSigned && (value >> (bits - 1)) != 0;
  return s(negative ? value | ~mask : value);
}

/// dp4a: four bytes by four bytes. dp2a: two halfwords by two of four bytes.
static uint64_t dotProduct(const Instruction &instruction, uint64_t a,
                           uint64_t b, uint64_t c) {
  bool two = instruction.op == Op::Dp2a;
  bool signedA = isSigned(instruction.type);
  bool signedB = isSigned(instruction.sourceType);
  unsigned count = two ? 2 : 4;
  unsigned skip = two && instruction.has(FlagHigh) ? 2 : 0;
  int64_t sum = s(c);
  for (unsigned i = 0; i < count; ++i)
    sum += elementOf(a, i, two ? 16 : 8, signedA) *
           elementOf(b, i + skip, 8, signedB);
  return static_cast<uint64_t>(sum);
}

/// The product of the low 24 bits: its low or its high 32 of 48 bits.
static uint64_t product24(const Instruction &instruction, uint64_t a,
                          uint64_t b, uint64_t c) {
  bool sign = isSigned(instruction.type);
  int64_t product = elementOf(a, 0, 24, sign) * elementOf(b, 0, 24, sign);
  uint64_t part = static_cast<uint64_t>(product);
  if (instruction.has(FlagHigh))
    part = static_cast<uint64_t>(product >> 16);
  if (instruction.op == Op::Mul24)
    return part;
  if (!instruction.has(FlagSat))
    return part + c;
  int64_t sum = static_cast<int32_t>(part) + s(c);
  return static_cast<uint64_t>(std::clamp<int64_t>(sum, INT32_MIN, INT32_MAX));
}

/// The position of the `offset`-th set bit of `mask` from `base` on, upwards or
/// downwards; a base that is set counts as the first. ~0 if there is none.
static uint64_t findNthSet(uint64_t mask, uint64_t base, int64_t offset) {
  int64_t position = s(base & 31), step = offset < 0 ? -1 : 1;
  if (offset == 0)
    return (mask >> position) & 1 ? static_cast<uint64_t>(position)
                                  : 0xffffffffu;
  int64_t left = offset < 0 ? -offset : offset;
  for (; position >= 0 && position < 32; position += step)
    if (((mask >> position) & 1) && --left == 0)
      return static_cast<uint64_t>(position);
  return 0xffffffffu;
}

/// The low `b` bits of `a`, extended.
static uint64_t extendBits(const Instruction &instruction, uint64_t a,
                           uint64_t b) {
  uint64_t bits =
      instruction.has(FlagClamp) ? std::min<uint64_t>(b, 32) : b & 31;
  if (bits == 0)
    return 0;
  return static_cast<uint64_t>(elementOf(a & 0xffffffffu, 0,
                                         static_cast<unsigned>(bits),
                                         isSigned(instruction.type)));
}

/// `b` ones from bit `a` on.
static uint64_t bitMask(const Instruction &instruction, uint64_t a,
                        uint64_t b) {
  if (instruction.has(FlagClamp))
    a = std::min<uint64_t>(a, 32), b = std::min<uint64_t>(b, 32);
  else
    a &= 31, b &= 31;
  uint64_t ones = (uint64_t(1) << b) - 1;
  return (ones << a) & 0xffffffffu;
}

/// add, min and max of u16x2 and s16x2, without carries between the halves.
static uint64_t pairOfHalves(const Instruction &instruction, uint64_t a,
                             uint64_t b) {
  bool sign = instruction.type == Type::S16x2;
  uint64_t packed = 0;
  for (unsigned i = 0; i < 2; ++i) {
    int64_t x = elementOf(a, i, 16, sign), y = elementOf(b, i, 16, sign);
    int64_t value = instruction.op == Op::Add   ? x + y
                    : instruction.op == Op::Sub ? x - y
                    : instruction.op == Op::Min ? std::min(x, y)
                                                : std::max(x, y);
    if (instruction.has(FlagRelu))
      value = std::max<int64_t>(value, 0);
    packed |= (static_cast<uint64_t>(value) & 0xffff) << (16 * i);
  }
  return packed;
}

bool Cta::executeIntegerSpecial(uint32_t mask) {
  const Instruction &instruction = *instruction_;
  Lanes sources[3] = {};
  uint32_t defined = ~0u;
  for (uint32_t i = 1; i < std::min(numOperands(), 4u); ++i) {
    bool offset = instruction.op == Op::Fns && i == 3;
    bool dot = instruction.op == Op::Dp4a || instruction.op == Op::Dp2a;
    Type type = offset                                  ? Type::S32
                : dot                                   ? Type::B32
                : instruction.op == Op::Szext && i == 2 ? Type::U32
                                                        : instruction.type;
    fetch(operand(i), type, sources[i - 1]);
    defined &= definedLanes(operand(i));
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t a = sources[0][lane], b = sources[1][lane], c = sources[2][lane];
    uint64_t &result = sources[0][lane];
    switch (instruction.op) {
    case Op::Dp4a:
    case Op::Dp2a:
      result = dotProduct(instruction, a, b, c);
      break;
    case Op::Mul24:
    case Op::Mad24:
      result = product24(instruction, a, b, c);
      break;
    case Op::Fns:
      result = findNthSet(a, b, s(c));
      break;
    case Op::Szext:
      result = extendBits(instruction, a, b);
      break;
    case Op::Bmsk:
      result = bitMask(instruction, a, b);
      break;
    default:
      if (instruction.type != Type::U16x2 && instruction.type != Type::S16x2)
        return false;
      result = pairOfHalves(instruction, a, b);
      break;
    }
  }
  write(operand(0), sources[0], mask, defined);
  return true;
}
