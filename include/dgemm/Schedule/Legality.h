//===- Legality.h - Which problems a target can run -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_LEGALITY_H
#define DGEMM_SCHEDULE_LEGALITY_H

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Schedule/Limits.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace dgemm::schedule {

/// Extents to assume where the types of the operands do not tell them.
struct ExpectedExtents {
  int64_t m = 4096;
  int64_t n = 4096;
  int64_t k = 4096;
};

/// What a schedule for the op must know. Emits the diagnostic of the first
/// rule, select-c2 to select-c11, that the op breaks on this target.
llvm::FailureOr<DenseProblem> analyze(ProblemOpInterface op,
                                      dgk::TargetAttr target,
                                      const ExpectedExtents &expected);

/// A function with the op as a launch with these extents finds it: they stand
/// in the types for those that are dynamic, and distances follow where memory
/// is contiguous. Operands are memrefs.
mlir::OwningOpRef<mlir::ModuleOp> instantiate(MatmulOp op,
                                              const ExpectedExtents &extents);

/// Whether the op, which `analyze` accepts, can be launched with these extents:
/// they must keep the rules of the op, and those of the target that concern
/// distances. Emits the diagnostic of the first that they break.
llvm::LogicalResult checkExtents(ProblemOpInterface op, dgk::TargetAttr target,
                                 const ExpectedExtents &extents);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_LEGALITY_H
