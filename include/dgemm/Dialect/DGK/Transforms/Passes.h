//===- Passes.h - Passes of the kernel dialect ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_H
#define DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_H

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "mlir/Pass/Pass.h"

namespace dgk {

#define GEN_PASS_DECL
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"

} // namespace dgk

#endif // DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_H
