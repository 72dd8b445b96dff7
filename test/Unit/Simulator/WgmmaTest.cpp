//===- WgmmaTest.cpp - wgmma: registers and sums --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WgmmaTestSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

TEST(SimWgmma, IntegersOfEveryTypeAndFlag) {
  uint64_t seed = 1;
  for (WgmmaOp op : allTypes(24))
    for (unsigned flags = 0; flags < 8; ++flags) {
      SCOPED_TRACE(std::string(name(op.a)) + " x " + name(op.b) + ", seed " +
                   std::to_string(seed));
      Stream random(seed++);
      op.negateA = flags & 1;
      op.negateB = flags & 2;
      op.accumulate = flags & 4;
      ASSERT_TRUE(validate(op).ok()) << validate(op).message();
      Problem64 problem(op);
      fillIntegers(problem, random);
      if (!op.accumulate)
        problem.c[5] = std::numeric_limits<float>::quiet_NaN();
      expectExact(problem, executeDense(problem));
    }
}

// A[m][k] in lane 4 (m % 8) + k % (4E) / E of warp m / 16, register
// m % 16 / 8 + 2 (k / (4E)).
TEST(SimWgmma, AFromRegisters) {
  uint64_t seed = 1;
  for (WgmmaOp op : allTypes(16)) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream random(seed++);
    op.registersA = true;
    ASSERT_TRUE(validate(op).ok());
    Problem64 problem(op);
    fillIntegers(problem, random);
    WarpRegister regs[4][4];
    unsigned bytes = op.elementBytes(), each = 4 / bytes;
    for (unsigned m = 0; m < 64; ++m)
      for (unsigned k = 0; k < op.k(); ++k) {
        uint32_t &word = regs[m / 16][m % 16 / 8 + 2 * (k / (4 * each))]
                             [4 * (m % 8) + k % (4 * each) / each];
        uint8_t image[4], element[4];
        std::memcpy(image, &word, 4);
        putElement(element, op.a, problem.a[m * op.k() + k]);
        std::memcpy(image + k % each * bytes, element, bytes);
        std::memcpy(&word, image, 4);
      }
    std::vector<uint8_t> b = dense(op, op.b, problem.b);
    WgmmaOperands operands;
    for (unsigned w = 0; w < 4; ++w)
      operands.registersA[w] = regs[w];
    operands.sharedB = b.data();
    expectExact(problem, execute(problem, operands));
  }
}

/// The measured model, term by term with integers.
double model(const Problem64 &problem, unsigned m, unsigned n) {
  bool is8Bit = problem.op.elementBytes() == 1;
  int fraction = is8Bit ? 13 : 25, keep = is8Bit ? 14 : 24;
  struct Term {
    long double value;
    int exponent;
  };
  std::vector<Term> terms;
  for (unsigned k = 0; k < problem.op.k(); ++k) {
    long double x = problem.valueA(m, k), y = problem.valueB(n, k);
    if (x != 0 && y != 0)
      terms.push_back({x * y, std::ilogb(x) + std::ilogb(y)});
  }
  if (double c = problem.valueC(m, n))
    terms.push_back({c, std::ilogb(c)});
  if (terms.empty())
    return 0;
  int largest = terms[0].exponent;
  for (const Term &term : terms)
    largest = std::max(largest, term.exponent);
  int64_t sum = 0;
  for (const Term &term : terms)
    sum += static_cast<int64_t>(
        std::trunc(std::ldexp(term.value, fraction - largest)));
  uint64_t magnitude = static_cast<uint64_t>(sum < 0 ? -sum : sum);
  int length = 0;
  while (magnitude >> length)
    ++length;
  int drop = std::max(length - keep, 0);
  long double result = static_cast<long double>(magnitude >> drop << drop);
  return static_cast<double>(
      std::ldexp(sum < 0 ? -result : result, largest - fraction));
}

uint32_t finiteCode(Stream &random, MatrixType type, long double limit) {
  while (true) {
    uint32_t code = random.word() & ((1u << codeBits(type)) - 1);
    long double value = decode(type, code);
    if (std::isfinite(value) && std::fabs(value) < limit &&
        (value == 0 || std::fabs(value) > 1 / limit))
      return code;
  }
}

