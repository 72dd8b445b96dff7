//===- PagedMQALogitsOps.cpp - Logits over a paged KV cache ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"

#include "MQAVerifier.h"

using namespace mlir;
using namespace dgemm;

/// Bytes behind the elements of a token: its scale.
static constexpr int64_t kScaleBytes = 4;

/// Pages of 32 or 64 tokens.
static LogicalResult checkPageSize(Operation *op, Rule rule, int64_t blockKV) {
  if (blockKV == 32 || blockKV == 64)
    return success();
  return fail(op, rule) << "block_kv = " << blockKV
                        << ", expected pages of 32 or 64 tokens";
}

/// At least one slot, of two words, and an end mark.
static LogicalResult checkMetadataShape(Operation *op, Rule rule,
                                        Named metadata) {
  int64_t rows = metadata.getExtent(0);
  int64_t words = metadata.getExtent(1);
  bool isLegal =
      (ShapedType::isDynamic(rows) || rows >= 2) && !isStaticNot(words, 2);
  if (isLegal)
    return success();
  return fail(op, rule) << "metadata has shape "
                        << shapeText(metadata.getType().getShape())
                        << ", expected [slots + 1, 2] with at least one slot";
}

//===----------------------------------------------------------------------===//
// PagedMQALogitsOp
//===----------------------------------------------------------------------===//

namespace paged {
static constexpr Rule kForm = "paged_mqa_logits-c1";
static constexpr Rule kTypes = "paged_mqa_logits-c2";
static constexpr Rule kScales = "paged_mqa_logits-c3";
static constexpr Rule kRanks = "paged_mqa_logits-c4";
static constexpr Rule kExtents = "paged_mqa_logits-c5";
static constexpr Rule kHeads = "paged_mqa_logits-c6";
static constexpr Rule kHeadDim = "paged_mqa_logits-c7";
static constexpr Rule kWeights = "paged_mqa_logits-c8";
static constexpr Rule kLogits = "paged_mqa_logits-c9";
static constexpr Rule kIndexTypes = "paged_mqa_logits-c10";
static constexpr Rule kPageSize = "paged_mqa_logits-c11";
static constexpr Rule kPageShape = "paged_mqa_logits-c12";
static constexpr Rule kVarlen = "paged_mqa_logits-c13";
static constexpr Rule kMetadata = "paged_mqa_logits-c14";
static constexpr Rule kPageStrides = "paged_mqa_logits-c15";
static constexpr Rule kStrides = "paged_mqa_logits-c16";
} // namespace paged

namespace {

/// The verifier of one paged_mqa_logits.
class PagedMQAVerifier {
public:
  explicit PagedMQAVerifier(PagedMQALogitsOp op)
      : op(op), q{op.getQ(), "q"}, qScale{op.getQScale(), "q_scale"},
        cache{op.getKvCache(), "kv_cache"},
        table{op.getBlockTable(), "block_table"},
        weights{op.getWeights(), "weights"},
        lengths{op.getContextLens(), "context_lens"},
        metadata{op.getMetadata(), "metadata"},
        indices{op.getIndices(), "indices"}, logits{op.getLogits(), "logits"} {}

  LogicalResult verify();

private:
  bool isPacked() const { return isFP4(q.getElementType()); }

  LogicalResult checkTypes();
  LogicalResult checkRanks();
  LogicalResult checkExtents();
  LogicalResult checkRows();
  LogicalResult checkPages();
  LogicalResult checkPageStrides(int64_t tokenBytes);
  LogicalResult checkStrides();

  PagedMQALogitsOp op;
  Named q, qScale, cache, table, weights, lengths, metadata, indices, logits;
  Extent batch{"B"};
  Extent nextN{"next_n"};
  Extent heads{"H"};
  Extent headDim{"D"};
};

} // namespace

LogicalResult PagedMQAVerifier::checkTypes() {
  if (failed(checkQuery(op, paged::kTypes, paged::kScales, q, qScale)))
    return failure();
  if (!cache.getElementType().isInteger(8))
    return fail(op, paged::kTypes)
           << "kv_cache has elements of type " << cache.getElementType()
           << ", expected i8, the bytes of the pages";
  Type weight = weights.getElementType();
  if (!weight.isF32() && !weight.isBF16())
    return fail(op, paged::kWeights) << "weights have elements of type "
                                     << weight << ", expected f32 or bf16";
  if (failed(checkLogitsType(op, paged::kLogits, logits)) ||
      failed(checkBF16Weights(op, paged::kWeights, weights, logits)))
    return failure();
  for (Named operand : {table, lengths, metadata, indices})
    if (operand && failed(checkIndexType(op, paged::kIndexTypes, operand)))
      return failure();
  return success();
}

