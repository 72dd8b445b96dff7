//===- DGemmInterfaces.td - Interfaces of the problem ops --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_TD

include "mlir/IR/OpBase.td"

def DGemm_ProblemOpInterface : OpInterface<"ProblemOpInterface"> {
  let cppNamespace = "::dgemm";
  let description = [{
    Every op of the dialect. Memory effects and bufferization of all ops are
    derived from it and from `DestinationStyleOpInterface`.
  }];
  let methods = [
    InterfaceMethod<[{
        True when the op needs the previous content of its inits, because it
        leaves parts of them as they were. Content that becomes unspecified does
        not count.
      }],
      "bool", "readsInits", (ins), "", "return false;">,
    InterfaceMethod<[{
        The input whose elements are read just before the same elements of the
        first init are written, so that both may share storage; null if none.
      }],
      "::mlir::Value", "getAccumulator", (ins), "", "return {};">,
    InterfaceMethod<[{
        Where rows and K are in an operand that holds packed scales; nullopt for
        other operands. The memref of such an operand has the layout of
        `getPackedScaleStrides`.
      }],
      "::std::optional<::dgemm::PackedScaleDims>", "getPackedScaleDims",
      (ins "::mlir::OpOperand &":$operand), "", "return ::std::nullopt;">
  ];
}

def DGemm_ContractionProblem : OpInterface<"ContractionProblem"> {
  let cppNamespace = "::dgemm";
  let description = [{
    An op of the form `D = A * B^T (+ C)`. A schedule, a cost model or an
    embedder asks here and need not know the op.
  }];
  let methods = [
    InterfaceMethod<[{
        The extents of the problem, as far as the types of the operands tell:
        each is found in any operand that has it, `ShapedType::kDynamic` if in
        none. Valid on verified ops only.
      }],
      "::dgemm::ProblemShape", "getProblemShape", (ins)>,
    InterfaceMethod<"The left matrix.", "::mlir::Value", "getA", (ins)>,
    InterfaceMethod<"The right matrix.", "::mlir::Value", "getB", (ins)>,
    InterfaceMethod<"The result's destination.", "::mlir::Value", "getD",
      (ins)>,
    InterfaceMethod<"The scales of A, null if none.", "::mlir::Value",
      "getAScale", (ins), "", "return {};">,
    InterfaceMethod<"The scales of B, null if none.", "::mlir::Value",
      "getBScale", (ins), "", "return {};">,
    InterfaceMethod<"The matrix that is added, null if none.",
      "::mlir::Value", "getC", (ins), "", "return {};">
  ];
}

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMINTERFACES_TD
