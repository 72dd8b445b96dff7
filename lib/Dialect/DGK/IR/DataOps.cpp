//===- DataOps.cpp - Tiles to and from global memory ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

/// Row steps of an elementwise column: rows of an operand between neighbours,
/// and rows that share an element.
static bool areRowSteps(ArrayRef<int64_t> rows) {
  return rows.size() == 2 && rows[0] > 0 && rows[1] > 0;
}

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
  if (std::optional<ArrayRef<int64_t>> rows = getRows();
      rows && (!areRowSteps(*rows) || tile.getShape().size() != 2 ||
               tile.getShape()[1] != 1))
    return emitOpError("[load-c3] loads ")
           << tile << " with " << rows->size()
           << " row numbers, expected a tile of one column and two positive "
              "numbers";
  if (getTransposed() && (tile.getShape().size() != 2 || getRows()))
    return emitOpError("[load-c4] loads ")
           << tile << (getRows() ? " with row numbers" : "")
           << " transposed, expected a tile of two dimensions without them";
  return success();
}

LogicalResult FetchScalesOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  if (source.getRank() != 2 || getCoordinates().size() != 2)
    return emitOpError("[fetch_scales-c1] has ")
           << getCoordinates().size() << " coordinates for " << source
           << ", expected two for two dimensions";
  Type element = source.getElementType(), result = getType().getElementType();
  bool areWords =
      isa<Float8E8M0FNUType>(element) || element.isSignlessInteger(32);
  if (areWords ? !result.isInteger(32) || getType().getWords() != 1
               : !element.isF32() || !result.isF32())
    return emitOpError("[fetch_scales-c2] fetches ")
           << getType() << " from " << source
           << ", expected f32 in both, or one word of i32 for f8E8M0FNU or i32";
  if (!getRows() || areRowSteps(*getRows()))
    return success();
  return emitOpError("[fetch_scales-c3] has rows ")
         << getRowsAttr() << ", expected two positive numbers";
}

LogicalResult AddFromOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  if (source.getRank() != 2 || getCoordinates().size() != 2)
    return emitOpError("[add_from-c1] has ")
           << getCoordinates().size() << " coordinates for " << source
           << ", expected two for two dimensions";
  Type element = source.getElementType();
  if (getType().getElementType().isF32() &&
      (element.isF32() || element.isBF16()))
    return success();
  return emitOpError("[add_from-c2] adds ")
         << source << " to " << getType()
         << ", expected elements of f32 or bf16 and an accumulator of f32";
}

LogicalResult StoreOp::verify() {
  auto destination = cast<MemRefType>(getDestination().getType());
  size_t rank = destination.getRank();
  bool vector = llvm::is_contained(getValue().getType().getShape(), 1);
  if (getCoordinates().size() != rank || rank < (vector ? 1 : 2))
    return emitOpError("[store-c1] has ")
           << getCoordinates().size() << " coordinates for " << destination
           << ", expected one per dimension and at least "
           << (vector ? "1" : "2");
  if (getValue().getType().getElementType() != destination.getElementType())
    return emitOpError("[store-c2] stores ")
           << getValue().getType() << " to " << destination
           << ", expected equal element types";
  if (!getLow() != !getHigh())
    return emitOpError("[store-c3] has one bound of within, expected both");
  if (getAccumulate() && !destination.getElementType().isF32())
    return emitOpError("[store-c4] accumulates ")
           << destination.getElementType()
           << ", expected f32; add with dgk.add_from and store the sum";
  if ((getAccumulate() || getHeads()) && (getLow() || getTransposed()))
    return emitOpError("[store-c5] has ")
           << (getHeads() ? "heads" : "accumulate") << " beside "
           << (getLow() ? "within" : "transposed")
           << ", expected a plain rectangle";
  if (getAccumulate() && getHeads())
    return emitOpError("[store-c5] has both heads and accumulate, expected "
                       "one; add with dgk.add_from");
  return success();
}

//===----------------------------------------------------------------------===//
// CombineOp
//===----------------------------------------------------------------------===//

int64_t CombineOp::getPartialBytes() {
  return 4 * llvm::product_of(getPartial().getType().getShape());
}

int64_t CombineOp::getTileBytes() {
  return kCounterBytes + static_cast<int64_t>(getSplits()) * getPartialBytes();
}

