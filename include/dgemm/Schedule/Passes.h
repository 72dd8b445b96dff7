//===- Passes.h - Choice of schedules ---------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_PASSES_H
#define DGEMM_SCHEDULE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace dgemm {

#define GEN_PASS_DECL
#include "dgemm/Schedule/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dgemm/Schedule/Passes.h.inc"

} // namespace dgemm

#endif // DGEMM_SCHEDULE_PASSES_H
