//===- GeneratorLogits.cpp - Data of attention logits ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"

#include "Storage.h"

#include "dgemm/Reference/Logits.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace dgemm;
using reference::ceilDiv;
using reference::ElementType;
using reference::Random;
using reference::View;

static uint64_t index(int64_t i) { return static_cast<uint64_t>(i); }

void Generator::generateWeights(Value weights) {
  // f16 weights are made small: their sums are formed in f16 by some targets.
  fillNormal(weights, elementTypeOfValue(weights).isF16() ? 0.1 : 1,
             /*asBF16=*/elementTypeOfValue(weights).isBF16());
}

/// Sequences of one to four tokens behind each other.
void Generator::generateIndices(Value indices) {
  if (!indices || !isNew(indices))
    return;
  const View &view = cellOf(indices)->stored.view();
  Random random = randomOf(indices);
  int64_t sequence = 0;
  int64_t left = random.integer(0, 1, 4);
  for (int64_t t = 0; t < view.size(0); ++t) {
    if (left == 0) {
      ++sequence;
      left = random.integer(index(sequence), 1, 4);
    }
    view.store(view.at(t), static_cast<double>(sequence));
    --left;
  }
}

/// Lengths in [0.7, 1.3] of an average, at most `longest`. Queries before the
/// last one of a sequence see any part of it; tokens of one sequence see one
/// more each.
void Generator::generateLengths(Value lens, Value indices, int64_t longest) {
  if (!isNew(lens))
    return;
  const View &view = cellOf(lens)->stored.view();
  Random random = randomOf(lens);
  int64_t nextN = view.size(1);
  double average = static_cast<double>(longest) / 1.3;
  Cell sequences = indices ? cellOf(indices) : nullptr;
  int64_t previous = -1;
  int64_t length = 0;
  for (int64_t b = 0; b < view.size(0); ++b) {
    int64_t sequence = sequences && sequences->stored
                           ? sequences->stored.view().loadInteger(
                                 sequences->stored.view().at(b))
                           : b;
    if (sequence == previous) {
      length = std::min(longest, length + 1);
    } else {
      double factor = 0.7 + 0.6 * random.uniform(index(sequence * (nextN + 1)));
      length = std::min(longest, static_cast<int64_t>(average * factor));
    }
    previous = sequence;
    for (int64_t n = 0; n < nextN; ++n) {
      uint64_t draw = index(b * (nextN + 1) + 1 + n);
      bool isLast = n + 1 == nextN;
      view.store(view.at(b, n),
                 static_cast<double>(isLast ? length
                                            : random.integer(draw, 0, length)));
    }
  }
}

/// What fits into the logits for which the metadata are made, if the function
/// computes them.
int64_t Generator::longestContext(PagedMQAMetadataOp op) {
  for (Operation *user : op.getContextLens().getUsers()) {
    auto paged = dyn_cast<PagedMQALogitsOp>(user);
    if (!paged)
      continue;
    symbols["block_kv"] = paged.getBlockKv();
    solveSymbols(operandExtents(paged));
    int64_t columns = symbol("columns");
    return std::min(columns, symbol("blocks") *
                                 static_cast<int64_t>(paged.getBlockKv()));
  }
  return 4096;
}

/// Full logits see all of the past (ks = 0); compressed ones have ranges of any
/// start and length, some empty.
void Generator::generateRanges(MQALogitsOp op) {
  int64_t s = symbol("m");
  int64_t skv = symbol("skv");
  bool ksNew = isNew(op.getKs());
  bool keNew = isNew(op.getKe());
  Random random = randomOf(op.getQ(), 3);
  for (int64_t i = 0; i < s; ++i) {
    int64_t begin = 0;
    int64_t end = std::clamp<int64_t>(i + skv - s, 0, skv);
    if (op.getCompressed()) {
      int64_t columns = cellOf(op.getLogits()) && cellOf(op.getLogits())->stored
                            ? cellOf(op.getLogits())->stored.shape()[1]
                            : symbol("columns");
      begin = random.integer(index(2 * i), 0, std::max<int64_t>(0, skv - 1));
      end = std::min(skv, begin + random.integer(index(2 * i + 1), 0, columns));
    }
    if (ksNew)
      cellOf(op.getKs())->stored.view().store(i, static_cast<double>(begin));
    if (keNew)
      cellOf(op.getKe())->stored.view().store(i, static_cast<double>(end));
  }
}

