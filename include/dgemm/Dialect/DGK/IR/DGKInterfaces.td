//===- DGKInterfaces.td - Interfaces of the kernel dialect --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKINTERFACES_TD
#define DGEMM_DIALECT_DGK_IR_DGKINTERFACES_TD

include "mlir/IR/OpBase.td"

def DGK_MatrixInstructionInterface : AttrInterface<"MatrixInstruction"> {
  let cppNamespace = "::dgk";
  let description = [{
    A matrix instruction as an attribute: what it multiplies. Passes ask it for
    shapes and types and never compare chip numbers. How it is built is known to
    the folder of its family in `lib/Target`.
  }];
  let methods = [
    InterfaceMethod<"Rows of A and D that one instruction covers.",
      "int64_t", "getM">,
    InterfaceMethod<"Columns of B and D that one instruction covers at most.",
      "int64_t", "getN">,
    InterfaceMethod<"Columns come in multiples of this number.",
      "int64_t", "getColumnStep">,
    InterfaceMethod<"Elements of K that one instruction consumes.",
      "int64_t", "getK">,
    InterfaceMethod<"Element type of A.", "::mlir::Type", "getAType">,
    InterfaceMethod<"Element type of B.", "::mlir::Type", "getBType">,
    InterfaceMethod<"Element type of the accumulator.",
      "::mlir::Type", "getAccumulatorType">,
    InterfaceMethod<"K elements that share one scale; 0 if it takes no scales.",
      "int64_t", "getScaleBlock">,
    InterfaceMethod<[{
        Format of a scale, a byte: f8E8M0FNU, or f8E4M3FN without a sign; null if
        it takes no scales.
      }],
      "::mlir::Type", "getScaleType">,
    InterfaceMethod<[{
        Bits that an element of this operand takes in shared memory and in
        registers: more than its own where the instruction wants narrow elements
        in wider containers.
      }],
      "int64_t", "getContainerBits", (ins "::dgk::Side":$side)>,
    InterfaceMethod<"Threads that execute one instruction together.",
      "int64_t", "getThreads">,
    InterfaceMethod<[{
        Bits below the largest term at which it cuts off the others before it
        adds them up; 0 where that is not known and f32 rounding is assumed.
      }],
      "int64_t", "getAlignmentBits">,
    InterfaceMethod<[{
        Whether it finds its operands in shared memory, by descriptor, instead of
        in registers.
      }],
      "bool", "readsShared">
  ];
}

#endif // DGEMM_DIALECT_DGK_IR_DGKINTERFACES_TD
