//===- Expression.cpp - Integers known at launch --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Expression.h"

#include <algorithm>
#include <array>

using namespace dgemm::launch;

Expression Expression::constant(int64_t value) {
  return Expression(Node{Op::Constant, value});
}

Expression Expression::symbol(int64_t index) {
  return Expression(Node{Op::Symbol, index});
}

Expression Expression::combine(Op op, Expression lhs, const Expression &rhs) {
  lhs.nodes.insert(lhs.nodes.end(), rhs.nodes.begin(), rhs.nodes.end());
  lhs.nodes.push_back({op, 0});
  lhs.depth = std::max(lhs.depth, rhs.depth) + 1;
  return lhs;
}

int64_t Expression::getMaxSymbol() const {
  int64_t result = -1;
  for (const Node &node : nodes)
    if (node.op == Op::Symbol)
      result = std::max(result, node.value);
  return result;
}

static Error overflow(const char *what, int64_t lhs, int64_t rhs) {
  return {ErrorCode::OutOfRange,
          std::string(what) + " of " + std::to_string(lhs) + " and " +
              std::to_string(rhs) + " does not fit into 64 bits"};
}

static Result<int64_t> divide(Expression::Op op, int64_t lhs, int64_t rhs) {
  if (rhs <= 0)
    return Error{ErrorCode::OutOfRange, "division of " + std::to_string(lhs) +
                                            " by " + std::to_string(rhs) +
                                            ", expected a positive divisor"};
  // C++ rounds towards zero.
  int64_t quotient = lhs / rhs, remainder = lhs % rhs;
  switch (op) {
  case Expression::Op::FloorDiv:
    return quotient - (remainder < 0);
  case Expression::Op::CeilDiv:
    return quotient + (remainder > 0);
  default:
    return remainder < 0 ? remainder + rhs : remainder;
  }
}

static Result<int64_t> apply(Expression::Op op, int64_t lhs, int64_t rhs) {
  int64_t result;
  switch (op) {
  case Expression::Op::Add:
    if (__builtin_add_overflow(lhs, rhs, &result))
      return overflow("the sum", lhs, rhs);
    return result;
  case Expression::Op::Mul:
    if (__builtin_mul_overflow(lhs, rhs, &result))
      return overflow("the product", lhs, rhs);
    return result;
  case Expression::Op::Min:
    return std::min(lhs, rhs);
  default:
    return divide(op, lhs, rhs);
  }
}

Result<int64_t>
Expression::evaluate(const std::vector<int64_t> &symbols) const {
  if (depth > kMaxDepth)
    return Error{ErrorCode::OutOfRange,
                 "an expression has " + std::to_string(depth) +
                     " levels, at most " + std::to_string(kMaxDepth)};
  // Each level leaves at most one operand waiting.
  std::array<int64_t, kMaxDepth + 1> stack{};
  size_t size = 0;
  for (const Node &node : nodes) {
    if (node.op == Op::Constant) {
      stack[size++] = node.value;
      continue;
    }
    if (node.op == Op::Symbol) {
      if (node.value < 0 || static_cast<size_t>(node.value) >= symbols.size())
        return Error{ErrorCode::OutOfRange,
                     "there is no symbol " + std::to_string(node.value)};
      stack[size++] = symbols[static_cast<size_t>(node.value)];
      continue;
    }
    Result<int64_t> value = apply(node.op, stack[size - 2], stack[size - 1]);
    if (!value)
      return value;
    stack[--size - 1] = *value;
  }
  return stack[0];
}
