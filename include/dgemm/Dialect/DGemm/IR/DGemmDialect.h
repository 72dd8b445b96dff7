//===- DGemmDialect.h - The problem dialect ---------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_H
#define DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_H

#include "mlir/IR/Dialect.h"

#include "dgemm/Dialect/DGemm/IR/DGemmDialect.h.inc"

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_H
