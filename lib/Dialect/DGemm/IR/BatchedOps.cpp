//===- BatchedOps.cpp - Batched matrix products ---------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "Extents.h"

using namespace mlir;
using namespace dgemm;

Value BatchedMatmulOp::getAccumulator() { return getC(); }

ProblemShape BatchedMatmulOp::getProblemShape() {
  Value a = getA();
  Value b = getB();
  Value d = getD();
  ProblemShape shape;
  switch (getEquation()) {
  case Equation::BHR_HDR_BHD:
    shape.batch = firstStatic({extentOf(a, 1), extentOf(b, 0), extentOf(d, 1)});
    shape.m = firstStatic({extentOf(a, 0), extentOf(d, 0)});
    shape.n = firstStatic({extentOf(b, 1), extentOf(d, 2)});
    shape.k = firstStatic({extentOf(a, 2), extentOf(b, 2)});
    return shape;
  case Equation::BHD_HDR_BHR:
    shape.batch = firstStatic({extentOf(a, 1), extentOf(b, 0), extentOf(d, 1)});
    shape.m = firstStatic({extentOf(a, 0), extentOf(d, 0)});
    shape.n = firstStatic({extentOf(b, 2), extentOf(d, 2)});
    shape.k = firstStatic({extentOf(a, 2), extentOf(b, 1)});
    return shape;
  case Equation::BHD_BHR_HDR:
    shape.batch = firstStatic({extentOf(a, 1), extentOf(b, 1), extentOf(d, 0)});
    shape.m = firstStatic({extentOf(a, 2), extentOf(d, 1)});
    shape.n = firstStatic({extentOf(b, 2), extentOf(d, 2)});
    shape.k = firstStatic({extentOf(a, 0), extentOf(b, 0)});
    return shape;
  case Equation::BMK_BNK_MN:
    shape.batch = firstStatic({extentOf(a, 0), extentOf(b, 0)});
    shape.m = firstStatic({extentOf(a, 1), extentOf(d, 0)});
    shape.n = firstStatic({extentOf(b, 1), extentOf(d, 1)});
    shape.k = firstStatic({extentOf(a, 2), extentOf(b, 2)});
    return shape;
  }
  llvm_unreachable("unknown equation");
}

LogicalResult BatchedMatmulOp::verify() { return success(); }
