//===- MmaScaleTest.cpp - Block-scaled mma.sync ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaTestSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

MmaOp scaled(MmaKind kind, unsigned vector, ScaleType scale,
             MatrixType a = MatrixType::E2M1, MatrixType b = MatrixType::E2M1) {
  MmaOp op;
  op.kind = kind;
  op.a = a;
  op.b = b;
  op.k = kind == MmaKind::MXF8F6F4 ? 32 : 64;
  op.scaleVector = vector;
  op.scaleType = scale;
  return op;
}

std::vector<MmaOp> nibbleOps() {
  return {scaled(MmaKind::MXF4, 2, ScaleType::UE8M0),
          scaled(MmaKind::MXF4NVF4, 2, ScaleType::UE8M0),
          scaled(MmaKind::MXF4NVF4, 4, ScaleType::UE4M3),
          scaled(MmaKind::MXF4NVF4, 4, ScaleType::UE8M0)};
}

std::vector<MmaOp> byteOps() {
  std::vector<MmaOp> ops;
  const MatrixType types[] = {MatrixType::E4M3, MatrixType::E5M2,
                              MatrixType::E3M2, MatrixType::E2M3,
                              MatrixType::E2M1};
  for (MatrixType a : types)
    for (MatrixType b : types)
      ops.push_back(scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0, a, b));
  return ops;
}

/// The table of legal selectors, written out.
bool isLegal(unsigned vector, const ScaleSelector &s) {
  auto byteIsLegal = [vector](unsigned byte) {
    if (vector == 1)
      return byte <= 3;
    return byte == 0 || (vector == 2 && byte == 2);
  };
  return byteIsLegal(s.byteA) && byteIsLegal(s.byteB) && s.threadA <= 1 &&
         s.threadB <= 3;
}

// All lanes and bytes that the selector does not name hold random bits, NaN
// codes included.
TEST(SimMmaScale, EverySelectorOfEveryKind) {
  std::vector<MmaOp> ops = nibbleOps();
  ops.push_back(scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0, MatrixType::E4M3,
                       MatrixType::E4M3));
  uint64_t seed = 1;
  for (const MmaOp &op : ops) {
    ASSERT_TRUE(validate(op).ok()) << validate(op).message();
    unsigned legal = 0;
    for (unsigned code = 0; code < 6 * 6 * 6 * 6; ++code) {
      ScaleSelector select;
      select.byteA = code % 6;
      select.threadA = code / 6 % 6;
      select.byteB = code / 36 % 6;
      select.threadB = code / 216;
      ASSERT_EQ(validate(op, select).ok(), isLegal(op.scaleVector, select));
      if (!isLegal(op.scaleVector, select))
        continue;
      ++legal;
      SCOPED_TRACE("seed " + std::to_string(seed));
      Stream random(seed++);
      Problem problem;
      problem.op = op;
      problem.select = select;
      problem.randomize(random);
      expectRight(problem, random);
    }
    EXPECT_EQ(legal, op.scaleVector == 1   ? 128u
                     : op.scaleVector == 2 ? 32u
                                           : 8u);
  }
}

TEST(SimMmaScale, EveryPairOfByteTypes) {
  uint64_t seed = 1000;
  for (const MmaOp &op : byteOps()) {
    ASSERT_TRUE(validate(op).ok()) << validate(op).message();
    for (int repeat = 0; repeat < 4; ++repeat) {
      SCOPED_TRACE(std::string(name(op.a)) + " x " + name(op.b) + ", seed " +
                   std::to_string(seed));
      Stream random(seed++);
      Problem problem;
      problem.op = op;
      problem.select.byteA = repeat;
      problem.select.threadB = 3 - repeat;
      problem.randomize(random);
      expectRight(problem, random);
    }
  }
}

// A read lane mask that is too small or too large would hide or invent
// findings: flipping a scale in such a lane changes the result, in any other
// it does not.
TEST(SimMmaScale, LaneMasksAreExact) {
  for (unsigned threadA = 0; threadA < 2; ++threadA)
    for (unsigned threadB = 0; threadB < 4; ++threadB) {
      Stream random(threadA * 4 + threadB);
      Problem problem;
      problem.op = scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0,
                          MatrixType::E4M3, MatrixType::E4M3);
      problem.select.threadA = threadA;
      problem.select.threadB = threadB;
      problem.randomize(random);
      for (unsigned m = 0; m < 16; ++m)
        for (unsigned k = 0; k < 32; ++k)
          problem.a[m][k] = 0x38;
      for (unsigned k = 0; k < 32; ++k)
        for (unsigned n = 0; n < 8; ++n)
          problem.b[k][n] = 0x38;
      Registers in;
      problem.pack(random, in);
      Result before, after;
      run(problem.op, problem.select, in, before);
      MmaScales scales;
      scales.select = problem.select;
      for (unsigned side = 0; side < 2; ++side)
        for (unsigned lane = 0; lane < 32; ++lane) {
          uint32_t &word = (side ? in.scaleB : in.scaleA)[lane];
          uint32_t mask = side ? scales.lanesB() : scales.lanesA();
          word ^= 0x40;
          run(problem.op, problem.select, in, after);
          word ^= 0x40;
          bool changed =
              std::memcmp(before.regs, after.regs, sizeof(before.regs)) != 0;
          ASSERT_EQ(changed, (mask >> lane & 1) != 0) << side << " " << lane;
        }
    }
}

