//===- Verification.h - Building blocks of the verifiers --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Every check names the constraint that it enforces, "matmul-c3", as in the
// documentation of the op. Static extents and strides are checked, dynamic ones
// pass.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGEMM_IR_VERIFICATION_H
#define DGEMM_LIB_DIALECT_DGEMM_IR_VERIFICATION_H

#include "Extents.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"

namespace dgemm {

/// Number of a constraint.
using Rule = llvm::StringLiteral;

/// An operand and what the documentation calls it.
struct Named {
  mlir::Value value;
  llvm::StringRef name;

  explicit operator bool() const { return static_cast<bool>(value); }
  mlir::ShapedType getType() const {
    return llvm::cast<mlir::ShapedType>(value.getType());
  }
  mlir::Type getElementType() const { return getType().getElementType(); }
  int64_t getRank() const { return getType().getRank(); }
  /// Must be within the rank.
  int64_t getExtent(int64_t dim) const { return getType().getDimSize(dim); }
};

/// An extent that several operands share.
struct Extent {
  explicit Extent(llvm::StringRef name) : name(name) {}
  Extent(llvm::StringRef name, int64_t size, llvm::StringRef source)
      : name(name), size(size), source(source) {}

  bool isStatic() const { return !mlir::ShapedType::isDynamic(size); }

  llvm::StringRef name;
  int64_t size = mlir::ShapedType::kDynamic;
  /// The operand that told the size.
  llvm::StringRef source;
};

inline bool isStaticNot(int64_t value, int64_t expected) {
  return !mlir::ShapedType::isDynamic(value) && value != expected;
}

/// Prints `64x?`.
std::string shapeText(llvm::ArrayRef<int64_t> shape);

/// The error of a broken constraint.
mlir::InFlightDiagnostic fail(mlir::Operation *op, Rule rule);

/// All operands are tensors, with a result for each init, or all are memrefs.
llvm::LogicalResult checkForm(mlir::Operation *op, Rule rule);

/// `dims` spells the dimensions, "[M, K]".
llvm::LogicalResult checkRank(mlir::Operation *op, Rule rule, Named operand,
                              int64_t rank, llvm::StringRef dims);

/// The element type is an integer of 32 bits without sign.
llvm::LogicalResult checkIndexType(mlir::Operation *op, Rule rule,
                                   Named operand);

/// Dimension `dim` of the operand has the extent; a first static one sets it.
llvm::LogicalResult unify(mlir::Operation *op, Rule rule, Extent &extent,
                          Named operand, int64_t dim);

/// A static extent is a multiple of `factor`. `why` ends the sentence.
llvm::LogicalResult checkMultiple(mlir::Operation *op, Rule rule,
                                  const Extent &extent, int64_t factor,
                                  llvm::StringRef why);

/// A static extent is not 0.
llvm::LogicalResult checkNotEmpty(mlir::Operation *op, Rule rule,
                                  const Extent &extent);

/// Strides in elements; those of a tensor are row-major as if it were dense,
/// nullopt if the memref has a layout without strides.
std::optional<llvm::SmallVector<int64_t>> stridesOf(Named operand);

/// The last dimension of a memref has stride 1.
llvm::LogicalResult checkInnerStride(mlir::Operation *op, Rule rule,
                                     Named operand);

/// Rows of a memref are contiguous and do not overlap.
llvm::LogicalResult checkRowMajor(mlir::Operation *op, Rule rule,
                                  Named operand);

/// One of the two inner dimensions of a memref has stride 1.
llvm::LogicalResult checkUnitStride(mlir::Operation *op, Rule rule,
                                    Named operand);

/// The leading stride of a 3-D memref is the product of the inner extents.
llvm::LogicalResult checkDenseSlabs(mlir::Operation *op, Rule rule,
                                    Named operand);

/// A memref is dense and row-major.
llvm::LogicalResult checkContiguous(mlir::Operation *op, Rule rule,
                                    Named operand);

/// FP4 fills whole bytes: the extent of the dimension with stride 1 is even,
/// and so are the other strides. Other element types pass.
llvm::LogicalResult checkFP4Packing(mlir::Operation *op, Rule rule,
                                    Named operand);

bool isFP8(mlir::Type type);
bool isFP4(mlir::Type type);

} // namespace dgemm

#endif // DGEMM_LIB_DIALECT_DGEMM_IR_VERIFICATION_H
