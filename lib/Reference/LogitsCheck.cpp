//===- LogitsCheck.cpp - A second evaluation of attention logits ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Logits.h"

#include "Definition.h"
#include "LogitsInputs.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace dgemm::reference;

/// D elements with all scales applied.
static std::vector<long double> dequantize(const ScaledRow &row) {
  std::vector<long double> out;
  for (int64_t i = 0; i < row.data.size(0); ++i) {
    long double value = decodeByDefinition(
        row.data.type, loadBits(row.data.type, row.data.data, row.data.at(i)));
    if (row.word)
      value *= scaleByDefinition(
          static_cast<uint8_t>(*row.word >> ((i >> 5 & 3) << 3) & 0xff));
    if (row.scale)
      value *= *row.scale;
    out.push_back(value);
  }
  return out;
}

namespace {
/// One row of logits with everything that it depends on but the keys.
struct Row {
  std::vector<std::vector<long double>> q; // [H][D]
  std::vector<long double> weights;
  View logits;
  int64_t index;
};
} // namespace

static Row rowOf(const View &q, const std::optional<View> &scale,
                 const View &weights, const View &logits, int64_t index) {
  Row row{{}, {}, logits, index};
  for (int64_t h = 0; h < q.size(0); ++h) {
    row.q.push_back(dequantize(queryRow(q, scale, h)));
    row.weights.push_back(weights.load(weights.at(h)));
  }
  return row;
}

/// Heads from the last to the first, dimensions too.
static Sum logitOf(const Row &row, const std::vector<long double> &key) {
  Sum sum;
  sum.count = static_cast<int64_t>(key.size() + row.q.size());
  for (size_t h = row.q.size(); h-- > 0;) {
    long double score = 0;
    long double magnitude = 0;
    for (size_t d = key.size(); d-- > 0;) {
      long double product = row.q[h][d] * key[d];
      score += product;
      magnitude += std::fabs(product);
    }
    if (!(score <= 0))
      sum.value += score * row.weights[h];
    sum.magnitude += magnitude * std::fabs(row.weights[h]);
  }
  return sum;
}

template <typename KeyFn>
static CheckResult checkRow(const Row &row, int64_t begin, int64_t end,
                            int64_t column, double unitRoundoff, KeyFn keyOf) {
  CheckResult result;
  for (int64_t j = begin; j < end; ++j) {
    Sum sum = logitOf(row, dequantize(keyOf(j)));
    int64_t c = column + j - begin;
    result.compare(row.logits.type, row.logits.load(row.logits.at(c)),
                   sum.value, sum.slack(unitRoundoff), [&] {
                     return "logit [" + std::to_string(row.index) + ", " +
                            std::to_string(c) + "]";
                   });
  }
  return result;
}

static CheckResult checkFilled(const View &row, int64_t index, int64_t begin,
                               int64_t end) {
  CheckResult result;
  for (int64_t j = begin; j < end; ++j)
    result.compare(row.type, row.load(row.at(j)),
                   -std::numeric_limits<long double>::infinity(), 0, [&] {
                     return "logit [" + std::to_string(index) + ", " +
                            std::to_string(j) + "]";
                   });
  return result;
}

/// Checks the chosen rows in parallel and merges what they found in order.
template <typename RowFn>
static CheckResult checkRows(const Parallel &parallel, int64_t rows,
                             int64_t costPerRow, const CheckOptions &options,
                             RowFn checkOne) {
  int64_t count =
      std::max<int64_t>(2, options.maxWork / std::max<int64_t>(1, costPerRow));
  std::vector<int64_t> chosen = sampleRows(rows, count, options.seed);
  std::vector<CheckResult> parts(chosen.size());
  parallel.forEach(static_cast<int64_t>(chosen.size()), [&](int64_t i) {
    size_t index = static_cast<size_t>(i);
    parts[index] = checkOne(chosen[index]);
  });
  CheckResult result;
  for (const CheckResult &part : parts)
    result.merge(part);
  return result;
}

