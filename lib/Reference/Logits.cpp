//===- Logits.cpp - Multi-query attention logits in f64 -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Logits.h"

#include "LogitsInputs.h"
#include "dgemm/Reference/Quantize.h"

#include <algorithm>
#include <array>
#include <limits>

using namespace dgemm::reference;

static constexpr int64_t kTokens = 64;

namespace {
/// Decoded keys of one sequence: [D][tokens], tokens padded to whole blocks,
/// and the scale that is applied after the sum over heads.
struct Keys {
  int64_t dim = 0;
  int64_t stride = 0;
  std::vector<double> columns;
  std::vector<double> scale;
};

/// Decoded query and weights of one row of logits.
struct Query {
  std::vector<double> elements; // [H][D]
  std::vector<double> weights;  // [H]
};
} // namespace

/// Decodes D elements; UE8M0 scales are applied (exactly), f32 scales are not.
static std::vector<double> decodeRow(const ScaledRow &row) {
  int64_t d = row.data.size(0);
  std::vector<double> out(static_cast<size_t>(d));
  decodeStrided(row.data.type, row.data.data, row.data.offset,
                row.data.strides[0], d, out.data());
  if (row.word)
    for (int64_t i = 0; i < d; ++i)
      out[static_cast<size_t>(i)] *=
          decodeE8M0(static_cast<uint8_t>(*row.word >> (8 * (i / 32 % 4))));
  return out;
}

template <typename RowFn>
static Keys decodeKeys(const Parallel &parallel, int64_t count, int64_t dim,
                       RowFn rowOf) {
  Keys keys;
  keys.dim = dim;
  keys.stride = roundUp(count, kTokens);
  keys.columns.resize(static_cast<size_t>(keys.stride * dim));
  keys.scale.resize(static_cast<size_t>(count), 1.0);
  parallel.forEach(ceilDiv(count, kTokens), [&](int64_t block) {
    int64_t end = std::min(count, (block + 1) * kTokens);
    for (int64_t j = block * kTokens; j < end; ++j) {
      ScaledRow row = rowOf(j);
      std::vector<double> values = decodeRow(row);
      for (int64_t i = 0; i < dim; ++i)
        keys.columns[static_cast<size_t>(i * keys.stride + j)] =
            values[static_cast<size_t>(i)];
      if (row.scale)
        keys.scale[static_cast<size_t>(j)] = *row.scale;
    }
  });
  return keys;
}

static Query decodeQuery(const View &q, const std::optional<View> &scale,
                         const View &weights) {
  Query query;
  for (int64_t h = 0; h < q.size(0); ++h) {
    std::vector<double> row = decodeRow(queryRow(q, scale, h));
    query.elements.insert(query.elements.end(), row.begin(), row.end());
    query.weights.push_back(weights.load(weights.at(h)));
  }
  return query;
}

/// Keeps NaN, unlike std::max.
static double relu(double value) { return value < 0 ? 0 : value; }

/// Logits of the tokens [start, start + kTokens), without their scale.
static void logitsOfBlock(const Query &query, const Keys &keys, int64_t start,
                          std::array<double, kTokens> &logits) {
  logits.fill(0);
  for (size_t h = 0; h < query.weights.size(); ++h) {
    std::array<double, kTokens> scores = {};
    const double *q = query.elements.data() + h * static_cast<size_t>(keys.dim);
    for (int64_t d = 0; d < keys.dim; ++d) {
      const double *column = keys.columns.data() + d * keys.stride + start;
      for (int64_t j = 0; j < kTokens; ++j)
        scores[j] += q[d] * column[j];
    }
    for (int64_t j = 0; j < kTokens; ++j)
      logits[j] += relu(scores[j]) * query.weights[h];
  }
}

/// Stores the logits of tokens [begin, end) at columns that start at `column`.
static void storeLogits(const Query &query, const Keys &keys, int64_t begin,
                        int64_t end, const View &row, int64_t column) {
  std::array<double, kTokens> logits;
  for (int64_t start = begin / kTokens * kTokens; start < end;
       start += kTokens) {
    logitsOfBlock(query, keys, start, logits);
    int64_t last = std::min(end, start + kTokens);
    for (int64_t j = std::max(begin, start); j < last; ++j)
      row.store(row.at(column + j - begin),
                logits[j - start] * keys.scale[static_cast<size_t>(j)]);
  }
}

