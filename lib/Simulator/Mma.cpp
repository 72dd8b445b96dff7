//===- Mma.cpp - mma.sync: fragments and arithmetic -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "MatrixSum.h"

#include "dgemm/Reference/Formats.h"

#include <cmath>

using namespace dgemm::sim;

namespace {

constexpr unsigned maxK = 64;

/// Operands and sums of one instruction. B and the sums have n innermost, so
/// that the compiler can compute several columns at a time.
struct Tile {
  alignas(64) double a[16][maxK];
  alignas(64) double b[maxK][8];
  alignas(64) double sum[16][8];
};

/// Spreads the fragments of one operand. Width W = 32 / E bits, E elements per
/// register; element e of r[i] has k = E t + e + 4 E (i / step) where A steps
/// after two registers (rows g, g + 8) and B after each.
template <unsigned E, typename Decode>
void spreadA(const WarpRegister *regs, unsigned count, Tile &tile,
             Decode decode) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane) {
      double *out =
          &tile.a[lane / 4 + 8 * (i & 1)][E * (lane % 4) + 4 * E * (i >> 1)];
      uint32_t word = regs[i][lane];
      for (unsigned e = 0; e < E; ++e)
        out[e] = decode((word >> (32 / E * e % 32)) & (~0u >> (32 - 32 / E)));
    }
}

template <unsigned E, typename Decode>
void spreadB(const WarpRegister *regs, unsigned count, Tile &tile,
             Decode decode) {
  for (unsigned i = 0; i < count; ++i)
    for (unsigned lane = 0; lane < 32; ++lane) {
      double (*out)[8] = &tile.b[E * (lane % 4) + 4 * E * i];
      uint32_t word = regs[i][lane];
      for (unsigned e = 0; e < E; ++e)
        out[e][lane / 4] =
            decode((word >> (32 / E * e % 32)) & (~0u >> (32 - 32 / E)));
    }
}

template <unsigned E, typename Decode>
void spread(bool isA, const WarpRegister *regs, unsigned count, Tile &tile,
            Decode decode) {
  if (isA)
    return spreadA<E>(regs, count, tile, decode);
  spreadB<E>(regs, count, tile, decode);
}

void spreadOperand(const MmaOp &op, bool isA, const WarpRegister *regs,
                   Tile &tile) {
  MatrixType type = isA ? op.a : op.b;
  unsigned count = isA ? op.registersA() : op.registersB();
  if (op.containerBits() == 4) {
    const double *table = nibbleTable().data();
    return spread<8>(isA, regs, count, tile,
                     [table](uint32_t code) { return table[code]; });
  }
  if (op.containerBits() == 8) {
    const double *table = byteTable(type).data();
    return spread<4>(isA, regs, count, tile,
                     [table](uint32_t code) { return table[code]; });
  }
  if (type == MatrixType::BF16)
    return spread<2>(isA, regs, count, tile, decodeBrain);
  if (type == MatrixType::F16)
    return spread<2>(isA, regs, count, tile, decodeHalf);
  spread<1>(isA, regs, count, tile, decodeTruncated);
}

/// sum[m][n] = products of k in [first, first + Count). Count is a constant so
/// that eight sums stay in registers over the whole loop.
template <unsigned Count> void multiply(Tile &tile, unsigned first) {
  for (unsigned m = 0; m < 16; ++m) {
    double sum[8] = {};
    for (unsigned k = 0; k < Count; ++k) {
      double a = tile.a[m][first + k];
      for (unsigned n = 0; n < 8; ++n)
        sum[n] += a * tile.b[first + k][n];
    }
    for (unsigned n = 0; n < 8; ++n)
      tile.sum[m][n] = sum[n];
  }
}

void multiply(Tile &tile, unsigned first, unsigned count) {
  switch (count) {
  case 4:
    return multiply<4>(tile, first);
  case 8:
    return multiply<8>(tile, first);
  case 16:
    return multiply<16>(tile, first);
  default:
    return multiply<32>(tile, first);
  }
}

/// The accumulators, in f64: [m][n].
using Sums = double[16][8];

float asFloat(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

uint32_t roundToF32(double value) {
  if (std::isnan(value))
    return 0x7FFFFFFF;
  float rounded = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &rounded, 4);
  return bits;
}

uint32_t roundToF16(double value, MmaRounding rounding) {
  if (rounding == MmaRounding::H100)
    return encodeHalfResult(static_cast<float>(value));
  return std::isnan(value) ? 0x7FFF : dgemm::reference::encodeF16(value);
}

void loadAccumulators(AccumulatorType type, const WarpRegister *c, Sums &out) {
  for (unsigned i = 0; i < 4; ++i)
    for (unsigned lane = 0; lane < 32; ++lane) {
      double &value = out[lane / 4 + 8 * (i >> 1)][2 * (lane % 4) + (i & 1)];
      if (type == AccumulatorType::F32)
        value = asFloat(c[i][lane]);
      else
        value = decodeHalf((c[i >> 1][lane] >> (16 * (i & 1))) & 0xFFFF);
    }
}

