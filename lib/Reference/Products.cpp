//===- Products.cpp - Dense and batched products as contractions ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Contraction.h"

#include <algorithm>

using namespace dgemm::reference;

static Status expectRank(const char *which, const View &view, int64_t rank) {
  if (view.rank() == rank)
    return {};
  return Error{std::string(which) + " has rank " + std::to_string(view.rank()) +
               ", expected " + std::to_string(rank)};
}

Expected<Contractions>
dgemm::reference::matmul(Layout layout, Operand a, Operand b,
                         std::optional<View> c, const View &d,
                         std::optional<HeadSplit> heads) {
  const View *views[] = {&a.data, &b.data, &d};
  for (int i = 0; i < 3; ++i)
    if (Status s = expectRank(i == 0   ? "a"
                              : i == 1 ? "b"
                                       : "d",
                              *views[i], 2);
        !s.ok())
      return s.error();
  if (heads && (heads->left < 0 || heads->mid < 0 || heads->right < 0 ||
                heads->left + heads->right < 1))
    return Error{"head split needs left + right > 0"};
  if (layout == Layout::TN || layout == Layout::TT)
    a.data = a.data.transpose();
  if (layout == Layout::NN || layout == Layout::TN)
    b.data = b.data.transpose();
  Contraction contraction;
  contraction.n = b.data.size(0);
  contraction.terms.push_back({std::move(a), std::move(b)});
  contraction.d = d;
  contraction.c = std::move(c);
  contraction.heads = heads;
  if (Status status = validate(contraction); !status.ok())
    return status.error();
  return Contractions{std::move(contraction)};
}

//===----------------------------------------------------------------------===//
// Batched
//===----------------------------------------------------------------------===//

namespace {
/// Where the batch, row and column dimensions of each tensor are; -1 for none.
struct Roles {
  int64_t aBatch, aRow, aK;
  int64_t bBatch, bRow, bK;
  int64_t dBatch, dRow, dColumn;
};
} // namespace

static Roles rolesOf(Equation equation) {
  switch (equation) {
  case Equation::BhrHdrBhd:
    return {1, 0, 2, 0, 1, 2, 1, 0, 2};
  case Equation::BhdHdrBhr:
    return {1, 0, 2, 0, 2, 1, 1, 0, 2};
  case Equation::BhdBhrHdr:
    return {1, 2, 0, 1, 2, 0, 0, 1, 2};
  case Equation::BmkBnkMn:
    break;
  }
  return {0, 1, 2, 0, 1, 2, -1, 0, 1};
}

static View matrixOf(const View &view, int64_t batchDim, int64_t rowDim,
                     int64_t columnDim, int64_t batch) {
  return view.permute({batchDim, rowDim, columnDim}).select(0, batch);
}

static Operand operandOf(const Operand &operand, int64_t batchDim,
                         int64_t rowDim, int64_t kDim, int64_t batch) {
  Operand matrix = operand;
  matrix.data = matrixOf(operand.data, batchDim, rowDim, kDim, batch);
  if (operand.scale)
    matrix.scale = matrixOf(*operand.scale, batchDim, rowDim, kDim, batch);
  return matrix;
}

static Status checkBatch(const Operand &operand, const char *which,
                         int64_t batchDim, int64_t batches) {
  if (Status status = expectRank(which, operand.data, 3); !status.ok())
    return status;
  if (operand.scale)
    if (Status s = expectRank("scale", *operand.scale, 3); !s.ok())
      return s;
  if (operand.data.size(batchDim) != batches ||
      (operand.scale && operand.scale->size(batchDim) != batches))
    return Error{std::string(which) + " and its scale need " +
                 std::to_string(batches) + " batches"};
  return {};
}

/// S products that add up to one matrix.
static Expected<Contractions> reducing(const Operand &a, const Operand &b,
                                       std::optional<View> c, const View &d) {
  if (Status status = expectRank("d", d, 2); !status.ok())
    return status.error();
  Contraction contraction;
  contraction.n = b.data.size(1);
  contraction.d = d;
  contraction.c = std::move(c);
  for (int64_t s = 0; s < a.data.size(0); ++s)
    contraction.terms.push_back(
        {operandOf(a, 0, 1, 2, s), operandOf(b, 0, 1, 2, s)});
  if (Status status = validate(contraction); !status.ok())
    return status.error();
  return Contractions{std::move(contraction)};
}

