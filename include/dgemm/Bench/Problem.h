//===- Problem.h - What a benchmark measures --------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_PROBLEM_H
#define DGEMM_BENCH_PROBLEM_H

#include "dgemm/Reference/Status.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dgemm::bench {

using reference::Error;
using reference::Expected;
using reference::Status;

/// How many rows and K elements of an operand share a scale; 0 without scales.
struct ScaleBlock {
  int64_t rows = 0;
  int64_t depth = 0;
};

/// F32; UE8M0, four to a word; or single bytes that lie along K, UE8M0 or, for
/// blocks of 16 elements, UE4M3.
enum class ScaleStorage { F32, Words, Bytes };

/// One dense product, `D[M, N] = A B^T (+ D)`. Types are named as in MLIR.
struct Problem {
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  std::string a, b, d;
  /// "nt": A is [M, K], B is [N, K]; "nn", "tn", "tt" as in `#dgemm.layout`.
  std::string layout = "nt";
  ScaleBlock aScale, bScale;
  ScaleStorage scales = ScaleStorage::F32;
  /// The product is added to D.
  bool accumulate = false;

  bool hasScales() const { return aScale.depth != 0; }
  double getFlops() const { return 2.0 * m * n * k; }
  /// Bytes of A, B, D and the scales, and of D again where it is added to.
  double getBytes() const;
  /// "fp8-1d2d-bf16 128x2112x7168": form, then M, N, K.
  std::string getName() const;
  /// "fp8-1d2d-bf16": everything but the extents.
  std::string getForm() const;
};

/// Figures that were published or measured before for a problem.
struct Published {
  double microseconds = 0;
  double tflops = 0;
  double gigabytes = 0;
  /// Time of cuBLASLt over that time.
  double cublasltRatio = 0;
};

/// A problem with what the best existing kernel reached.
struct SuiteRow {
  Problem problem;
  /// 0 where nothing is known.
  Published upstream;
};

/// The form of a name, without extents: "fp8-1d2d", "fp8-1d1d", "bf16" for
/// sm_90, "fp8-mx128" (packed UE8M0, 1x128), "fp8-mx32", "fp4", "fp8xfp4",
/// "fp4xfp8", "fp8-plain128" (bytes of UE8M0), "fp4-plain16" (NVFP4); then the
/// output "-f32" or "-bf16" (which may be left out), then "-acc" to add to it,
/// then "-nn", "-tn", "-tt" for a layout.
Expected<Problem> parseForm(std::string_view form);

/// The rows of the suite "dense-fp8" or "dense-bf16".
Expected<std::vector<SuiteRow>> getDenseSuite(std::string_view name);

/// `count` problems of the form with other extents, always the same for a seed:
/// M from 1 to 8192, N multiples of 64 from 64 to 16384, K multiples of 128
/// from 256 to 16384, each with an even distribution of its logarithm. At most
/// 2^37 multiplications each.
std::vector<Problem> getRandomProblems(const Problem &form, int64_t count,
                                       uint64_t seed);

/// Sets M, N and K from "128x2112x7168".
Status setExtents(std::string_view text, Problem &problem);

/// Fields of the lines of `text`, without the first, which names them.
std::vector<std::vector<std::string>> parseCsv(std::string_view text);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_PROBLEM_H