LogicalResult CombineOp::verify() {
  auto splits = static_cast<int64_t>(getSplits());
  if (splits < 2 || splits > kMaxSplits)
    return emitOpError("[combine-c1] has ")
           << splits << " splits, expected 2 to " << kMaxSplits;
  AccumulatorType type = getPartial().getType();
  ArrayRef<int64_t> shape = type.getShape();
  if (!type.getElementType().isF32() || shape[0] % 16 != 0 || shape[1] % 8 != 0)
    return emitOpError("[combine-c2] adds ")
           << type << ", expected f32 and multiples of 16 x 8 elements";
  return success();
}

//===----------------------------------------------------------------------===//
// CombineInClusterOp
//===----------------------------------------------------------------------===//

int64_t CombineInClusterOp::getPartialBytes() {
  return 4 * llvm::product_of(getPartial().getType().getShape());
}

LogicalResult CombineInClusterOp::verify() {
  auto splits = static_cast<int64_t>(getSplits());
  if (splits < 2 || splits > kMaxSplits)
    return emitOpError("[combine_in_cluster-c1] has ")
           << splits << " splits, expected 2 to " << kMaxSplits;
  AccumulatorType type = getPartial().getType();
  ArrayRef<int64_t> shape = type.getShape();
  if (!type.getElementType().isF32() || shape[0] % 16 != 0 || shape[1] % 8 != 0)
    return emitOpError("[combine_in_cluster-c2] adds ")
           << type << ", expected f32 and multiples of 16 x 8 elements";
  auto tiles = (*this)->getParentOfType<TilesOp>();
  if (!tiles)
    return success();
  auto split = dyn_cast<BlockArgument>(getSplit());
  bool isCoordinate = split && split.getOwner() == &tiles.getBody().front();
  if (isCoordinate && tiles.getCluster() &&
      tiles.getCluster()->getAlong() == Axis::K &&
      tiles.getTilesPerStep(split.getArgNumber()) == splits)
    return success();
  return emitOpError("[combine_in_cluster-c3] adds up ")
         << splits
         << " splits, expected its tile loop to have cluster <size = " << splits
         << ", along = k> and the split to be the coordinate in front "
         << "of M and N";
}

//===----------------------------------------------------------------------===//
// FieldOp
//===----------------------------------------------------------------------===//

/// Elements after the first dimension, where these sizes are static and
/// contiguous.
static std::optional<int64_t> getRecordElements(MemRefType type,
                                                ArrayRef<int64_t> strides) {
  int64_t elements = 1;
  for (int64_t i = type.getRank() - 1; i >= 1; --i) {
    if (type.isDynamicDim(i) || strides[i] != elements)
      return std::nullopt;
    elements *= type.getDimSize(i);
  }
  return elements;
}

/// `bytes` in elements of `size` bytes, dynamic where it is not known.
static int64_t inElements(int64_t bytes, int64_t size) {
  return ShapedType::isDynamic(bytes) ? bytes : bytes / size;
}

LogicalResult FieldOp::verify() {
  auto source = cast<MemRefType>(getSource().getType());
  auto result = cast<MemRefType>(getType());
  SmallVector<int64_t> strides, fieldStrides;
  int64_t start, fieldStart;
  std::optional<int64_t> record, field;
  if (succeeded(source.getStridesAndOffset(strides, start)) && !strides.empty())
    record = getRecordElements(source, strides);
  if (!record || !source.getElementType().isInteger(8))
    return emitOpError("[field-c1] source is ")
           << source << ", expected records of i8 with static contiguous sizes";
  Type type = result.getElementType();
  int64_t size = type.isIntOrFloat() ? getElementBits(type) / 8 : 0;
  if (size && succeeded(result.getStridesAndOffset(fieldStrides, fieldStart)) &&
      !fieldStrides.empty())
    field = getRecordElements(result, fieldStrides);
  auto at = static_cast<int64_t>(getOffset());
  if (field && (at < 0 || at % size || at + *field * size > *record))
    return emitOpError("[field-c2] ")
           << *field * size << " bytes at " << at
           << " are not a field of a record of " << *record
           << " bytes, aligned to elements of " << size << " bytes";
  if (!field || result.getDimSize(0) != source.getDimSize(0) ||
      fieldStrides[0] != inElements(strides[0], size) ||
      fieldStart !=
          inElements(ShapedType::isDynamic(start) ? start : start + at, size))
    return emitOpError("[field-c3] result ")
           << result << " does not have the records' number, stride and offset "
           << "of " << source;
  return success();
}
