//===- MQAVerifier.cpp - Constraints that MQA logits share ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MQAVerifier.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace dgemm;

LogicalResult dgemm::checkQuery(Operation *op, Rule types, Rule scales, Named q,
                                Named qScale) {
  Type type = q.getElementType();
  if (!isFP8(type) && !isFP4(type))
    return fail(op, types) << "q has elements of type " << type
                           << ", expected f8E4M3FN or f4E2M1FN";
  if (isFP8(type)) {
    if (qScale)
      return fail(op, scales)
             << "has q_scale, expected none for an f8E4M3FN q; "
                "fold it into the weights";
    return success();
  }
  if (!qScale)
    return fail(op, scales) << "lacks q_scale, expected one for an f4E2M1FN q; "
                               "add 'scaled by'";
  return checkIndexType(op, scales, qScale);
}

LogicalResult dgemm::checkHeads(Operation *op, Rule rule, const Extent &heads) {
  if (!heads.isStatic() || llvm::is_contained({8, 16, 32, 64}, heads.size))
    return success();
  return fail(op, rule) << "H = " << heads.size << " (of " << heads.source
                        << "), expected 8, 16, 32 or 64 heads";
}

LogicalResult dgemm::checkHeadDim(Operation *op, Rule rule, const Extent &dim,
                                  bool isFP4) {
  if (!dim.isStatic() || dim.size == 64 || dim.size == 128 ||
      (dim.size == 32 && !isFP4))
    return success();
  return fail(op, rule) << "D = " << dim.size << " (of " << dim.source
                        << "), expected "
                        << (isFP4 ? "64 or 128 for f4E2M1FN"
                                  : "32, 64 or 128 for f8E4M3FN");
}

LogicalResult dgemm::checkLogitsType(Operation *op, Rule rule, Named logits) {
  Type type = logits.getElementType();
  if (type.isF32() || type.isBF16())
    return success();
  return fail(op, rule) << logits.name << " has elements of type " << type
                        << ", expected f32 or bf16";
}

LogicalResult dgemm::checkBF16Weights(Operation *op, Rule rule, Named weights,
                                      Named logits) {
  if (!weights.getElementType().isBF16() || logits.getElementType().isBF16())
    return success();
  return fail(op, rule) << "weights are bf16 with logits of "
                        << logits.getElementType()
                        << ", expected bf16 logits; use f32 weights";
}
