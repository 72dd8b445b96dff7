//===- Passes.td - Passes of the problem dialect -----------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_TD
#define DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def DGemmBufferizePass : Pass<"dgemm-bufferize", "::mlir::ModuleOp"> {
  let summary = "One-shot bufferization with the layouts that kernels take";
  let description = [{
    Takes functions from tensors to memrefs, arguments and results included.
    Arguments get the row-major layout, with one exception: a tensor of packed
    scales (i32) becomes a memref whose stride is 1 along the rows and, along K,
    the number of rows rounded up to 4. That is the form in which TMA reads
    scales (ops.md, 2.5), and a tensor type cannot say it.

    Functions that nothing in the module calls are entry points: their results
    are taken away. A result that is an argument needs none; for another one the
    caller hands in the buffer as an additional last argument.

    Before: any program; one on memrefs is left alone. After: no tensors.

    Example: `tensor<2112x14xi32>` as `b_scale` becomes
    `memref<2112x14xi32, strided<[1, 2112]>>`.
  }];
  let dependentDialects = [
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

#endif // DGEMM_DIALECT_DGEMM_TRANSFORMS_PASSES_TD