Expected<CheckResult> dgemm::reference::check(const Parallel &parallel,
                                              const MQALogits &p,
                                              const CheckOptions &options) {
  if (Status status = validate(p); !status.ok())
    return status.error();
  int64_t elements = 0;
  for (int64_t i = 0; i < p.q.size(0); ++i) {
    auto [begin, end] = visibleRange(p, i);
    elements += p.clean ? p.logits.size(1) : end - begin;
  }
  auto checkOne = [&](int64_t i) {
    std::optional<View> scale;
    if (p.qScale)
      scale = p.qScale->select(0, i);
    Row row = rowOf(p.q.select(0, i), scale, p.weights.select(0, i),
                    p.logits.select(0, i), i);
    auto [begin, end] = visibleRange(p, i);
    int64_t column = p.compressed ? 0 : begin;
    CheckResult result = checkRow(row, begin, end, column, options.unitRoundoff,
                                  [&](int64_t j) { return keyRow(p.keys, j); });
    if (p.clean) {
      result.merge(checkFilled(row.logits, i, 0, column));
      result.merge(
          checkFilled(row.logits, i, column + end - begin, row.logits.size(0)));
    }
    return result;
  };
  // Unlike a product this costs about eight times its multiplications.
  int64_t cost = 8 * p.q.size(1) * p.q.size(2) * p.keys.keys.size(0);
  CheckResult result =
      checkRows(parallel, p.q.size(0), cost, options, checkOne);
  result.elements = elements;
  return result;
}

Expected<CheckResult> dgemm::reference::check(const Parallel &parallel,
                                              const PagedMQALogits &p,
                                              const CheckOptions &options) {
  if (Status status = validate(p); !status.ok())
    return status.error();
  int64_t nextN = p.q.size(1);
  auto lengthOf = [&](int64_t r) {
    return std::max<int64_t>(
        0, p.contextLens.loadInteger(p.contextLens.at(r / nextN, r % nextN)));
  };
  auto checkOne = [&](int64_t r) {
    int64_t b = r / nextN;
    int64_t n = r % nextN;
    std::optional<View> scale;
    if (p.qScale)
      scale = p.qScale->select(0, b).select(0, n);
    Row row = rowOf(p.q.select(0, b).select(0, n), scale,
                    p.weights.select(0, r), p.logits.select(0, r), r);
    return checkRow(row, 0, lengthOf(r), 0, options.unitRoundoff,
                    [&](int64_t j) { return keyRow(p, b, j); });
  };
  int64_t rows = p.q.size(0) * nextN;
  // Unlike a product this costs about eight times its multiplications.
  int64_t cost = 8 * p.q.size(2) * p.q.size(3) * p.logits.size(1);
  CheckResult result = checkRows(parallel, rows, cost, options, checkOne);
  for (int64_t r = 0; r < rows; ++r)
    result.elements += lengthOf(r);
  return result;
}

Expected<CheckResult>
dgemm::reference::checkCleanLogits(const std::optional<View> &ks,
                                   const View &ke, const View &before,
                                   const View &logits, int64_t nextN) {
  if (before.shape != logits.shape)
    return Error{"logits changed their shape"};
  CheckResult result;
  for (int64_t i = 0; i < logits.size(0); ++i)
    for (int64_t j = 0; j < logits.size(1); ++j) {
      int64_t entry = i / nextN;
      // The last of next_n queries sees all ke tokens, each before one fewer.
      int64_t hidden = nextN - 1 - i % nextN;
      bool visible = j < ke.loadInteger(ke.at(entry)) - hidden &&
                     (!ks || j >= ks->loadInteger(ks->at(entry)));
      long double expected = visible ? before.load(before.at(i, j))
                                     : -std::numeric_limits<double>::infinity();
      ++result.elements;
      result.compare(logits.type, logits.load(logits.at(i, j)), expected, 0,
                     [&] {
                       return "logit [" + std::to_string(i) + ", " +
                              std::to_string(j) + "]";
                     });
    }
  return result;
}
