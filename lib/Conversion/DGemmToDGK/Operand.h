//===- Operand.h - Operands of a matrix product in a kernel -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_CONVERSION_DGEMMTODGK_OPERAND_H
#define DGEMM_LIB_CONVERSION_DGEMMTODGK_OPERAND_H

// How scales of an operand reach the threads. Private to this folder.

#include "dgemm/Dialect/DGK/IR/DGK.h"

namespace dgemm::lowering {

/// Scales of consecutive K groups that are loaded together: in a packed word,
/// and of those that are bytes as many as TMA moves at least.
inline constexpr int64_t kScalesPerWord = 4;
inline constexpr int64_t kScalesPerCopy = 16;

/// One operand as the kernel sees it.
struct Operand {
  mlir::Value data;
  mlir::Value scale;       // null where the problem has no scales
  int64_t granularity = 0; // K elements that share a scale
  int64_t blockRows = 1;   // rows that share a scale
  int64_t tileRows = 0;
  bool isKFirst = false; // whether K is the first dimension of `data`
  /// Scales meet sums of one block each, outside of the instruction.
  bool isPromoted = false;

  mlir::Type getScaleType() const {
    return mlir::cast<mlir::MemRefType>(scale.getType()).getElementType();
  }
  /// Elements of the scale operand that are loaded together.
  int64_t getScaleColumns() const {
    return areBytes() && !isPromoted ? kScalesPerCopy : 1;
  }
  bool areBytes() const { return dgk::getElementBits(getScaleType()) == 8; }
  /// K elements that they cover, or that the one covers of those which is used.
  int64_t getSpan() const {
    return getScaleColumns() * granularity *
           (getScaleType().isInteger(32) && !isPromoted ? kScalesPerWord : 1);
  }

  /// Whether the threads that scale fetch the scales themselves: bytes, and
  /// those of single rows, where TMA cannot copy them.
  bool isFetched() const {
    return isPromoted &&
           (areBytes() ||
            (blockRows == 1 &&
             !dgk::hasTmaStrides(mlir::cast<mlir::MemRefType>(scale.getType()),
                                 /*inner=*/0,
                                 /*whenUnknown=*/true)));
  }
};

} // namespace dgemm::lowering

#endif // DGEMM_LIB_CONVERSION_DGEMMTODGK_OPERAND_H
