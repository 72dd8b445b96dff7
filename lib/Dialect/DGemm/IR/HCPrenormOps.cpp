//===- HCPrenormOps.cpp - Hyper-connection prenorm ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Verification.h"

using namespace mlir;
using namespace dgemm;

ProblemShape HCPrenormOp::getProblemShape() {
  // Of a split problem, D has the split in front.
  int64_t first = getNumSplits() ? 1 : 0;
  ProblemShape shape;
  shape.m = firstStatic({extentOf(getA(), 0), extentOf(getD(), first),
                         extentOf(getSqrSum(), first)});
  shape.n = firstStatic({extentOf(getB(), 0), extentOf(getD(), first + 1)});
  shape.k = firstStatic({extentOf(getA(), 1), extentOf(getB(), 1)});
  return shape;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static constexpr Rule kForm = "hc_prenorm-c1";
static constexpr Rule kTypes = "hc_prenorm-c2";
static constexpr Rule kSplits = "hc_prenorm-c3";
static constexpr Rule kRanks = "hc_prenorm-c4";
static constexpr Rule kExtents = "hc_prenorm-c5";
static constexpr Rule kDepth = "hc_prenorm-c6";
static constexpr Rule kWidth = "hc_prenorm-c7";
static constexpr Rule kStrides = "hc_prenorm-c8";

/// The most columns that a target has.
static constexpr int64_t kMaxN = 128;

namespace {

struct HCPrenormOperands {
  explicit HCPrenormOperands(HCPrenormOp op)
      : a{op.getA(), "a"}, b{op.getB(), "b"}, d{op.getD(), "d"},
        sqrSum{op.getSqrSum(), "sqr_sum"} {}

  Named a, b, d, sqrSum;
};

} // namespace

static LogicalResult checkTypes(HCPrenormOp op, const HCPrenormOperands &in) {
  if (!in.a.getElementType().isBF16())
    return fail(op, kTypes) << "a has elements of type "
                            << in.a.getElementType() << ", expected bf16";
  for (Named operand : {in.b, in.d, in.sqrSum})
    if (!operand.getElementType().isF32())
      return fail(op, kTypes) << operand.name << " has elements of type "
                              << operand.getElementType() << ", expected f32";
  return success();
}

static LogicalResult checkShapes(HCPrenormOp op, const HCPrenormOperands &in) {
  std::optional<int64_t> splits = op.getNumSplits();
  if (splits && *splits < 1)
    return fail(op, kSplits) << "num_splits = " << *splits
                             << ", expected at least 1; leave it out for one "
                                "part without a split dimension";
  if (failed(checkRank(op, kRanks, in.a, 2, "[M, K]")) ||
      failed(checkRank(op, kRanks, in.b, 2, "[N, K]")) ||
      failed(checkRank(op, kRanks, in.d, splits ? 3 : 2,
                       splits ? "[num_splits, M, N]" : "[M, N]")) ||
      failed(checkRank(op, kRanks, in.sqrSum, splits ? 2 : 1,
                       splits ? "[num_splits, M]" : "[M]")))
    return failure();
  Extent m("M");
  Extent n("N");
  Extent k("K");
  int64_t first = splits ? 1 : 0;
  if (failed(unify(op, kExtents, m, in.a, 0)) ||
      failed(unify(op, kExtents, k, in.a, 1)) ||
      failed(unify(op, kExtents, n, in.b, 0)) ||
      failed(unify(op, kExtents, k, in.b, 1)) ||
      failed(unify(op, kExtents, m, in.d, first)) ||
      failed(unify(op, kExtents, n, in.d, first + 1)) ||
      failed(unify(op, kExtents, m, in.sqrSum, first)))
    return failure();
  if (splits) {
    Extent parts("the split dimension", *splits, "num_splits");
    if (failed(unify(op, kExtents, parts, in.d, 0)) ||
        failed(unify(op, kExtents, parts, in.sqrSum, 0)))
      return failure();
  }
  if (failed(checkNotEmpty(op, kDepth, k)) ||
      failed(checkMultiple(op, kDepth, k, 64, "; pad K with zeros")) ||
      failed(checkNotEmpty(op, kWidth, n)) ||
      failed(checkMultiple(op, kWidth, n, 8, "; pad N with zeros")))
    return failure();
  if (!n.isStatic() || n.size <= kMaxN)
    return success();
  return fail(op, kWidth) << "N = " << n.size << " (of " << n.source
                          << "), expected at most " << kMaxN
                          << "; use dgemm.matmul for wide products";
}

LogicalResult HCPrenormOp::verify() {
  if (failed(checkForm(*this, kForm)))
    return failure();
  HCPrenormOperands in(*this);
  if (failed(checkTypes(*this, in)) || failed(checkShapes(*this, in)))
    return failure();
  return failure(failed(checkInnerStride(*this, kStrides, in.a)) ||
                 failed(checkInnerStride(*this, kStrides, in.b)) ||
                 failed(checkRowMajor(*this, kStrides, in.d)) ||
                 failed(checkContiguous(*this, kStrides, in.sqrSum)));
}