LogicalResult PagedMQAVerifier::checkRanks() {
  auto rank = [&](Named operand, int64_t rank, StringRef dims) {
    return operand && failed(checkRank(op, paged::kRanks, operand, rank, dims));
  };
  return failure(
      rank(q, 4, "[B, next_n, H, D]") || rank(qScale, 3, "[B, next_n, H]") ||
      rank(cache, 4, "[pages, block_kv, 1, bytes of a token]") ||
      rank(table, 2, "[B, blocks]") || rank(weights, 2, "[B * next_n, H]") ||
      rank(lengths, 2, "[B, next_n]") || rank(metadata, 2, "[slots + 1, 2]") ||
      rank(indices, 1, "[B]") ||
      rank(logits, 2, "[B * next_n, max_context_len]"));
}

LogicalResult PagedMQAVerifier::checkExtents() {
  auto same = [&](Extent &extent, Named operand, int64_t dim) {
    return operand && failed(unify(op, paged::kExtents, extent, operand, dim));
  };
  if (same(batch, q, 0) || same(nextN, q, 1) || same(heads, q, 2) ||
      same(headDim, q, 3) || same(batch, qScale, 0) || same(nextN, qScale, 1) ||
      same(heads, qScale, 2) || same(batch, table, 0) ||
      same(heads, weights, 1) || same(batch, lengths, 0) ||
      same(nextN, lengths, 1) || same(batch, indices, 0))
    return failure();
  if (failed(checkNotEmpty(op, paged::kExtents, nextN)) ||
      failed(checkHeads(op, paged::kHeads, heads)) ||
      failed(checkHeadDim(op, paged::kHeadDim, headDim, isPacked())))
    return failure();
  if (!indices || !isStaticNot(nextN.size, 1))
    return checkRows();
  return fail(op, paged::kVarlen)
         << "has indices with next_n = " << nextN.size << " (of "
         << nextN.source << "), expected 1; give each token a row of its own";
}

/// The rows of the weights and the logits are all queries of all sequences.
LogicalResult PagedMQAVerifier::checkRows() {
  Extent rows("B * next_n");
  if (batch.isStatic() && nextN.isStatic())
    rows = Extent("B * next_n", product(batch.size, nextN.size), "q");
  for (Named operand : {weights, logits})
    if (failed(unify(op, paged::kExtents, rows, operand, 0)))
      return failure();
  return success();
}

LogicalResult PagedMQAVerifier::checkPages() {
  int64_t blockKV = op.getBlockKv();
  if (failed(checkPageSize(op, paged::kPageSize, blockKV)))
    return failure();
  SmallVector<int64_t> expected = {cache.getExtent(0), blockKV, 1,
                                   ShapedType::kDynamic};
  if (headDim.isStatic())
    expected[3] = headDim.size / (isPacked() ? 2 : 1) + kScaleBytes;
  for (int64_t dim = 1; dim < 4; ++dim)
    if (!ShapedType::isDynamic(expected[dim]) &&
        isStaticNot(cache.getExtent(dim), expected[dim]))
      return fail(op, paged::kPageShape)
             << "kv_cache has shape " << shapeText(cache.getType().getShape())
             << ", expected " << shapeText(expected)
             << " (block_kv = " << blockKV << ", elements of a token and "
             << kScaleBytes << " bytes of scale)";
  return checkPageStrides(firstStatic({expected[3], cache.getExtent(3)}));
}

LogicalResult PagedMQAVerifier::checkPageStrides(int64_t tokenBytes) {
  if (failed(checkInnerStride(op, paged::kPageStrides, cache)))
    return failure();
  SmallVector<int64_t> strides = *stridesOf(cache);
  if (!ShapedType::isDynamic(tokenBytes) && isStaticNot(strides[1], tokenBytes))
    return fail(op, paged::kPageStrides)
           << "kv_cache has stride " << strides[1]
           << " between tokens, expected " << tokenBytes
           << "; a page is contiguous";
  int64_t pageBytes = product(tokenBytes, op.getBlockKv());
  int64_t stride = strides[0];
  if (ShapedType::isDynamic(stride) || ShapedType::isDynamic(pageBytes) ||
      cache.getExtent(0) == 1 || (stride % 4 == 0 && stride >= pageBytes))
    return success();
  return fail(op, paged::kPageStrides)
         << "kv_cache has stride " << stride
         << " between pages, expected a multiple of 4 bytes, at least "
         << pageBytes;
}

