//===- DGemmOps.td - All problem ops -----------------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_TD

include "dgemm/Dialect/DGemm/IR/MatmulOps.td"
include "dgemm/Dialect/DGemm/IR/GroupedOps.td"
include "dgemm/Dialect/DGemm/IR/BatchedOps.td"
include "dgemm/Dialect/DGemm/IR/HCPrenormOps.td"
include "dgemm/Dialect/DGemm/IR/MQALogitsOps.td"
include "dgemm/Dialect/DGemm/IR/ScaleOps.td"

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_TD
