//===- ContractionCheck.cpp - A second evaluation of contractions ---------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Shares no arithmetic with Contraction.cpp: elements are decoded by definition
// (Definition.h), each is multiplied by its scale, and the sums run in
// interleaved parts from the last k to the first.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Contraction.h"

#include "Definition.h"

#include <algorithm>
#include <cmath>

using namespace dgemm::reference;

static long double scaleOf(const Operand &operand, int64_t mn, int64_t k) {
  if (!operand.scale)
    return 1;
  const View &scale = *operand.scale;
  int64_t row = mn / operand.granularity.mn;
  int64_t column = k / operand.granularity.k;
  uint64_t code;
  if (scale.type == ElementType::I32)
    code = loadBits(scale.type, scale.data, scale.at(row, column >> 2)) >>
               ((column & 3) << 3) &
           0xff;
  else
    code = loadBits(scale.type, scale.data, scale.at(row, column));
  if (scale.type == ElementType::F32 || scale.type == ElementType::F8E4M3FN)
    return decodeByDefinition(scale.type, code);
  return scaleByDefinition(static_cast<uint8_t>(code));
}

namespace {
/// A row of an operand with its scales applied, and its Euclidean norm.
struct DequantizedRow {
  std::vector<double> values;
  double norm = 0;
  /// Of each chain of truncated sums: largest magnitude and Euclidean norm.
  struct Chain {
    double most = 0;
    double norm = 0;
  };
  std::vector<Chain> chains;

  void findChains(const TruncatedSums &truncation) {
    size_t size = values.size();
    size_t step = truncation.chain > 0 ? static_cast<size_t>(truncation.chain)
                                       : std::max<size_t>(size, 1);
    for (size_t begin = 0; begin < size; begin += step) {
      Chain &chain = chains.emplace_back();
      for (size_t k = begin; k < std::min(begin + step, size); ++k) {
        chain.most = std::max(chain.most, std::fabs(values[k]));
        chain.norm += values[k] * values[k];
      }
      chain.norm = std::sqrt(chain.norm);
    }
  }
};
using Rows = std::vector<DequantizedRow>;
} // namespace

/// Decodes row `mn`. With scales of any format the product of an element and
/// its scale is exact in f64: at most 11 + 24 bits.
static DequantizedRow dequantize(const Operand &operand, int64_t mn,
                                 const CheckOptions &options) {
  const View &data = operand.data;
  DequantizedRow row;
  row.values.resize(static_cast<size_t>(data.size(1)));
  int64_t group = operand.scale ? operand.granularity.k : data.size(1);
  long double scale = 1;
  for (int64_t k = 0; k < data.size(1); ++k) {
    if (k % group == 0)
      scale = scaleOf(operand, mn, k);
    long double value = decodeByDefinition(
        data.type, loadBits(data.type, data.data, data.at(mn, k)));
    if (operand.asTF32)
      value = roundToTF32(static_cast<float>(value));
    double product = static_cast<double>(value * scale);
    row.values[static_cast<size_t>(k)] = product;
    row.norm += product * product;
  }
  row.norm = std::sqrt(row.norm);
  if (options.truncation.products > 0)
    row.findChains(options.truncation);
  return row;
}

/// Columns that are evaluated together, and interleaved sums of each: as many
/// as keep wide vector units busy.
static constexpr int64_t kColumns = 4;
static constexpr int64_t kLanes = 16;

/// Dot products of `a` with four rows, the last elements first.
using DotProducts = void (*)(const double *a, const double *const *rows,
                             int64_t size, double *sums);

static inline __attribute__((always_inline)) void
multiplyRows(const double *a, const double *const *rows, int64_t size,
             double *sums) {
  double lanes[kColumns][kLanes] = {};
  int64_t k = size;
  for (; k >= kLanes; k -= kLanes)
    for (int64_t j = 0; j < kColumns; ++j)
      for (int64_t lane = 0; lane < kLanes; ++lane)
        lanes[j][lane] += a[k - kLanes + lane] * rows[j][k - kLanes + lane];
  for (int64_t j = 0; j < kColumns; ++j) {
    sums[j] = 0;
    for (int64_t i = 0; i < k; ++i)
      sums[j] += a[i] * rows[j][i];
    for (double lane : lanes[j])
      sums[j] += lane;
  }
}

