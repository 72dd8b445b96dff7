//===- Targets.h - The chips that the compiler knows ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A chip is a row of a table. Everything else in the compiler sees only the
// `#dgk.target` attribute that is made from the row, and asks it for limits,
// rates and instructions.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TARGET_TARGETS_H
#define DGEMM_TARGET_TARGETS_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

namespace dgk {

/// The attribute of the chip with this name, spelled as for the PTX `.target`
/// directive ("sm_120a"), or of a part ("rtx-5090"), which is its chip with
/// other rates; null if the table has neither. The kernel dialect must be
/// loaded.
TargetAttr lookupTarget(mlir::MLIRContext *context, llvm::StringRef name);

/// Names of all chips, in the order of the table.
llvm::SmallVector<llvm::StringRef> getKnownChips();

/// Names of all parts: "h100", "rtx-5090".
llvm::SmallVector<llvm::StringRef> getKnownParts();

/// The first matrix instruction of the target that multiplies these element
/// types, with block scales or without; null if there is none. With a
/// `scaleType`, scales are of that format.
MatrixInstruction findInstruction(TargetAttr target, mlir::Type aType,
                                  mlir::Type bType, bool scaled,
                                  mlir::Type scaleType = {});

/// Dense operations of `instruction` that an SM does in a cycle with f32
/// accumulation, two for each multiplication; 0 if the target has none of its
/// kind (FP4, FP8, 16 bits, TF32).
double getOperationsPerCycle(TargetAttr target, MatrixInstruction instruction);

/// Dense rate of `instruction` in TFLOP/s on all SMs, at the clock of the data
/// sheet's rate.
double getTflops(TargetAttr target, MatrixInstruction instruction);

/// Clock of an SM in GHz at which the target has the rates of its data sheet.
double getClockGhz(TargetAttr target);

} // namespace dgk

#endif // DGEMM_TARGET_TARGETS_H
