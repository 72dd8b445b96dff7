//===- Optimization.h - Clean-up of translated kernels ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_EMISSION_OPTIMIZATION_H
#define DGEMM_LIB_TARGET_EMISSION_OPTIMIZATION_H

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace dgemm {

/// Puts variables into registers, folds and moves computations; keeps every
/// loop as it is.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace dgemm

#endif // DGEMM_LIB_TARGET_EMISSION_OPTIMIZATION_H
