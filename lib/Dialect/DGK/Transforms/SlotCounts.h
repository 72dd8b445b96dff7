//===- SlotCounts.h - How many slots a role takes ---------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compares the loops around the slots that two roles take from a pipeline.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTCOUNTS_H
#define DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTCOUNTS_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

namespace dgk {

/// Where two roles stop taking the same number of slots.
struct CountMismatch {
  mlir::Operation *first;
  mlir::Operation *second;
};

/// Proves that two roles take the same number of slots from `pipeline`: the
/// loops and conditions around them are equal one by one, computed from equal
/// values. Loops with a constant trip count are equal to their slots written
/// out. Values that two roles load from memory are equal when the kernel does
/// not write that memory. Returns where the proof fails.
std::optional<CountMismatch> compareSlotCounts(RoleOp first, RoleOp second,
                                               mlir::Value pipeline);

} // namespace dgk

#endif // DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTCOUNTS_H
