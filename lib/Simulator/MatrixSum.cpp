//===- MatrixSum.cpp - How the matrix unit of H100 adds -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatrixSum.h"

#include "dgemm/Reference/Formats.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace dgemm::sim;

namespace {

constexpr unsigned width = 16;
using Floats = float __attribute__((vector_size(4 * width)));
using Ints = int32_t __attribute__((vector_size(4 * width)));
using Shorts = int16_t __attribute__((vector_size(2 * width)));

/// The widest range of exponents of one operand for which all products are
/// normal in f32, and so are the factors that align them.
constexpr int narrowRange = 48;

template <typename Vector, typename T> Vector load(const T *from) {
  Vector result;
  std::memcpy(&result, from, sizeof(result));
  return result;
}

template <typename To, typename From> To bitsAs(const From &from) {
  static_assert(sizeof(To) == sizeof(From), "a reinterpretation");
  To result;
  std::memcpy(&result, &from, sizeof(result));
  return result;
}

double powerOfTwo(int exponent) {
  return bitsAs<double>(static_cast<int64_t>(exponent + 1023) << 52);
}

/// The result of a sum that is normal in f32.
double keepBits(double value, const SumModel &model) {
  uint64_t bits = bitsAs<uint64_t>(value);
  uint64_t kept = bits & (~uint64_t(0) << (52 - model.outFraction));
  if (model.halfResult && kept != bits)
    kept |= uint64_t(1) << (52 - model.outFraction);
  return bitsAs<double>(kept);
}

/// With an infinity or a NaN among the terms only those matter.
float sumSpecial(const MatrixTile &tile, unsigned m, unsigned column, float c) {
  float sum = c;
  for (unsigned k = 0; k < tile.k; ++k) {
    float a = tile.a[m][k], b = tile.b[k][column];
    // Finite products are at most in the way.
    if (!std::isfinite(a) || !std::isfinite(b))
      sum += a * b;
  }
  return sum;
}

/// How a product is computed and aligned: exactly, for all terms that count.
template <typename Real> struct Arithmetic;

/// For narrow tiles.
template <> struct Arithmetic<float> {
  using Vector = Floats;
  static Vector convert(const Floats &values) { return values; }
  static Vector powersOfTwo(const Ints &exponents) {
    // Where no product counts, any finite factor will do.
    Ints field = exponents + 127;
    field = field < 0 ? Ints{} : field;
    field = field > 252 ? Ints{} + 252 : field;
    return bitsAs<Floats>(field << 23);
  }
};

/// For any range of exponents.
template <> struct Arithmetic<double> {
  using Vector = double __attribute__((vector_size(8 * width)));
  using Longs = int64_t __attribute__((vector_size(8 * width)));
  static Vector convert(const Floats &values) {
    return __builtin_convertvector(values, Vector);
  }
  static Vector powersOfTwo(const Ints &exponents) {
    Ints field = exponents + 1023;
    field = field > 2046 ? Ints{} + 2046 : field;
    return bitsAs<Vector>(__builtin_convertvector(field, Longs) << 52);
  }
};

} // namespace

int dgemm::sim::lowestExponent(MatrixType type) {
  switch (type) {
  case MatrixType::F16:
  case MatrixType::E5M2:
    return -14;
  case MatrixType::E4M3:
    return -6;
  default:
    return -126;
  }
}

SumModel SumModel::of(AccumulatorType accumulator, bool narrowUnit) {
  SumModel model;
  if (narrowUnit)
    model.fraction = model.outFraction = 13;
  if (accumulator == AccumulatorType::F32)
    return model;
  model.outFraction = 23;
  model.lowestC = -14;
  model.halfResult = true;
  return model;
}

void MatrixTile::clearColumn(unsigned at) {
  for (unsigned i = 0; i < k; ++i) {
    b[i][at] = 0;
    exponentB[i][at] = none;
  }
}

/// Brings the values of a matrix to magnitudes below two. False if their range
/// is too wide, and nothing changes.
template <size_t columns>
static bool narrowValues(float (*values)[columns],
                         int16_t (*exponents)[columns], unsigned rows,
                         unsigned used, int &scale) {
  constexpr int16_t none = MatrixTile::none;
  int16_t largest = none, smallest = -none;
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned j = 0; j < used; ++j) {
      int16_t e = exponents[i][j];
      largest = std::max(largest, e);
      smallest = std::min<int16_t>(smallest, e == none ? -none : e);
    }
  if (largest == none)
    return true;
  if (largest - smallest > narrowRange)
    return false;
  scale = largest;
  // Two factors: one may not be a normal number.
  float first = static_cast<float>(powerOfTwo(-(scale / 2)));
  float second = static_cast<float>(powerOfTwo(-(scale - scale / 2)));
  for (unsigned i = 0; i < rows; ++i)
    for (unsigned j = 0; j < used; ++j) {
      values[i][j] = values[i][j] * first * second;
      int16_t e = exponents[i][j];
      exponents[i][j] = e == none ? none : static_cast<int16_t>(e - scale);
    }
  return true;
}

void MatrixTile::normalise() {
  unsigned columns = (n + width - 1) / width * width;
  for (unsigned at = n; at < columns; ++at)
    clearColumn(at);
  bool narrowA = narrowValues(a, exponentA, rows, k, scaleA);
  narrow = narrowValues(b, exponentB, k, columns, scaleB) && narrowA;
}

