//===- LogitsInputs.cpp - Operands of attention logits, row by row --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LogitsInputs.h"

#include <algorithm>

using namespace dgemm::reference;

static Status expectShape(const char *which, const View &view,
                          const std::vector<int64_t> &expected) {
  if (view.shape == expected)
    return {};
  return Error{std::string(which) + " has shape " + shapeString(view.shape) +
               ", expected " + shapeString(expected)};
}

static Status first(std::initializer_list<Status> statuses) {
  for (const Status &status : statuses)
    if (!status.ok())
      return status;
  return {};
}

Status dgemm::reference::validate(const MQALogits &p) {
  if (p.q.rank() != 3 || p.keys.keys.rank() != 2 || p.logits.rank() != 2)
    return Error{"q, kv and logits must have ranks 3, 2 and 2"};
  int64_t s = p.q.size(0);
  int64_t h = p.q.size(1);
  int64_t d = p.q.size(2);
  int64_t skv = p.keys.keys.size(0);
  int64_t columns = p.logits.size(1);
  if (!p.compressed && columns != skv)
    return Error{"logits have " + std::to_string(columns) +
                 " columns, expected one for each of the " +
                 std::to_string(skv) + " tokens"};
  Status scales =
      first({p.qScale ? expectShape("q_scale", *p.qScale, {s, h}) : Status(),
             p.keys.scales ? expectShape("kv_scale", *p.keys.scales, {skv})
                           : Status()});
  return first({expectShape("kv", p.keys.keys, {skv, d}), scales,
                expectShape("weights", p.weights, {s, h}),
                expectShape("ks", p.ks, {s}), expectShape("ke", p.ke, {s}),
                expectShape("logits", p.logits, {s, columns})});
}

static Status validatePages(const PagedMQALogits &p) {
  int64_t d = p.q.size(3);
  bool fp4 = p.q.type == ElementType::F4E2M1FN;
  if (p.plainPages)
    return p.plainPages->rank() == 3 && p.plainPages->size(2) == d
               ? Status()
               : Error{"plain pages have shape " +
                       shapeString(p.plainPages->shape)};
  int64_t bytes = (fp4 ? d / 2 : d) + 4;
  if (p.pages.rank() != 4 || p.pages.size(2) != 1 || p.pages.size(3) != bytes ||
      p.pages.type != ElementType::I8)
    return Error{"kv_cache has shape " + shapeString(p.pages.shape) +
                 ", expected pages x block_kv x 1 x " + std::to_string(bytes) +
                 " of i8"};
  if (p.pages.strides[3] != 1 || p.pages.strides[1] != bytes)
    return Error{"bytes of a kv_cache page must be contiguous"};
  return {};
}

static Status validateLengths(const PagedMQALogits &p) {
  int64_t blockKV = p.plainPages ? p.plainPages->size(1) : p.pages.size(1);
  int64_t pages = p.plainPages ? p.plainPages->size(0) : p.pages.size(0);
  for (int64_t b = 0; b < p.contextLens.size(0); ++b) {
    int64_t longest = 0;
    for (int64_t n = 0; n < p.contextLens.size(1); ++n)
      longest =
          std::max(longest, p.contextLens.loadInteger(p.contextLens.at(b, n)));
    if (longest > p.logits.size(1) || longest > p.blockTable.size(1) * blockKV)
      return Error{"context length " + std::to_string(longest) +
                   " of sequence " + std::to_string(b) + " exceeds " +
                   std::to_string(p.logits.size(1)) + " logits or " +
                   std::to_string(p.blockTable.size(1)) + " pages of " +
                   std::to_string(blockKV) + " tokens"};
    for (int64_t i = 0; i * blockKV < longest; ++i) {
      int64_t page = p.blockTable.loadInteger(p.blockTable.at(b, i));
      if (page < 0 || page >= pages)
        return Error{"block_table[" + std::to_string(b) + ", " +
                     std::to_string(i) + "] is page " + std::to_string(page) +
                     " of " + std::to_string(pages)};
    }
  }
  return {};
}

Status dgemm::reference::validate(const PagedMQALogits &p) {
  if (p.q.rank() != 4 || p.blockTable.rank() != 2 ||
      p.contextLens.rank() != 2 || p.logits.rank() != 2)
    return Error{"q, block_table, context_lens and logits must have ranks 4, "
                 "2, 2 and 2"};
  int64_t b = p.q.size(0);
  int64_t n = p.q.size(1);
  int64_t h = p.q.size(2);
  Status scale =
      p.qScale ? expectShape("q_scale", *p.qScale, {b, n, h}) : Status();
  Status shapes = first(
      {scale, expectShape("weights", p.weights, {b * n, h}),
       expectShape("context_lens", p.contextLens, {b, n}),
       expectShape("block_table", p.blockTable, {b, p.blockTable.size(1)}),
       expectShape("logits", p.logits, {b * n, p.logits.size(1)}),
       validatePages(p)});
  return shapes.ok() ? validateLengths(p) : shapes;
}

static void setScale(ScaledRow &row, const View &scales, int64_t position) {
  if (scales.type == ElementType::I32)
    row.word =
        static_cast<uint32_t>(loadBits(scales.type, scales.data, position));
  else
    row.scale = static_cast<float>(scales.load(position));
}

ScaledRow dgemm::reference::keyRow(const KeySource &keys, int64_t j) {
  ScaledRow row;
  row.data = keys.keys.select(0, j);
  if (keys.scales)
    setScale(row, *keys.scales, keys.scales->at(j));
  return row;
}

ScaledRow dgemm::reference::keyRow(const PagedMQALogits &p, int64_t b,
                                   int64_t j) {
  int64_t blockKV = p.plainPages ? p.plainPages->size(1) : p.pages.size(1);
  int64_t page = p.blockTable.loadInteger(p.blockTable.at(b, j / blockKV));
  int64_t token = j % blockKV;
  ScaledRow row;
  if (p.plainPages) {
    row.data = p.plainPages->select(0, page).select(0, token);
    return row;
  }
  int64_t d = p.q.size(3);
  bool fp4 = p.q.type == ElementType::F4E2M1FN;
  uint8_t *base = p.pages.data + p.pages.at(page);
  row.data = View{fp4 ? ElementType::F4E2M1FN : ElementType::F8E4M3FN,
                  base,
                  token * d,
                  {d},
                  {1}};
  // The scales of all tokens follow the elements of all tokens.
  int64_t elementBytes = blockKV * (fp4 ? d / 2 : d);
  View scales{fp4 ? ElementType::I32 : ElementType::F32,
              base + elementBytes,
              0,
              {blockKV},
              {1}};
  setScale(row, scales, token);
  return row;
}

ScaledRow dgemm::reference::queryRow(const View &q,
                                     const std::optional<View> &scale,
                                     int64_t h) {
  ScaledRow row;
  row.data = q.select(0, h);
  if (scale)
    setScale(row, *scale, scale->at(h));
  return row;
}