TEST(SimWgmma, SumsFollowTheMeasuredModel) {
  uint64_t seed = 1;
  uint64_t inexact = 0;
  for (const WgmmaOp &op : allTypes(40)) {
    if (op.accumulator == AccumulatorType::F16)
      continue;
    for (int repeat = 0; repeat < 8; ++repeat) {
      SCOPED_TRACE(std::string(name(op.a)) + " x " + name(op.b) + ", seed " +
                   std::to_string(seed));
      Stream random(seed++);
      Problem64 problem(op);
      // A narrow range makes many bits overlap.
      long double limit = repeat % 2 ? 0x1p20L : 0x1p3L;
      problem.fill(
          [&](MatrixType type) { return finiteCode(random, type, limit); });
      for (float &value : problem.c)
        value = repeat % 4
                    ? std::ldexp(static_cast<float>(
                                     random.integer(-(1 << 23), 1 << 23)),
                                 static_cast<int>(random.integer(-30, -10)))
                    : 0;
      std::vector<double> d = executeDense(problem);
      for (unsigned m = 0; m < 64; ++m)
        for (unsigned n = 0; n < op.n; ++n) {
          ASSERT_EQ(d[m * op.n + n], model(problem, m, n)) << m << ", " << n;
          long double exact = problem.valueC(m, n);
          for (unsigned k = 0; k < op.k(); ++k)
            exact += problem.valueA(m, k) * problem.valueB(n, k);
          inexact += exact != d[m * op.n + n];
        }
    }
  }
  EXPECT_GT(inexact, 10000u);
}

/// The instruction with A[0][k] = B[0][k] = 2^e[k] and C = c, D[0][0].
double chain(MatrixType type, std::initializer_list<int> exponents, float c) {
  Problem64 problem(make(type, 8));
  unsigned k = 0;
  for (int e : exponents) {
    uint32_t code = static_cast<uint32_t>(e + formatOf(type).bias)
                    << formatOf(type).mantissaBits;
    problem.a[k] = problem.b[k] = code;
    ++k;
  }
  problem.c[0] = c;
  return executeDense(problem)[0];
}

// Facts measured on hardware, in numbers.
TEST(SimWgmma, EightBitSumsKeepThirteenBits) {
  EXPECT_EQ(chain(MatrixType::E4M3, {}, 1 + 0x1p-13f), 1 + 0x1p-13);
  EXPECT_EQ(chain(MatrixType::E4M3, {}, 1 + 0x1p-14f), 1.0);
  EXPECT_EQ(chain(MatrixType::E4M3, {0, -6}, 0), 1 + 0x1p-12);
  EXPECT_EQ(chain(MatrixType::E4M3, {3, -4}, 0), 64.0);
  EXPECT_EQ(chain(MatrixType::E4M3, {3, -4, -4}, 0), 64.0);
  // Toward zero, not down.
  EXPECT_EQ(chain(MatrixType::E4M3, {}, -1 - 0x1p-14f), -1.0);
}

TEST(SimWgmma, SixteenBitSumsKeepTwoGuardBits) {
  EXPECT_EQ(chain(MatrixType::BF16, {}, 1 + 0x1p-23f), 1 + 0x1p-23);
  // Two products of 2^-24 add up in the guard bits; one is cut off.
  EXPECT_EQ(chain(MatrixType::BF16, {-12, -12}, 1), 1 + 0x1p-23);
  EXPECT_EQ(chain(MatrixType::BF16, {-12}, 1), 1.0);
  EXPECT_EQ(chain(MatrixType::BF16, {-13, -13, -13, -13, -13}, 1), 1.0);
}

TEST(SimWgmma, InfinityAndNaN) {
  Problem64 problem(make(MatrixType::F16, 8));
  uint32_t inf = 0x7C00, one = 0x3C00, minusOne = 0xBC00;
  problem.a[0] = inf;
  problem.b[0] = one;
  problem.b[16] = minusOne;
  problem.c[8 * 3] = std::numeric_limits<float>::quiet_NaN();
  problem.c[8 * 4] = -std::numeric_limits<float>::infinity();
  std::vector<double> d = executeDense(problem);
  EXPECT_EQ(d[0], std::numeric_limits<double>::infinity());
  EXPECT_EQ(d[1], -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(d[2])); // inf * 0
  EXPECT_EQ(d[8], 0.0);
  EXPECT_TRUE(std::isnan(d[8 * 3]));
  EXPECT_EQ(d[8 * 4], -std::numeric_limits<double>::infinity());
}

TEST(SimWgmma, FormsThatDoNotExist) {
  auto rejects = [](WgmmaOp op, const char *part) {
    Status status = validate(op);
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  };
  rejects(make(MatrixType::BF16, 12), "N is a multiple of 8");
  rejects(make(MatrixType::BF16, 264), "N is a multiple of 8");
  rejects(make(MatrixType::E2M1, 8), "types are");
  WgmmaOp op = make(MatrixType::BF16, 8);
  op.b = MatrixType::F16;
  rejects(op, "the same type");
  op = make(MatrixType::BF16, 8);
  op.accumulator = AccumulatorType::F16;
  rejects(op, "f16 accumulators");
  op = make(MatrixType::E4M3, 8);
  op.transB = true;
  rejects(op, "MN-major");
  op = make(MatrixType::BF16, 8);
  op.transA = op.registersA = true;
  rejects(op, "cannot be transposed");
}

} // namespace