TEST(SimMmaScale, NaNScaleSpoilsItsRowOrColumn) {
  std::vector<MmaOp> ops = nibbleOps();
  ops.push_back(scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0, MatrixType::E4M3,
                       MatrixType::E2M1));
  for (const MmaOp &op : ops) {
    Stream random(17);
    Problem problem;
    problem.op = op;
    uint8_t nan = op.scaleType == ScaleType::UE8M0 ? 0xFF : 0x7F;
    for (auto &row : problem.scaleA)
      std::memset(row, 0x38, sizeof(row));
    for (auto &row : problem.scaleB)
      std::memset(row, 0x38, sizeof(row));
    problem.scaleA[5][op.scaleVector - 1] = nan;
    problem.scaleB[3][0] = nan;
    Registers in;
    problem.pack(random, in);
    Result result;
    run(op, {}, in, result);
    for (unsigned m = 0; m < 16; ++m)
      for (unsigned n = 0; n < 8; ++n)
        ASSERT_EQ(std::isnan(result.d[m][n]), m == 5 || n == 3);
  }
}

// 2^-127 is an f32 subnormal and 2^127 * 2^127 overflows f32: scales multiply
// without either.
TEST(SimMmaScale, ExtremeScales) {
  Stream random(1);
  Problem problem;
  problem.op = scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0, MatrixType::E4M3,
                      MatrixType::E4M3);
  problem.a[0][0] = problem.a[1][0] = problem.a[2][0] = 0x38;
  problem.b[0][0] = problem.b[0][1] = 0x38;
  problem.scaleA[0][0] = 0x00; // 2^-127
  problem.scaleA[1][0] = 0xFE; // 2^127
  problem.scaleA[2][0] = 0x7F; // 1
  problem.scaleB[0][0] = 0xFE;
  problem.scaleB[1][0] = 0x00;
  Registers in;
  problem.pack(random, in);
  Result result;
  run(problem.op, {}, in, result);
  EXPECT_EQ(result.d[0][0], 1.0);
  EXPECT_EQ(result.d[1][1], 1.0);
  EXPECT_EQ(result.d[2][0], 0x1p127);
  EXPECT_EQ(result.d[2][1], 0x1p-127);
  EXPECT_EQ(result.d[0][1], 0.0); // 2^-254
  EXPECT_TRUE(std::isinf(result.d[1][0]));
}

TEST(SimMmaScale, InstructionsThatDoNotExist) {
  MmaOp op = scaled(MmaKind::MXF4, 4, ScaleType::UE8M0);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF4NVF4, 2, ScaleType::UE4M3);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF4NVF4, 1, ScaleType::UE8M0);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF4, 2, ScaleType::UE8M0, MatrixType::E4M3);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE4M3);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF8F6F4, 2, ScaleType::UE8M0);
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF8F6F4, 1, ScaleType::UE8M0);
  op.accumulator = AccumulatorType::F16;
  EXPECT_FALSE(validate(op).ok());
  op = scaled(MmaKind::MXF4, 2, ScaleType::UE8M0);
  op.k = 32;
  EXPECT_FALSE(validate(op).ok());
  ScaleSelector select;
  select.byteA = 1;
  EXPECT_EQ(
      validate(scaled(MmaKind::MXF4, 2, ScaleType::UE8M0), select).message(),
      "byte-id of scale-a is 1, with scale_vec::2X it may be 0, 2");
}

TEST(SimMmaScale, SignedScalesAreReported) {
  MmaOp op = scaled(MmaKind::MXF4NVF4, 4, ScaleType::UE4M3);
  WarpRegister a[4] = {}, b[2] = {}, scaleA = {}, scaleB = {};
  MmaScales scales;
  scales.a = &scaleA;
  scales.b = &scaleB;
  scales.select.threadA = 1;
  scaleA[5] = 0x80; // thread 1 of its quad: not read
  EXPECT_TRUE(checkOperandBits(op, a, b, &scales).ok());
  scaleA[6] = 0x800000;
  EXPECT_NE(checkOperandBits(op, a, b, &scales)
                .message()
                .find("scale register of A in lane 6"),
            std::string::npos);
}

} // namespace
