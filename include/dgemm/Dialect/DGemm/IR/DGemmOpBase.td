//===- DGemmOpBase.td - What all problem ops share ---------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMOPBASE_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMOPBASE_TD

include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dgemm/Dialect/DGemm/IR/DGemmAttrs.td"
include "dgemm/Dialect/DGemm/IR/DGemmInterfaces.td"
include "dgemm/Dialect/Support/RequiredOperands.td"

// Element types, ranks and extents are checked by numbered constraints in C++,
// so that the diagnostic can say what was expected.
def DGemm_Shaped : Type<
    CPred<"::llvm::isa<::mlir::RankedTensorType, ::mlir::MemRefType>($_self)">,
    "ranked tensor or memref", "::mlir::ShapedType">;

// The base of all ops. The init is the last operand.
class DGemm_Op<string mnemonic, list<string> problemMethods = [],
               list<Trait> traits = []>
    : Op<DGemm_Dialect, mnemonic, traits # [
        DestinationStyleOpInterface,
        DeclareOpInterfaceMethods<DGemm_ProblemOpInterface, problemMethods>,
        DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
        DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface,
                                  ["reifyResultShapes"]>]> {
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable();
  }];
  code sharedDefinitions = [{
    void $cppClass::getEffects(
        ::llvm::SmallVectorImpl<::mlir::MemoryEffects::EffectInstance>
            &effects) {
      ::dgemm::detail::getProblemEffects(*this, effects);
    }
    ::llvm::LogicalResult $cppClass::reifyResultShapes(
        ::mlir::OpBuilder &builder,
        ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      return ::dgemm::detail::reifyInitShapes(*this, builder, shapes);
    }
  }];
  let extraClassDefinition = sharedDefinitions # [{
    ::mlir::MutableOperandRange $cppClass::getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(),
                                         getNumOperands() - 1, 1);
    }
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMOPBASE_TD
