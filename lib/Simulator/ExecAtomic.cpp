//===- ExecAtomic.cpp - atom and red --------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cta.h"
#include "FloatSupport.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace dgemm::sim;

/// f16 and bf16: sums round once; min and max prefer what is no NaN.
static uint64_t combineHalf(const Instruction &instruction, Type type,
                            uint64_t old, uint64_t b) {
  double x = decodeNarrow(type, old), y = decodeNarrow(type, b);
  if (instruction.action == Action::Add)
    return encodeNarrow(type, addToOdd(x, y), Round::Rn, false);
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) && std::isnan(y) ? 0x7fff : std::isnan(x) ? b : old;
  bool less = x < y || (x == y && std::signbit(x));
  return less == (instruction.action == Action::Min) ? old : b;
}

static float flushed(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value)
                                                : value;
}

/// Sums of f32 in global memory are without subnormals, others keep them.
static uint64_t addFloats(const Instruction &instruction, uint64_t old,
                          uint64_t b) {
  float x = asFloat(old), y = asFloat(b);
  bool shared = instruction.space == Space::Shared ||
                instruction.space == Space::SharedCluster;
  float sum = shared ? x + y : flushed(flushed(x) + flushed(y));
  return std::isnan(sum) ? canonicalNaN : bitsOf(sum);
}

/// In shared memory the compiler adds with ordinary instructions, which make a
/// NaN quiet, the one in memory first.
static uint64_t addDoublesIn(Space space, uint64_t old, uint64_t b) {
  bool shared = space == Space::Shared || space == Space::SharedCluster;
  double x = asDouble(old), y = asDouble(b);
  if (!shared || !(std::isnan(x) || std::isnan(y)))
    return addDoubles(old, b);
  return (std::isnan(x) ? old : b) | uint64_t(1) << 51;
}

static uint64_t combineFloats(const Instruction &instruction, uint64_t old,
                              uint64_t b) {
  unsigned bits = 0;
  Type part = pairElement(instruction.type, bits);
  if (part != Type::None)
    return combineHalf(instruction, part, old & 0xffff, b & 0xffff) |
           combineHalf(instruction, part, old >> 16, b >> 16) << 16;
  switch (instruction.type) {
  case Type::F32:
    return addFloats(instruction, old, b);
  case Type::F64:
    return addDoublesIn(instruction.space, old, b);
  default:
    return combineHalf(instruction, instruction.type, old, b);
  }
}

uint64_t dgemm::sim::combineAtomic(const Instruction &instruction, uint64_t old,
                                   uint64_t b, uint64_t c) {
  Type type = instruction.type;
  if (isFloat(type) && instruction.action <= Action::Max)
    return combineFloats(instruction, old, b);
  bool sign = isSigned(type);
  int64_t x = static_cast<int64_t>(old), y = static_cast<int64_t>(b);
  switch (instruction.action) {
  case Action::Add:
    return old + b;
  case Action::Min:
    return (sign ? x < y : old < b) ? old : b;
  case Action::Max:
    return (sign ? x > y : old > b) ? old : b;
  case Action::And:
    return old & b;
  case Action::Or:
    return old | b;
  case Action::Xor:
    return old ^ b;
  case Action::Exch:
    return b;
  case Action::Cas:
    return old == b ? c : old;
  case Action::Inc:
    return old >= b ? 0 : old + 1;
  case Action::Dec:
    return old == 0 || old > b ? b : old - 1;
  default:
    return old;
  }
}

/// exch and cas of 16 bytes: two words that change together.
void Cta::combineWide(uint8_t *at, const uint64_t *b, const uint64_t *c,
                      uint64_t *old) {
  std::memcpy(old, at, 16);
  if (instruction_->action == Action::Exch)
    std::memcpy(at, b, 16);
  else if (old[0] == b[0] && old[1] == b[1])
    std::memcpy(at, c, 16);
}

void Cta::executeAtomic(uint32_t mask) {
  bool result = instruction_->op == Op::Atom;
  bool swap = instruction_->action == Action::Cas;
  const Operand &memory = operand(result ? 1 : 0);
  const Operand &data = operand(result ? 2 : 1);
  if (!isUniformlyDefined(memory, mask, "an address"))
    return fault("undefined-address", "an atomic needs a defined address");
  if (instruction_->space != Space::Shared)
    isUniformlyDefined(data, mask, "an operand of an atomic");
  Type type = instruction_->type;
  bool wide = type == Type::B128;
  uint32_t count = wide ? 2 : instruction_->count;
  unsigned bytes = wide ? 8 : dgemm::sim::bitWidth(type) / 8;
  Lanes address, b[8], c[2] = {}, old[8];
  addresses(memory, address);
  for (uint32_t i = 0; i < count; ++i)
    fetch(wide ? wordOf(data, i) : element(data, i), wide ? Type::B64 : type,
          b[i]);
  for (uint32_t i = 0; swap && i < (wide ? 2u : 1u); ++i)
    fetch(wordOf(operand(3), i), wide ? Type::B64 : type, c[i]);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint8_t *written = nullptr;
    uint8_t *at = resolve(instruction_->space, address[lane], bytes * count,
                          lane, true, written);
    if (!at)
      return;
    watch(instruction_->space, address[lane], bytes * count, lane,
          Touch::Atomic);
    if (wide) {
      uint64_t with[2] = {b[0][lane], b[1][lane]}, before[2];
      uint64_t then[2] = {c[0][lane], c[1][lane]};
      combineWide(at, with, then, before);
      old[0][lane] = before[0];
      old[1][lane] = before[1];
    }
    for (uint32_t i = 0; i < count && !wide; ++i) {
      old[i][lane] = loadValue(at + i * bytes, bytes, type);
      uint64_t value =
          combineAtomic(*instruction_, old[i][lane], b[i][lane], c[0][lane]);
      std::memcpy(at + i * bytes, &value, bytes);
    }
    bool known = !written || !std::memchr(written, 0, size_t(bytes) * count);
    if (!known && instruction_->action != Action::Exch)
      report("uninitialised-read", "an atomic on memory that nothing wrote",
             static_cast<int>(lane), instruction_->line,
             static_cast<int>(warp_->index));
    if (written)
      std::memset(written, 1, size_t(bytes) * count);
  }
  for (uint32_t i = 0; i < count && result; ++i)
    write(wide ? wordOf(operand(0), i) : element(operand(0), i), old[i], mask);
}
