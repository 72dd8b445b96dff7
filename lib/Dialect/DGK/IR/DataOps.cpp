//===- DataOps.cpp - Tiles to and from global memory ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

LogicalResult LoadOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  TileType tile = getType();
  size_t rank = source.getRank();
  if (getCoordinates().size() != rank || rank < tile.getShape().size())
    return emitOpError("[load-c1] has ")
           << getCoordinates().size() << " coordinates for " << source
           << " and " << tile << ", expected one per dimension";
  if (source.getElementType() != tile.getElementType())
    return emitOpError("[load-c2] loads ")
           << tile << " from " << source << ", expected equal element types";
  return success();
}

LogicalResult StoreOp::verify() {
  auto destination = cast<MemRefType>(getDestination().getType());
  size_t rank = destination.getRank();
  if (getCoordinates().size() != rank || rank < 2)
    return emitOpError("[store-c1] has ")
           << getCoordinates().size() << " coordinates for " << destination
           << ", expected one per dimension and at least 2";
  if (getValue().getType().getElementType() != destination.getElementType())
    return emitOpError("[store-c2] stores ")
           << getValue().getType() << " to " << destination
           << ", expected equal element types";
  return success();
}
