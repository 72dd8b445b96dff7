//===- Pack.h - One kernel as a file ----------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pack holds one compiled kernel and all that is known of it; docs/Pack.md
// describes the format. Plain C++17 without MLIR, LLVM or CUDA.
//
//   auto pack = dgemm::pack::readPackFile("k.dgpack");
//   if (!pack)
//     report(pack.error().message);
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_PACK_PACK_H
#define DGEMM_PACK_PACK_H

#include "dgemm/Launch/LaunchPlan.h"
#include "dgemm/Launch/Result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dgemm::pack {

using launch::Error;
using launch::ErrorCode;
using launch::Result;
using launch::Status;

/// Version of the format that this library reads and writes.
inline constexpr uint32_t kPackVersion = 1;

/// Elements that share a scale: rows x elements of K.
struct Granularity {
  int64_t mn = 1, k = 128;
};

/// Heads of left + right columns, stored with a gap of mid columns.
struct HeadSplit {
  int64_t left = 0, mid = 0, right = 0;
};

/// How the kernel adds, which says how far a right result may be from the exact
/// one. Without truncation (alignmentBits 0) sums are rounded.
struct Arithmetic {
  /// Products that are added before a sum is rounded.
  int64_t productsPerRounding = 1;
  /// Products of an instruction that truncates; 0: none does.
  int64_t truncatedProducts = 0;
  /// Bits that such an instruction keeps below the largest product, and of the
  /// sum.
  int64_t alignmentBits = 0, fractionBits = 0;
  /// Products after which the truncated sum starts anew; 0: never.
  int64_t chain = 0;
};

/// What dgemm.matmul computes, in terms of the plan's arguments:
///   D[m, n] = C[m, n] + sum over k of A[m, k] SA[m, k] B[n, k] SB[n, k]
struct Matmul {
  /// "nt", "nn", "tn" or "tt". The first letter: A is [M, K] (n) or [K, M] (t);
  /// the second one: B is [K, N] (n) or [N, K] (t).
  std::string layout = "nt";
  /// Indices of arguments of the plan.
  size_t a = 0, b = 0, d = 0;
  std::optional<size_t> aScale, bScale, c;
  /// C must be at the address of D: the kernel adds to what is there.
  bool inPlace = false;
  /// With scales.
  std::optional<Granularity> aGranularity, bGranularity;
  std::optional<HeadSplit> heads;
  /// Scales of f32 must be powers of two.
  bool checked = false;
  Arithmetic arithmetic;
};

/// Resources of the cubin, as ptxas reports them; see `PtxasFacts` of the
/// compiler.
struct PtxasFacts {
  int64_t registers = 0;
  int64_t spillStores = 0, spillLoads = 0;
  int64_t stack = 0;
  int64_t staticShared = 0;
  int64_t barriers = 0;
};

/// What the chip has that the code was made for; a simulator needs it.
struct ChipFacts {
  int64_t smCount = 1;
  /// Dynamic and static shared memory that one CTA may have.
  int64_t sharedPerCta = 0;
};

struct Pack {
  /// "dgemm.matmul"; empty for a kernel that no op describes.
  std::string op;
  /// What the op computes, when it is a dgemm.matmul.
  std::optional<Matmul> matmul;
  /// The attributes #dgk.target and #dgk.schedule as text; may be empty.
  std::string target, schedule;
  std::optional<ChipFacts> chip;
  /// How to launch the kernel. Its chip is the one the code is for.
  launch::LaunchPlan plan;
  /// Of the cubin.
  std::optional<PtxasFacts> facts;
  /// The code in two forms, of which one may be missing.
  std::string ptx, cubin;
};

/// The pack as a file's content, the same bytes for the same pack. Fails with
/// MalformedPlan when the plan is invalid, with WrongArguments when there is no
/// code, or when `matmul` names arguments that are no matrices.
Result<std::string> writePack(const Pack &pack);

/// Whether `bytes` begin as a pack does.
bool isPack(std::string_view bytes);

/// Reads a pack. Fails with UnsupportedVersion when a pack of another version
/// is intact, else with MalformedPack or MalformedPlan; any change of a single
/// byte, anything cut off or added is such a failure.
Result<Pack> readPack(std::string_view bytes);

/// All bytes of a file. Fails with NoFile, also when `path` is a directory or
/// the file cannot be read to its end.
Result<std::string> readFile(const std::string &path);

/// Reads a file; fails with NoFile, or as `readPack` with the path in front.
Result<Pack> readPackFile(const std::string &path);

/// The manifest of an intact pack as it stands in the file (JSON); fails as
/// `readPack` does.
Result<std::string> readManifest(std::string_view bytes);

} // namespace dgemm::pack

#endif // DGEMM_PACK_PACK_H
