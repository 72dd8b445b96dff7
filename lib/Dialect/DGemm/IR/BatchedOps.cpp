//===- BatchedOps.cpp - Batched matrix products ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionVerifier.h"

using namespace mlir;
using namespace dgemm;

Value BatchedMatmulOp::getAccumulator() { return getC(); }

namespace {

/// Where the extents of the problem are in the operands of an equation; -1
/// where an operand has no such dimension.
struct EquationDims {
  struct Dims {
    int8_t batch, mn, k;
  };
  Dims a, b;
  /// Dimensions of D.
  int8_t batch, m, n;
};

} // namespace

static EquationDims dimsOf(Equation equation) {
  switch (equation) {
  case Equation::BHR_HDR_BHD:
    return {{1, 0, 2}, {0, 1, 2}, 1, 0, 2};
  case Equation::BHD_HDR_BHR:
    return {{1, 0, 2}, {0, 2, 1}, 1, 0, 2};
  case Equation::BHD_BHR_HDR:
    return {{1, 2, 0}, {1, 2, 0}, 0, 1, 2};
  case Equation::BMK_BNK_MN:
    return {{0, 1, 2}, {0, 1, 2}, -1, 0, 1};
  }
  llvm_unreachable("unknown equation");
}

std::optional<PackedScaleDims>
BatchedMatmulOp::getPackedScaleDims(OpOperand &operand) {
  if (!isPackedScale(*this, operand))
    return std::nullopt;
  EquationDims dims = dimsOf(getEquation());
  bool isA = operand.get() == getAScale() &&
             operand.getOperandNumber() ==
                 getAScaleMutable().begin()->getOperandNumber();
  return isA ? PackedScaleDims{dims.a.mn, dims.a.k}
             : PackedScaleDims{dims.b.mn, dims.b.k};
}

