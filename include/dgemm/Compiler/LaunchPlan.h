//===- LaunchPlan.h - The launch plan of a kernel as data -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_COMPILER_LAUNCHPLAN_H
#define DGEMM_COMPILER_LAUNCHPLAN_H

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "dgemm/Launch/LaunchPlan.h"

#include "mlir/Support/LLVM.h"

namespace dgemm {

/// The launch plan of an asynchronous `kernel` that is compiled for `chip`, in
/// the form that launchers read. Arguments are named by their `dgk.name`
/// attribute, others "argN". Fails with a diagnostic when the kernel has no
/// plan yet, when an argument has a type that launchers do not know, and when
/// the plan is invalid (see `launch::validate`).
mlir::FailureOr<launch::LaunchPlan> getLaunchPlan(dgk::KernelOp kernel,
                                                  llvm::StringRef chip);

} // namespace dgemm

#endif // DGEMM_COMPILER_LAUNCHPLAN_H
