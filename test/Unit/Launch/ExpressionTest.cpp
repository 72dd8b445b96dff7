//===- ExpressionTest.cpp - Integers known at launch ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Expression.h"

#include "gtest/gtest.h"

#include <limits>

using namespace dgemm::launch;

namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

Result<int64_t> apply(Expression::Op op, int64_t lhs, int64_t rhs) {
  return Expression::combine(op, Expression::constant(lhs),
                             Expression::symbol(0))
      .evaluate({rhs});
}

int64_t value(Expression::Op op, int64_t lhs, int64_t rhs) {
  Result<int64_t> result = apply(op, lhs, rhs);
  EXPECT_TRUE(static_cast<bool>(result));
  return result ? *result : 0;
}

TEST(Expression, Rounds) {
  using Op = Expression::Op;
  EXPECT_EQ(value(Op::Add, 2, -5), -3);
  EXPECT_EQ(value(Op::Mul, 7, -3), -21);
  EXPECT_EQ(value(Op::Min, 7, -3), -3);
  EXPECT_EQ(value(Op::CeilDiv, 129, 128), 2);
  EXPECT_EQ(value(Op::CeilDiv, 128, 128), 1);
  EXPECT_EQ(value(Op::CeilDiv, -1, 128), 0);
  EXPECT_EQ(value(Op::FloorDiv, 255, 128), 1);
  EXPECT_EQ(value(Op::FloorDiv, -1, 128), -1);
  EXPECT_EQ(value(Op::Mod, -1, 128), 127);
  EXPECT_EQ(value(Op::FloorDiv, kMin, 1), kMin);
}

TEST(Expression, RefusesWhatDoesNotFit) {
  using Op = Expression::Op;
  EXPECT_EQ(apply(Op::Add, kMax, 1).error().code, ErrorCode::OutOfRange);
  EXPECT_EQ(apply(Op::Mul, kMin, -1).error().message,
            "the product of -9223372036854775808 and -1 does not fit into 64 "
            "bits");
  for (Op op : {Op::FloorDiv, Op::CeilDiv, Op::Mod})
    for (int64_t divisor : {int64_t(0), int64_t(-1), kMin})
      EXPECT_EQ(apply(op, 5, divisor).error().code, ErrorCode::OutOfRange);
}

TEST(Expression, NeedsItsSymbols) {
  Expression expression = Expression::symbol(2);
  EXPECT_EQ(expression.getMaxSymbol(), 2);
  EXPECT_EQ(expression.evaluate({1, 2}).error().message,
            "there is no symbol 2");
  EXPECT_EQ(*expression.evaluate({1, 2, 3}), 3);
}

/// Operands that wait for their operator fill the whole stack.
TEST(Expression, NestsAsDeepAsItMay) {
  Expression expression = Expression::constant(1);
  for (size_t i = 0; i < Expression::kMaxDepth; ++i)
    expression = Expression::combine(Expression::Op::Add,
                                     Expression::constant(1), expression);
  EXPECT_EQ(*expression.evaluate({}), int64_t(Expression::kMaxDepth) + 1);
  expression = Expression::combine(Expression::Op::Add, expression,
                                   Expression::constant(1));
  EXPECT_EQ(expression.evaluate({}).error().code, ErrorCode::OutOfRange);
}

} // namespace
