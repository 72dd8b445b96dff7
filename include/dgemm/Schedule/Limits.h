//===- Limits.h - What a schedule needs and a target has --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules that a schedule of a dense block-scaled product must keep on a
// target whose matrix instruction is executed by one warp (mma.sync). The
// verification of a schedule written by hand and the search for one share them.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_LIMITS_H
#define DGEMM_SCHEDULE_LIMITS_H

#include "dgemm/Dialect/DGK/IR/DGK.h"

#include <optional>
#include <string>

namespace dgemm::schedule {

/// `D[M, N] = A[M, K] * B[N, K]^T`, with scales of A and B or without.
struct DenseProblem {
  /// Extents; expected ones where they are only known at launch.
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  /// K is part of the kernel and not known at launch only.
  bool hasKnownK = false;
  mlir::Type aType;
  mlir::Type bType;
  mlir::Type dType;
  /// Elements of K that share a scale: 16, 32 or 128; 0 without scales.
  int64_t blockA = 0;
  int64_t blockB = 0;
  /// Rows of A (of B) that share a scale: 1 or 128.
  int64_t blockRowsA = 1;
  int64_t blockRowsB = 1;
  /// Scales are bytes that the instruction applies; otherwise an f32 each.
  bool hasPackedScales = true;
  /// Format of these bytes; null for f8E8M0FNU.
  mlir::Type scaleType;
  /// Scales of a row of A (of B) that travel together: 4 packed in a word, or
  /// 16 that are elements of their own, the bytes that TMA moves at least.
  int64_t scalesPerLoadA = 4;
  int64_t scalesPerLoadB = 4;
  /// D's row stride is known to be a multiple of 16 bytes, as TMA needs, and no
  /// gap of a head split begins inside of what one copy stores.
  bool dIsTmaAligned = false;
  /// The operand is contiguous along K; otherwise along M (along N).
  bool isAKMajor = true;
  bool isBKMajor = true;
  /// D has a head split.
  bool hasHeads = false;
  /// C is added, in place or not.
  bool hasC = false;
  /// There is neither C nor a head split.
  bool isOutputPlain = true;
  /// Threads fetch the scales of the operand from global memory.
  bool fetchesScalesA = false;
  bool fetchesScalesB = false;
  /// C is added as a tile from shared memory.
  bool hasCTile = false;
};

/// What a schedule may break.
enum class Limit {
  Instruction,
  WarpTile,
  TileK,
  SharedMemory,
  Registers,
  RegisterFile,
  Warps,
  Stages,
  Store,
  Form,
  SplitK,
};

/// Name of a limit for remarks and reports: "shared memory".
llvm::StringRef getName(Limit limit);

/// A limit that a schedule breaks; `text` has the actual and the allowed
/// values and the way out.
struct Violation {
  Limit limit;
  std::string text;

  /// Number of the rule in the documentation of `dgemm-select-schedule`:
  /// "select-c15".
  llvm::StringRef getRule() const;
};

/// Dynamic shared memory of one CTA, in bytes.
struct SharedMemoryUse {
  /// Ring of A and B tiles, and of scale words that serve one K tile only.
  int64_t operands = 0;
  /// Ring of scale words that serve several K tiles.
  int64_t scales = 0;
  /// Staging of the TMA store.
  int64_t staging = 0;
  /// The tile of C.
  int64_t addend = 0;
  /// Partial sums that come from other CTAs of the cluster.
  int64_t exchange = 0;
  int64_t barriers = 0;

  int64_t total() const {
    return operands + scales + staging + addend + exchange + barriers;
  }
};

/// The target's instruction for the problem: with scales of its own where they
/// are packed, otherwise one without. Null if there is none.
dgk::MatrixInstruction findInstruction(const DenseProblem &problem,
                                       dgk::TargetAttr target);

/// The product that a schedule computes: that of the caller, or
/// `D^T = B * A^T` with `swap_ab`. What follows, but for `checkSchedule`, takes
/// the product in this form.
DenseProblem orient(const DenseProblem &problem, bool swapAb);

/// K elements that the scales serve which travel together: four blocks where
/// they are packed. 0 without scales.
int64_t getWordElements(const DenseProblem &problem, dgk::Side side);

/// K elements of a tile that one product takes: all of it, or what one scale
/// word serves where a tile has several. Each such part of an operand has a
/// place of its own in the slot.
int64_t getPartLength(const DenseProblem &problem, int64_t tileK);

/// K tiles that they serve, at least 1.
int64_t getWordSpan(const DenseProblem &problem, dgk::Side side, int64_t tileK);

/// K elements of which each split but the last takes a multiple: a K tile, and
/// what one scale word serves.
int64_t getSplitUnit(const DenseProblem &problem, int64_t tileK);

/// Bits that an element of an operand takes in shared memory: those of the
/// instruction's container, and a byte where 4-bit elements have to be turned.
int64_t getSharedBits(const DenseProblem &problem, dgk::MatrixInstruction mma,
                      dgk::Side side);

/// Bytes of one slot of the operand ring: A, B, and scales that travel with
/// them.
int64_t getStageBytes(const DenseProblem &problem, dgk::ScheduleAttr schedule);

SharedMemoryUse getSharedMemoryUse(const DenseProblem &problem,
                                   dgk::ScheduleAttr schedule);

/// Pieces in which one math warp stores its output, 16 rows of one swizzle span
/// each (`ScheduleAttr::getStoreSwizzle`): as many staging slots as are of use
/// to it. 0 where no span divides a row of the warp's tile.
int64_t getStoreSlotsPerWarp(const DenseProblem &problem,
                             dgk::ScheduleAttr schedule);

/// The first limit that the schedule breaks, nullopt if it is legal.
std::optional<Violation> checkSchedule(const DenseProblem &problem,
                                       dgk::TargetAttr target,
                                       dgk::ScheduleAttr schedule);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_LIMITS_H
