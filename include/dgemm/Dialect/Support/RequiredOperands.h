//===- RequiredOperands.h - Operands that must be there ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_H
#define DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_H

#include "mlir/IR/OpDefinition.h"

namespace dgemm {

/// For ops with optional operands (`AttrSizedOperandSegments`): the operand
/// groups `Groups` have one value each. MLIR checks that only for optional
/// ones, so that the generic form can leave out what verifiers and accessors
/// rely on.
template <unsigned... Groups> struct RequiredOperands {
  template <typename ConcreteType>
  class Impl : public mlir::OpTrait::TraitBase<ConcreteType, Impl> {
  public:
    static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
      auto concrete = llvm::cast<ConcreteType>(op);
      for (unsigned group : {Groups...}) {
        unsigned count = concrete.getODSOperandIndexAndLength(group).second;
        if (count != 1)
          return op->emitOpError("has ")
                 << count << " values in operand group " << group
                 << " of operandSegmentSizes, expected 1";
      }
      return mlir::success();
    }
  };
};

} // namespace dgemm

#endif // DGEMM_DIALECT_SUPPORT_REQUIREDOPERANDS_H
