//===- HCPrenormOps.cpp - Hyper-connection prenorm ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Extents.h"

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

LogicalResult HCPrenormOp::verify() { return success(); }
