//===- PackedScales.h - Layout of packed scales -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_PACKEDSCALES_H
#define DGEMM_DIALECT_DGEMM_IR_PACKEDSCALES_H

#include "mlir/IR/BuiltinTypes.h"

namespace dgemm {

/// Dimensions of an operand that holds packed UE8M0 scales: rows of M or N, and
/// words along K. A third dimension is the batch.
struct PackedScaleDims {
  int64_t mn = 0;
  int64_t k = 1;
};

/// Rows in memory of packed scales with `rows` rows: what keeps a column of
/// words on 16 bytes.
inline int64_t getPackedScaleRows(int64_t rows) { return (rows + 3) / 4 * 4; }

/// Strides, in words, that packed scales of this shape must have: 1 along the
/// rows, the padded rows along K, dense batches. Dynamic where the shape is.
llvm::SmallVector<int64_t> getPackedScaleStrides(llvm::ArrayRef<int64_t> shape,
                                                 PackedScaleDims dims);

/// False if a static stride is not the one above. The stride of a dimension
/// with one element does not matter.
bool hasPackedScaleStrides(mlir::MemRefType type, PackedScaleDims dims);

} // namespace dgemm

#endif // DGEMM_DIALECT_DGEMM_IR_PACKEDSCALES_H
