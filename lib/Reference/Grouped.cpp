//===- Grouped.cpp - Grouped products as contractions ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Contraction.h"

using namespace dgemm::reference;

namespace {
/// Everything that the three kinds of M-grouped products share.
struct MGrouped {
  const Operand &a;
  const Operand &b;
  const View &d;
  bool transposedB;
  Contractions result;

  int64_t groups() const { return b.data.size(0); }
  /// Adds rows [begin, end) of `aMatrix` and `dMatrix` times group g of B.
  Status add(const Operand &aMatrix, const View &dMatrix, int64_t begin,
             int64_t end, int64_t g);
};
} // namespace

static Error wrongRanks(const char *what) {
  return Error{std::string("operands of a ") + what +
               " product have the wrong ranks"};
}

/// Rows [begin, end) of an operand. Scales of single rows only: a block of rows
/// could straddle two groups.
static Expected<Operand> rowsOf(const Operand &operand, int64_t begin,
                                int64_t end) {
  Operand rows = operand;
  rows.data = operand.data.narrow(0, begin, end - begin);
  if (!operand.scale)
    return rows;
  if (operand.granularity.mn != 1)
    return Error{"a grouped operand needs one scale per row"};
  if (operand.scale->size(0) < end)
    return Error{"scale has " + std::to_string(operand.scale->size(0)) +
                 " rows, expected " + std::to_string(operand.data.size(0))};
  rows.scale = operand.scale->narrow(0, begin, end - begin);
  return rows;
}

static Operand slabOf(const Operand &operand, int64_t g) {
  Operand slab = operand;
  slab.data = operand.data.select(0, g);
  if (operand.scale)
    slab.scale = operand.scale->select(0, g);
  return slab;
}

Status MGrouped::add(const Operand &aMatrix, const View &dMatrix, int64_t begin,
                     int64_t end, int64_t g) {
  if (begin == end)
    return {};
  if (g >= groups())
    return Error{"group " + std::to_string(g) + " of row " +
                 std::to_string(begin) + " does not exist: b has " +
                 std::to_string(groups()) + " groups"};
  Expected<Operand> rows = rowsOf(aMatrix, begin, end);
  if (!rows)
    return rows.error();
  Contraction contraction;
  Operand weights = slabOf(b, g);
  if (transposedB)
    weights.data = weights.data.transpose();
  contraction.n = weights.data.size(0);
  contraction.terms.push_back({std::move(*rows), std::move(weights)});
  contraction.d = dMatrix.narrow(0, begin, end - begin);
  Status status = validate(contraction);
  result.push_back(std::move(contraction));
  return status;
}

/// The group that row `row` is multiplied with, or a negative number. Padding
/// behind the rows of a group belongs to it up to the next multiple of
/// `alignment`: where A is zero there, D must become zero.
static int64_t groupOfRow(const View &group, int64_t row, int64_t alignment) {
  int64_t own = group.loadInteger(group.at(row));
  return own >= 0 ? own
                  : group.loadInteger(group.at(row / alignment * alignment));
}

static Status addIndexed(MGrouped &product, const View &group,
                         int64_t alignment) {
  int64_t rows = product.a.data.size(0);
  if (group.rank() != 1 || group.size(0) != rows)
    return Error{"group has shape " + shapeString(group.shape) +
                 ", expected one index for each of the " +
                 std::to_string(rows) + " rows"};
  int64_t begin = 0;
  for (int64_t row = 1; row <= rows; ++row) {
    int64_t g = groupOfRow(group, begin, alignment);
    if (row < rows && groupOfRow(group, row, alignment) == g)
      continue;
    if (g >= 0)
      if (Status s = product.add(product.a, product.d, begin, row, g); !s.ok())
        return s;
    begin = row;
  }
  return {};
}

static Status addPsum(MGrouped &product, const View &group, int64_t alignment) {
  int64_t rows = product.a.data.size(0);
  int64_t begin = 0;
  for (int64_t g = 0; g < product.groups(); ++g) {
    int64_t end = group.loadInteger(group.at(g));
    if (end < begin && end >= 0)
      begin = end; // an empty group may end before its aligned start
    if (end < begin || end > rows)
      return Error{"group " + std::to_string(g) + " ends at row " +
                   std::to_string(end) + ", expected " + std::to_string(begin) +
                   " to " + std::to_string(rows)};
    if (Status s = product.add(product.a, product.d, begin, end, g); !s.ok())
      return s;
    begin = roundUp(end, alignment);
  }
  return {};
}

static Status addMasked(MGrouped &product, const View &group) {
  int64_t maxM = product.a.data.size(1);
  for (int64_t g = 0; g < product.groups(); ++g) {
    int64_t rows = group.loadInteger(group.at(g));
    if (rows < 0 || rows > maxM)
      return Error{"group " + std::to_string(g) + " has " +
                   std::to_string(rows) + " rows, expected 0 to " +
                   std::to_string(maxM)};
    if (Status s = product.add(slabOf(product.a, g), product.d.select(0, g), 0,
                               rows, g);
        !s.ok())
      return s;
  }
  return {};
}

