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

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_LEGALITY_H
