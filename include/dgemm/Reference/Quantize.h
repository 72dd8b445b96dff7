//===- Quantize.h - Scales, quantisers, packing of scales -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_QUANTIZE_H
#define DGEMM_REFERENCE_QUANTIZE_H

#include "dgemm/Reference/Parallel.h"
#include "dgemm/Reference/Tensor.h"

#include <optional>

namespace dgemm::reference {

/// The smallest power of two that is not below |value| (UE8M0, rounded up),
/// clamped to [2^-126, 2^127].
float roundUpToUE8M0(float value);

/// The code that the FP4 quantiser gives a scaled value: the nearest of 0, .5,
/// 1, 1.5, 2, 3, 4, 6; a value exactly between two goes to the smaller one.
uint8_t quantizeE2M1(float scaled);

/// How many elements share a scale: `mn` rows and `k` columns.
struct Granularity {
  int64_t mn = 1;
  int64_t k = 128;
};

/// Quantises a [mn, k] matrix. `codes` has type f8E4M3FN, f8E5M2 or f4E2M1FN
/// and x's shape. `scales` is [ceil(mn / g.mn), ceil(k / g.k)] of f32,
/// f8E8M0FNU or f8E4M3FN (to nearest, 2^-9 to 448). The largest magnitude of a
/// block (at least 1e-4) is mapped to the largest code; `powersOfTwo` rounds
/// scales up to powers of two, which is implied by f8E8M0FNU scales.
/// Granularity 1xg is "per token", gxg "per block", (1 x whole row) one scale
/// per row; "per channel" is the transpose.
Status quantize(const Parallel &parallel, const View &x, Granularity g,
                bool powersOfTwo, const View &codes, const View &scales);

/// Packs [ceil(mn / granMN), sfK] scales (f32 or f8E8M0FNU) into
/// [mn, ceil(sfK / 4)] i32: byte j of word q is the exponent byte of scale
/// 4q + j, 0 beyond the end; rows that share a scale repeat it. With `checked`,
/// f32 scales that are not positive powers of two are an error.
Status packScales(const View &scales, int64_t granMN, const View &packed,
                  bool checked);

/// The K-grouped form: `scales` [mn, sum ceil(k_i / granK)], `packed`
/// [mn, sum ceil(k_i / (4 granK))]; each group is padded to whole words.
Status packScalesKGrouped(const View &scales, const std::vector<int64_t> &ks,
                          int64_t granK, const View &packed, bool checked);

/// An error that names the first scale that is not a positive power of two.
Status checkPowersOfTwo(const View &scales);

/// `value` rounded up to a multiple of `multiple`.
inline int64_t roundUp(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}
inline int64_t ceilDiv(int64_t value, int64_t divisor) {
  return (value + divisor - 1) / divisor;
}

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_QUANTIZE_H