LogicalResult PagedMQAVerifier::checkStrides() {
  for (Named operand : {q, qScale, lengths, metadata, indices})
    if (operand && failed(checkContiguous(op, paged::kStrides, operand)))
      return failure();
  if (failed(isPacked() ? checkRowMajor(op, paged::kStrides, weights)
                        : checkContiguous(op, paged::kStrides, weights)))
    return failure();
  return failure(failed(checkRowMajor(op, paged::kStrides, table)) ||
                 failed(checkRowMajor(op, paged::kStrides, logits)));
}

LogicalResult PagedMQAVerifier::verify() {
  return failure(failed(checkForm(op, paged::kForm)) || failed(checkTypes()) ||
                 failed(checkRanks()) || failed(checkExtents()) ||
                 failed(checkPages()) ||
                 failed(checkMetadataShape(op, paged::kMetadata, metadata)) ||
                 failed(checkStrides()));
}

LogicalResult PagedMQALogitsOp::verify() {
  return PagedMQAVerifier(*this).verify();
}

//===----------------------------------------------------------------------===//
// PagedMQAMetadataOp
//===----------------------------------------------------------------------===//

namespace schedule {
static constexpr Rule kForm = "paged_mqa_metadata-c1";
static constexpr Rule kTypes = "paged_mqa_metadata-c2";
static constexpr Rule kRanks = "paged_mqa_metadata-c3";
static constexpr Rule kExtents = "paged_mqa_metadata-c4";
static constexpr Rule kPageSize = "paged_mqa_metadata-c5";
static constexpr Rule kSplit = "paged_mqa_metadata-c6";
static constexpr Rule kAtom = "paged_mqa_metadata-c7";
static constexpr Rule kVarlen = "paged_mqa_metadata-c8";
static constexpr Rule kStrides = "paged_mqa_metadata-c9";
} // namespace schedule

static LogicalResult checkDistribution(PagedMQAMetadataOp op) {
  int64_t blockKV = op.getBlockKv();
  int64_t splitKV = op.getSplitKv();
  if (failed(checkPageSize(op, schedule::kPageSize, blockKV)))
    return failure();
  if (splitKV < 1 || splitKV % blockKV != 0)
    return fail(op, schedule::kSplit)
           << "split_kv = " << splitKV
           << ", expected a positive multiple of block_kv = " << blockKV;
  if (static_cast<int64_t>(op.getAtom()) < 1)
    return fail(op, schedule::kAtom)
           << "atom = " << static_cast<int64_t>(op.getAtom())
           << ", expected at least 1 query token";
  return success();
}

LogicalResult PagedMQAMetadataOp::verify() {
  Named lengths{getContextLens(), "context_lens"};
  Named indices{getIndices(), "indices"};
  Named metadata{getMetadata(), "metadata"};
  if (failed(checkForm(*this, schedule::kForm)))
    return failure();
  for (Named operand : {lengths, indices, metadata}) {
    if (!operand)
      continue;
    int64_t rank = operand.name == "indices" ? 1 : 2;
    StringRef dims = operand.name == "indices"        ? "[B]"
                     : operand.name == "context_lens" ? "[B, next_n]"
                                                      : "[slots + 1, 2]";
    if (failed(checkIndexType(*this, schedule::kTypes, operand)) ||
        failed(checkRank(*this, schedule::kRanks, operand, rank, dims)) ||
        failed(checkContiguous(*this, schedule::kStrides, operand)))
      return failure();
  }
  if (failed(checkDistribution(*this)) ||
      failed(checkMetadataShape(*this, schedule::kExtents, metadata)))
    return failure();
  Extent batch("B");
  Extent nextN("next_n");
  (void)unify(*this, schedule::kExtents, batch, lengths, 0);
  (void)unify(*this, schedule::kExtents, nextN, lengths, 1);
  if (failed(checkNotEmpty(*this, schedule::kExtents, nextN)))
    return failure();
  if (!indices)
    return success();
  if (failed(unify(*this, schedule::kExtents, batch, indices, 0)))
    return failure();
  if (isStaticNot(nextN.size, 1))
    return fail(*this, schedule::kVarlen)
           << "has indices with next_n = " << nextN.size
           << " (of context_lens), expected 1; give each token a row of its "
              "own";
  if (getAtom() <= 2)
    return success();
  return fail(*this, schedule::kVarlen)
         << "has indices with atom = " << getAtom() << ", expected 1 or 2";
}
