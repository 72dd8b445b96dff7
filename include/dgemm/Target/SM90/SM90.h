//===- SM90.h - The family with wgmma ---------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TARGET_SM90_SM90_H
#define DGEMM_TARGET_SM90_SM90_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgk {

/// Teaches `#dgk.wgmma` how it is written (MatrixInstructionLowering).
void registerSM90Lowering(mlir::DialectRegistry &registry);

} // namespace dgk

#endif // DGEMM_TARGET_SM90_SM90_H