/// The last dimension as columns, all others as rows.
static View asMatrix(const View &view) {
  View matrix = view;
  int64_t columns = view.shape.back();
  matrix.shape = {columns ? view.numElements() / columns : 0, columns};
  matrix.strides = {columns, 1};
  return matrix;
}

/// A query is cast to FP8 without a scale; FP4 has a scale for 32 elements.
LogicalResult Generator::generateQuery(Value q, Value scale) {
  fillNormal(q);
  bool isQueryNew = isNew(q);
  if (!isQueryNew && (!scale || !isNew(scale)))
    return success();
  Cell cell = cellOf(q);
  if (!scale)
    return report(
        reference::copyElements(cell->plain.view(), cell->stored.view()));
  if (!isQueryNew || !isNew(scale))
    return op->emitOpError("needs data for both q and q_scale, or for neither");
  reference::Operand plain{
      asMatrix(cell->plain.view()), std::nullopt, {}, false};
  View words = cellOf(scale)->stored.view();
  words.shape = {words.numElements(), 1};
  words.strides = {1, 1};
  reference::Operand stored{
      asMatrix(cell->stored.view()), words, {1, 32}, false};
  return quantizeOperand(plain, stored, scale);
}

LogicalResult Generator::generateKeys(MQALogitsOp op) {
  fillNormal(op.getKv());
  bool isKeyNew = isNew(op.getKv());
  bool isScaleNew = isNew(op.getKvScale());
  if (!isKeyNew && !isScaleNew)
    return success();
  if (isKeyNew != isScaleNew)
    return op.emitOpError(
        "needs data for both kv and kv_scale, or for neither");
  const View &keys = cellOf(op.getKv())->stored.view();
  View scales = cellOf(op.getKvScale())->stored.view();
  scales.shape = {keys.size(0), 1};
  scales.strides = {1, 1};
  reference::Operand plain{
      cellOf(op.getKv())->plain.view(), std::nullopt, {}, false};
  int64_t k = isFP4(op.getKv()) ? 32 : keys.size(1);
  reference::Operand stored{keys, scales, {1, k}, false};
  if (isFP4(op.getKv()))
    return quantizeOperand(plain, stored, op.getKvScale());
  // One scale for each token, never rounded.
  return report(reference::quantize(interpreter.parallel, plain.data,
                                    stored.granularity, false, keys, scales));
}

LogicalResult Generator::generateFor(MQALogitsOp op) {
  generateWeights(op.getWeights());
  generateRanges(op);
  if (failed(generateQuery(op.getQ(), op.getQScale())))
    return failure();
  return generateKeys(op);
}

//===----------------------------------------------------------------------===//
// Pages
//===----------------------------------------------------------------------===//

/// The tokens of a page are quantised one by one and laid out as the op says:
/// elements of all tokens, then their scales.
LogicalResult Generator::generatePages(PagedMQALogitsOp op) {
  if (!isNew(op.getKvCache()))
    return success();
  Cell cell = cellOf(op.getKvCache());
  const View &pages = cell->stored.view();
  int64_t blockKV = pages.size(1);
  int64_t dim = symbol("dim");
  bool isFP4 = dgemm::isFP4(op.getQ());
  reference::Expected<reference::Tensor> plain =
      allocatePlain({pages.size(0), blockKV, dim});
  if (!plain)
    return report(plain.error());
  cell->plain = *plain;
  Random random = randomOf(op.getKvCache());
  reference::Parallel one(1);
  interpreter.parallel.forEach(pages.size(0), [&](int64_t page) {
    View tokens = plain->view().select(0, page);
    for (int64_t i = 0; i < blockKV * dim; ++i)
      tokens.store(tokens.offset + i,
                   reference::decodeBF16(reference::encodeBF16(
                       random.normal(index(page * blockKV * dim + i)))));
    uint8_t *base = pages.data + pages.at(page);
    View codes{isFP4 ? ElementType::F4E2M1FN : ElementType::F8E4M3FN,
               base,
               0,
               {blockKV, dim},
               {dim, 1}};
    uint8_t *scaleBytes = base + blockKV * (isFP4 ? dim / 2 : dim);
    View scales{isFP4 ? ElementType::I32 : ElementType::F32,
                scaleBytes,
                0,
                {blockKV, 1},
                {1, 1}};
    // Shapes fit by construction.
    if (isFP4)
      (void)quantizeOperand({tokens, std::nullopt, {}, false},
                            {codes, scales, {1, 32}, false}, op.getKvCache());
    else
      (void)reference::quantize(one, tokens, {1, dim}, false, codes, scales);
  });
  return success();
}

