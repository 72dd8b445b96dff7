//===- MQALogitsOps.cpp - Multi-query attention logits --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "MQAVerifier.h"

using namespace mlir;
using namespace dgemm;

//===----------------------------------------------------------------------===//
// MQALogitsOp
//===----------------------------------------------------------------------===//

namespace mqa {
static constexpr Rule kForm = "mqa_logits-c1";
static constexpr Rule kTypes = "mqa_logits-c2";
static constexpr Rule kScales = "mqa_logits-c3";
static constexpr Rule kRanks = "mqa_logits-c4";
static constexpr Rule kExtents = "mqa_logits-c5";
static constexpr Rule kHeads = "mqa_logits-c6";
static constexpr Rule kHeadDim = "mqa_logits-c7";
static constexpr Rule kWeights = "mqa_logits-c8";
static constexpr Rule kLogits = "mqa_logits-c9";
static constexpr Rule kRanges = "mqa_logits-c10";
static constexpr Rule kClean = "mqa_logits-c11";
static constexpr Rule kStrides = "mqa_logits-c12";
} // namespace mqa

namespace {

/// The verifier of one mqa_logits.
class MQAVerifier {
public:
  explicit MQAVerifier(MQALogitsOp op)
      : op(op), q{op.getQ(), "q"}, qScale{op.getQScale(), "q_scale"},
        kv{op.getKv(), "kv"}, kvScale{op.getKvScale(), "kv_scale"},
        weights{op.getWeights(), "weights"}, ks{op.getKs(), "ks"},
        ke{op.getKe(), "ke"}, logits{op.getLogits(), "logits"} {}

  LogicalResult verify();

private:
  bool isPacked() const { return isFP4(q.getElementType()); }

  LogicalResult checkTypes();
  LogicalResult checkWeights();
  LogicalResult checkRanks();
  LogicalResult checkExtents();
  LogicalResult checkStrides();

  MQALogitsOp op;
  Named q, qScale, kv, kvScale, weights, ks, ke, logits;
  Extent queries{"S"};
  Extent heads{"H"};
  Extent headDim{"D"};
  Extent tokens{"SKV"};
};

} // namespace

LogicalResult MQAVerifier::checkTypes() {
  if (failed(checkQuery(op, mqa::kTypes, mqa::kScales, q, qScale)))
    return failure();
  if (kv.getElementType() != q.getElementType())
    return fail(op, mqa::kTypes)
           << "kv has elements of type " << kv.getElementType() << ", expected "
           << q.getElementType() << " as in q";
  Type scale = kvScale.getElementType();
  if (isPacked() ? !scale.isSignlessInteger(32) : !scale.isF32())
    return fail(op, mqa::kScales)
           << "kv_scale has elements of type " << scale << ", expected "
           << (isPacked() ? "i32 (four UE8M0 bytes)" : "f32") << " for a kv of "
           << kv.getElementType();
  if (failed(checkLogitsType(op, mqa::kLogits, logits)))
    return failure();
  return failure(failed(checkIndexType(op, mqa::kRanges, ks)) ||
                 failed(checkIndexType(op, mqa::kRanges, ke)));
}

LogicalResult MQAVerifier::checkWeights() {
  Type type = weights.getElementType();
  if (!type.isF32() && !type.isBF16() && !type.isF16())
    return fail(op, mqa::kWeights) << "weights have elements of type " << type
                                   << ", expected f32, bf16 or f16";
  if (failed(checkBF16Weights(op, mqa::kWeights, weights, logits)))
    return failure();
  if (!type.isF16())
    return success();
  if (isPacked())
    return fail(op, mqa::kWeights)
           << "weights are f16 with q of " << q.getElementType()
           << ", expected q of f8E4M3FN; use f32 weights";
  return checkMultiple(op, mqa::kWeights, queries, 4, " with f16 weights");
}

LogicalResult MQAVerifier::checkRanks() {
  auto rank = [&](Named operand, int64_t rank, StringRef dims) {
    return failed(checkRank(op, mqa::kRanks, operand, rank, dims));
  };
  if (qScale && rank(qScale, 2, "[S, H]"))
    return failure();
  return failure(
      rank(q, 3, "[S, H, D]") || rank(kv, 2, "[SKV, D]") ||
      rank(kvScale, 1, "[SKV]") || rank(weights, 2, "[S, H]") ||
      rank(ks, 1, "[S]") || rank(ke, 1, "[S]") ||
      rank(logits, 2, op.getCompressed() ? "[S, max_seqlen_k]" : "[S, SKV]"));
}

