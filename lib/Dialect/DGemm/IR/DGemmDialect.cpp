//===- DGemmDialect.cpp - The problem dialect -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmDialect.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "dgemm/Dialect/DGemm/IR/DGemmDialect.cpp.inc"

void dgemm::DGemmDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dgemm/Dialect/DGemm/IR/DGemmOps.cpp.inc"
      >();
}
