//===- Extents.h - Extents of an op's operands ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_INTERPRETER_EXTENTS_H
#define DGEMM_LIB_INTERPRETER_EXTENTS_H

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "llvm/ADT/SmallVector.h"

#include <map>
#include <string>

namespace dgemm {

/// The extent of one dimension: ceil(symbol * times * factor / divisor) + plus.
/// Without a symbol it is `factor`.
struct ExtentExpr {
  std::string symbol;
  std::string times;
  int64_t factor = 1;
  int64_t divisor = 1;
  int64_t plus = 0;

  ExtentExpr(const char *symbol) : symbol(symbol) {}
  ExtentExpr(int64_t constant) : factor(constant) {}
  static ExtentExpr ceilDiv(const char *symbol, int64_t divisor) {
    ExtentExpr expr(symbol);
    expr.divisor = divisor;
    return expr;
  }
  static ExtentExpr product(const char *symbol, const char *times) {
    ExtentExpr expr(symbol);
    expr.times = times;
    return expr;
  }
};

using SymbolMap = std::map<std::string, int64_t>;

/// The value of an expression; nothing if a symbol is unknown, the result is
/// negative, or it overflows.
std::optional<int64_t> evaluate(const ExtentExpr &expr,
                                const SymbolMap &symbols);
/// The value that `symbol` must have for the expression to be `extent`; nothing
/// if that is not unique.
std::optional<int64_t> solve(const ExtentExpr &expr, int64_t extent,
                             const SymbolMap &symbols);

/// An operand, its name in the op's documentation, and its extents.
struct OperandExtents {
  std::string name;
  mlir::Value value;
  llvm::SmallVector<ExtentExpr> extents;
};

/// The operands of a dgemm op that are present. Empty for other ops.
llvm::SmallVector<OperandExtents> operandExtents(mlir::Operation *op);

/// The extent that a symbol gets when nothing determines it.
int64_t defaultExtent(llvm::StringRef symbol, const SymbolMap &known);

} // namespace dgemm

#endif // DGEMM_LIB_INTERPRETER_EXTENTS_H
