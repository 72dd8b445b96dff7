//===- DGKOps.td - All operations of the kernel dialect ----*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKOPS_TD
#define DGEMM_DIALECT_DGK_IR_DGKOPS_TD

include "dgemm/Dialect/DGK/IR/AsyncOps.td"
include "dgemm/Dialect/DGK/IR/ComputeOps.td"
include "dgemm/Dialect/DGK/IR/DataOps.td"
include "dgemm/Dialect/DGK/IR/KernelOps.td"

#endif // DGEMM_DIALECT_DGK_IR_DGKOPS_TD
