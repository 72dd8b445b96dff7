//===- Passes.td - Scalar code of kernels to llvm ----------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_GPUMODULETOLLVM_PASSES_TD
#define DGEMM_CONVERSION_GPUMODULETOLLVM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertGPUModuleToLLVMPass
    : Pass<"convert-gpu-module-to-llvm", "::mlir::gpu::GPUModuleOp"> {
  let summary = "Converts the scalar and vector code of a kernel to llvm";
  let description = [{
    One conversion of arith, cf, index, ub and vector operations in the functions
    of a `gpu.module`. Unlike the upstream passes for each dialect it leaves the
    code of the host alone, and index has one width everywhere.

    Before: functions are `llvm.func`; scf is gone (`convert-scf-to-cf`).
    After: llvm and nvvm operations. Fails on an operation of these dialects that
    LLVM has no equivalent for.

    Example: `arith.addi %a, %b : index` becomes `llvm.add %a, %b : i32`.
  }];
  let options = [
    Option<"indexBits", "index-bits", "unsigned", "32",
           "Width of index: positions and extents of a kernel fit 32 bits, and "
           "64 cost twice the registers">
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // DGEMM_CONVERSION_GPUMODULETOLLVM_PASSES_TD
