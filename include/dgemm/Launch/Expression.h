//===- Expression.h - Integers known at launch ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LAUNCH_EXPRESSION_H
#define DGEMM_LAUNCH_EXPRESSION_H

#include "dgemm/Launch/Result.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dgemm::launch {

/// An expression over the symbols of a launch plan, in 64-bit integers.
class Expression {
public:
  /// Division and remainder round as the names say, also for negative
  /// dividends; divisors are positive.
  enum class Op { Constant, Symbol, Add, Mul, FloorDiv, CeilDiv, Mod, Min };

  /// One node; operands stand before their operator.
  struct Node {
    Op op;
    /// The constant, or the index of the symbol; 0 for operators.
    int64_t value;
    bool operator==(const Node &other) const {
      return op == other.op && value == other.value;
    }
  };

  /// Levels of operators that an expression may have.
  static constexpr size_t kMaxDepth = 32;

  static Expression constant(int64_t value);
  static Expression symbol(int64_t index);
  static Expression combine(Op op, Expression lhs, const Expression &rhs);

  /// The value where symbol i is `symbols[i]`. Fails on overflow, on division
  /// by a number that is not positive, on a symbol that does not exist, and on
  /// more than `kMaxDepth` levels. Does not allocate unless it fails.
  Result<int64_t> evaluate(const std::vector<int64_t> &symbols) const;

  /// The nodes in postfix order; never empty.
  const std::vector<Node> &getNodes() const { return nodes; }
  size_t getDepth() const { return depth; }
  /// The highest symbol index, -1 when there is none.
  int64_t getMaxSymbol() const;

  bool operator==(const Expression &other) const {
    return nodes == other.nodes;
  }

private:
  Expression(Node node) : nodes{node} {}

  std::vector<Node> nodes;
  size_t depth = 0;
};

} // namespace dgemm::launch

#endif // DGEMM_LAUNCH_EXPRESSION_H
