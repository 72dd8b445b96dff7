//===- MmaTest.cpp - mma.sync without scales ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaTestSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

MmaOp plain(MatrixType type, unsigned k,
            AccumulatorType accumulator = AccumulatorType::F32) {
  MmaOp op;
  op.a = op.b = type;
  op.k = k;
  op.accumulator = accumulator;
  return op;
}

const MatrixType byteTypes[] = {MatrixType::E4M3, MatrixType::E5M2,
                                MatrixType::E3M2, MatrixType::E2M3,
                                MatrixType::E2M1};

/// Every instruction without scales.
std::vector<MmaOp> unscaledOps() {
  std::vector<MmaOp> ops = {plain(MatrixType::BF16, 16),
                            plain(MatrixType::BF16, 8),
                            plain(MatrixType::F16, 16),
                            plain(MatrixType::F16, 8),
                            plain(MatrixType::TF32, 8),
                            plain(MatrixType::TF32, 4),
                            plain(MatrixType::F16, 16, AccumulatorType::F16),
                            plain(MatrixType::F16, 8, AccumulatorType::F16)};
  for (AccumulatorType accumulator :
       {AccumulatorType::F32, AccumulatorType::F16})
    for (MatrixType a : byteTypes)
      for (MatrixType b : byteTypes) {
        MmaOp op = plain(a, 32, accumulator);
        op.b = b;
        op.kind = MmaKind::F8F6F4;
        ops.push_back(op);
        if (a > MatrixType::E5M2 || b > MatrixType::E5M2)
          continue;
        op.kind = MmaKind::Plain;
        ops.push_back(op);
        op.k = 16;
        ops.push_back(op);
      }
  return ops;
}

std::string label(const MmaOp &op) {
  return std::string("kind ") + std::to_string(int(op.kind)) + " " +
         name(op.a) + " x " + name(op.b) + " k " + std::to_string(op.k) +
         (op.accumulator == AccumulatorType::F16 ? " f16" : " f32");
}

TEST(SimMma, EveryTypeOnRandomData) {
  uint64_t seed = 1;
  for (const MmaOp &op : unscaledOps()) {
    ASSERT_TRUE(validate(op).ok()) << validate(op).message();
    for (int repeat = 0; repeat < 4; ++repeat) {
      SCOPED_TRACE(label(op) + ", seed " + std::to_string(seed));
      Stream random(seed++);
      Problem problem;
      problem.op = op;
      problem.randomize(random);
      expectRight(problem, random);
    }
  }
}

// With one element of A and one of B only one output may differ from C, for
// each pair of positions along K.
TEST(SimMma, EveryElementReachesItsOutputOnly) {
  for (const MmaOp &op : unscaledOps()) {
    SCOPED_TRACE(label(op));
    Stream random(7);
    uint32_t two[2];
    for (unsigned side = 0; side < 2; ++side) {
      MatrixType type = side ? op.b : op.a;
      uint32_t code = 0;
      while (decode(type, code) != 2)
        ++code;
      two[side] = code;
    }
    for (unsigned k = 0; k < op.k; ++k) {
      unsigned m = static_cast<unsigned>(random.integer(0, 15));
      unsigned n = static_cast<unsigned>(random.integer(0, 7));
      Problem problem;
      problem.op = op;
      problem.a[m][k] = two[0];
      problem.b[k][n] = two[1];
      Registers in;
      problem.pack(random, in);
      Result result;
      run(op, {}, in, result);
      for (unsigned row = 0; row < 16; ++row)
        for (unsigned column = 0; column < 8; ++column)
          ASSERT_EQ(result.d[row][column], row == m && column == n ? 4.0 : 0.0);
    }
  }
}

