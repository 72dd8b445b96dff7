//===- PackedScales.cpp - Layout of packed scales -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/PackedScales.h"

#include "Extents.h"

using namespace mlir;
using namespace dgemm;

SmallVector<int64_t> dgemm::getPackedScaleStrides(ArrayRef<int64_t> shape,
                                                  PackedScaleDims dims) {
  int64_t rows = shape[dims.mn];
  int64_t column = ShapedType::isDynamic(rows) ? ShapedType::kDynamic
                                               : getPackedScaleRows(rows);
  SmallVector<int64_t> strides(shape.size(), product(column, shape[dims.k]));
  strides[dims.mn] = 1;
  strides[dims.k] = column;
  return strides;
}

bool dgemm::hasPackedScaleStrides(MemRefType type, PackedScaleDims dims) {
  SmallVector<int64_t> strides;
  int64_t offset = 0;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return false;
  SmallVector<int64_t> expected = getPackedScaleStrides(type.getShape(), dims);
  for (auto [extent, actual, wanted] :
       llvm::zip_equal(type.getShape(), strides, expected)) {
    bool matters = ShapedType::isDynamic(extent) || extent > 1;
    if (matters && !ShapedType::isDynamic(actual) &&
        !ShapedType::isDynamic(wanted) && actual != wanted)
      return false;
  }
  return true;
}
