//===- ExplainMain.h - The command line of dgemm-explain --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TOOLS_EXPLAINMAIN_H
#define DGEMM_TOOLS_EXPLAINMAIN_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace dgemm {

/// Runs the driver with the dialects of `registry`; returns the exit code, 1
/// when a call is illegal or the input is wrong. Registers command-line
/// options, so at most one call in a process.
int explainMain(int argc, char **argv, mlir::DialectRegistry &registry);

} // namespace dgemm

#endif // DGEMM_TOOLS_EXPLAINMAIN_H
