//===- DGemmAttrs.h - Attributes of the problem dialect ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_H
#define DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/Hashing.h"

#include "dgemm/Dialect/DGemm/IR/DGemmEnums.h.inc"

namespace dgemm {

/// A rectangle of elements that share one scale: `mn` rows of M or N by `k`
/// elements of K. Spelled `1x128` in the IR.
struct ScaleBlock {
  int64_t mn = 1;
  int64_t k = 0;

  friend bool operator==(const ScaleBlock &x, const ScaleBlock &y) {
    return x.mn == y.mn && x.k == y.k;
  }
  friend bool operator!=(const ScaleBlock &x, const ScaleBlock &y) {
    return !(x == y);
  }
  friend llvm::hash_code hash_value(const ScaleBlock &block) {
    return llvm::hash_combine(block.mn, block.k);
  }
};

mlir::AsmPrinter &operator<<(mlir::AsmPrinter &printer,
                             const ScaleBlock &block);

} // namespace dgemm

/// Parses `MNxK`.
template <> struct mlir::FieldParser<dgemm::ScaleBlock> {
  static mlir::FailureOr<dgemm::ScaleBlock> parse(mlir::AsmParser &parser);
};

#define GET_ATTRDEF_CLASSES
#include "dgemm/Dialect/DGemm/IR/DGemmAttrs.h.inc"

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_H
