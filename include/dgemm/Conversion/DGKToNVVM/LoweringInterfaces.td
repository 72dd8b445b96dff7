//===- LoweringInterfaces.td - How instructions are written --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGKTONVVM_LOWERINGINTERFACES_TD
#define DGEMM_CONVERSION_DGKTONVVM_LOWERINGINTERFACES_TD

include "mlir/IR/OpBase.td"

def DGK_MatrixInstructionLoweringInterface
    : AttrInterface<"MatrixInstructionLowering"> {
  let cppNamespace = "::dgk";
  let description = [{
    Second half of a matrix instruction: how its fragments lie in registers and
    how it is written in NVVM. Attached from outside by the folder of its family
    in `lib/Target`, so that the dialect knows no instruction set.
  }];
  let methods = [
    InterfaceMethod<"Whether products of this kind and these types are written.",
      "bool", "hasProducts">,
    InterfaceMethod<[{
        Elements of `type` that one thread of the math role holds; nothing if the
        instruction has no such fragment.
      }],
      "std::optional<int64_t>", "getElementsPerThread",
      (ins "::dgk::ScheduleAttr":$schedule, "::dgk::AccumulatorType":$type)>,
    InterfaceMethod<"Registers of one thread that hold `type`.",
      "int64_t", "getScaleRegisters",
      (ins "::dgk::ScheduleAttr":$schedule, "::dgk::ScalesType":$type)>,
    InterfaceMethod<"Registers of one thread that hold `type`.",
      "int64_t", "getFragmentRegisters",
      (ins "::dgk::ScheduleAttr":$schedule, "::dgk::FragmentsType":$type)>,
    InterfaceMethod<[{
        Adds the patterns for everything that depends on where fragments lie:
        products, scale words, stores.
      }],
      "void", "populatePatterns",
      (ins "::dgk::KernelLowering &":$kernel,
           "const ::mlir::TypeConverter &":$converter,
           "::mlir::RewritePatternSet &":$patterns)>
  ];
}

#endif // DGEMM_CONVERSION_DGKTONVVM_LOWERINGINTERFACES_TD
