//===- DGemmOps.h - Operations of the problem dialect -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_H
#define DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dgemm/Dialect/DGemm/IR/DGemmAttrs.h"
#include "dgemm/Dialect/DGemm/IR/DGemmDialect.h"
#include "dgemm/Dialect/DGemm/IR/DGemmInterfaces.h"
#include "dgemm/Dialect/Support/RequiredOperands.h"

#define GET_OP_CLASSES
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h.inc"

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMOPS_H
