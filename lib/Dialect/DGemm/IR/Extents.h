//===- Extents.h - Extents of operands, as far as types tell ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGEMM_IR_EXTENTS_H
#define DGEMM_LIB_DIALECT_DGEMM_IR_EXTENTS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include "llvm/Support/MathExtras.h"

namespace dgemm {

/// Extent of dimension `dim` of `value`; dynamic if the type does not tell, or
/// has no such dimension.
inline int64_t extentOf(mlir::Value value, int64_t dim) {
  auto type = llvm::cast<mlir::ShapedType>(value.getType());
  return dim < type.getRank() ? type.getDimSize(dim)
                              : mlir::ShapedType::kDynamic;
}

/// The first of the extents that is static.
inline int64_t firstStatic(std::initializer_list<int64_t> extents) {
  for (int64_t extent : extents)
    if (!mlir::ShapedType::isDynamic(extent))
      return extent;
  return mlir::ShapedType::kDynamic;
}

/// The product; dynamic if a factor is, or if it does not fit.
inline int64_t product(int64_t x, int64_t y) {
  int64_t result = 0;
  if (mlir::ShapedType::isDynamic(x) || mlir::ShapedType::isDynamic(y) ||
      llvm::MulOverflow(x, y, result))
    return mlir::ShapedType::kDynamic;
  return result;
}

} // namespace dgemm

#endif // DGEMM_LIB_DIALECT_DGEMM_IR_EXTENTS_H
