//===- SM120.h - mma.sync, ldmatrix and TMA of workstation Blackwell --*- C++
//-*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TARGET_SM120_SM120_H
#define DGEMM_TARGET_SM120_SM120_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgk {

/// Teaches `#dgk.mma_sync` how it is written (MatrixInstructionLowering).
void registerSM120Lowering(mlir::DialectRegistry &registry);

} // namespace dgk

#endif // DGEMM_TARGET_SM120_SM120_H