static void multiplyAnywhere(const double *a, const double *const *rows,
                             int64_t size, double *sums) {
  multiplyRows(a, rows, size, sums);
}

// Most of the time of a check is spent here: wide vectors make it several times
// as fast.
#ifdef __x86_64__
__attribute__((target("avx2,fma"))) static void
multiplyAvx2(const double *a, const double *const *rows, int64_t size,
             double *sums) {
  multiplyRows(a, rows, size, sums);
}

__attribute__((target("avx512f,fma"))) static void
multiplyAvx512(const double *a, const double *const *rows, int64_t size,
               double *sums) {
  multiplyRows(a, rows, size, sums);
}

static DotProducts chooseDotProducts() {
  if (__builtin_cpu_supports("avx512f"))
    return multiplyAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return multiplyAvx2;
  return multiplyAnywhere;
}
#else
static DotProducts chooseDotProducts() { return multiplyAnywhere; }
#endif

/// Adds the products of `a` with each of `b`, the last k first.
static void addProducts(Sum *sums, const DequantizedRow &a, const Rows &b) {
  static const DotProducts multiply = chooseDotProducts();
  const double *rows[kColumns];
  for (size_t j = 0; j < kColumns; ++j)
    rows[j] = b[std::min(j, b.size() - 1)].values.data();
  int64_t size = static_cast<int64_t>(a.values.size());
  double products[kColumns];
  multiply(a.values.data(), rows, size, products);
  for (size_t j = 0; j < b.size(); ++j) {
    sums[j].value += products[j];
    // Cauchy and Schwarz: not below the sum of the magnitudes.
    sums[j].magnitude += static_cast<long double>(a.norm) * b[j].norm;
    sums[j].count += size;
  }
}

/// The largest error of truncated sums. Each instruction loses less than one
/// unit of the cut-off for each product and for the old sum, and one of the
/// result's last place. No product exceeds the product of the largest factors;
/// no sum the product of the norms (Cauchy and Schwarz).
static double getTruncationError(const DequantizedRow &a,
                                 const DequantizedRow &b,
                                 const TruncatedSums &truncation) {
  double error = 0;
  double cut = std::ldexp(1.0, -truncation.alignmentBits);
  double last = std::ldexp(1.0, -truncation.fractionBits);
  auto products = static_cast<double>(truncation.products);
  for (size_t i = 0; i < a.chains.size(); ++i) {
    double most = a.chains[i].most * b.chains[i].most;
    double sum = a.chains[i].norm * b.chains[i].norm;
    size_t length = truncation.chain > 0 ? static_cast<size_t>(truncation.chain)
                                         : a.values.size();
    double instructions = std::ceil(static_cast<double>(length) / products);
    error += instructions *
             (products * cut * most + (cut + last) * std::max(sum, most));
  }
  return error;
}

static CheckResult compareElement(const Contraction &contraction, Sum sum,
                                  double truncationError, int64_t row,
                                  int64_t n, const CheckOptions &options) {
  CheckResult result;
  const View &d = contraction.d;
  int64_t column = contraction.column(n);
  if (contraction.c) {
    const View &c = *contraction.c;
    long double value = c.load(c.at(row, column));
    sum.value += value;
    sum.magnitude += std::fabs(value);
  }
  auto where = [&] {
    return "element [" + std::to_string(row) + ", " + std::to_string(column) +
           "]";
  };
  double actual = d.load(d.at(row, column));
  if (options.exact)
    result.compareExact(d.type, actual, sum.value, where);
  else
    result.compare(
        d.type, actual, sum.value,
        sum.slack(options.unitRoundoff, options.productsPerRounding) +
            truncationError,
        where);
  return result;
}

