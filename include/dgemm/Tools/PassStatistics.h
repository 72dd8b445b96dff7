//===- PassStatistics.h - Statistics with release packages ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TOOLS_PASSSTATISTICS_H
#define DGEMM_TOOLS_PASSSTATISTICS_H

namespace mlir {
class PassManager;
} // namespace mlir

namespace dgemm {

/// Makes `--mlir-pass-statistics` report the statistics of this project's
/// passes. Call it on each pass manager after its command line options were
/// applied; without that option it does nothing.
///
/// Statistics are compiled out of the release packages of MLIR, printing
/// included. This project's passes still count when it is built with
/// DGEMM_ENABLE_ASSERTIONS; upstream passes stay silent.
void reportPassStatistics(mlir::PassManager &manager);

} // namespace dgemm

#endif // DGEMM_TOOLS_PASSSTATISTICS_H
