//===- MQAVerifier.h - Constraints that MQA logits share --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_DIALECT_DGEMM_IR_MQAVERIFIER_H
#define DGEMM_LIB_DIALECT_DGEMM_IR_MQAVERIFIER_H

#include "Verification.h"

namespace dgemm {

/// q is FP8 without a scale, or FP4 with an i32 scale of four UE8M0 bytes.
llvm::LogicalResult checkQuery(mlir::Operation *op, Rule types, Rule scales,
                               Named q, Named qScale);

/// H is 8, 16, 32 or 64.
llvm::LogicalResult checkHeads(mlir::Operation *op, Rule rule,
                               const Extent &heads);

/// D is 32, 64 or 128; of FP4, 64 or 128.
llvm::LogicalResult checkHeadDim(mlir::Operation *op, Rule rule,
                                 const Extent &dim, bool isFP4);

/// f32 or bf16.
llvm::LogicalResult checkLogitsType(mlir::Operation *op, Rule rule,
                                    Named logits);

/// bf16 weights need bf16 logits.
llvm::LogicalResult checkBF16Weights(mlir::Operation *op, Rule rule,
                                     Named weights, Named logits);

} // namespace dgemm

#endif // DGEMM_LIB_DIALECT_DGEMM_IR_MQAVERIFIER_H