ProblemShape BatchedMatmulOp::getProblemShape() {
  EquationDims dims = dimsOf(getEquation());
  ProblemShape shape;
  shape.batch = firstStatic(
      {extentOf(getA(), dims.a.batch), extentOf(getB(), dims.b.batch),
       dims.batch < 0 ? ShapedType::kDynamic : extentOf(getD(), dims.batch)});
  shape.m =
      firstStatic({extentOf(getA(), dims.a.mn), extentOf(getD(), dims.m)});
  shape.n =
      firstStatic({extentOf(getB(), dims.b.mn), extentOf(getD(), dims.n)});
  shape.k =
      firstStatic({extentOf(getA(), dims.a.k), extentOf(getB(), dims.b.k)});
  return shape;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static constexpr ContractionRules kRules = {
    /*form=*/"batched_matmul-c1",
    /*elementTypes=*/"batched_matmul-c2",
    /*scales=*/"batched_matmul-c3",
    /*ranks=*/"batched_matmul-c4",
    /*extents=*/"batched_matmul-c5",
    /*outputTypes=*/"batched_matmul-c6",
    /*granularity=*/"batched_matmul-c7",
    /*scaleTypes=*/"batched_matmul-c8",
    /*scaleShapes=*/"batched_matmul-c9",
    /*scaleStrides=*/"batched_matmul-c10"};
static constexpr Rule kStrides = "batched_matmul-c11";
static constexpr Rule kAccumulator = "batched_matmul-c12";
static constexpr Rule kReductionTiles = "batched_matmul-c13";
static constexpr Rule kReductionSize = "batched_matmul-c14";

namespace {

/// The verifier of one batched_matmul.
class BatchedVerifier {
public:
  explicit BatchedVerifier(BatchedMatmulOp op)
      : op(op), check(op, op.getGranularity(), kRules),
        equation(op.getEquation()), dims(dimsOf(equation)) {}

  LogicalResult verify();

private:
  bool isReduction() const { return equation == Equation::BMK_BNK_MN; }
  bool isWeightGradient() const { return equation == Equation::BHD_BHR_HDR; }

  LogicalResult checkTypes();
  LogicalResult checkAccumulator();
  LogicalResult checkExtents();
  LogicalResult checkScales();
  LogicalResult checkScale(Named scale, ScaleBlock block,
                           EquationDims::Dims where, const Extent &rows);
  LogicalResult checkStrides();
  LogicalResult checkReduction();

  BatchedMatmulOp op;
  ContractionVerifier check;
  Equation equation;
  EquationDims dims;
  Extent batch{"the batch"};
  Extent m{"M"};
  Extent n{"N"};
  Extent k{"K"};
};

} // namespace

LogicalResult BatchedVerifier::checkTypes() {
  std::string where = (" with equation " + stringifyEquation(equation)).str();
  if (failed(check.checkOperands(/*allowBF16=*/!isWeightGradient(),
                                 /*allowFP8=*/!isReduction(),
                                 /*allowFP4=*/false, where)))
    return failure();
  bool allowF32 = isReduction() || !check.isBF16();
  std::string of = (" for " + Twine(check.isBF16() ? "bf16" : "f8E4M3FN") +
                    " operands" + where)
                       .str();
  return check.checkOutputTypes(/*allowBF16=*/!isWeightGradient(), allowF32,
                                of);
}

/// C is the only way to an f32 result of the two forms that accumulate, and
/// unknown to the BF16 forms.
LogicalResult BatchedVerifier::checkAccumulator() {
  bool isF32 = check.d().getElementType().isF32();
  bool isRequired = isWeightGradient() || (isReduction() && isF32);
  bool isAllowed = isRequired || !check.isBF16();
  if (isRequired && !check.c())
    return fail(op, kAccumulator)
           << "lacks c, expected one for an f32 d with equation "
           << stringifyEquation(equation)
           << "; add 'plus' with the memref of d, or with zeros";
  if (!isAllowed && check.c())
    return fail(op, kAccumulator) << "has c, expected none for a bf16 d of "
                                     "bf16 operands with equation "
                                  << stringifyEquation(equation);
  return success();
}

LogicalResult BatchedVerifier::checkExtents() {
  if (failed(checkRank(op, kRules.ranks, check.a(), 3, "as in the equation")) ||
      failed(checkRank(op, kRules.ranks, check.b(), 3, "as in the equation")) ||
      failed(checkRank(op, kRules.ranks, check.d(), isReduction() ? 2 : 3,
                       "as in the equation")))
    return failure();
  auto same = [&](Extent &extent, Named operand, int64_t dim) {
    return failed(unify(op, kRules.extents, extent, operand, dim));
  };
  if (same(batch, check.a(), dims.a.batch) || same(m, check.a(), dims.a.mn) ||
      same(k, check.a(), dims.a.k) || same(batch, check.b(), dims.b.batch) ||
      same(n, check.b(), dims.b.mn) || same(k, check.b(), dims.b.k))
    return failure();
  if (!isReduction() && same(batch, check.d(), dims.batch))
    return failure();
  return failure(same(m, check.d(), dims.m) || same(n, check.d(), dims.n));
}

LogicalResult BatchedVerifier::checkScale(Named scale, ScaleBlock block,
                                          EquationDims::Dims where,
                                          const Extent &rows) {
  SmallVector<ScaledDim> scaled(3);
  scaled[where.batch] = {ScaleAxis::Batch, &batch};
  scaled[where.mn] = {ScaleAxis::MN, &rows};
  scaled[where.k] = {ScaleAxis::K, &k};
  return check.checkScale(scale, block, scaled);
}

LogicalResult BatchedVerifier::checkScales() {
  if (check.isBF16())
    return success();
  if (failed(check.checkGranularity()))
    return failure();
  if (isWeightGradient() &&
      failed(check.checkRowGranularity(" with equation bhd_bhr_hdr")))
    return failure();
  GranularityAttr granularity = op.getGranularityAttr();
  return failure(
      failed(checkScale(check.aScale(), granularity.getA(), dims.a, m)) ||
      failed(checkScale(check.bScale(), granularity.getB(), dims.b, n)));
}

LogicalResult BatchedVerifier::checkStrides() {
  SmallVector<Named> operands = {check.a(), check.b(), check.d()};
  if (check.c())
    operands.push_back(check.c());
  for (Named operand : operands)
    if (failed(isReduction() ? checkContiguous(op, kStrides, operand)
                             : checkInnerStride(op, kStrides, operand)))
      return failure();
  return success();
}

LogicalResult BatchedVerifier::checkReduction() {
  if (!isReduction())
    return success();
  for (const Extent *extent : {&m, &n, &k})
    if (failed(checkMultiple(op, kReductionTiles, *extent, 64,
                             " with equation bmk_bnk_mn")))
      return failure();
  constexpr int64_t kMaxRows = std::numeric_limits<int32_t>::max();
  for (const Extent *rows : {&m, &n}) {
    if (!batch.isStatic() || !rows->isStatic() || rows->size == 0 ||
        batch.size <= kMaxRows / rows->size)
      continue;
    return fail(op, kReductionSize)
           << "has " << batch.size << " matrices of " << rows->name << " = "
           << rows->size << " rows, expected at most " << kMaxRows
           << " rows in all; split the batch";
  }
  return success();
}

LogicalResult BatchedVerifier::verify() {
  return failure(failed(checkTypes()) || failed(checkAccumulator()) ||
                 failed(checkExtents()) ||
                 failed(check.checkAccumulatorShape()) ||
                 failed(checkScales()) || failed(checkStrides()) ||
                 failed(checkReduction()));
}

LogicalResult BatchedMatmulOp::verify() {
  return BatchedVerifier(*this).verify();
}
