//===- ExecCompare.cpp - Comparisons and selections -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"

#include <cmath>

using namespace dgemm::sim;

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

/// Two values of a type, in the low bits of `a` and `b`.
static bool compareBits(const Instruction &instruction, Type type, uint64_t a,
                        uint64_t b) {
  if (isSigned(type))
    return compareValues(instruction.compare, static_cast<int64_t>(a),
                         static_cast<int64_t>(b));
  if (!isFloat(type))
    return compareValues(instruction.compare, a, b);
  double x = decodeNarrow(type, a), y = decodeNarrow(type, b);
  if (instruction.has(FlagFtz)) {
    double normal = type == Type::F16 ? 0x1p-14 : 0x1p-126;
    x = std::fabs(x) < normal ? 0 : x;
    y = std::fabs(y) < normal ? 0 : y;
  }
  return compareFloats(instruction.compare, x, y);
}

/// What `set` writes for true, in one element of the type.
static uint64_t trueOf(Type type) {
  switch (type) {
  case Type::F32:
    return bitsOf(1.0f);
  case Type::F16:
    return 0x3c00;
  case Type::BF16:
    return 0x3f80;
  default:
    return 0xffffffffu;
  }
}

/// set and setp. A comparison of pairs has one result for each half.
void Cta::executeSet(uint32_t mask) {
  const Instruction &instruction = *instruction_;
  Type type = instruction.sourceType;
  unsigned bits = 0, resultBits = 0;
  Type part = pairElement(type, bits);
  Type resultPart = pairElement(instruction.type, resultBits);
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
    bool other = (third >> lane) & 1;
    bool low = compareBits(instruction, part == Type::None ? type : part,
                           a[lane], b[lane]);
    bool high = !low;
    if (part != Type::None)
      high = compareBits(instruction, part, a[lane] >> bits, b[lane] >> bits);
    first |= uint32_t(combine(instruction.boolOp, low, other)) << lane;
    second |= uint32_t(combine(instruction.boolOp, high, other)) << lane;
  }
  const Operand &to = operand(0);
  if (instruction.op == Op::Setp) {
    bool pair = to.kind == Operand::Kind::Vector;
    writePredicate(element(to, 0), first, mask, defined);
    if (pair)
      writePredicate(element(to, 1), second, mask, defined);
    return;
  }
  uint64_t one =
      trueOf(resultPart == Type::None ? instruction.type : resultPart);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    a[lane] = (first >> lane) & 1 ? one : 0;
    if (resultPart != Type::None && ((second >> lane) & 1))
      a[lane] |= one << resultBits;
  }
  write(to, a, mask, defined);
}

static bool testClass(uint8_t which, double value, double normal) {
  switch (static_cast<FloatClass>(which)) {
  case FloatClass::Finite:
    return std::isfinite(value);
  case FloatClass::Infinite:
    return std::isinf(value);
  case FloatClass::Number:
    return !std::isnan(value);
  case FloatClass::NotANumber:
    return std::isnan(value);
  case FloatClass::Normal:
    return value == 0 || (std::isfinite(value) && std::fabs(value) >= normal);
  case FloatClass::Subnormal:
    return value != 0 && std::fabs(value) < normal;
  }
  return false;
}

void Cta::executeTestClass(uint32_t mask) {
  Type type = instruction_->type;
  Lanes a;
  fetch(operand(1), type, a);
  double normal = type == Type::F64 ? 0x1p-1022 : 0x1p-126;
  uint32_t result = 0;
  for (uint32_t lane = 0; lane < 32; ++lane)
    result |= uint32_t(testClass(instruction_->mode,
                                 decodeNarrow(type, a[lane]), normal))
              << lane;
  writePredicate(operand(0), result, mask, definedLanes(operand(1)));
}

void Cta::executeSelect(uint32_t mask) {
  Lanes a, b;
  fetch(operand(1), instruction_->type, a);
  fetch(operand(2), instruction_->type, b);
  uint32_t chosen = 0;
  if (instruction_->op == Op::Selp) {
    chosen = fetchPredicate(operand(3));
  } else {
    // slct: the first if the third is not negative; -0 is not.
    Lanes c;
    fetch(operand(3), instruction_->sourceType, c);
    bool real = instruction_->sourceType == Type::F32;
    for (uint32_t lane = 0; lane < 32; ++lane) {
      bool positive =
          real ? asFloat(c[lane]) >= 0 : static_cast<int64_t>(c[lane]) >= 0;
      // A subnormal is zero with .ftz.
      positive |= real && instruction_->has(FlagFtz) &&
                  std::fabs(asFloat(c[lane])) < 0x1p-126f;
      chosen |= uint32_t(positive) << lane;
    }
  }
  uint32_t defined =
      definedLanes(operand(3)) & ((chosen & definedLanes(operand(1))) |
                                  (~chosen & definedLanes(operand(2))));
  for (uint32_t lane = 0; lane < 32; ++lane)
    a[lane] = (chosen >> lane) & 1 ? a[lane] : b[lane];
  write(operand(0), a, mask, defined);
}
