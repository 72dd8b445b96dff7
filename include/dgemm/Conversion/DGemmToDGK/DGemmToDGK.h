//===- DGemmToDGK.h - From the problem to the kernel ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGEMMTODGK_DGEMMTODGK_H
#define DGEMM_CONVERSION_DGEMMTODGK_DGEMMTODGK_H

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "mlir/Pass/Pass.h"

namespace dgemm {
class MatmulOp;

#define GEN_PASS_DECL
#include "dgemm/Conversion/DGemmToDGK/Passes.h.inc"

/// Writes `op` as a synchronous kernel called `name`, placed where `builder`
/// points, and returns it. The kernel's arguments are the op's operands in
/// order. Fails with a diagnostic if `op` is on tensors or carries no schedule.
mlir::FailureOr<dgk::KernelOp>
buildMatmulKernel(mlir::OpBuilder &builder, MatmulOp op, llvm::StringRef name);

#define GEN_PASS_REGISTRATION
#include "dgemm/Conversion/DGemmToDGK/Passes.h.inc"

} // namespace dgemm

#endif // DGEMM_CONVERSION_DGEMMTODGK_DGEMMTODGK_H
