//===- MatmulOps.cpp - Dense matrix products ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Extents.h"

using namespace mlir;
using namespace dgemm;

bool MatmulOp::readsInits() {
  std::optional<HeadSplitAttr> split = getEpilogue();
  return split && split->getMid() != 0;
}

Value MatmulOp::getAccumulator() { return getC(); }

ProblemShape MatmulOp::getProblemShape() {
  Layout layout = getLayout();
  bool aIsTransposed = layout == Layout::TN || layout == Layout::TT;
  bool bIsTransposed = layout == Layout::NN || layout == Layout::TN;
  ProblemShape shape;
  shape.m = firstStatic({extentOf(getA(), aIsTransposed), extentOf(getD(), 0)});
  shape.n =
      firstStatic({extentOf(getB(), bIsTransposed),
                   getEpilogue() ? ShapedType::kDynamic : extentOf(getD(), 1)});
  shape.k = firstStatic(
      {extentOf(getA(), !aIsTransposed), extentOf(getB(), !bIsTransposed)});
  return shape;
}

LogicalResult MatmulOp::verify() { return success(); }