Expected<Contractions> dgemm::reference::batchedMatmul(Equation equation,
                                                       const Operand &a,
                                                       const Operand &b,
                                                       std::optional<View> c,
                                                       const View &d) {
  if (Status status = expectRank("a", a.data, 3); !status.ok())
    return status.error();
  Roles roles = rolesOf(equation);
  int64_t batches = a.data.size(roles.aBatch);
  if (Status s = checkBatch(a, "a", roles.aBatch, batches); !s.ok())
    return s.error();
  if (Status s = checkBatch(b, "b", roles.bBatch, batches); !s.ok())
    return s.error();
  if (c && c->shape != d.shape)
    return Error{"c has shape " + shapeString(c->shape) + ", expected " +
                 shapeString(d.shape)};
  if (equation == Equation::BmkBnkMn)
    return reducing(a, b, std::move(c), d);

  if (Status status = expectRank("d", d, 3); !status.ok())
    return status.error();
  if (d.size(roles.dBatch) != batches)
    return Error{"d has " + std::to_string(d.size(roles.dBatch)) +
                 " batches, expected " + std::to_string(batches)};
  Contractions contractions;
  for (int64_t i = 0; i < batches; ++i) {
    Contraction &one = contractions.emplace_back();
    one.terms.push_back({operandOf(a, roles.aBatch, roles.aRow, roles.aK, i),
                         operandOf(b, roles.bBatch, roles.bRow, roles.bK, i)});
    one.n = b.data.size(roles.bRow);
    one.d = matrixOf(d, roles.dBatch, roles.dRow, roles.dColumn, i);
    if (c)
      one.c = matrixOf(*c, roles.dBatch, roles.dRow, roles.dColumn, i);
    if (Status status = validate(one); !status.ok())
      return status.error();
  }
  return contractions;
}

//===----------------------------------------------------------------------===//
// Hyper-connection prenorm
//===----------------------------------------------------------------------===//

std::pair<int64_t, int64_t>
dgemm::reference::splitRange(int64_t k, int64_t splits, int64_t s) {
  int64_t blocks = ceilDiv(k, 64);
  int64_t each = blocks / splits;
  int64_t remainder = blocks % splits;
  int64_t begin = s * each + std::min(s, remainder);
  int64_t end = begin + each + (s < remainder ? 1 : 0);
  return {std::min(begin * 64, k), std::min(end * 64, k)};
}

static Expected<Contraction> prenormPart(const View &a, const View &b,
                                         const View &d, int64_t begin,
                                         int64_t end) {
  Contraction part;
  Term term;
  term.a.data = a.narrow(1, begin, end - begin);
  term.b.data = b.narrow(1, begin, end - begin);
  term.b.asTF32 = true;
  part.n = b.size(0);
  part.terms.push_back(std::move(term));
  part.d = d;
  if (Status status = validate(part); !status.ok())
    return status.error();
  return part;
}

Expected<Contractions>
dgemm::reference::hcPrenorm(const View &a, const View &b, const View &d,
                            std::optional<int64_t> splits) {
  if (Status status = expectRank("a", a, 2); !status.ok())
    return status.error();
  if (Status status = expectRank("b", b, 2); !status.ok())
    return status.error();
  if (Status status = expectRank("d", d, splits ? 3 : 2); !status.ok())
    return status.error();
  if (a.size(1) != b.size(1))
    return Error{"a and b differ in K: " + shapeString(a.shape) + " and " +
                 shapeString(b.shape)};
  if (splits && (*splits < 1 || d.size(0) != *splits))
    return Error{"d has shape " + shapeString(d.shape) + ", expected " +
                 std::to_string(*splits) + " splits"};
  Contractions contractions;
  for (int64_t s = 0; s < splits.value_or(1); ++s) {
    auto [begin, end] = splitRange(a.size(1), splits.value_or(1), s);
    Expected<Contraction> part =
        prenormPart(a, b, splits ? d.select(0, s) : d, begin, end);
    if (!part)
      return part.error();
    contractions.push_back(*part);
  }
  return contractions;
}

Status dgemm::reference::hcPrenormSquares(const Parallel &parallel,
                                          const View &a, const View &squares,
                                          std::optional<int64_t> splits) {
  std::vector<int64_t> expected = {a.size(0)};
  if (splits)
    expected.insert(expected.begin(), *splits);
  if (squares.shape != expected)
    return Error{"sums of squares have shape " + shapeString(squares.shape) +
                 ", expected " + shapeString(expected)};
  parallel.forEach(a.size(0), [&](int64_t row) {
    for (int64_t s = 0; s < splits.value_or(1); ++s) {
      auto [begin, end] = splitRange(a.size(1), splits.value_or(1), s);
      double sum = 0;
      for (int64_t k = begin; k < end; ++k) {
        double value = a.load(a.at(row, k));
        sum += value * value;
      }
      squares.store(splits ? squares.at(s, row) : squares.at(row), sum);
    }
  });
  return {};
}
