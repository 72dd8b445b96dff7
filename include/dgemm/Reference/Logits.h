//===- Logits.h - Multi-query attention logits ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM__LOGITS_H
#define DGEMM__LOGITS_H

#include "dgemm/Reference/Check.h"
#include "dgemm/Reference/Parallel.h"

#include <optional>

namespace dgemm::reference {

/// Where keys come from: tokens in a row, or pages.
struct KeySource {
  /// Dense: [SKV, D], f8E4M3FN, f4E2M1FN or any wider float.
  View keys;
  /// f32 [SKV] (one scale per token), or i32 [SKV] (four UE8M0 bytes, each for
  /// 32 elements of D). Absent: unscaled.
  std::optional<View> scales;
};

/// q [S, H, D], weights [S, H], ranges i32 [S]:
///   logits[i, j] = scale[j] * sum_h relu(sum_d q[i,h,d] key[j,d]) w[i,h]
/// for ks[i] <= j < ke[i]. FP4 scales are inside the sum over d.
struct MQALogits {
  View q;
  std::optional<View> qScale; // i32 [S, H], as for keys
  KeySource keys;
  View weights;
  View ks, ke;
  View logits;             // [S, columns]
  bool compressed = false; // column c is token ks[i] + c, else column j is j
  bool clean = false;      // other columns become -inf, else they stay
};

/// The paged form. A page holds block_kv tokens: first the elements of all
/// tokens, then one 4-byte scale for each (ops: f32 for FP8, four UE8M0 bytes
/// for FP4). Row r of logits is query r % next_n of sequence r / next_n.
struct PagedMQALogits {
  View q;                     // [B, next_n, H, D]
  std::optional<View> qScale; // i32 [B, next_n, H]: FP4
  View pages;                 // i8 [P, block_kv, 1, bytes], page stride free
  /// Unquantised keys [P, block_kv, D] that replace the pages' contents.
  std::optional<View> plainPages;
  View blockTable;  // i32 [B, max_blocks]
  View weights;     // [B * next_n, H]
  View contextLens; // i32 [B, next_n]
  View logits;      // [B * next_n, max_context_len]
};

Status run(const Parallel &parallel, const MQALogits &problem);
Status run(const Parallel &parallel, const PagedMQALogits &problem);

/// A second evaluation, in long double and in another order, of the columns
/// that the op defines.
Expected<CheckResult> check(const Parallel &parallel, const MQALogits &problem,
                            const CheckOptions &options);
Expected<CheckResult> check(const Parallel &parallel,
                            const PagedMQALogits &problem,
                            const CheckOptions &options);

/// Sets columns outside of [ks, ke) to -inf. Row i uses entry i / next_n, and
/// its end is ke - next_n + i % next_n + 1. No `ks` means 0.
Status cleanLogits(const std::optional<View> &ks, const View &ke,
                   const View &logits, int64_t nextN);
Expected<CheckResult> checkCleanLogits(const std::optional<View> &ks,
                                       const View &ke, const View &before,
                                       const View &logits, int64_t nextN);

/// How the work of a paged call is divided among `slots` = rows - 1 of
/// `metadata` [slots + 1, 2]: entry i is the (atom, split) at which slot i
/// starts, the last entry is the end. See spec of the op.
struct PagedMetadata {
  View contextLens;            // i32 [B, next_n]
  std::optional<View> indices; // i32 [B]: varlen
  View metadata;
  int64_t splitKV = 128; // tokens per work unit
  int64_t atom = 2;      // queries per task
};
Status run(const PagedMetadata &problem);
Expected<CheckResult> check(const PagedMetadata &problem);

/// Columns [begin, end) of row `i` that mqa_logits defines, as KV tokens.
std::pair<int64_t, int64_t> visibleRange(const MQALogits &problem, int64_t i);

} // namespace dgemm::reference

#endif // DGEMM__LOGITS_H
