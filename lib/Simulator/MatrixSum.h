//===- MatrixSum.h - How the matrix unit of H100 adds -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_MATRIXSUM_H
#define DGEMM_LIB_SIMULATOR_MATRIXSUM_H

// The arithmetic of wgmma and mma.sync that was measured is here and in
// MatrixSum.cpp: the sum of one element, and the same for 16 at a time.

#include "dgemm/Simulator/Matrix.h"

#include <algorithm>
#include <cstring>

namespace dgemm::sim {

/// All products and C are aligned to the largest exponent, truncated to
/// `fraction` bits after its one, added, and the sum is truncated to
/// `outFraction` bits after its leading one; zero has no sign. An exponent is
/// at least that of the smallest normal number of its format, so subnormal
/// numbers count with that one; the largest is at least `lowestSum`. Below
/// 2^-126 the sum is truncated as there.
struct SumModel {
  static constexpr int lowestSum = -133;

  int fraction = 25;
  int outFraction = 23;
  int lowestC = -126;
  /// The exact sum is rounded to f16, to nearest even. Here it keeps 23 bits,
  /// the last one set if anything was cut off, so that nothing is lost.
  bool halfResult = false;

  /// `narrowUnit`: 13 fraction bits, as wgmma has for operands of 8 bits.
  static SumModel of(AccumulatorType accumulator, bool narrowUnit);
};

/// The exponent of the smallest normal number.
int lowestExponent(MatrixType type);

/// The operands of one instruction as numbers. Columns of B are innermost, and
/// ordered within each eight as the lanes that own them in D: 0 2 4 6 1 3 5 7.
struct MatrixTile {
  static constexpr unsigned maxK = 32;
  static constexpr unsigned maxN = 256;
  /// The exponent of zero: no sum with it is the largest.
  static constexpr int16_t none = -8192;

  unsigned rows = 64;
  unsigned k = 0;
  unsigned n = 0;
  /// Values by 2^-scaleA (2^-scaleB).
  alignas(64) float a[64][maxK];
  alignas(64) float b[maxK][maxN];
  /// floor(log2) of the magnitudes, or more for subnormal elements; `none` for
  /// zero, infinities and NaN.
  alignas(64) int16_t exponentA[64][maxK];
  alignas(64) int16_t exponentB[maxK][maxN];
  int scaleA = 0;
  int scaleB = 0;
  /// The row or column has an infinity or a NaN.
  bool specialA[64] = {};
  bool specialB[maxN] = {};
  /// Products fit f32.
  bool narrow = false;

  void setA(unsigned m, unsigned at, float value, int lowest) {
    a[m][at] = value;
    exponentA[m][at] = static_cast<int16_t>(exponentOf(value, lowest));
    specialA[m] |= !isFinite(value);
  }
  void setB(unsigned at, unsigned n, float value, int lowest) {
    b[at][column(n)] = value;
    exponentB[at][column(n)] = static_cast<int16_t>(exponentOf(value, lowest));
    specialB[column(n)] |= !isFinite(value);
  }
  /// Sets a column beyond `n` to zero.
  void clearColumn(unsigned at);
  /// To be called once all elements are set.
  void normalise();

  static unsigned column(unsigned n) {
    return (n & ~7u) | (n & 7) / 2 | (n & 1) * 4;
  }
  /// At least `lowest`: subnormal numbers of f32 are below what any format has.
  static int exponentOf(float value, int lowest) {
    int field = fieldOf(value);
    return value == 0 || field == 255 ? int(none)
                                      : std::max(field - 127, lowest);
  }

private:
  static int fieldOf(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    return static_cast<int>(bits >> 23 & 255);
  }
  static bool isFinite(float value) { return fieldOf(value) != 255; }
};

/// D of row m and of a (permuted) column from C, for any values.
float sumElement(const MatrixTile &tile, const SumModel &model, unsigned m,
                 unsigned column, float c);

/// D of 16 columns of row m: `sums` is C on entry.
void sumColumns(const MatrixTile &tile, const SumModel &model, unsigned m,
                unsigned column, float (&sums)[16]);

/// The f16 of a sum: nearest even, NaN is 0x7FFF, zero has no sign.
uint32_t encodeHalfResult(float sum);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_MATRIXSUM_H
