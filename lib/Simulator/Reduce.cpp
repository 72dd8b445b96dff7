//===- Reduce.cpp - Element-wise reductions of bulk copies ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Formats.h"
#include "dgemm/Simulator/TensorCopy.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace dgemm::sim;
namespace reference = dgemm::reference;

namespace {

const char *name(ReduceType type) {
  static const char *const names[] = {"f16", "bf16", "f32", "f32 (ftz)", "f64",
                                      "u32", "s32",  "u64", "s64"};
  return names[static_cast<unsigned>(type)];
}

const char *name(ReduceOp op) {
  static const char *const names[] = {"add", "min", "max", "inc",
                                      "dec", "and", "or",  "xor"};
  return names[static_cast<unsigned>(op)];
}

template <typename T> T combineInteger(ReduceOp op, T old, T value) {
  using U = std::make_unsigned_t<T>;
  switch (op) {
  case ReduceOp::Add:
    return static_cast<T>(static_cast<U>(old) + static_cast<U>(value));
  case ReduceOp::Min:
    return std::min(old, value);
  case ReduceOp::Max:
    return std::max(old, value);
  case ReduceOp::Inc:
    return old >= value ? 0 : old + 1;
  case ReduceOp::Dec:
    return old == 0 || old > value ? value : old - 1;
  case ReduceOp::And:
    return old & value;
  case ReduceOp::Or:
    return old | value;
  case ReduceOp::Xor:
    return old ^ value;
  }
  return old;
}

/// As on an H100: subnormals stay (the PTX ISA says that they are flushed), and
/// every NaN is 0x7fffffff.
float combineF32(float old, float value) {
  float sum = old + value;
  uint32_t canonical = 0x7fffffff;
  if (std::isnan(sum))
    std::memcpy(&sum, &canonical, sizeof(sum));
  return sum;
}

float flush(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value)
                                                : value;
}

float combineF32Ftz(float old, float value) {
  return flush(combineF32(flush(old), flush(value)));
}

/// A NaN stays as it is, even a signalling one, as on an H100; of two NaNs the
/// new one.
uint64_t combineF64(uint64_t old, uint64_t value) {
  double x, y;
  std::memcpy(&x, &old, sizeof(x));
  std::memcpy(&y, &value, sizeof(y));
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(y) ? value : old;
  double sum = x + y;
  uint64_t bits;
  std::memcpy(&bits, &sum, sizeof(bits));
  return bits;
}

/// Minimum and maximum prefer a number to a NaN, and order -0 before +0.
double combineSmall(ReduceOp op, double old, double value) {
  if (op == ReduceOp::Add)
    return old + value;
  if (std::isnan(old) || std::isnan(value))
    return std::isnan(old) ? value : old;
  bool oldIsLess = old < value || (old == value && std::signbit(old));
  return (op == ReduceOp::Min) == oldIsLess ? old : value;
}

uint16_t combineF16(ReduceOp op, uint16_t old, uint16_t value) {
  double result =
      combineSmall(op, reference::decodeF16(old), reference::decodeF16(value));
  return std::isnan(result) ? 0x7FFF : reference::encodeF16(result);
}

// One rounding to f64 before that to bf16 is harmless: 53 bits are more than
// twice 8 bits and two.
uint16_t combineBF16(ReduceOp op, uint16_t old, uint16_t value) {
  double result = combineSmall(op, reference::decodeBF16(old),
                               reference::decodeBF16(value));
  return std::isnan(result) ? 0x7FFF : reference::encodeBF16(result);
}

template <typename T, typename Combine>
void forEach(uint8_t *global, const uint8_t *shared, uint32_t bytes,
             Combine combine) {
  for (uint32_t i = 0; i + sizeof(T) <= bytes; i += sizeof(T)) {
    T old, value;
    std::memcpy(&old, global + i, sizeof(T));
    std::memcpy(&value, shared + i, sizeof(T));
    T result = combine(old, value);
    std::memcpy(global + i, &result, sizeof(T));
  }
}

} // namespace

Expected<ReduceType> dgemm::sim::reduceType(TensorMapType type) {
  switch (type) {
  case TensorMapType::U32:
    return ReduceType::U32;
  case TensorMapType::S32:
    return ReduceType::S32;
  case TensorMapType::U64:
    return ReduceType::U64;
  case TensorMapType::S64:
    return ReduceType::S64;
  case TensorMapType::F16:
    return ReduceType::F16;
  case TensorMapType::BF16:
    return ReduceType::BF16;
  case TensorMapType::F32:
    return ReduceType::F32;
  case TensorMapType::F32Ftz:
    return ReduceType::F32Ftz;
  case TensorMapType::F64:
    return ReduceType::F64;
  default:
    return Error{"no reduction is known for tensor maps of data type " +
                 std::to_string(static_cast<unsigned>(type))};
  }
}

unsigned dgemm::sim::byteWidth(ReduceType type) {
  static const unsigned widths[] = {2, 2, 4, 4, 8, 4, 4, 8, 8};
  return widths[static_cast<unsigned>(type)];
}

Status dgemm::sim::validate(ReduceOp op, ReduceType type) {
  bool isInteger = type >= ReduceType::U32;
  bool isSmall = type == ReduceType::F16 || type == ReduceType::BF16;
  bool legal = false;
  switch (op) {
  case ReduceOp::Add:
    legal = true;
    break;
  case ReduceOp::Min:
  case ReduceOp::Max:
    legal = isInteger || isSmall;
    break;
  case ReduceOp::Inc:
  case ReduceOp::Dec:
    legal = type == ReduceType::U32;
    break;
  default:
    legal = isInteger;
  }
  if (legal)
    return {};
  return Error{std::string("bulk copies have no reduction .") + name(op) +
               " of ." + name(type)};
}

void dgemm::sim::reduce(ReduceOp op, ReduceType type, uint8_t *global,
                        const uint8_t *shared, uint32_t bytes) {
  auto integer = [op](auto old, auto value) {
    return combineInteger(op, old, value);
  };
  switch (type) {
  case ReduceType::U32:
    return forEach<uint32_t>(global, shared, bytes, integer);
  case ReduceType::S32:
    return forEach<int32_t>(global, shared, bytes, integer);
  case ReduceType::U64:
    return forEach<uint64_t>(global, shared, bytes, integer);
  case ReduceType::S64:
    return forEach<int64_t>(global, shared, bytes, integer);
  case ReduceType::F16:
    return forEach<uint16_t>(global, shared, bytes, [op](auto x, auto y) {
      return combineF16(op, x, y);
    });
  case ReduceType::BF16:
    return forEach<uint16_t>(global, shared, bytes, [op](auto x, auto y) {
      return combineBF16(op, x, y);
    });
  case ReduceType::F32:
    return forEach<float>(global, shared, bytes, combineF32);
  case ReduceType::F32Ftz:
    return forEach<float>(global, shared, bytes, combineF32Ftz);
  case ReduceType::F64:
    return forEach<uint64_t>(global, shared, bytes, combineF64);
  }
}
