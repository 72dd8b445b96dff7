//===- RequiredOperands.td - Operands that must be there ---*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_TD
#define DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_TD

include "mlir/IR/OpBase.td"

/// Behind AttrSizedOperandSegments: the numbers of the operands that are not
/// optional.
class RequiredOperands<string groups>
    : ParamNativeOpTrait<"RequiredOperands", groups> {
  let cppNamespace = "::dgemm";
}

#endif // DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_TD
