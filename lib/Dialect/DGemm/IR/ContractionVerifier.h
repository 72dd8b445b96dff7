//===- ContractionVerifier.h - Constraints that matrix products share *- C++
//-*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGEMM_IR_CONTRACTIONVERIFIER_H
#define DGEMM_LIB_DIALECT_DGEMM_IR_CONTRACTIONVERIFIER_H

#include "Verification.h"
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Dialect/DGemm/IR/PackedScales.h"

namespace dgemm {

/// Numbers of the shared constraints in one op.
struct ContractionRules {
  Rule form;
  Rule elementTypes;
  Rule scales;
  Rule ranks;
  Rule extents;
  Rule outputTypes;
  Rule granularity;
  Rule scaleTypes;
  Rule scaleShapes;
  Rule scaleStrides;
  /// f8E4M3FN scales, each for 16 elements of FP4; empty where there are none.
  Rule fineScales = "";
};

/// What a dimension of a scale operand counts.
enum class ScaleAxis { Batch, MN, K };

/// A dimension of the operand that is scaled.
struct ScaledDim {
  ScaleAxis axis;
  const Extent *extent;
};

/// Checks matmul, grouped_matmul and batched_matmul alike.
class ContractionVerifier {
public:
  ContractionVerifier(ContractionProblem problem,
                      std::optional<GranularityAttr> granularity,
                      const ContractionRules &rules);

  Named a() const { return aOperand; }
  Named b() const { return bOperand; }
  Named c() const { return cOperand; }
  Named d() const { return dOperand; }
  Named aScale() const { return aScaleOperand; }
  Named bScale() const { return bScaleOperand; }

  /// BF16 on both sides, as opposed to FP8 and FP4.
  bool isBF16() const { return a().getElementType().isBF16(); }

  /// Form, element types of A, B and D, and that scales are there exactly if
  /// needed. `types` names the legal pairs.
  llvm::LogicalResult checkOperands(bool allowBF16, bool allowFP8,
                                    bool allowFP4, llvm::StringRef where);
  llvm::LogicalResult checkOutputTypes(bool allowBF16, bool allowF32,
                                       llvm::StringRef where);
  /// C has D's shape.
  llvm::LogicalResult checkAccumulatorShape();
  /// 32 or 128 elements of K for each scale, 16 with fine scales.
  llvm::LogicalResult checkGranularity();
  /// One row for each scale.
  llvm::LogicalResult checkRowGranularity(llvm::StringRef where);

  /// Type, shape and strides of a scale operand whose dimensions scale `dims`.
  llvm::LogicalResult checkScale(Named scale, ScaleBlock block,
                                 llvm::ArrayRef<ScaledDim> dims);
  /// Type and rank alone.
  llvm::LogicalResult checkScaleType(Named scale, ScaleBlock block);
  llvm::LogicalResult checkScaleStrides(Named scale,
                                        llvm::ArrayRef<ScaledDim> dims);

private:
  /// A scale of f8E4M3FN where they may be.
  bool hasFineScales();
  llvm::LogicalResult checkFineScales();
  llvm::LogicalResult checkScalePresence();
  llvm::LogicalResult checkScaleDim(Named scale, ScaleBlock block, int64_t dim,
                                    llvm::ArrayRef<ScaledDim> dims);

  mlir::Operation *op;
  Named aOperand, bOperand, cOperand, dOperand, aScaleOperand, bScaleOperand;
  std::optional<GranularityAttr> granularity;
  const ContractionRules &rules;
};

/// The operand is a scale of A or B, packed in i32. `Op` has optional scales.
template <typename Op> bool isPackedScale(Op op, mlir::OpOperand &operand) {
  auto type = llvm::cast<mlir::ShapedType>(operand.get().getType());
  if (!type.getElementType().isSignlessInteger(32))
    return false;
  unsigned number = operand.getOperandNumber();
  for (mlir::MutableOperandRange range :
       {op.getAScaleMutable(), op.getBScaleMutable()})
    for (mlir::OpOperand &scale : range)
      if (scale.getOperandNumber() == number)
        return true;
  return false;
}

/// Packed UE8M0 has the layout that a tensor map reads: stride 1 along M or N,
/// K stride of M or N rounded up to 4 words, dense batches.
llvm::LogicalResult checkPackedStrides(mlir::Operation *op, Rule rule,
                                       Named scale, PackedScaleDims dims);

} // namespace dgemm

#endif // DGEMM_LIB_DIALECT_DGEMM_IR_CONTRACTIONVERIFIER_H
