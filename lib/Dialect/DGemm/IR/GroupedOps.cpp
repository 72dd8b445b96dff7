//===- GroupedOps.cpp - Grouped matrix products ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionVerifier.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgemm;

Value GroupedMatmulOp::getAccumulator() { return getC(); }

std::optional<PackedScaleDims>
GroupedMatmulOp::getPackedScaleDims(OpOperand &operand) {
  if (!isPackedScale(*this, operand))
    return std::nullopt;
  int64_t rank = cast<ShapedType>(operand.get().getType()).getRank();
  return PackedScaleDims{rank - 2, rank - 1};
}

/// K of all groups together: from a 2-D [sum_k, M], or a 1-D [sum_k * M].
static int64_t totalK(Value operand, int64_t rows) {
  int64_t first = extentOf(operand, 0);
  if (cast<ShapedType>(operand.getType()).getRank() != 1)
    return first;
  if (ShapedType::isDynamic(first) || ShapedType::isDynamic(rows) || rows == 0)
    return ShapedType::kDynamic;
  return first / rows;
}

ProblemShape GroupedMatmulOp::getProblemShape() {
  ProblemShape shape;
  switch (getGrouping().getKind()) {
  case GroupingKind::ContiguousIndex:
  case GroupingKind::ContiguousPsum: {
    bool isNN = getLayout() == Layout::NN;
    bool hasEnds = getGrouping().getKind() == GroupingKind::ContiguousPsum;
    shape.batch =
        firstStatic({extentOf(getB(), 0),
                     hasEnds ? extentOf(getGroup(), 0) : ShapedType::kDynamic});
    shape.m = firstStatic({extentOf(getA(), 0), extentOf(getD(), 0)});
    shape.n =
        firstStatic({extentOf(getB(), isNN ? 2 : 1), extentOf(getD(), 1)});
    shape.k =
        firstStatic({extentOf(getA(), 1), extentOf(getB(), isNN ? 1 : 2)});
    return shape;
  }
  case GroupingKind::Masked:
    shape.batch = firstStatic({extentOf(getA(), 0), extentOf(getB(), 0),
                               extentOf(getD(), 0), extentOf(getGroup(), 0)});
    shape.m = firstStatic({extentOf(getA(), 1), extentOf(getD(), 1)});
    shape.n = firstStatic({extentOf(getB(), 1), extentOf(getD(), 2)});
    shape.k = firstStatic({extentOf(getA(), 2), extentOf(getB(), 2)});
    return shape;
  case GroupingKind::KGrouped:
    shape.batch = firstStatic({extentOf(getD(), 0), extentOf(getGroup(), 0)});
    shape.m = firstStatic({extentOf(getD(), 1), extentOf(getA(), 1)});
    shape.n = firstStatic({extentOf(getD(), 2), extentOf(getB(), 1)});
    shape.k = firstStatic({totalK(getA(), shape.m), totalK(getB(), shape.n)});
    return shape;
  }
  llvm_unreachable("unknown grouping");
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static constexpr ContractionRules kRules = {
    /*form=*/"grouped_matmul-c1",
    /*elementTypes=*/"grouped_matmul-c2",
    /*scales=*/"grouped_matmul-c3",
    /*ranks=*/"grouped_matmul-c4",
    /*extents=*/"grouped_matmul-c5",
    /*outputTypes=*/"grouped_matmul-c6",
    /*granularity=*/"grouped_matmul-c7",
    /*scaleTypes=*/"grouped_matmul-c8",
    /*scaleShapes=*/"grouped_matmul-c9",
    /*scaleStrides=*/"grouped_matmul-c10"};
static constexpr Rule kInputStrides = "grouped_matmul-c11";
static constexpr Rule kOutputStrides = "grouped_matmul-c12";
static constexpr Rule kFP4Packing = "grouped_matmul-c13";
static constexpr Rule kMixedFP4 = "grouped_matmul-c14";
static constexpr Rule kLayout = "grouped_matmul-c15";
static constexpr Rule kAccumulator = "grouped_matmul-c16";
static constexpr Rule kGroupOperand = "grouped_matmul-c17";
static constexpr Rule kAlignment = "grouped_matmul-c18";
static constexpr Rule kExpectedM = "grouped_matmul-c19";
static constexpr Rule kNotEmpty = "grouped_matmul-c20";

namespace {

/// The verifier of one grouped_matmul.
class GroupedVerifier {
public:
  explicit GroupedVerifier(GroupedMatmulOp op)
      : op(op), check(op, op.getGranularity(), kRules),
        grouping(op.getGrouping()), kind(grouping.getKind()) {}

  LogicalResult verify();

private:
  bool isKGrouped() const { return kind == GroupingKind::KGrouped; }
  bool isMasked() const { return kind == GroupingKind::Masked; }
  Named group() { return {op.getGroup(), "group"}; }

  LogicalResult checkLayout();
  LogicalResult checkGrouping();
  LogicalResult checkAccumulator();
  LogicalResult checkGroupOperand();
  LogicalResult checkRanks();
  LogicalResult checkExtents();
  LogicalResult checkKGroupedExtents();
  LogicalResult checkConcatenation(Named operand, const Extent &rows);
  LogicalResult checkScales();
  LogicalResult checkKGroupedScale(Named scale, ScaleBlock block,
                                   const Extent &rows);
  LogicalResult checkStrides();
  LogicalResult checkKGroupedStrides();

  GroupedMatmulOp op;
  ContractionVerifier check;
  GroupingAttr grouping;
  GroupingKind kind;
  Extent g{"G"};
  Extent m{"M"};
  Extent n{"N"};
  /// Of all groups together when K is grouped.
  Extent k{"K"};
};

} // namespace

LogicalResult GroupedVerifier::checkLayout() {
  Layout layout = op.getLayout();
  bool isLegal = layout == Layout::NT;
  StringRef expected = "nt";
  if (grouping.isContiguous()) {
    isLegal |= layout == Layout::NN;
    expected = "nt or nn";
  }
  if (isKGrouped()) {
    isLegal = layout == Layout::TN || (isLegal && !check.isBF16());
    expected = check.isBF16() ? "tn for bf16" : "tn or nt";
  }
  if (isLegal)
    return success();
  return fail(op, kLayout) << "has layout " << stringifyLayout(layout)
                           << ", expected " << expected << " with grouping "
                           << stringifyGroupingKind(kind);
}

LogicalResult GroupedVerifier::checkGrouping() {
  int64_t alignment = grouping.getAlignment();
  if (isMasked() && alignment != GroupingAttr::kDefaultAlignment)
    return fail(op, kAlignment)
           << "has alignment = " << alignment
           << ", expected none with grouping masked; every group has a slab of "
              "its own";
  int64_t factor = isKGrouped() ? 32 : 16;
  if (alignment % factor != 0)
    return fail(op, kAlignment)
           << "has alignment = " << alignment << ", expected a multiple of "
           << factor << " with grouping " << stringifyGroupingKind(kind);
  bool takesHint = isMasked() || kind == GroupingKind::ContiguousPsum;
  if (grouping.getExpectedM() != 0 && !takesHint)
    return fail(op, kExpectedM)
           << "has expected_m = " << grouping.getExpectedM()
           << ", expected none with grouping " << stringifyGroupingKind(kind)
           << "; it is a hint for masked and contiguous_psum";
  return success();
}

LogicalResult GroupedVerifier::checkAccumulator() {
  if (isKGrouped() == static_cast<bool>(check.c()))
    return success();
  if (isKGrouped())
    return fail(op, kAccumulator)
           << "lacks c, expected one with grouping k_grouped; add 'plus' with "
              "the memref of d, or with zeros";
  return fail(op, kAccumulator) << "has c, expected none with grouping "
                                << stringifyGroupingKind(kind);
}

LogicalResult GroupedVerifier::checkGroupOperand() {
  if (failed(checkIndexType(op, kGroupOperand, group())) ||
      failed(checkRank(op, kGroupOperand, group(), 1,
                       kind == GroupingKind::ContiguousIndex ? "[M]" : "[G]")))
    return failure();
  return checkContiguous(op, kGroupOperand, group());
}

LogicalResult GroupedVerifier::checkRanks() {
  auto rank = [&](Named operand, int64_t rank, StringRef dims) {
    return checkRank(op, kRules.ranks, operand, rank, dims);
  };
  if (isKGrouped()) {
    bool isNT = op.getLayout() == Layout::NT;
    return failure(
        failed(rank(check.a(), isNT ? 1 : 2,
                    isNT ? "the [M, K_g] matrices of all groups" : "[K, M]")) ||
        failed(rank(check.b(), isNT ? 1 : 2,
                    isNT ? "the [N, K_g] matrices of all groups" : "[K, N]")) ||
        failed(rank(check.d(), 3, "[G, M, N]")));
  }
  StringRef bDims = op.getLayout() == Layout::NN ? "[G, K, N]" : "[G, N, K]";
  return failure(failed(rank(check.a(), isMasked() ? 3 : 2,
                             isMasked() ? "[G, M, K]" : "[M, K]")) ||
                 failed(rank(check.b(), 3, bDims)) ||
                 failed(rank(check.d(), isMasked() ? 3 : 2,
                             isMasked() ? "[G, M, N]" : "[M, N]")));
}

LogicalResult GroupedVerifier::checkExtents() {
  auto same = [&](Extent &extent, Named operand, int64_t dim) {
    return failed(unify(op, kRules.extents, extent, operand, dim));
  };
  if (isKGrouped())
    return checkKGroupedExtents();
  bool isNN = op.getLayout() == Layout::NN;
  int64_t first = isMasked() ? 1 : 0;
  if (isMasked() && (same(g, check.a(), 0) || same(g, check.d(), 0)))
    return failure();
  bool isIndex = kind == GroupingKind::ContiguousIndex;
  if (same(g, check.b(), 0) || same(m, check.a(), first) ||
      same(k, check.a(), first + 1) || same(n, check.b(), isNN ? 2 : 1) ||
      same(k, check.b(), isNN ? 1 : 2) || same(m, check.d(), first) ||
      same(n, check.d(), first + 1) || same(isIndex ? m : g, group(), 0))
    return failure();
  for (const Extent *extent : {&g, &n, &k})
    if (failed(checkNotEmpty(op, kNotEmpty, *extent)))
      return failure();
  return success();
}

/// The elements of a concatenation fill whole rows, of the same K for both
/// operands.
LogicalResult GroupedVerifier::checkConcatenation(Named operand,
                                                  const Extent &rows) {
  int64_t elements = operand.getExtent(0);
  if (ShapedType::isDynamic(elements) || !rows.isStatic() || rows.size == 0)
    return success();
  if (elements % rows.size != 0)
    return fail(op, kRules.extents) << operand.name << " has " << elements
                                    << " elements, expected a multiple of "
                                    << rows.name << " = " << rows.size;
  int64_t size = elements / rows.size;
  if (!k.isStatic()) {
    k.size = size;
    k.source = operand.name;
  }
  if (k.size == size)
    return success();
  return fail(op, kRules.extents)
         << operand.name << " has " << elements << " elements, so K = " << size
         << " for " << rows.name << " = " << rows.size
         << ", expected K = " << k.size << " as in " << k.source;
}

LogicalResult GroupedVerifier::checkKGroupedExtents() {
  auto same = [&](Extent &extent, Named operand, int64_t dim) {
    return failed(unify(op, kRules.extents, extent, operand, dim));
  };
  if (same(g, check.d(), 0) || same(m, check.d(), 1) || same(n, check.d(), 2) ||
      same(g, group(), 0))
    return failure();
  if (op.getLayout() == Layout::NT)
    return failure(failed(checkConcatenation(check.a(), m)) ||
                   failed(checkConcatenation(check.b(), n)));
  return failure(same(k, check.a(), 0) || same(m, check.a(), 1) ||
                 same(k, check.b(), 0) || same(n, check.b(), 1));
}

/// Each group fills up its last scale (or its last word of packed scales), so
/// there are at least as many as one group would have, and less than one more
/// for each group.
LogicalResult GroupedVerifier::checkKGroupedScale(Named scale, ScaleBlock block,
                                                  const Extent &rows) {
  // The K dimension of the scale is not a function of K alone.
  Extent unknown("K");
  if (failed(check.checkScale(
          scale, block, {{ScaleAxis::MN, &rows}, {ScaleAxis::K, &unknown}})))
    return failure();
  int64_t columns = scale.getExtent(1);
  if (!k.isStatic() || !g.isStatic() || ShapedType::isDynamic(columns))
    return success();
  bool isPacked = scale.getElementType().isSignlessInteger(32);
  int64_t covered = isPacked ? 4 * block.k : block.k;
  int64_t least = llvm::divideCeil(k.size, covered);
  int64_t most = k.size / covered + g.size;
  if (columns >= least && columns <= most)
    return success();
  return fail(op, kRules.scaleShapes)
         << scale.name << " has " << columns << " columns, expected " << least
         << " to " << most << " (K = " << k.size << " in " << g.size
         << " groups, " << covered << " elements per "
         << (isPacked ? "word of packed scales" : "scale") << ")";
}

LogicalResult GroupedVerifier::checkScales() {
  if (check.isBF16())
    return success();
  if (failed(check.checkGranularity()))
    return failure();
  ScaleBlock aBlock = op.getGranularityAttr().getA();
  ScaleBlock bBlock = op.getGranularityAttr().getB();
  if (isKGrouped()) {
    if (failed(check.checkRowGranularity(" with grouping k_grouped")))
      return failure();
    if (aBlock.k != bBlock.k)
      return fail(op, kRules.granularity)
             << "has " << op.getGranularityAttr()
             << ", expected the same elements of K for a and b with grouping "
                "k_grouped";
    return failure(failed(checkKGroupedScale(check.aScale(), aBlock, m)) ||
                   failed(checkKGroupedScale(check.bScale(), bBlock, n)));
  }
  SmallVector<ScaledDim> aDims = {{ScaleAxis::MN, &m}, {ScaleAxis::K, &k}};
  if (isMasked())
    aDims.insert(aDims.begin(), {ScaleAxis::Batch, &g});
  if (failed(check.checkScale(check.aScale(), aBlock, aDims)))
    return failure();
  return check.checkScale(
      check.bScale(), bBlock,
      {{ScaleAxis::Batch, &g}, {ScaleAxis::MN, &n}, {ScaleAxis::K, &k}});
}

LogicalResult GroupedVerifier::checkKGroupedStrides() {
  for (Named operand : {check.a(), check.b()})
    if (failed(checkContiguous(op, kInputStrides, operand)))
      return failure();
  for (Named operand : {check.c(), check.d()})
    if (failed(checkContiguous(op, kOutputStrides, operand)))
      return failure();
  return success();
}

LogicalResult GroupedVerifier::checkStrides() {
  if (isKGrouped())
    return checkKGroupedStrides();
  for (Named operand : {check.a(), check.b()}) {
    // A is K-major; B as well in a masked product.
    bool isFixed = operand.name == "a" || isMasked();
    if (failed(isFixed ? checkInnerStride(op, kInputStrides, operand)
                       : checkUnitStride(op, kInputStrides, operand)) ||
        failed(checkFP4Packing(op, kFP4Packing, operand)))
      return failure();
    if (operand.getRank() == 3 &&
        failed(checkDenseSlabs(op, kInputStrides, operand)))
      return failure();
  }
  if (failed(checkRowMajor(op, kOutputStrides, check.d())))
    return failure();
  return isMasked() ? checkDenseSlabs(op, kOutputStrides, check.d())
                    : success();
}

LogicalResult GroupedVerifier::verify() {
  StringRef where = isKGrouped() ? " with grouping k_grouped" : "";
  if (failed(check.checkOperands(/*allowBF16=*/true, /*allowFP8=*/true,
                                 /*allowFP4=*/!isKGrouped(), where)) ||
      failed(checkLayout()) || failed(checkGrouping()) ||
      failed(checkAccumulator()))
    return failure();
  if (failed(
          check.checkOutputTypes(/*allowBF16=*/!isKGrouped(),
                                 /*allowF32=*/isKGrouped(),
                                 isKGrouped() ? where : " without k_grouped")))
    return failure();
  if (failed(checkGroupOperand()) || failed(checkRanks()) ||
      failed(checkExtents()) || failed(check.checkAccumulatorShape()) ||
      failed(checkScales()) || failed(checkStrides()))
    return failure();
  bool isMixed =
      isFP4(check.a().getElementType()) != isFP4(check.b().getElementType());
  if (!isMixed)
    return success();
  return checkMultiple(op, kMixedFP4, k, 128,
                       " when only one operand is f4E2M1FN; pad K with zeros");
}

LogicalResult GroupedMatmulOp::verify() {
  return GroupedVerifier(*this).verify();
}
