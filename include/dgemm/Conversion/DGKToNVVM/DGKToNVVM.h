//===- DGKToNVVM.h - From kernels to NVVM -----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H
#define DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include "mlir/Pass/Pass.h"

namespace dgk {

/// Attribute of a `gpu.module` that was a `dgk.kernel`: its launch plan, which
/// is all that a launcher needs. The chip is there too, as `dgk.target`.
inline constexpr llvm::StringLiteral kLaunchPlanAttrName =
    DGKDialect::kLaunchAttrName;

#define GEN_PASS_DECL
#include "dgemm/Conversion/DGKToNVVM/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Conversion/DGKToNVVM/Passes.h.inc"

} // namespace dgk

#endif // DGEMM_CONVERSION_DGKTONVVM_DGKTONVVM_H
