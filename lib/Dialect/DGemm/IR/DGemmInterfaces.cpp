//===- DGemmInterfaces.cpp - Interfaces of the problem ops ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmInterfaces.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;

#include "dgemm/Dialect/DGemm/IR/DGemmInterfaces.cpp.inc"

void dgemm::detail::getProblemEffects(
    Operation *op, SmallVectorImpl<MemoryEffects::EffectInstance> &effects) {
  auto destination = cast<DestinationStyleOpInterface>(op);
  bool readsInits = cast<ProblemOpInterface>(op).readsInits();
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    bool isInit = destination.isDpsInit(&operand);
    if (!isInit || readsInits)
      effects.emplace_back(MemoryEffects::Read::get(), &operand,
                           SideEffects::DefaultResource::get());
    if (isInit)
      effects.emplace_back(MemoryEffects::Write::get(), &operand,
                           SideEffects::DefaultResource::get());
  }
}

Type dgemm::detail::getResultType(Value init) {
  return isa<TensorType>(init.getType()) ? init.getType() : Type();
}

LogicalResult
dgemm::detail::reifyInitShapes(Operation *op, OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  if (op->getNumResults() == 0)
    return failure();
  auto destination = cast<DestinationStyleOpInterface>(op);
  for (OpOperand &init : destination.getDpsInitsMutable())
    shapes.push_back(tensor::getMixedSizes(builder, op->getLoc(), init.get()));
  return success();
}
