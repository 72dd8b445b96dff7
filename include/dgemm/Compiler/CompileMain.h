//===- CompileMain.h - The command line of dgemm-compile --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_COMPILER_COMPILEMAIN_H
#define DGEMM_COMPILER_COMPILEMAIN_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgemm {

/// Runs the driver with the dialects of `registry`; returns the exit code, 1
/// after an error. Registers command-line options, so at most one call in a
/// process.
int compileMain(int argc, char **argv, mlir::DialectRegistry &registry);

} // namespace dgemm

#endif // DGEMM_COMPILER_COMPILEMAIN_H
