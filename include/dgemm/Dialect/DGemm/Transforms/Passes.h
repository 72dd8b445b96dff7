//===- Passes.h - Passes of the problem dialect -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_H
#define DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Pass/Pass.h"

namespace dgemm {

#define GEN_PASS_DECL
#include "dgemm/Dialect/DGemm/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Dialect/DGemm/Transforms/Passes.h.inc"

} // namespace dgemm

#endif // DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_H