LogicalResult MQAVerifier::checkExtents() {
  auto same = [&](Extent &extent, Named operand, int64_t dim) {
    return failed(unify(op, mqa::kExtents, extent, operand, dim));
  };
  if (same(queries, q, 0) || same(heads, q, 1) || same(headDim, q, 2) ||
      same(tokens, kv, 0) || same(headDim, kv, 1) || same(tokens, kvScale, 0) ||
      same(queries, weights, 0) || same(heads, weights, 1) ||
      same(queries, ks, 0) || same(queries, ke, 0) || same(queries, logits, 0))
    return failure();
  if (qScale && (same(queries, qScale, 0) || same(heads, qScale, 1)))
    return failure();
  // Compressed logits have a column for each token of the longest range.
  if (!op.getCompressed() && same(tokens, logits, 1))
    return failure();
  return failure(failed(checkHeads(op, mqa::kHeads, heads)) ||
                 failed(checkHeadDim(op, mqa::kHeadDim, headDim, isPacked())));
}

LogicalResult MQAVerifier::checkStrides() {
  SmallVector<Named> dense = {q, kv, kvScale, ks, ke};
  if (qScale)
    dense.push_back(qScale);
  for (Named operand : dense)
    if (failed(checkContiguous(op, mqa::kStrides, operand)))
      return failure();
  return failure(failed(checkRowMajor(op, mqa::kStrides, weights)) ||
                 failed(checkRowMajor(op, mqa::kStrides, logits)));
}

LogicalResult MQAVerifier::verify() {
  if (failed(checkForm(op, mqa::kForm)) || failed(checkTypes()) ||
      failed(checkRanks()) || failed(checkExtents()) || failed(checkWeights()))
    return failure();
  if (op.getClean() && op.getCompressed())
    return fail(op, mqa::kClean)
           << "is both 'clean' and 'compressed', expected at most one; clean "
              "compressed logits with an op of the caller";
  return checkStrides();
}

LogicalResult MQALogitsOp::verify() { return MQAVerifier(*this).verify(); }

//===----------------------------------------------------------------------===//
// CleanLogitsOp
//===----------------------------------------------------------------------===//

namespace clean {
static constexpr Rule kForm = "clean_logits-c1";
static constexpr Rule kTypes = "clean_logits-c2";
static constexpr Rule kRanks = "clean_logits-c3";
static constexpr Rule kNextN = "clean_logits-c4";
static constexpr Rule kExtents = "clean_logits-c5";
static constexpr Rule kStrides = "clean_logits-c6";
} // namespace clean

// What lies within a row's range stays.
bool CleanLogitsOp::readsInits() { return true; }

LogicalResult CleanLogitsOp::verify() {
  Named ks{getKs(), "ks"};
  Named ke{getKe(), "ke"};
  Named logits{getLogits(), "logits"};
  if (failed(checkForm(*this, clean::kForm)) ||
      failed(checkLogitsType(*this, clean::kTypes, logits)) ||
      failed(checkRank(*this, clean::kRanks, logits, 2, "[rows, columns]")))
    return failure();
  SmallVector<Named> bounds = {ke};
  if (ks)
    bounds.push_back(ks);
  for (Named bound : bounds)
    if (failed(checkIndexType(*this, clean::kTypes, bound)) ||
        failed(checkRank(*this, clean::kRanks, bound, 1, "[rows / next_n]")) ||
        failed(checkContiguous(*this, clean::kStrides, bound)))
      return failure();
  int64_t nextN = getNextN();
  if (nextN < 1)
    return fail(*this, clean::kNextN)
           << "next_n = " << nextN << ", expected at least 1";
  Extent rows("rows");
  (void)unify(*this, clean::kExtents, rows, logits, 0);
  if (failed(checkMultiple(*this, clean::kExtents, rows, nextN, " (next_n)")))
    return failure();
  Extent ranges("rows / next_n");
  if (rows.isStatic())
    ranges = Extent("rows / next_n", rows.size / nextN, "logits");
  for (Named bound : bounds)
    if (failed(unify(*this, clean::kExtents, ranges, bound, 0)))
      return failure();
  return checkRowMajor(*this, clean::kStrides, logits);
}