// Values that a person can check: lane 5 is g = 1, t = 1.
TEST(SimMma, CheckValues) {
  WarpRegister a[4] = {}, b[2] = {}, c[4] = {}, d[4];
  // A[1][11] = 1 in r[2].h1, B[11][3] = 1: lane 4 * 3 + 1, r[1].h1.
  a[2][5] = 0x3F80u << 16;
  b[1][13] = 0x3F80u << 16;
  mma(plain(MatrixType::BF16, 16), a, b, c, d);
  for (unsigned i = 0; i < 4; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      ASSERT_EQ(d[i][lane], i == 1 && lane == 5 ? 0x3F800000u : 0u);
  // e4m3: B[20][1] = 1 in r[1].b0 of lane 5; A[9][20] = 1: lane 5, r[3].b0.
  // D[9][1]: lane 4, r[3].
  WarpRegister a8[4] = {}, b8[2] = {};
  a8[3][5] = b8[1][5] = 0x38;
  mma(plain(MatrixType::E4M3, 32), a8, b8, c, d);
  for (unsigned i = 0; i < 4; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      ASSERT_EQ(d[i][lane], i == 3 && lane == 4 ? 0x3F800000u : 0u);
}

TEST(SimMma, ResultMayReplaceC) {
  for (AccumulatorType accumulator :
       {AccumulatorType::F32, AccumulatorType::F16}) {
    Stream random(3);
    Problem problem;
    problem.op = plain(MatrixType::F16, 16, accumulator);
    problem.randomize(random);
    Registers in;
    problem.pack(random, in);
    WarpRegister apart[4];
    mma(problem.op, in.a, in.b, in.c, apart);
    mma(problem.op, in.a, in.b, in.c, in.c);
    for (unsigned i = 0; i < problem.op.registersD(); ++i)
      for (unsigned lane = 0; lane < 32; ++lane)
        ASSERT_EQ(apart[i][lane], in.c[i][lane]);
  }
}

TEST(SimMma, IgnoresTheLowBitsOfTF32) {
  Stream random(11);
  Problem problem;
  problem.op = plain(MatrixType::TF32, 8);
  problem.randomize(random);
  Registers in;
  problem.pack(random, in);
  Result clean, dirty;
  run(problem.op, {}, in, clean);
  for (WarpRegister &reg : in.a)
    for (uint32_t &word : reg)
      word ^= random.word() & 0x1FFF;
  for (WarpRegister &reg : in.b)
    for (uint32_t &word : reg)
      word ^= random.word() & 0x1FFF;
  run(problem.op, {}, in, dirty);
  for (unsigned i = 0; i < 4; ++i)
    for (unsigned lane = 0; lane < 32; ++lane)
      ASSERT_EQ(clean.regs[i][lane], dirty.regs[i][lane]);
}

// Two products of 2^17 cancel; the one of 2^-18 next to them remains, and so
// it does next to a C that f32 could not hold together with it.
TEST(SimMma, SumsOfFP8AreExact) {
  Problem problem;
  problem.op = plain(MatrixType::E4M3, 32);
  problem.a[3][0] = 0x78;  // 256
  problem.a[3][9] = 0xF8;  // -256
  problem.a[3][31] = 0x01; // 2^-9
  problem.b[0][2] = problem.b[9][2] = 0x78;
  problem.b[31][2] = 0x01;
  Stream random(1);
  Registers in;
  problem.pack(random, in);
  Result result;
  run(problem.op, {}, in, result);
  EXPECT_EQ(result.d[3][2], 0x1p-18);
}

TEST(SimMma, InfinityAndNaN) {
  Problem problem;
  problem.op = plain(MatrixType::E5M2, 32);
  problem.a[0][0] = 0x7C; // +inf
  problem.b[0][0] = 0x3C; // 1
  problem.b[0][1] = 0xBC; // -1
  problem.b[0][2] = 0x00; // inf * 0
  problem.a[1][1] = 0x7E; // NaN
  problem.c[2][0] = std::numeric_limits<float>::infinity();
  problem.c[3][0] = std::numeric_limits<float>::quiet_NaN();
  Stream random(1);
  Registers in;
  problem.pack(random, in);
  Result result;
  run(problem.op, {}, in, result);
  EXPECT_EQ(result.d[0][0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(result.d[0][1], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(result.d[0][2]));
  for (unsigned n = 0; n < 8; ++n)
    EXPECT_TRUE(std::isnan(result.d[1][n]));
  EXPECT_EQ(result.d[2][0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(result.d[2][1], 0.0);
  EXPECT_TRUE(std::isnan(result.d[3][0]));
  EXPECT_EQ(result.regs[0][12], 0x7FFFFFFFu);
}

TEST(SimMma, RoundsOnceToNearestEven) {
  Problem problem;
  problem.op = plain(MatrixType::BF16, 16);
  // 1 + 2^-24 + 2^-30 rounds up; in two steps it would not.
  problem.c[0][0] = 1;
  problem.a[0][0] = 0x3F80; // 1
  problem.b[0][0] = 0x3380; // 2^-24
  problem.a[0][1] = 0x3F80;
  problem.b[1][0] = 0x3080; // 2^-30
  problem.c[1][1] = 1;      // 1 + 2^-24: a tie, to even
  problem.a[1][2] = 0x3F80;
  problem.b[2][1] = 0x3380;
  Stream random(1);
  Registers in;
  problem.pack(random, in);
  Result result;
  run(problem.op, {}, in, result);
  EXPECT_EQ(result.d[0][0], 1 + 0x1p-23);
  EXPECT_EQ(result.d[1][1], 1.0);
}

TEST(SimMma, InstructionsThatDoNotExist) {
  auto rejects = [](MmaOp op, const char *part) {
    Status status = validate(op);
    EXPECT_FALSE(status.ok()) << part;
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  };
  rejects(plain(MatrixType::BF16, 32), "K of bf16 is 16 or 8");
  rejects(plain(MatrixType::E2M1, 32), "need a .kind");
  rejects(plain(MatrixType::BF16, 16, AccumulatorType::F16),
          "f16 accumulators");
  rejects(plain(MatrixType::TF32, 8, AccumulatorType::F16), "f16 accumulators");
  MmaOp op = plain(MatrixType::BF16, 16);
  op.b = MatrixType::F16;
  rejects(op, "the same type");
  op = plain(MatrixType::E4M3, 32);
  op.b = MatrixType::BF16;
  rejects(op, "the same type");
  op = plain(MatrixType::E4M3, 32);
  op.scaleVector = 1;
  rejects(op, "needs a .kind");
  op = plain(MatrixType::E4M3, 16);
  op.kind = MmaKind::F8F6F4;
  rejects(op, "K is 32");
  op.k = 32;
  op.a = MatrixType::BF16;
  rejects(op, "types are");
  op.a = MatrixType::E4M3;
  op.scaleVector = 1;
  rejects(op, "no scales");
}

TEST(SimMma, StrayBitsAreReported) {
  MmaOp op = plain(MatrixType::E2M1, 32);
  op.kind = MmaKind::F8F6F4;
  WarpRegister a[4] = {}, b[2] = {};
  a[2][7] = 0x3C << 8;
  EXPECT_TRUE(checkOperandBits(op, a, b, nullptr).ok());
  for (unsigned bit : {0, 1, 6, 7}) {
    b[1][9] = 1u << (16 + bit);
    Status status = checkOperandBits(op, a, b, nullptr);
    EXPECT_NE(status.message().find("register 1 of B in lane 9"),
              std::string::npos);
  }
  op.b = MatrixType::E3M2;
  b[1][9] = 0x3F3F3F3F;
  EXPECT_TRUE(checkOperandBits(op, a, b, nullptr).ok());
  b[1][9] = 0x40;
  EXPECT_FALSE(checkOperandBits(op, a, b, nullptr).ok());
  op.b = MatrixType::E4M3;
  b[1][9] = 0xFFFFFFFF;
  EXPECT_TRUE(checkOperandBits(op, a, b, nullptr).ok());
}

} // namespace