/// A random permutation of the pool; tokens of one sequence share a row.
void Generator::generateBlockTable(PagedMQALogitsOp op) {
  if (!isNew(op.getBlockTable()))
    return;
  const View &table = cellOf(op.getBlockTable())->stored.view();
  int64_t pages = symbol("pages");
  Random random = randomOf(op.getBlockTable());
  std::vector<int64_t> pool(static_cast<size_t>(pages));
  for (size_t i = 0; i < pool.size(); ++i)
    pool[i] = static_cast<int64_t>(i);
  for (size_t i = pool.size(); i > 1; --i)
    std::swap(pool[i - 1], pool[static_cast<size_t>(random.integer(
                               i, 0, static_cast<int64_t>(i) - 1))]);
  Cell sequences = op.getIndices() ? cellOf(op.getIndices()) : nullptr;
  int64_t blocks = table.size(1);
  for (int64_t b = 0; b < table.size(0); ++b) {
    int64_t sequence = sequences && sequences->stored
                           ? sequences->stored.view().loadInteger(
                                 sequences->stored.view().at(b))
                           : b;
    for (int64_t i = 0; i < blocks && pages > 0; ++i)
      table.store(
          table.at(b, i),
          static_cast<double>(
              pool[static_cast<size_t>((sequence * blocks + i) % pages)]));
  }
}

LogicalResult Generator::generateFor(PagedMQALogitsOp op) {
  int64_t columns = symbol("columns");
  int64_t longest =
      symbol("pages") == 0
          ? 0
          : std::min(columns,
                     symbol("blocks") * static_cast<int64_t>(op.getBlockKv()));
  generateWeights(op.getWeights());
  generateIndices(op.getIndices());
  generateLengths(op.getContextLens(), op.getIndices(), longest);
  generateBlockTable(op);
  if (isNew(op.getMetadata()) && cellOf(op.getContextLens())) {
    reference::PagedMetadata metadata;
    metadata.contextLens = cellOf(op.getContextLens())->stored.view();
    if (op.getIndices() && cellOf(op.getIndices()))
      metadata.indices = cellOf(op.getIndices())->stored.view();
    metadata.metadata = cellOf(op.getMetadata())->stored.view();
    if (failed(report(reference::run(metadata))))
      return failure();
  }
  if (failed(generateQuery(op.getQ(), op.getQScale())))
    return failure();
  return generatePages(op);
}

LogicalResult Generator::generateFor(CleanLogitsOp op) {
  fillNormal(op.getLogits());
  int64_t columns = symbol("columns");
  Random random = randomOf(op.getKe(), 2);
  for (int64_t i = 0; i < symbol("m"); ++i) {
    int64_t begin = random.integer(index(2 * i), 0, columns / 2);
    int64_t end = random.integer(index(2 * i + 1), 0, columns);
    if (op.getKs() && isNew(op.getKs()))
      cellOf(op.getKs())->stored.view().store(i, static_cast<double>(begin));
    if (isNew(op.getKe()))
      cellOf(op.getKe())->stored.view().store(i, static_cast<double>(end));
  }
  return success();
}
