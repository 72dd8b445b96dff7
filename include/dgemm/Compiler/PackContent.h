//===- PackContent.h - What a pack says of a kernel -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_COMPILER_PACKCONTENT_H
#define DGEMM_COMPILER_PACKCONTENT_H

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "dgemm/Pack/Pack.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"

#include <optional>
#include <string>
#include <vector>

namespace dgemm {

/// An op of the problem dialect as packs describe it. Arguments are not known
/// yet: their indices follow from the kernel.
struct ProblemRecord {
  /// "dgemm.matmul".
  std::string op;
  std::optional<pack::Matmul> matmul;
};

/// The problems of `module` in the order in which kernels are made of them.
std::vector<ProblemRecord> recordProblems(mlir::ModuleOp module);

/// How the matrix instruction of a scheduled `kernel` adds, and how often its
/// sums start anew.
pack::Arithmetic getArithmetic(dgk::KernelOp kernel);

/// A pack without code for each asynchronous kernel of `module`. `problems` are
/// those that the kernels were made of, or none where the kernels were written
/// by hand. Fails with a diagnostic where a kernel has no launch plan.
mlir::FailureOr<std::vector<pack::Pack>>
describeKernels(mlir::ModuleOp module, llvm::StringRef chip,
                llvm::ArrayRef<ProblemRecord> problems);

} // namespace dgemm

#endif // DGEMM_COMPILER_PACKCONTENT_H