/// Compares columns [n, n + count) of the chosen rows. `a[t]` holds those rows
/// of term t.
static CheckResult checkColumns(const Contraction &contraction,
                                const std::vector<int64_t> &rows,
                                const std::vector<Rows> &a, int64_t n,
                                int64_t count, const CheckOptions &options) {
  std::vector<Sum> sums(rows.size() * kColumns);
  std::vector<double> errors(rows.size() * kColumns);
  for (size_t t = 0; t < contraction.terms.size(); ++t) {
    Rows b;
    for (int64_t j = 0; j < count; ++j)
      b.push_back(dequantize(contraction.terms[t].b, n + j, options));
    for (size_t i = 0; i < rows.size(); ++i) {
      addProducts(&sums[i * kColumns], a[t][i], b);
      for (size_t j = 0; j < b.size(); ++j)
        errors[i * kColumns + j] +=
            getTruncationError(a[t][i], b[j], options.truncation);
    }
  }
  CheckResult result;
  for (size_t i = 0; i < rows.size(); ++i)
    for (int64_t j = 0; j < count; ++j) {
      size_t at = i * kColumns + static_cast<size_t>(j);
      result.merge(compareElement(contraction, sums[at], errors[at], rows[i],
                                  n + j, options));
    }
  return result;
}

static int64_t rowCost(const Contraction &contraction) {
  int64_t k = 1;
  for (const Term &term : contraction.terms)
    k += term.a.data.size(1);
  return k * contraction.n;
}

static CheckResult checkOne(const Parallel &parallel,
                            const Contraction &contraction, int64_t maxWork,
                            const CheckOptions &options) {
  int64_t m = contraction.d.size(0);
  int64_t count = std::max<int64_t>(
      2, maxWork / std::max<int64_t>(1, rowCost(contraction)));
  std::vector<int64_t> rows = sampleRows(m, count, options.seed);
  std::vector<Rows> a;
  for (const Term &term : contraction.terms) {
    Rows &decoded = a.emplace_back(rows.size());
    parallel.forEach(static_cast<int64_t>(rows.size()), [&](int64_t i) {
      size_t index = static_cast<size_t>(i);
      decoded[index] = dequantize(term.a, rows[index], options);
    });
  }
  CheckResult result;
  result.elements = m * contraction.n;
  std::vector<CheckResult> columns(
      static_cast<size_t>(ceilDiv(contraction.n, kColumns)));
  parallel.forEach(static_cast<int64_t>(columns.size()), [&](int64_t i) {
    int64_t n = i * kColumns;
    columns[static_cast<size_t>(i)] =
        checkColumns(contraction, rows, a, n,
                     std::min(kColumns, contraction.n - n), options);
  });
  // In order, so that the report does not depend on the threads.
  for (const CheckResult &column : columns)
    result.merge(column);
  return result;
}

Expected<CheckResult> dgemm::reference::check(const Parallel &parallel,
                                              const Contractions &contractions,
                                              const CheckOptions &options) {
  int64_t total = 0;
  for (const Contraction &contraction : contractions) {
    if (Status status = validate(contraction); !status.ok())
      return status.error();
    total += contraction.d.size(0) * rowCost(contraction);
  }
  CheckResult result;
  for (const Contraction &contraction : contractions) {
    // Every contraction gets its share of the work.
    double share = static_cast<double>(contraction.d.size(0)) *
                   static_cast<double>(rowCost(contraction)) /
                   std::max(1.0, static_cast<double>(total));
    int64_t work = total <= options.maxWork
                       ? options.maxWork
                       : static_cast<int64_t>(
                             share * static_cast<double>(options.maxWork));
    result.merge(checkOne(parallel, contraction, work, options));
  }
  return result;
}

Expected<CheckResult>
dgemm::reference::checkHCPrenormSquares(const View &a, const View &squares,
                                        std::optional<int64_t> splits,
                                        const CheckOptions &options) {
  int64_t parts = splits.value_or(1);
  if (squares.numElements() != parts * a.size(0))
    return Error{"sums of squares have shape " + shapeString(squares.shape)};
  CheckResult result;
  for (int64_t i = 0; i < squares.numElements(); ++i) {
    int64_t row = i % a.size(0);
    auto [begin, end] = splitRange(a.size(1), parts, i / a.size(0));
    Sum sum;
    sum.count = end - begin;
    for (int64_t k = end; k-- > begin;) {
      long double value =
          decodeByDefinition(a.type, loadBits(a.type, a.data, a.at(row, k)));
      sum.value += value * value;
    }
    sum.magnitude = sum.value;
    ++result.elements;
    result.compare(squares.type, squares.load(squares.atLinear(i)), sum.value,
                   sum.slack(options.unitRoundoff),
                   [&] { return "sum of squares " + std::to_string(i); });
  }
  return result;
}
