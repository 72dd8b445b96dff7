//===- GroupedOps.cpp - Grouped matrix products ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Extents.h"

using namespace mlir;
using namespace dgemm;

Value GroupedMatmulOp::getAccumulator() { return getC(); }

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

LogicalResult GroupedMatmulOp::verify() { return success(); }
