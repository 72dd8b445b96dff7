//===- ReduceTest.cpp - Reductions of bulk copies -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Formats.h"
#include "dgemm/Simulator/TensorCopy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

using namespace dgemm::sim;

namespace {

template <typename T> T apply(ReduceOp op, ReduceType type, T old, T value) {
  EXPECT_EQ(byteWidth(type), sizeof(T));
  T pair[2] = {old, old};
  T operand[2] = {value, value};
  reduce(op, type, reinterpret_cast<uint8_t *>(pair),
         reinterpret_cast<const uint8_t *>(operand), sizeof(pair));
  EXPECT_EQ(std::memcmp(&pair[0], &pair[1], sizeof(T)), 0);
  return pair[0];
}

TEST(SimReduce, Integers) {
  using Op = ReduceOp;
  EXPECT_EQ(apply<uint32_t>(Op::Add, ReduceType::U32, ~0u, 3), 2u);
  EXPECT_EQ(apply<int32_t>(Op::Add, ReduceType::S32, INT32_MAX, 1), INT32_MIN);
  EXPECT_EQ(apply<uint64_t>(Op::Add, ReduceType::U64, 1ull << 40, 1),
            (1ull << 40) + 1);
  EXPECT_EQ(apply<int32_t>(Op::Min, ReduceType::S32, -1, 1), -1);
  EXPECT_EQ(apply<uint32_t>(Op::Min, ReduceType::U32, ~0u, 1), 1u);
  EXPECT_EQ(apply<int64_t>(Op::Max, ReduceType::S64, -1, 1), 1);
  EXPECT_EQ(apply<uint32_t>(Op::Inc, ReduceType::U32, 4, 5), 5u);
  EXPECT_EQ(apply<uint32_t>(Op::Inc, ReduceType::U32, 5, 5), 0u);
  EXPECT_EQ(apply<uint32_t>(Op::Dec, ReduceType::U32, 0, 5), 5u);
  EXPECT_EQ(apply<uint32_t>(Op::Dec, ReduceType::U32, 6, 5), 5u);
  EXPECT_EQ(apply<uint32_t>(Op::Dec, ReduceType::U32, 3, 5), 2u);
  EXPECT_EQ(apply<uint32_t>(Op::And, ReduceType::U32, 12, 10), 8u);
  EXPECT_EQ(apply<uint64_t>(Op::Or, ReduceType::U64, 12, 10), 14u);
  EXPECT_EQ(apply<uint32_t>(Op::Xor, ReduceType::U32, 12, 10), 6u);
}

TEST(SimReduce, SubnormalsAndNaNsAsOnAnH100) {
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::F32, 1.5f, 2.25f), 3.75f);
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::F32, 0x1p-130f, 0x1p-130f),
            0x1p-129f);
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::F32, 0x1.8p-126f, -0x1p-126f),
            0x1p-127f);
  float signalling;
  uint32_t word = 0xff800001;
  std::memcpy(&signalling, &word, 4);
  float sum = apply(ReduceOp::Add, ReduceType::F32, 1.0f, signalling);
  std::memcpy(&word, &sum, 4);
  EXPECT_EQ(word, 0x7fffffffu);
  uint64_t wide = 0x7ff0000000000001, bits;
  double number;
  std::memcpy(&number, &wide, 8);
  number = apply(ReduceOp::Add, ReduceType::F64, double(NAN), number);
  std::memcpy(&bits, &number, 8);
  EXPECT_EQ(bits, wide);
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::F64, 0x1p-1070, 0x1p-1070),
            0x1p-1069);
}

uint16_t half(double value) { return dgemm::reference::encodeF16(value); }
uint16_t brain(double value) { return dgemm::reference::encodeBF16(value); }

TEST(SimReduce, SmallFloats) {
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::F16, half(1), half(0x1p-11)),
            half(1));
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::BF16, brain(3), brain(-1)),
            brain(2));
  EXPECT_EQ(apply(ReduceOp::Min, ReduceType::F16, half(3), half(-1)), half(-1));
  EXPECT_EQ(apply(ReduceOp::Max, ReduceType::BF16, brain(3), brain(-1)),
            brain(3));
  uint16_t nan = 0x7FFF;
  EXPECT_EQ(apply(ReduceOp::Max, ReduceType::BF16, nan, brain(-1)), brain(-1));
  EXPECT_EQ(apply(ReduceOp::Min, ReduceType::BF16, brain(-1), nan), brain(-1));
  EXPECT_EQ(apply(ReduceOp::Add, ReduceType::BF16, brain(-1), nan), nan);
  EXPECT_EQ(apply(ReduceOp::Min, ReduceType::F16, half(0.0), half(-0.0)),
            half(-0.0));
}

TEST(SimReduce, CombinationsThatExist) {
  using Op = ReduceOp;
  auto ok = [](Op op, ReduceType type) { return validate(op, type).ok(); };
  EXPECT_TRUE(ok(Op::Add, ReduceType::F32));
  EXPECT_TRUE(ok(Op::Add, ReduceType::BF16));
  EXPECT_TRUE(ok(Op::Min, ReduceType::F16));
  EXPECT_TRUE(ok(Op::Xor, ReduceType::U64));
  EXPECT_FALSE(ok(Op::Min, ReduceType::F32));
  EXPECT_FALSE(ok(Op::And, ReduceType::F32));
  EXPECT_FALSE(ok(Op::Inc, ReduceType::U64));
  EXPECT_EQ(validate(Op::Max, ReduceType::F64).message(),
            "bulk copies have no reduction .max of .f64");
}

TEST(SimReduce, TypesOfTensorMaps) {
  EXPECT_EQ(*reduceType(TensorMapType::BF16), ReduceType::BF16);
  EXPECT_EQ(*reduceType(TensorMapType::F32), ReduceType::F32);
  EXPECT_EQ(*reduceType(TensorMapType::S64), ReduceType::S64);
  EXPECT_FALSE(bool(reduceType(TensorMapType::U8)));
  EXPECT_FALSE(bool(reduceType(TensorMapType::U4Align8)));
}

} // namespace
