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

// Elements as they lie in memory.
struct BrainElement {
  static constexpr unsigned bytes = 2;
  float operator()(const uint8_t *from) const {
    uint16_t word;
    std::memcpy(&word, from, 2);
    return static_cast<float>(decodeBrain(word));
  }
};

struct HalfElement {
  static constexpr unsigned bytes = 2;
  float operator()(const uint8_t *from) const {
    uint16_t word;
    std::memcpy(&word, from, 2);
    return static_cast<float>(decodeHalf(word));
  }
};

struct TruncatedElement {
  static constexpr unsigned bytes = 4;
  float operator()(const uint8_t *from) const {
    uint32_t word;
    std::memcpy(&word, from, 4);
    return static_cast<float>(decodeTruncated(word));
  }
};

struct ByteElement {
  static constexpr unsigned bytes = 1;
  const ByteTable &table;
  float operator()(const uint8_t *from) const {
    return static_cast<float>(table[*from]);
  }
};

template <typename Visit> void withElement(MatrixType type, Visit visit) {
  switch (type) {
  case MatrixType::BF16:
    return visit(BrainElement());
  case MatrixType::F16:
    return visit(HalfElement());
  case MatrixType::TF32:
    return visit(TruncatedElement());
  default:
    return visit(ByteElement{byteTable(type)});
  }
}

/// Undoes the order of operandAddresses.
template <typename Element>
void spreadShared(const WgmmaOp &op, bool isA, const uint8_t *pieces,
                  Element element, MatrixTile &out) {
  unsigned extent = isA ? 64 : op.n;
  bool mnMajor = isA ? op.transA : op.transB;
  size_t alongMN = Element::bytes * (mnMajor ? 1 : op.k());
  size_t alongK = Element::bytes * (mnMajor ? extent : 1);
  float sign = (isA ? op.negateA : op.negateB) ? -1.0f : 1.0f;
  int lowest = lowestExponent(isA ? op.a : op.b);
  for (unsigned mn = 0; mn < extent; ++mn)
    for (unsigned k = 0; k < op.k(); ++k) {
      float value = sign * element(pieces + mn * alongMN + k * alongK);
      if (isA)
        out.setA(mn, k, value, lowest);
      else
        out.setB(k, mn, value, lowest);
    }
}

// r[i] of warp w: m = 16 w + g + 8 (i & 1), and E elements along K from
// E t + 4 E (i >> 1).
template <typename Element>
void spreadRegisters(const WgmmaOp &op, const WarpRegister *const regs[4],
                     Element element, MatrixTile &out) {
  constexpr unsigned perRegister = 4 / Element::bytes;
  float sign = op.negateA ? -1.0f : 1.0f;
  int lowest = lowestExponent(op.a);
  for (unsigned warp = 0; warp < 4; ++warp)
    for (unsigned i = 0; i < 4; ++i)
      for (unsigned lane = 0; lane < 32; ++lane) {
        uint8_t word[4];
        std::memcpy(word, &regs[warp][i][lane], 4);
        for (unsigned e = 0; e < perRegister; ++e)
          out.setA(16 * warp + lane / 4 + 8 * (i & 1),
                   perRegister * (lane % 4 + 4 * (i >> 1)) + e,
                   sign * element(word + e * Element::bytes), lowest);
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
  if (op.accumulator == AccumulatorType::F32) {
    uint32_t *to = &d[at.warp][at.reg][at.lane];
    for (unsigned j = 0; j < quad; ++j) {
      uint32_t bits;
      std::memcpy(&bits, &values[j], 4);
      to[j] = values[j] != values[j] ? 0x7FFFFFFF : bits;
    }
    return;
  }
  for (unsigned j = 0; j < quad; ++j) {
    uint32_t half = encodeHalfResult(values[j]);
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
  withElement(op.a, [&](auto element) {
    if (op.registersA)
      spreadRegisters(op, in.registersA, element, *tile);
    else
      spreadShared(op, /*isA=*/true, in.sharedA, element, *tile);
  });
  withElement(op.b, [&](auto element) {
    spreadShared(op, /*isA=*/false, in.sharedB, element, *tile);
  });
  tile->normalise();
  multiply(op, *tile, d);
}
