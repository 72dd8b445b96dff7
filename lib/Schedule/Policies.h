//===- Policies.h - One policy for each kind of instruction -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SCHEDULE_POLICIES_H
#define DGEMM_LIB_SCHEDULE_POLICIES_H

#include "dgemm/Schedule/InstructionPolicy.h"

namespace dgemm::schedule {

/// One warp, operands in registers.
const InstructionPolicy &getMmaSyncPolicy();
/// One warpgroup, operands in shared memory.
const InstructionPolicy &getWgmmaPolicy();

} // namespace dgemm::schedule

#endif // DGEMM_LIB_SCHEDULE_POLICIES_H