static Expected<Contractions> mGrouped(Grouping grouping, int64_t alignment,
                                       Layout layout, const Operand &a,
                                       const Operand &b, const View &group,
                                       const View &d) {
  bool masked = grouping == Grouping::Masked;
  int64_t rank = masked ? 3 : 2;
  auto rankOf = [](const Operand &operand, int64_t rank) {
    return operand.data.rank() == rank &&
           (!operand.scale || operand.scale->rank() == rank);
  };
  if (!rankOf(a, rank) || !rankOf(b, 3) || d.rank() != rank ||
      group.rank() != 1)
    return wrongRanks("grouped");
  MGrouped product{a, b, d, layout == Layout::NN, {}};
  int64_t groups = product.groups();
  if (b.scale && b.scale->size(0) != groups)
    return Error{"scale of b has " + std::to_string(b.scale->size(0)) +
                 " groups, expected " + std::to_string(groups)};
  if (d.size(0) != a.data.size(0) ||
      (masked && (a.data.size(0) != groups || d.size(1) != a.data.size(1) ||
                  (a.scale && a.scale->size(0) != groups))))
    return Error{"rows of a " + shapeString(a.data.shape) + ", b " +
                 shapeString(b.data.shape) + " and d " + shapeString(d.shape) +
                 " do not correspond"};
  if (grouping != Grouping::ContiguousIndex && group.size(0) != groups)
    return Error{"group has " + std::to_string(group.size(0)) +
                 " entries, expected " + std::to_string(groups)};
  Status status = grouping == Grouping::ContiguousIndex
                      ? addIndexed(product, group, alignment)
                  : grouping == Grouping::ContiguousPsum
                      ? addPsum(product, group, alignment)
                      : addMasked(product, group);
  if (!status.ok())
    return status.error();
  return std::move(product.result);
}

//===----------------------------------------------------------------------===//
// K-grouped
//===----------------------------------------------------------------------===//

namespace {
/// Where a group starts along K: elements, scales, packed words.
struct KCursor {
  int64_t k = 0;
  int64_t scale = 0;
};
} // namespace

static int64_t scaleExtent(const Operand &operand, int64_t k) {
  bool packed = operand.scale->type == ElementType::I32;
  return ceilDiv(k, packed ? 4 * operand.granularity.k : operand.granularity.k);
}

/// The [mn, k] matrix of one group. Data is [sum_k, mn] (rank 2) or the
/// concatenation of dense [mn, k_g] matrices (rank 1); scales are
/// [mn, sum_sf_k], those of each group begin with a scale (or word) of their
/// own.
static Expected<Operand> kGroupOf(const Operand &operand, KCursor &cursor,
                                  int64_t mn, int64_t k) {
  Operand group = operand;
  bool flat = operand.data.rank() == 1;
  int64_t available = flat ? operand.data.size(0) : operand.data.size(0) * mn;
  if ((!flat && operand.data.size(1) != mn) || (cursor.k + k) * mn > available)
    return Error{"operand of shape " + shapeString(operand.data.shape) +
                 " does not hold " + std::to_string(cursor.k + k) +
                 " elements of K for " + std::to_string(mn) + " rows"};
  if (flat) {
    group.data.offset += cursor.k * mn * operand.data.strides[0];
    group.data.shape = {mn, k};
    group.data.strides = {k * operand.data.strides[0], operand.data.strides[0]};
  } else {
    group.data = operand.data.narrow(0, cursor.k, k).transpose();
  }
  cursor.k += k;
  if (!operand.scale)
    return group;
  int64_t scales = scaleExtent(operand, k);
  const View &all = *operand.scale;
  if (all.size(0) != mn || cursor.scale + scales > all.size(1))
    return Error{"scales of shape " + shapeString(operand.scale->shape) +
                 " do not hold " + std::to_string(cursor.scale + scales) +
                 " K groups for " + std::to_string(mn) + " rows"};
  group.scale = all.narrow(1, cursor.scale, scales);
  cursor.scale += scales;
  return group;
}

static Expected<Contractions> kGrouped(const Operand &a, const Operand &b,
                                       const View &group,
                                       const std::optional<View> &c,
                                       const View &d) {
  if (d.rank() != 3 || group.rank() != 1 || group.size(0) != d.size(0) ||
      a.data.rank() != b.data.rank() || a.data.rank() > 2 ||
      (a.scale && a.scale->rank() != 2) || (b.scale && b.scale->rank() != 2))
    return wrongRanks("K-grouped");
  if (c && c->shape != d.shape)
    return Error{"c has shape " + shapeString(c->shape) + ", expected " +
                 shapeString(d.shape)};
  Contractions contractions;
  KCursor cursorA;
  KCursor cursorB;
  for (int64_t g = 0; g < d.size(0); ++g) {
    int64_t k = group.loadInteger(group.at(g));
    if (k < 0)
      return Error{"K extent of group " + std::to_string(g) + " is " +
                   std::to_string(k)};
    Expected<Operand> left = kGroupOf(a, cursorA, d.size(1), k);
    Expected<Operand> right = kGroupOf(b, cursorB, d.size(2), k);
    if (!left || !right)
      return left ? right.error() : left.error();
    Contraction contraction;
    contraction.n = d.size(2);
    contraction.terms.push_back({*left, *right});
    contraction.d = d.select(0, g);
    if (c)
      contraction.c = c->select(0, g);
    if (Status status = validate(contraction); !status.ok())
      return status.error();
    contractions.push_back(std::move(contraction));
  }
  return contractions;
}

Expected<Contractions> dgemm::reference::groupedMatmul(
    Grouping grouping, int64_t alignment, Layout layout, const Operand &a,
    const Operand &b, const View &group, std::optional<View> c, const View &d) {
  if (alignment < 1)
    return Error{"alignment must be positive"};
  if (grouping == Grouping::KGrouped)
    return kGrouped(a, b, group, c, d);
  return mGrouped(grouping, alignment, layout, a, b, group, d);
}