float dgemm::sim::sumElement(const MatrixTile &tile, const SumModel &model,
                             unsigned m, unsigned column, float c) {
  if (tile.specialA[m] || tile.specialB[column] || !std::isfinite(c))
    return sumSpecial(tile, m, column, c);
  int scale = tile.scaleA + tile.scaleB;
  int largest = MatrixTile::exponentOf(c, model.lowestC);
  for (unsigned k = 0; k < tile.k; ++k)
    if (tile.a[m][k] != 0 && tile.b[k][column] != 0)
      largest = std::max(largest, tile.exponentA[m][k] +
                                      tile.exponentB[k][column] + scale);
  if (largest == MatrixTile::none)
    return 0;
  largest = std::max(largest, SumModel::lowestSum);
  int64_t total = static_cast<int64_t>(
      std::ldexp(static_cast<double>(c), model.fraction - largest));
  for (unsigned k = 0; k < tile.k; ++k) {
    double product = double(tile.a[m][k]) * double(tile.b[k][column]);
    total += static_cast<int64_t>(
        std::ldexp(product, scale + model.fraction - largest));
  }
  double sum = std::ldexp(static_cast<double>(total), largest - model.fraction);
  if (std::fabs(sum) >= 0x1p-126)
    return static_cast<float>(keepBits(sum, model));
  double units = std::ldexp(sum, 126 + model.outFraction);
  // Plus zero: a result of zero has no sign.
  return static_cast<float>(
      std::ldexp(std::trunc(units), -126 - model.outFraction) + 0.0);
}

/// Adds the products of a row and 16 columns in units of 2^-units[j]. A term is
/// below 2^27, so half of them fit 31 bits. The conversion truncates toward
/// zero.
template <typename Real>
static void addProducts(const MatrixTile &tile, unsigned m, unsigned column,
                        const Ints &units, Ints (&sums)[2]) {
  using With = Arithmetic<Real>;
  using Vector = typename With::Vector;
  Vector align = With::powersOfTwo(units);
  Ints even = {}, odd = {};
  for (unsigned k = 0; k < tile.k; k += 2) {
    Vector first = With::convert(load<Floats>(tile.b[k] + column));
    Vector second = With::convert(load<Floats>(tile.b[k + 1] + column));
    first = first * Real(tile.a[m][k]) * align;
    second = second * Real(tile.a[m][k + 1]) * align;
    even += __builtin_convertvector(first, Ints);
    odd += __builtin_convertvector(second, Ints);
  }
  sums[0] = even;
  sums[1] = odd;
}

/// The sums, if nothing about them is special: no infinities and NaN, C and D
/// are zero or normal and not as small as the lowest exponents.
static bool sumUsual(const MatrixTile &tile, const SumModel &model, unsigned m,
                     unsigned column, float (&sums)[16]) {
  constexpr int16_t none = MatrixTile::none;
  Shorts largest = Shorts{} + none;
  for (unsigned k = 0; k < tile.k; ++k) {
    Shorts next =
        load<Shorts>(&tile.exponentB[k][column]) + tile.exponentA[m][k];
    largest = next > largest ? next : largest;
  }
  int scale = tile.scaleA + tile.scaleB;
  int exponents[width];
  bool unusual = false;
  for (unsigned j = 0; j < width; ++j) {
    uint32_t bits = bitsAs<uint32_t>(sums[j]);
    int field = static_cast<int>(bits >> 23 & 255);
    bool zero = bits << 1 == 0;
    unusual |= field == 255 || (field == 0 && !zero);
    int e = std::max(field - 127, model.lowestC) - scale;
    exponents[j] = std::max(zero ? int(none) : e, int(largest[j]));
    unusual |=
        exponents[j] > none / 2 && exponents[j] + scale < SumModel::lowestSum;
  }
  if (unusual)
    return false;
  Ints totals[2], units = model.fraction - load<Ints>(exponents);
  if (tile.narrow)
    addProducts<float>(tile, m, column, units, totals);
  else
    addProducts<double>(tile, m, column, units, totals);
  for (unsigned j = 0; j < width; ++j) {
    bool zero = exponents[j] <= none / 2;
    int unit = zero ? 0 : exponents[j] + scale - model.fraction;
    double c = static_cast<int32_t>(sums[j] * powerOfTwo(-unit));
    double total = double(totals[0][j]) + double(totals[1][j]) + c;
    double sum = keepBits(total, model) * powerOfTwo(unit);
    unusual |= sum != 0 && std::fabs(sum) < 0x1p-126;
    exponents[j] = bitsAs<int32_t>(static_cast<float>(sum));
  }
  if (unusual)
    return false;
  std::memcpy(sums, exponents, sizeof(sums));
  return true;
}

void dgemm::sim::sumColumns(const MatrixTile &tile, const SumModel &model,
                            unsigned m, unsigned column, float (&sums)[16]) {
  bool special = tile.specialA[m];
  for (unsigned j = 0; j < width; ++j)
    special |= tile.specialB[column + j];
  if (!special && sumUsual(tile, model, m, column, sums))
    return;
  for (unsigned j = 0; j < width; ++j)
    sums[j] = sumElement(tile, model, m, column + j, sums[j]);
}

uint32_t dgemm::sim::encodeHalfResult(float sum) {
  if (std::isnan(sum))
    return 0x7FFF;
  uint32_t half = dgemm::reference::encodeF16(sum);
  return half == 0x8000 ? 0 : half;
}
