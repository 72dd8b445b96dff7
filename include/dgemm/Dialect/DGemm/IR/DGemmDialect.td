//===- DGemmDialect.td - The problem dialect ---------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_TD

include "mlir/IR/OpBase.td"

def DGemm_Dialect : Dialect {
  let name = "dgemm";
  let cppNamespace = "::dgemm";
  let summary = "GEMM-like problems of large models: what to compute";
}

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_TD
