//===- Contraction.h - Sums of scaled products, and ops made of them *- C++
//-*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_CONTRACTION_H
#define DGEMM_REFERENCE_CONTRACTION_H

// Every product of the dialect becomes a list of contractions
//   D[m, n] = round(C[m, n] + sum over terms and k of
//                   A[m, k] * scaleA[m, k] * B[n, k] * scaleB[n, k])
// on strided windows of the operands. `run` evaluates them in f64 from the
// stored values; `check` evaluates them a second time, independently.

#include "dgemm/Reference/Check.h"
#include "dgemm/Reference/Quantize.h"

namespace dgemm::reference {

/// A matrix [mn, k] and its scales: f32 or f8E8M0FNU [ceil(mn / g.mn),
/// ceil(k / g.k)], or packed i32 [mn, ceil(k / (4 g.k))]. Ops with groups or
/// batches hold their operands in the same struct with more dimensions.
struct Operand {
  View data;
  std::optional<View> scale;
  Granularity granularity;
  /// Round each element to TF32 before it is used.
  bool asTF32 = false;
};

struct Term {
  Operand a;
  Operand b;
};

/// Heads of left + right columns, stored with a gap of mid columns.
struct HeadSplit {
  int64_t left, mid, right;
  int64_t column(int64_t n) const {
    int64_t width = left + right;
    int64_t head = n / width;
    int64_t j = n % width;
    return head * (width + mid) + (j < left ? j : j + mid);
  }
};

/// One product. No terms, or terms with K = 0, give C, or zero.
struct Contraction {
  int64_t n = 0; // columns of the product; rows are those of D
  std::vector<Term> terms;
  View d;
  std::optional<View> c;
  std::optional<HeadSplit> heads;

  int64_t column(int64_t j) const { return heads ? heads->column(j) : j; }
};

using Contractions = std::vector<Contraction>;

/// Which of its two dimensions each matrix has first (T: the other one).
enum class Layout { NT, NN, TN, TT };
enum class Grouping { ContiguousIndex, ContiguousPsum, Masked, KGrouped };
enum class Equation { BhrHdrBhd, BhdHdrBhr, BhdBhrHdr, BmkBnkMn };

/// Dense: A [M, K], B [N, K], or transposed as the layout says; scales always
/// [mn, k]. D is [M, N], or wider with heads.
Expected<Contractions> matmul(Layout layout, Operand a, Operand b,
                              std::optional<View> c, const View &d,
                              std::optional<HeadSplit> heads = std::nullopt);

/// Grouped, see spec of the op. `group` is i32: [M_sum] (contiguous_index) or
/// [G]. Rows that belong to no group are left as they are; padding in the last
/// `alignment` rows of a group (contiguous_index) counts as rows of the group.
Expected<Contractions> groupedMatmul(Grouping grouping, int64_t alignment,
                                     Layout layout, const Operand &a,
                                     const Operand &b, const View &group,
                                     std::optional<View> c, const View &d);

/// Einsum forms. The dimensions of scales correspond to those of the data.
Expected<Contractions> batchedMatmul(Equation equation, const Operand &a,
                                     const Operand &b, std::optional<View> c,
                                     const View &d);

/// The product of hc_prenorm: A bf16 [M, K], B f32 [N, K] rounded to TF32;
/// without splits D is [M, N], with S splits [S, M, N].
Expected<Contractions> hcPrenorm(const View &a, const View &b, const View &d,
                                 std::optional<int64_t> splits);
/// Its other result: sums of squares of the rows of A, [M] or [S, M].
Status hcPrenormSquares(const Parallel &parallel, const View &a,
                        const View &squares, std::optional<int64_t> splits);
Expected<CheckResult> checkHCPrenormSquares(const View &a, const View &squares,
                                            std::optional<int64_t> splits,
                                            const CheckOptions &options);
/// The range of K of split `s` of `splits`: blocks of 64 elements, as even as
/// possible, the first ones take the remainder.
std::pair<int64_t, int64_t> splitRange(int64_t k, int64_t splits, int64_t s);

/// Shapes of one contraction fit together. Called by `run` and `check`.
Status validate(const Contraction &contraction);

/// Evaluates in f64. Partial sums over each scale block come first and are
/// scaled then, so with FP8 and FP4 data they are exact.
Status run(const Parallel &parallel, const Contractions &contractions);

/// Compares D with a second evaluation: other decoding, scales applied to each
/// element, K in the other direction and in interleaved sums.
Expected<CheckResult> check(const Parallel &parallel,
                            const Contractions &contractions,
                            const CheckOptions &options);

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_CONTRACTION_H
