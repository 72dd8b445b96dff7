//===- SlotReaders.h - Who reads a slot -------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTREADERS_H
#define DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTREADERS_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

namespace dgk {

/// Moves `release` up to right behind the last operation of its block that
/// reads the slot; nowhere if the slot was taken in another block.
void releaseEarly(ReleaseOp release);

} // namespace dgk

#endif // DGEMM_LIB_DIALECT_DGK_TRANSFORMS_SLOTREADERS_H