void storeAccumulators(const MmaOp &op, const Sums &sums, WarpRegister *d) {
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned row = 0; row < 2; ++row) {
      const double *pair = &sums[lane / 4 + 8 * row][2 * (lane % 4)];
      if (op.accumulator == AccumulatorType::F16) {
        d[row][lane] = roundToF16(pair[0], op.rounding) |
                       roundToF16(pair[1], op.rounding) << 16;
        continue;
      }
      d[2 * row][lane] = roundToF32(pair[0]);
      d[2 * row + 1][lane] = roundToF32(pair[1]);
    }
}

/// Scales of block j: of each row of A and each column of B.
void loadScales(const MmaOp &op, const MmaScales &scales, unsigned j,
                double (&rows)[16], double (&columns)[8]) {
  const double *table = scaleTable(op.scaleType).data();
  const ScaleSelector &select = scales.select;
  for (unsigned m = 0; m < 16; ++m) {
    unsigned lane = 4 * (m % 8) + 2 * select.threadA + m / 8;
    rows[m] = table[(*scales.a)[lane] >> (8 * (select.byteA + j)) & 0xFF];
  }
  for (unsigned n = 0; n < 8; ++n) {
    unsigned lane = 4 * n + select.threadB;
    columns[n] = table[(*scales.b)[lane] >> (8 * (select.byteB + j)) & 0xFF];
  }
}

void addScaled(const Tile &tile, const double (&rows)[16],
               const double (&columns)[8], Sums &sums) {
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned n = 0; n < 8; ++n)
      sums[m][n] += rows[m] * columns[n] * tile.sum[m][n];
}

void addPlain(const Tile &tile, Sums &sums) {
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned n = 0; n < 8; ++n)
      sums[m][n] += tile.sum[m][n];
}

/// The exponent below which an element does not go. Operands of 8 bits become
/// f16 first, where all numbers of e4m3 are normal.
int lowestOf(MatrixType type) {
  return type == MatrixType::E4M3 ? lowestExponent(MatrixType::F16)
                                  : lowestExponent(type);
}

/// One addition of the matrix unit: the products of `count` of K, the ones that
/// `index` names, and the sums.
template <typename Index>
void addOnce(const MmaOp &op, const Tile &tile, unsigned count, Index index,
             Sums &sums) {
  MatrixTile terms;
  terms.rows = 16;
  terms.k = count;
  terms.n = 8;
  for (unsigned k = 0; k < count; ++k) {
    for (unsigned m = 0; m < 16; ++m)
      terms.setA(m, k, static_cast<float>(tile.a[m][index(k)]), lowestOf(op.a));
    for (unsigned n = 0; n < 8; ++n)
      terms.setB(k, n, static_cast<float>(tile.b[index(k)][n]), lowestOf(op.b));
  }
  terms.normalise();
  SumModel model = SumModel::of(op.accumulator, /*narrowUnit=*/false);
  for (unsigned m = 0; m < 16; ++m) {
    float row[16] = {};
    for (unsigned n = 0; n < 8; ++n)
      row[MatrixTile::column(n)] = static_cast<float>(sums[m][n]);
    sumColumns(terms, model, m, 0, row);
    for (unsigned n = 0; n < 8; ++n)
      sums[m][n] = row[MatrixTile::column(n)];
  }
}

/// Types of 16 and 32 bits are added at once. Those of 8 bits have no unit of
/// their own: compilers for sm_90 turn them into f16, multiply the two lower
/// elements of each register, then the two upper ones, and add C in f32.
void addAsH100(const MmaOp &op, const Tile &tile, Sums &sums) {
  if (op.containerBits() != 8)
    return addOnce(op, tile, op.k, [](unsigned k) { return k; }, sums);
  Sums products = {};
  for (unsigned half = 0; half < 2; ++half)
    addOnce(
        op, tile, op.k / 2,
        [half](unsigned k) { return k / 2 * 4 + 2 * half + k % 2; }, products);
  for (unsigned m = 0; m < 16; ++m)
    for (unsigned n = 0; n < 8; ++n)
      sums[m][n] =
          static_cast<float>(sums[m][n]) + static_cast<float>(products[m][n]);
}

} // namespace

void dgemm::sim::mma(const MmaOp &op, const WarpRegister *a,
                     const WarpRegister *b, const WarpRegister *c,
                     WarpRegister *d, const MmaScales *scales) {
  Tile tile;
  Sums sums;
  spreadOperand(op, /*isA=*/true, a, tile);
  spreadOperand(op, /*isA=*/false, b, tile);
  loadAccumulators(op.accumulator, c, sums);
  if (op.rounding == MmaRounding::H100) {
    addAsH100(op, tile, sums);
    return storeAccumulators(op, sums, d);
  }
  if (!op.isScaled()) {
    multiply(tile, 0, op.k);
    addPlain(tile, sums);
    return storeAccumulators(op, sums, d);
  }
  unsigned block = op.k / op.scaleVector;
  for (unsigned j = 0; j < op.scaleVector; ++j) {
    double rows[16], columns[8];
    loadScales(op, *scales, j, rows, columns);
    multiply(tile, j * block, block);
    addScaled(tile, rows, columns, sums);
  }
  storeAccumulators(op, sums, d);
}
