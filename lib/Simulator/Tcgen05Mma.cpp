//===- Tcgen05Mma.cpp - The arithmetic of tcgen05.mma ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"
#include "Tmem.h"
#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace dgemm::sim;
using Kind = Tcgen05Op::Kind;

//===----------------------------------------------------------------------===//
// Elements to numbers
//===----------------------------------------------------------------------===//

namespace {

/// Calls `set(i, value)` for the elements of 16 bytes of an operand.
template <typename Set>
void decodePiece(const Tcgen05Mma &mma, bool isA, const uint8_t *bytes,
                 Set set) {
  MatrixType type = isA ? mma.a : mma.b;
  double sign = (isA ? mma.negateA : mma.negateB) ? -1 : 1;
  switch (mma.containerBits()) {
  case 32:
    for (unsigned i = 0; i < 4; ++i) {
      uint32_t word;
      std::memcpy(&word, bytes + 4 * i, 4);
      set(i, sign * decodeTruncated(word));
    }
    return;
  case 16:
    for (unsigned i = 0; i < 8; ++i) {
      uint16_t half;
      std::memcpy(&half, bytes + 2 * i, 2);
      double value =
          type == MatrixType::BF16 ? decodeBrain(half) : decodeHalf(half);
      set(i, sign * value);
    }
    return;
  case 4: {
    const auto &table = nibbleTable();
    for (unsigned i = 0; i < 16; ++i) {
      set(2 * i, sign * table[bytes[i] & 15]);
      set(2 * i + 1, sign * table[bytes[i] >> 4]);
    }
    return;
  }
  default:
    break;
  }
  if (mma.op.kind == Kind::I8) {
    bool isSigned = isA ? mma.signedA : mma.signedB;
    for (unsigned i = 0; i < 16; ++i)
      set(i, isSigned ? static_cast<int8_t>(bytes[i]) : bytes[i]);
    return;
  }
  const double *table = byteTable(type).data();
  for (unsigned i = 0; i < 16; ++i)
    set(i, sign * table[bytes[i]]);
}

/// Shared memory holds narrow types packed, with padding behind 16 elements.
Tcgen05Op::Unpack packing(const Tcgen05Mma &mma, bool isA) {
  MatrixType type = isA ? mma.a : mma.b;
  if (mma.containerBits() != 8 || mma.op.kind == Kind::I8)
    return Tcgen05Op::Unpack::None;
  if (type == MatrixType::E2M1)
    return Tcgen05Op::Unpack::B4x16P64;
  bool six = type == MatrixType::E2M3 || type == MatrixType::E3M2;
  return six ? Tcgen05Op::Unpack::B6x16P32 : Tcgen05Op::Unpack::None;
}

} // namespace

unsigned dgemm::sim::pieceDataBytes(const Tcgen05Mma &mma, bool isA) {
  switch (packing(mma, isA)) {
  case Tcgen05Op::Unpack::B4x16P64:
    return 8;
  case Tcgen05Op::Unpack::B6x16P32:
    return 12;
  case Tcgen05Op::Unpack::None:
    break;
  }
  return 16;
}

OperandBuffer::OperandBuffer(const Tcgen05Mma &mma)
    : mma_(mma), a_(size_t(mma.m) * mma.k), b_(size_t(mma.n) * mma.k),
      scaleA_(size_t(mma.m) * mma.op.scaleVector),
      scaleB_(size_t(mma.n) * mma.op.scaleVector) {}

void OperandBuffer::set(bool isA, unsigned mn, unsigned k, double value) {
  if (isA)
    a_[size_t(mn) * mma_.k + k] = value;
  else
    b_[(size_t(mn / 8) * mma_.k + k) * 8 + mn % 8] = value;
}

void OperandBuffer::setPiece(bool isA, unsigned cta, unsigned index,
                             const uint8_t *bytes) {
  unsigned extent = isA ? mma_.rowsA() : mma_.columnsB();
  unsigned first = cta * extent;
  uint8_t expanded[16];
  expandPacked(packing(mma_, isA), bytes, expanded);
  unsigned perPiece = 128 / mma_.containerBits();
  if (!(isA ? mma_.mnMajorA : mma_.mnMajorB)) {
    unsigned mn = index / 2, k = index % 2 * perPiece;
    decodePiece(mma_, isA, expanded, [&](unsigned i, double value) {
      set(isA, first + mn, k + i, value);
    });
    return;
  }
  unsigned perRow = extent / perPiece;
  unsigned k = index / perRow, mn = index % perRow * perPiece;
  decodePiece(mma_, isA, expanded, [&](unsigned i, double value) {
    set(isA, first + mn + i, k, value);
  });
}

