//===- ChipSupport.h - What LLVM can select for a chip ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_EMISSION_CHIPSUPPORT_H
#define DGEMM_LIB_TARGET_EMISSION_CHIPSUPPORT_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/Support/LLVM.h"

namespace llvm {
class MCSubtargetInfo;
class Module;
} // namespace llvm

namespace dgemm {

using EmitErrorFn = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// Fails unless LLVM knows the chip and the PTX version, and the version is not
/// older than the chip.
mlir::LogicalResult checkChip(const llvm::MCSubtargetInfo &info,
                              llvm::StringRef chip, unsigned ptxVersion,
                              EmitErrorFn emitError);

/// Fails when the module calls an intrinsic that the chip has no instruction
/// for. Selecting it would end the process.
mlir::LogicalResult checkIntrinsics(const llvm::Module &module,
                                    llvm::StringRef chip,
                                    EmitErrorFn emitError);

} // namespace dgemm

#endif // DGEMM_LIB_TARGET_EMISSION_CHIPSUPPORT_H
