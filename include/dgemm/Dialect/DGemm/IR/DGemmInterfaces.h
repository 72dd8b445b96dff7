//===- DGemmInterfaces.h - Interfaces of the problem ops --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_H
#define DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_H

#include "mlir/IR/BuiltinTypeInterfaces.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dgemm/Dialect/DGemm/IR/PackedScales.h"

namespace dgemm {

/// Extents of `D[M, N] = A[M, K] * B[N, K]^T`, `ShapedType::kDynamic` where the
/// types of the operands do not tell.
struct ProblemShape {
  /// Number of independent problems; 1 for a dense product. The batch that the
  /// equation bmk_bnk_mn sums over counts as well.
  int64_t batch = 1;
  /// All rows: of one group in a masked or batched problem, of all groups
  /// together in a contiguous one.
  int64_t m = mlir::ShapedType::kDynamic;
  int64_t n = mlir::ShapedType::kDynamic;
  /// The contracted extent: of all groups together when K is grouped.
  int64_t k = mlir::ShapedType::kDynamic;
};

namespace detail {

/// Effects of every problem op: inputs are read, inits are written, and read if
/// the op keeps a part of them. Tensors have none.
void getProblemEffects(
    mlir::Operation *op,
    llvm::SmallVectorImpl<mlir::MemoryEffects::EffectInstance> &effects);

/// The type of the result that an init makes; null for a memref.
mlir::Type getResultType(mlir::Value init);

/// The shape of each result is that of its init.
llvm::LogicalResult reifyInitShapes(mlir::Operation *op,
                                    mlir::OpBuilder &builder,
                                    mlir::ReifiedRankedShapedTypeDims &shapes);

} // namespace detail
} // namespace dgemm

#include "dgemm/Dialect/DGemm/IR/DGemmInterfaces.h.inc"

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_H