void OperandBuffer::setRowA(unsigned m, const uint32_t *words) {
  uint8_t bytes[32];
  std::memcpy(bytes, words, sizeof(bytes));
  unsigned perPiece = 128 / mma_.containerBits();
  for (unsigned half = 0; half < 2; ++half)
    decodePiece(mma_, true, bytes + 16 * half, [&](unsigned i, double value) {
      set(true, m, half * perPiece + i, value);
    });
}

void OperandBuffer::setScale(bool isA, unsigned index, unsigned j,
                             uint8_t code) {
  double value = scaleTable(mma_.scaleType)[code];
  (isA ? scaleA_ : scaleB_)[size_t(index) * mma_.op.scaleVector + j] = value;
}

Tcgen05Operands OperandBuffer::operands() const {
  bool scaled = mma_.op.isScaled();
  return {a_.data(), b_.data(), scaled ? scaleA_.data() : nullptr,
          scaled ? scaleB_.data() : nullptr};
}

//===----------------------------------------------------------------------===//
// Sums
//===----------------------------------------------------------------------===//

namespace {

using Sums = double[8];

/// Eight sums of products over Count steps of K. Count is a constant so that
/// they stay in registers.
template <unsigned Count>
void dot(const double *a, const double *b, Sums &sums) {
  double sum[8] = {};
  for (unsigned k = 0; k < Count; ++k)
    for (unsigned n = 0; n < 8; ++n)
      sum[n] += a[k] * b[8 * k + n];
  std::copy_n(sum, 8, sums);
}

void dot(const double *a, const double *b, unsigned count, Sums &sums) {
  switch (count) {
  case 8:
    return dot<8>(a, b, sums);
  case 16:
    return dot<16>(a, b, sums);
  default:
    return dot<32>(a, b, sums);
  }
}

void dotScaled(const Tcgen05Mma &mma, const Tcgen05Operands &in,
               const double *a, const double *b, unsigned m, unsigned n,
               Sums &total) {
  unsigned blocks = mma.op.scaleVector, size = mma.k / blocks;
  std::fill_n(total, 8, 0.0);
  for (unsigned j = 0; j < blocks; ++j) {
    Sums sums;
    dot(a + j * size, b + 8 * j * size, size, sums);
    double row = in.scaleA[m * blocks + j];
    for (unsigned i = 0; i < 8; ++i)
      total[i] += row * in.scaleB[(n + i) * blocks + j] * sums[i];
  }
}

double loadC(TmemAccumulator type, uint32_t word) {
  if (type == TmemAccumulator::S32)
    return static_cast<int32_t>(word);
  if (type == TmemAccumulator::F16)
    return decodeHalf(word & 0xFFFF);
  float value;
  std::memcpy(&value, &word, 4);
  return value;
}

uint32_t roundToS32(double value, bool saturate) {
  // Below 2^53: exact.
  int64_t sum = static_cast<int64_t>(value);
  if (saturate)
    sum = std::clamp<int64_t>(sum, std::numeric_limits<int32_t>::min(),
                              std::numeric_limits<int32_t>::max());
  return static_cast<uint32_t>(sum);
}

uint32_t storeD(const Tcgen05Mma &mma, double value, uint32_t before) {
  if (mma.accumulator == TmemAccumulator::S32)
    return roundToS32(value, mma.saturate);
  if (mma.accumulator == TmemAccumulator::F16) {
    uint32_t half =
        std::isnan(value) ? 0x7FFF : dgemm::reference::encodeF16(value);
    return (before & 0xFFFF0000u) | half;
  }
  if (std::isnan(value))
    return 0x7FFFFFFF;
  float rounded = static_cast<float>(value);
  uint32_t bits;
  std::memcpy(&bits, &rounded, 4);
  return bits;
}

} // namespace

void dgemm::sim::multiplyRow(const Tcgen05Mma &mma, const Tcgen05Operands &in,
                             unsigned m, unsigned n, bool accumulate,
                             unsigned scaleD, uint32_t *d) {
  const double *a = in.a + size_t(m) * mma.k;
  const double *b = in.b + size_t(n) * mma.k;
  Sums sums;
  if (mma.op.isScaled())
    dotScaled(mma, in, a, b, m, n, sums);
  else
    dot(a, b, mma.k, sums);
  double factor = 1.0 / static_cast<double>(1u << scaleD);
  for (unsigned i = 0; i < 8; ++i) {
    double c = accumulate ? loadC(mma.accumulator, d[i]) * factor : 0;
    d[i] = storeD(mma, c + sums[i], d[i]);
  }
}
