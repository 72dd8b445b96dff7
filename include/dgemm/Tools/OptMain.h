//===- OptMain.h - Main function of the optimizer drivers -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TOOLS_OPTMAIN_H
#define DGEMM_TOOLS_OPTMAIN_H

#include "llvm/ADT/StringRef.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgemm {

/// mlir::MlirOptMain with statistics that work (see PassStatistics.h). Returns
/// the exit code of the process.
int optMain(int argc, char **argv, llvm::StringRef toolName,
            mlir::DialectRegistry &registry);

} // namespace dgemm

#endif // DGEMM_TOOLS_OPTMAIN_H
