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
/// directive ("sm_120a"); null if the table has no such chip. The kernel
/// dialect must be loaded.
TargetAttr lookupTarget(mlir::MLIRContext *context, llvm::StringRef chip);

/// Names of all chips, in the order of the table.
llvm::SmallVector<llvm::StringRef> getKnownChips();

/// The first matrix instruction of the target that multiplies these element
/// types, with block scales or without; null if there is none.
MatrixInstruction findInstruction(TargetAttr target, mlir::Type aType,
                                  mlir::Type bType, bool scaled);

} // namespace dgk

#endif // DGEMM_TARGET_TARGETS_H
