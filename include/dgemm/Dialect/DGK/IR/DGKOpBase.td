//===- DGKOpBase.td - Base of the kernel dialect's operations --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DGKOPBASE_TD
#define DGEMM_DIALECT_DGK_IR_DGKOPBASE_TD

include "dgemm/Dialect/DGK/IR/DGKTypes.td"
include "dgemm/Dialect/Support/RequiredOperands.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"

class DGK_Op<string mnemonic, list<Trait> traits = []>
    : Op<DGK_Dialect, mnemonic, traits>;

/// An operation whose first result prints as `%name`.
class DGK_NamedOp<string mnemonic, string name, list<Trait> traits = []>
    : DGK_Op<mnemonic, !listconcat(traits,
        [DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>])> {
  let extraClassDefinition = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setName) {
      setName(getOperation()->getResult(0), "}] # name # [{");
    }
  }];
}

#endif // DGEMM_DIALECT_DGK_IR_DGKOPBASE_TD
