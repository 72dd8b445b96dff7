//===- Wgmma.cpp - wgmma: operands and results ----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Wgmma.h"
#include "MatrixSum.h"

#include "Decode.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

using namespace dgemm::sim;

namespace {

float decode(MatrixType type, const uint8_t *bytes) {
  uint32_t word = 0;
  switch (type) {
  case MatrixType::BF16:
    std::memcpy(&word, bytes, 2);
    return static_cast<float>(decodeBrain(word));
  case MatrixType::F16:
    std::memcpy(&word, bytes, 2);
    return static_cast<float>(decodeHalf(word));
  case MatrixType::TF32:
    std::memcpy(&word, bytes, 4);
    return static_cast<float>(decodeTruncated(word));
  default:
    return static_cast<float>(byteTable(type)[*bytes]);
  }
}

void setA(const WgmmaOp &op, MatrixTile &out, unsigned m, unsigned k,
          const uint8_t *bytes) {
  float value = decode(op.a, bytes);
  out.setA(m, k, op.negateA ? -value : value, lowestExponent(op.a));
}

void setB(const WgmmaOp &op, MatrixTile &out, unsigned n, unsigned k,
          const uint8_t *bytes) {
  float value = decode(op.b, bytes);
  out.setB(k, n, op.negateB ? -value : value, lowestExponent(op.b));
}

/// Undoes the order of operandAddresses.
template <typename Set>
void spreadShared(const WgmmaOp &op, bool isA, const uint8_t *pieces, Set set) {
  unsigned extent = isA ? 64 : op.n;
  unsigned bytes = op.elementBytes();
  bool mnMajor = isA ? op.transA : op.transB;
  for (unsigned mn = 0; mn < extent; ++mn)
    for (unsigned k = 0; k < op.k(); ++k)
      set(mn, k,
          pieces + bytes * (mnMajor ? k * extent + mn : mn * op.k() + k));
}

// r[i] of warp w: m = 16 w + g + 8 (i & 1), and E elements along K from
// E t + 4 E (i >> 1).
void spreadRegisters(const WgmmaOp &op, const WarpRegister *const regs[4],
                     MatrixTile &out) {
  unsigned bytes = op.elementBytes();
  unsigned perRegister = 4 / bytes;
  for (unsigned warp = 0; warp < 4; ++warp)
    for (unsigned i = 0; i < 4; ++i)
      for (unsigned lane = 0; lane < 32; ++lane) {
        uint8_t word[4];
        std::memcpy(word, &regs[warp][i][lane], 4);
        for (unsigned e = 0; e < perRegister; ++e)
          setA(op, out, 16 * warp + lane / 4 + 8 * (i & 1),
               perRegister * (lane % 4 + 4 * (i >> 1)) + e, word + e * bytes);
      }
}

/// Four elements of D, of neighbouring lanes: column j is n + 2 j.
struct Owner {
  unsigned warp, reg, lane;
  Owner(unsigned m, unsigned n)
      : warp(m / 16), reg(4 * (n / 8) + 2 * (m / 8 % 2) + n % 2),
        lane(4 * (m % 8)) {}
};

constexpr unsigned quad = 4;

void loadC(const WgmmaOp &op, WarpRegister *const d[4], unsigned m, unsigned n,
           float *c) {
  Owner at(m, n);
  if (op.accumulator == AccumulatorType::F32)
    return static_cast<void>(
        std::memcpy(c, &d[at.warp][at.reg][at.lane], quad * 4));
  for (unsigned j = 0; j < quad; ++j) {
    uint32_t word = d[at.warp][at.reg / 2][at.lane + j];
    c[j] = static_cast<float>(decodeHalf(word >> (16 * (at.reg & 1)) & 0xFFFF));
  }
}

void storeD(const WgmmaOp &op, WarpRegister *const d[4], unsigned m, unsigned n,
            const float *values) {
  Owner at(m, n);
  for (unsigned j = 0; j < quad; ++j) {
    float value = values[j];
    if (op.accumulator == AccumulatorType::F32) {
      uint32_t bits = 0x7FFFFFFF;
      if (!std::isnan(value))
        std::memcpy(&bits, &value, 4);
      d[at.warp][at.reg][at.lane + j] = bits;
      continue;
    }
    uint32_t half = encodeHalfResult(value);
    uint32_t &word = d[at.warp][at.reg / 2][at.lane + j];
    word =
        at.reg & 1 ? (word & 0xFFFF) | half << 16 : (word & 0xFFFF0000u) | half;
  }
}

/// The column of B that `MatrixTile` holds at a multiple of four.
unsigned firstOfQuad(unsigned column) {
  return (column & ~7u) + (column / quad & 1);
}

void multiply(const WgmmaOp &op, const MatrixTile &tile,
              WarpRegister *const d[4]) {
  SumModel model = SumModel::of(op.accumulator, op.elementBytes() == 1);
  constexpr unsigned width = 16;
  for (unsigned column = 0; column < op.n; column += width) {
    unsigned used = std::min(width, op.n - column);
    for (unsigned m = 0; m < 64; ++m) {
      float sums[width] = {};
      for (unsigned j = 0; j < used && op.accumulate; j += quad)
        loadC(op, d, m, firstOfQuad(column + j), sums + j);
      sumColumns(tile, model, m, column, sums);
      for (unsigned j = 0; j < used; j += quad)
        storeD(op, d, m, firstOfQuad(column + j), sums + j);
    }
  }
}

} // namespace

void dgemm::sim::wgmma(const WgmmaOp &op, const WgmmaOperands &in,
                       WarpRegister *const d[4]) {
  // Not initialised: all that is read is set here.
  std::unique_ptr<MatrixTile> tile(new MatrixTile);
  tile->k = op.k();
  tile->n = op.n;
  if (op.registersA)
    spreadRegisters(op, in.registersA, *tile);
  else
    spreadShared(op, /*isA=*/true, in.sharedA,
                 [&](unsigned m, unsigned k, const uint8_t *bytes) {
                   setA(op, *tile, m, k, bytes);
                 });
  spreadShared(op, /*isA=*/false, in.sharedB,
               [&](unsigned n, unsigned k, const uint8_t *bytes) {
                 setB(op, *tile, n, k, bytes);
               });
  tile->normalise();
  multiply(op, *tile, d);
}
