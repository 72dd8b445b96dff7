//===- MatmulOps.cpp - Dense matrix products ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionVerifier.h"

using namespace mlir;
using namespace dgemm;

/// Dimensions of M and K in A, and of N and K in B.
static bool isATransposed(Layout layout) {
  return layout == Layout::TN || layout == Layout::TT;
}
static bool isBTransposed(Layout layout) {
  return layout == Layout::NN || layout == Layout::TN;
}

bool MatmulOp::readsInits() {
  std::optional<HeadSplitAttr> split = getEpilogue();
  return split && split->getMid() != 0;
}

Value MatmulOp::getAccumulator() { return getC(); }

std::optional<PackedScaleDims>
MatmulOp::getPackedScaleDims(OpOperand &operand) {
  if (!isPackedScale(*this, operand))
    return std::nullopt;
  return PackedScaleDims{/*mn=*/0, /*k=*/1};
}

ProblemShape MatmulOp::getProblemShape() {
  bool aIsTransposed = isATransposed(getLayout());
  bool bIsTransposed = isBTransposed(getLayout());
  ProblemShape shape;
  shape.m = firstStatic({extentOf(getA(), aIsTransposed), extentOf(getD(), 0)});
  shape.n =
      firstStatic({extentOf(getB(), bIsTransposed),
                   getEpilogue() ? ShapedType::kDynamic : extentOf(getD(), 1)});
  shape.k = firstStatic(
      {extentOf(getA(), !aIsTransposed), extentOf(getB(), !bIsTransposed)});
  return shape;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static constexpr ContractionRules kRules = {
    /*form=*/"matmul-c1",        /*elementTypes=*/"matmul-c2",
    /*scales=*/"matmul-c3",      /*ranks=*/"matmul-c4",
    /*extents=*/"matmul-c5",     /*outputTypes=*/"matmul-c6",
    /*granularity=*/"matmul-c7", /*scaleTypes=*/"matmul-c8",
    /*scaleShapes=*/"matmul-c9", /*scaleStrides=*/"matmul-c10",
    /*fineScales=*/"matmul-c14"};
static constexpr Rule kInputStrides = "matmul-c11";
static constexpr Rule kOutputStrides = "matmul-c12";
static constexpr Rule kFP4Packing = "matmul-c13";
static constexpr Rule kHeadSplitForm = "matmul-c15";
static constexpr Rule kHeadSplitShape = "matmul-c16";

namespace {

/// The extents of one dense product.
struct MatmulExtents {
  Extent m{"M"};
  Extent n{"N"};
  Extent k{"K"};
};

} // namespace

static LogicalResult checkExtents(MatmulOp op, const ContractionVerifier &check,
                                  MatmulExtents &extents) {
  bool aIsTransposed = isATransposed(op.getLayout());
  bool bIsTransposed = isBTransposed(op.getLayout());
  if (failed(checkRank(op, kRules.ranks, check.a(), 2,
                       aIsTransposed ? "[K, M]" : "[M, K]")) ||
      failed(checkRank(op, kRules.ranks, check.b(), 2,
                       bIsTransposed ? "[K, N]" : "[N, K]")) ||
      failed(checkRank(op, kRules.ranks, check.d(), 2, "[M, N]")))
    return failure();
  if (failed(unify(op, kRules.extents, extents.m, check.a(), aIsTransposed)) ||
      failed(unify(op, kRules.extents, extents.k, check.a(), !aIsTransposed)) ||
      failed(unify(op, kRules.extents, extents.n, check.b(), bIsTransposed)) ||
      failed(unify(op, kRules.extents, extents.k, check.b(), !bIsTransposed)) ||
      failed(unify(op, kRules.extents, extents.m, check.d(), 0)))
    return failure();
  // With a head split, the columns of D are more than N.
  if (!op.getEpilogue())
    return unify(op, kRules.extents, extents.n, check.d(), 1);
  return success();
}

static LogicalResult
checkHeadSplit(MatmulOp op, const ContractionVerifier &check, const Extent &n) {
  HeadSplitAttr split = op.getEpilogueAttr();
  if (!split)
    return success();
  if (check.c())
    return fail(op, kHeadSplitForm)
           << "has both c and a head_split epilogue, expected no c; add it in "
              "an op of its own";
  for (Named operand : {check.a(), check.b()})
    if (!isFP8(operand.getElementType()))
      return fail(op, kHeadSplitForm)
             << operand.name << " has elements of type "
             << operand.getElementType()
             << ", expected f8E4M3FN with a head_split epilogue";
  GranularityAttr granularity = op.getGranularityAttr();
  if (granularity.getA().k != 128 || granularity.getB().k != 128)
    return fail(op, kHeadSplitForm)
           << "has " << granularity
           << ", expected 128 elements of K for each scale with a head_split "
              "epilogue";
  int64_t width = split.getHeadWidth();
  if (!n.isStatic())
    return success();
  if (n.size % width != 0)
    return fail(op, kHeadSplitShape)
           << "N = " << n.size << " (of " << n.source
           << "), expected a multiple of left + right = " << width;
  int64_t columns = product(n.size / width, split.getStoredHeadWidth());
  if (ShapedType::isDynamic(columns) ||
      !isStaticNot(check.d().getExtent(1), columns))
    return success();
  return fail(op, kHeadSplitShape)
         << "d has " << check.d().getExtent(1) << " columns, expected "
         << columns << " (" << n.size / width << " heads of " << split.getLeft()
         << " + " << split.getMid() << " + " << split.getRight() << ")";
}

static LogicalResult checkStrides(MatmulOp op,
                                  const ContractionVerifier &check) {
  for (Named operand : {check.a(), check.b()})
    if (failed(checkUnitStride(op, kInputStrides, operand)) ||
        failed(checkFP4Packing(op, kFP4Packing, operand)))
      return failure();
  if (check.c() && failed(checkRowMajor(op, kOutputStrides, check.c())))
    return failure();
  return checkRowMajor(op, kOutputStrides, check.d());
}

static LogicalResult checkScales(MatmulOp op, ContractionVerifier &check,
                                 const MatmulExtents &extents) {
  if (check.isBF16())
    return success();
  if (failed(check.checkGranularity()))
    return failure();
  GranularityAttr granularity = op.getGranularityAttr();
  if (failed(check.checkScale(
          check.aScale(), granularity.getA(),
          {{ScaleAxis::MN, &extents.m}, {ScaleAxis::K, &extents.k}})))
    return failure();
  return check.checkScale(
      check.bScale(), granularity.getB(),
      {{ScaleAxis::MN, &extents.n}, {ScaleAxis::K, &extents.k}});
}

LogicalResult MatmulOp::verify() {
  ContractionVerifier check(*this, getGranularity(), kRules);
  MatmulExtents extents;
  if (failed(check.checkOperands(/*allowBF16=*/true, /*allowFP8=*/true,
                                 /*allowFP4=*/true, "")) ||
      failed(
          check.checkOutputTypes(/*allowBF16=*/true, /*allowF32=*/true, "")) ||
      failed(checkExtents(*this, check, extents)) ||
      failed(check.checkAccumulatorShape()) ||
      failed(checkScales(*this, check, extents)) ||
      failed(checkStrides(*this, check)))
    return failure();
  return checkHeadSplit(*this, check, extents.n);
}
