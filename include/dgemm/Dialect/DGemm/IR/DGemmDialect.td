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
  let description = [{
    One op is one problem: block-scaled, grouped and batched matrix products,
    hyper-connection prenorm and MQA logits, with the helpers that make them
    usable. An op says WHAT is computed; tile sizes, pipelines and instructions
    belong to the kernel dialect below.

    #### Conventions of all ops

    * Destination style: `ins(...)` are read, `outs(...)` are written. On
      tensors an op has one result for each init, of the init's type; on memrefs
      it has no result. The two forms are not mixed in one op.
    * Element types are the built-in ones. `f8E4M3FN` is FP8. `f4E2M1FN` is FP4:
      shapes and strides count elements, storage holds two elements in a byte,
      the even index in the low nibble, along the dimension of stride 1, whose
      extent must be even.
    * A real value is the stored value times its scale. A scale operand is
      `f32`, `f8E8M0FNU` (the power of two `2^(byte - 127)`), or `i32` that
      packs four UE8M0 bytes of consecutive K groups, byte `j` in bits `8j` to
      `8j + 7`. The granularity `MNxK` says how many rows (of M or N) and how
      many elements of K share one scale.
    * Products are accumulated in f32 (or better) and rounded once, to the
      element type of the init.
    * Every constraint of an op is numbered. The number stands in the
      documentation of the op and in the diagnostic. Static extents and strides
      are checked; what is dynamic is a contract with the caller.
    * Memory effects are exact: inputs are read, inits are written, and an init
      is read only by an op that leaves a part of it as it was.
  }];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Registers the attributes; called once, by initialize().
    void registerAttributes();
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMDIALECT_TD