static void fill(const View &row, int64_t begin, int64_t end) {
  for (int64_t j = begin; j < end; ++j)
    row.store(row.at(j), -std::numeric_limits<double>::infinity());
}

std::pair<int64_t, int64_t> dgemm::reference::visibleRange(const MQALogits &p,
                                                           int64_t i) {
  int64_t skv = p.keys.keys.size(0);
  int64_t begin = std::clamp<int64_t>(p.ks.loadInteger(p.ks.at(i)), 0, skv);
  int64_t end = std::clamp<int64_t>(p.ke.loadInteger(p.ke.at(i)), begin, skv);
  if (p.compressed)
    end = std::min(end, begin + p.logits.size(1));
  return {begin, end};
}

Status dgemm::reference::run(const Parallel &parallel, const MQALogits &p) {
  if (Status status = validate(p); !status.ok())
    return status;
  const View &kv = p.keys.keys;
  Keys keys = decodeKeys(parallel, kv.size(0), kv.size(1),
                         [&](int64_t j) { return keyRow(p.keys, j); });
  parallel.forEach(p.q.size(0), [&](int64_t i) {
    std::optional<View> scale;
    if (p.qScale)
      scale = p.qScale->select(0, i);
    Query query = decodeQuery(p.q.select(0, i), scale, p.weights.select(0, i));
    auto [begin, end] = visibleRange(p, i);
    View row = p.logits.select(0, i);
    int64_t column = p.compressed ? 0 : begin;
    storeLogits(query, keys, begin, end, row, column);
    if (!p.clean)
      return;
    fill(row, 0, column);
    fill(row, column + end - begin, row.size(0));
  });
  return {};
}

Status dgemm::reference::run(const Parallel &parallel,
                             const PagedMQALogits &p) {
  if (Status status = validate(p); !status.ok())
    return status;
  int64_t nextN = p.q.size(1);
  Parallel one(1);
  parallel.forEach(p.q.size(0), [&](int64_t b) {
    int64_t longest = 0;
    for (int64_t n = 0; n < nextN; ++n)
      longest =
          std::max(longest, p.contextLens.loadInteger(p.contextLens.at(b, n)));
    Keys keys = decodeKeys(one, longest, p.q.size(3),
                           [&](int64_t j) { return keyRow(p, b, j); });
    for (int64_t n = 0; n < nextN; ++n) {
      int64_t r = b * nextN + n;
      std::optional<View> scale;
      if (p.qScale)
        scale = p.qScale->select(0, b).select(0, n);
      Query query = decodeQuery(p.q.select(0, b).select(0, n), scale,
                                p.weights.select(0, r));
      int64_t end = p.contextLens.loadInteger(p.contextLens.at(b, n));
      storeLogits(query, keys, 0, end, p.logits.select(0, r), 0);
    }
  });
  return {};
}

//===----------------------------------------------------------------------===//
// clean_logits
//===----------------------------------------------------------------------===//

Status dgemm::reference::cleanLogits(const std::optional<View> &ks,
                                     const View &ke, const View &logits,
                                     int64_t nextN) {
  if (logits.rank() != 2 || ke.rank() != 1 || (ks && ks->rank() != 1))
    return Error{"logits, ks and ke must have ranks 2, 1 and 1"};
  int64_t rows = logits.size(0);
  if (nextN < 1 || ke.size(0) * nextN != rows ||
      (ks && ks->size(0) != ke.size(0)))
    return Error{"ke has " + std::to_string(ke.size(0)) + " entries for " +
                 std::to_string(rows) +
                 " rows and next_n = " + std::to_string(nextN)};
  for (int64_t i = 0; i < rows; ++i) {
    int64_t columns = logits.size(1);
    int64_t entry = i / nextN;
    int64_t begin = ks ? ks->loadInteger(ks->at(entry)) : 0;
    int64_t end = ke.loadInteger(ke.at(entry)) - nextN + i % nextN + 1;
    View row = logits.select(0, i);
    begin = std::clamp<int64_t>(begin, 0, columns);
    fill(row, 0, begin);
    fill(row, std::clamp<int64_t>(end, begin, columns), columns);
  }
  return {};
}
