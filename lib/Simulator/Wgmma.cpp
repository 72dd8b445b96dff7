//===- Wgmma.cpp - wgmma: operands and the sum of H100 ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Wgmma.h"

#include "Decode.h"

#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

using namespace dgemm::sim;

namespace {

constexpr unsigned maxK = 32;
constexpr unsigned maxN = 256;
/// The exponent of zero: no sum with it is the largest.
constexpr int16_t none = -8192;

/// Values, and those that are finite (else 0) with floor(log2) of their
/// magnitudes; columns innermost in B, so that the compiler can compute several
/// at a time.
struct Operands {
  double valueA[64][maxK];
  double valueB[maxK][maxN];
  double a[64][maxK];
  int16_t exponentA[64][maxK];
  double b[maxK][maxN];
  int16_t exponentB[maxK][maxN];
  /// The row or column has an infinity or a NaN.
  bool specialA[64] = {};
  bool specialB[maxN] = {};
};

int16_t exponentOf(double value) {
  if (value == 0)
    return none;
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  // Subnormals of all formats are normal in f64.
  return static_cast<int16_t>(static_cast<int>(bits >> 52 & 0x7FF) - 1023);
}

double decode(MatrixType type, const uint8_t *bytes) {
  uint32_t word = 0;
  switch (type) {
  case MatrixType::BF16:
    std::memcpy(&word, bytes, 2);
    return decodeBrain(word);
  case MatrixType::F16:
    std::memcpy(&word, bytes, 2);
    return decodeHalf(word);
  case MatrixType::TF32:
    std::memcpy(&word, bytes, 4);
    return decodeTruncated(word);
  default:
    return byteTable(type)[*bytes];
  }
}

void setA(const WgmmaOp &op, Operands &out, unsigned m, unsigned k,
          const uint8_t *bytes) {
  double value = decode(op.a, bytes);
  value = op.negateA ? -value : value;
  bool finite = std::isfinite(value);
  out.valueA[m][k] = value;
  out.a[m][k] = finite ? value : 0;
  out.exponentA[m][k] = exponentOf(out.a[m][k]);
  out.specialA[m] |= !finite;
}

void setB(const WgmmaOp &op, Operands &out, unsigned n, unsigned k,
          const uint8_t *bytes) {
  double value = decode(op.b, bytes);
  value = op.negateB ? -value : value;
  bool finite = std::isfinite(value);
  out.valueB[k][n] = value;
  out.b[k][n] = finite ? value : 0;
  out.exponentB[k][n] = exponentOf(out.b[k][n]);
  out.specialB[n] |= !finite;
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
                     Operands &out) {
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

/// Where D[m][n] is: warp, register, lane (and half, if f16).
struct Owner {
  unsigned warp, reg, lane;
  Owner(unsigned m, unsigned n)
      : warp(m / 16), reg(4 * (n / 8) + 2 * (m / 8 % 2) + n % 2),
        lane(4 * (m % 8) + n % 8 / 2) {}
};

double loadC(const WgmmaOp &op, WarpRegister *const d[4], unsigned m,
             unsigned n) {
  Owner at(m, n);
  if (op.accumulator == AccumulatorType::F16)
    return decodeHalf(d[at.warp][at.reg / 2][at.lane] >> (16 * (at.reg & 1)) &
                      0xFFFF);
  float value;
  std::memcpy(&value, &d[at.warp][at.reg][at.lane], 4);
  return value;
}

void storeD(const WgmmaOp &op, WarpRegister *const d[4], unsigned m, unsigned n,
            double value) {
  Owner at(m, n);
  if (op.accumulator == AccumulatorType::F16) {
    uint32_t half =
        std::isnan(value) ? 0x7FFF : dgemm::reference::encodeF16(value);
    uint32_t &word = d[at.warp][at.reg / 2][at.lane];
    word =
        at.reg & 1 ? (word & 0xFFFF) | half << 16 : (word & 0xFFFF0000u) | half;
    return;
  }
  float rounded = static_cast<float>(value);
  uint32_t bits = 0x7FFFFFFF;
  if (!std::isnan(value))
    std::memcpy(&bits, &rounded, 4);
  d[at.warp][at.reg][at.lane] = bits;
}

/// Toward zero, to `fraction` bits after the leading one and to the grid of
/// f32's subnormals.
double truncate(double value, unsigned fraction) {
  uint64_t bits;
  std::memcpy(&bits, &value, 8);
  bits &= ~uint64_t(0) << (52 - fraction);
  std::memcpy(&value, &bits, 8);
  if (std::fabs(value) < 0x1p-126)
    return std::trunc(value * 0x1p149) * 0x1p-149;
  return value;
}

constexpr unsigned block = 8;

/// `block` columns of one row. On entry `sums` is C.
void sumRow(const Operands &in, unsigned count, unsigned m, unsigned n,
            int fraction, unsigned outFraction, double (&sums)[block]) {
  int16_t largest[block];
  for (unsigned j = 0; j < block; ++j)
    largest[j] = exponentOf(sums[j]);
  for (unsigned k = 0; k < count; ++k)
    for (unsigned j = 0; j < block; ++j)
      largest[j] =
          std::max(largest[j], static_cast<int16_t>(in.exponentA[m][k] +
                                                    in.exponentB[k][n + j]));
  // All terms are below 2^(fraction + 2) in units of the last bit, so an i32
  // holds them: the conversion truncates toward zero.
  double toUnits[block], total[block];
  for (unsigned j = 0; j < block; ++j) {
    bool isZero = largest[j] <= none / 2;
    toUnits[j] = isZero ? 0 : std::ldexp(1.0, fraction - largest[j]);
    total[j] = static_cast<int32_t>(sums[j] * toUnits[j]);
  }
  for (unsigned k = 0; k < count; ++k)
    for (unsigned j = 0; j < block; ++j)
      total[j] +=
          static_cast<int32_t>(in.a[m][k] * in.b[k][n + j] * toUnits[j]);
  for (unsigned j = 0; j < block; ++j)
    sums[j] =
        toUnits[j] == 0 ? 0 : truncate(total[j] / toUnits[j], outFraction);
}

/// With an infinity or a NaN among the terms only those matter.
double sumSpecial(const Operands &in, unsigned count, unsigned m, unsigned n,
                  double c) {
  double sum = c;
  for (unsigned k = 0; k < count; ++k)
    sum += in.valueA[m][k] * in.valueB[k][n];
  return sum;
}

void multiply(const WgmmaOp &op, const Operands &in, WarpRegister *const d[4]) {
  bool is8Bit = op.elementBytes() == 1;
  int fraction = is8Bit ? 13 : 25;
  unsigned outFraction = is8Bit ? 13 : 23;
  for (unsigned m = 0; m < 64; ++m)
    for (unsigned n = 0; n < op.n; n += block) {
      double sums[block], c[block];
      bool special[block];
      for (unsigned j = 0; j < block; ++j) {
        c[j] = op.accumulate ? loadC(op, d, m, n + j) : 0;
        special[j] =
            in.specialA[m] || in.specialB[n + j] || !std::isfinite(c[j]);
        sums[j] = special[j] ? 0 : c[j];
      }
      sumRow(in, op.k(), m, n, fraction, outFraction, sums);
      for (unsigned j = 0; j < block; ++j)
        storeD(op, d, m, n + j,
               special[j] ? sumSpecial(in, op.k(), m, n + j, c[j]) : sums[j]);
    }
}

} // namespace

void dgemm::sim::wgmma(const WgmmaOp &op, const WgmmaOperands &in,
                       WarpRegister *const d[4]) {
  auto operands = std::make_unique<Operands>();
  if (op.registersA)
    spreadRegisters(op, in.registersA, *operands);
  else
    spreadShared(op, /*isA=*/true, in.sharedA,
                 [&](unsigned m, unsigned k, const uint8_t *bytes) {
                   setA(op, *operands, m, k, bytes);
                 });
  spreadShared(op, /*isA=*/false, in.sharedB,
               [&](unsigned n, unsigned k, const uint8_t *bytes) {
                 setB(op, *operands, n, k, bytes);
               });
  multiply(op, *operands, d);
}
