//===- Contraction.cpp - Sums of scaled products in f64 -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Contraction.h"

#include <algorithm>
#include <array>
#include <numeric>

using namespace dgemm::reference;

//===----------------------------------------------------------------------===//
// Validation
//===----------------------------------------------------------------------===//

static Status validateOperand(const char *which, const Operand &operand,
                              int64_t mn, int64_t k) {
  std::vector<int64_t> expected = {mn, k};
  if (operand.data.shape != expected)
    return Error{std::string(which) + " has shape " +
                 shapeString(operand.data.shape) + ", expected " +
                 shapeString(expected)};
  if (!operand.scale)
    return {};
  const Granularity &g = operand.granularity;
  if (g.mn < 1 || g.k < 1)
    return Error{"granularity must be positive"};
  bool packed = operand.scale->type == ElementType::I32;
  expected = {ceilDiv(mn, g.mn), ceilDiv(k, packed ? 4 * g.k : g.k)};
  if (packed && g.mn != 1)
    return Error{"packed scales need one scale per row"};
  if (operand.scale->shape != expected)
    return Error{std::string("scale of ") + which + " has shape " +
                 shapeString(operand.scale->shape) + ", expected " +
                 shapeString(expected)};
  return {};
}

Status dgemm::reference::validate(const Contraction &contraction) {
  const View &d = contraction.d;
  if (d.rank() != 2)
    return Error{"result of a contraction must be a matrix, got " +
                 shapeString(d.shape)};
  int64_t n = contraction.n;
  if (n < 0 || (n > 0 && contraction.column(n - 1) >= d.size(1)) ||
      (!contraction.heads && n != d.size(1)))
    return Error{std::to_string(n) + " columns do not fit a result of shape " +
                 shapeString(d.shape)};
  if (contraction.c && contraction.c->shape != d.shape)
    return Error{"c has shape " + shapeString(contraction.c->shape) +
                 ", expected " + shapeString(d.shape)};
  for (const Term &term : contraction.terms) {
    int64_t k = term.a.data.rank() == 2 ? term.a.data.size(1) : -1;
    if (Status s = validateOperand("a", term.a, d.size(0), k); !s.ok())
      return s;
    if (Status s = validateOperand("b", term.b, n, k); !s.ok())
      return s;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Evaluation of one tile of D
//===----------------------------------------------------------------------===//

static constexpr int64_t kTileM = 32;
static constexpr int64_t kTileN = 32;
static constexpr int64_t kMaxChunk = 128;

namespace {
/// The rows and columns of D that one task computes.
struct Tile {
  const Contraction *contraction;
  int64_t m, n; // first row and column
};

/// Working storage of one task: a chunk of K of both operands, decoded.
struct Scratch {
  alignas(64) double a[kTileM * kMaxChunk]; // [m][k]
  alignas(64) double b[kMaxChunk * kTileN]; // [k][n]
  alignas(64) double partial[kTileM * kTileN];
  alignas(64) double sum[kTileM * kTileN];
};
} // namespace

static double scaleAt(const Operand &operand, int64_t mn, int64_t k) {
  const View &scale = *operand.scale;
  int64_t group = k / operand.granularity.k;
  if (scale.type != ElementType::I32)
    return scale.load(scale.at(mn / operand.granularity.mn, group));
  uint64_t word = loadBits(scale.type, scale.data, scale.at(mn, group / 4));
  return decodeE8M0(static_cast<uint8_t>(word >> (8 * (group % 4))));
}

/// The largest chunk of K in which no scale changes, when chunks start at its
/// multiples.
static int64_t chunkSize(const Term &term) {
  int64_t chunk = kMaxChunk;
  for (const Operand *operand : {&term.a, &term.b})
    if (operand->scale)
      chunk = std::gcd(chunk, operand->granularity.k);
  return chunk;
}

static void decodeRow(const Operand &operand, int64_t mn, int64_t k,
                      int64_t count, double *out) {
  const View &data = operand.data;
  decodeStrided(data.type, data.data, data.at(mn, k), data.strides[1], count,
                out);
  if (!operand.asTF32)
    return;
  for (int64_t i = 0; i < count; ++i)
    out[i] = roundToTF32(static_cast<float>(out[i]));
}

/// partial[m][n] = sum over k of a[m][k] * b[k][n], k ascending. Four rows and
/// eight columns at a time stay in registers.
static void multiply(Scratch &s, int64_t rows, int64_t count) {
  for (int64_t m = 0; m < rows; m += 4)
    for (int64_t n = 0; n < kTileN; n += 8) {
      double sums[4][8] = {};
      for (int64_t k = 0; k < count; ++k)
        for (int64_t i = 0; i < 4; ++i)
          for (int64_t j = 0; j < 8; ++j)
            sums[i][j] +=
                s.a[(m + i) * kMaxChunk + k] * s.b[k * kTileN + n + j];
      for (int64_t i = 0; i < 4; ++i)
        std::copy(sums[i], sums[i] + 8, s.partial + (m + i) * kTileN + n);
    }
}

/// sum += partial * scales, for the chunk that starts at k.
static void accumulate(Scratch &s, const Term &term, const Tile &tile,
                       int64_t rows, int64_t columns, int64_t k) {
  std::array<double, kTileN> scaleB;
  for (int64_t n = 0; n < columns; ++n)
    scaleB[n] = term.b.scale ? scaleAt(term.b, tile.n + n, k) : 1.0;
  for (int64_t m = 0; m < rows; ++m) {
    double scaleA = term.a.scale ? scaleAt(term.a, tile.m + m, k) : 1.0;
    double *sum = s.sum + m * kTileN;
    const double *partial = s.partial + m * kTileN;
    for (int64_t n = 0; n < columns; ++n)
      sum[n] += partial[n] * (scaleA * scaleB[n]);
  }
}

static void addTerm(Scratch &s, const Term &term, const Tile &tile,
                    int64_t rows, int64_t columns) {
  int64_t size = term.a.data.size(1);
  int64_t chunk = chunkSize(term);
  std::array<double, kMaxChunk> row;
  for (int64_t k = 0; k < size; k += chunk) {
    int64_t count = std::min(chunk, size - k);
    for (int64_t m = 0; m < rows; ++m)
      decodeRow(term.a, tile.m + m, k, count, s.a + m * kMaxChunk);
    for (int64_t n = 0; n < columns; ++n) {
      decodeRow(term.b, tile.n + n, k, count, row.data());
      for (int64_t i = 0; i < count; ++i)
        s.b[i * kTileN + n] = row[i];
    }
    multiply(s, rows, count);
    accumulate(s, term, tile, rows, columns, k);
  }
}

static void runTile(const Tile &tile) {
  const Contraction &contraction = *tile.contraction;
  const View &d = contraction.d;
  int64_t rows = std::min(kTileM, d.size(0) - tile.m);
  int64_t columns = std::min(kTileN, contraction.n - tile.n);
  // Rows and columns beyond the edge stay zero and are never stored.
  auto scratch = std::make_unique<Scratch>();
  for (const Term &term : contraction.terms)
    addTerm(*scratch, term, tile, rows, columns);
  for (int64_t m = 0; m < rows; ++m)
    for (int64_t n = 0; n < columns; ++n) {
      int64_t row = tile.m + m;
      int64_t column = contraction.column(tile.n + n);
      double value = scratch->sum[m * kTileN + n];
      if (contraction.c)
        value += contraction.c->load(contraction.c->at(row, column));
      d.store(d.at(row, column), value);
    }
}

Status dgemm::reference::run(const Parallel &parallel,
                             const Contractions &contractions) {
  std::vector<Tile> tiles;
  for (const Contraction &contraction : contractions) {
    if (Status status = validate(contraction); !status.ok())
      return status;
    for (int64_t m = 0; m < contraction.d.size(0); m += kTileM)
      for (int64_t n = 0; n < contraction.n; n += kTileN)
        tiles.push_back({&contraction, m, n});
  }
  parallel.forEach(static_cast<int64_t>(tiles.size()),
                   [&](int64_t i) { runTile(tiles[static_cast<size_t>(i)]); });
  return {};
}
