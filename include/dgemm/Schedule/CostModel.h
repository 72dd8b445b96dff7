//===- CostModel.h - Candidate schedules and their times --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The search behind `dgemm-select-schedule`, for tools that want to show it.
//
// A persistent kernel runs ceil(tiles / SMs) waves, and a tile takes
//
//   t = K tiles * (max(t_mma, t_feed) + t_barrier / sqrt(stages)) + t_tile
//
// with t_mma from the target's rate, t_feed the time in which an SM receives
// the operand bytes of a K tile, t_barrier the latency of a full/empty round
// that more stages hide, t_tile prologue and epilogue of a tile. The whole is
// never faster than reading A, B, their scales and C and writing D once at
// memory bandwidth.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_COSTMODEL_H
#define DGEMM_SCHEDULE_COSTMODEL_H

#include "dgemm/Schedule/Limits.h"

#include "llvm/ADT/SmallVector.h"

namespace dgemm::schedule {

/// Predicted times in nanoseconds.
struct Prediction {
  /// Output tiles, and rounds in which the SMs work through them.
  int64_t tiles = 0;
  int64_t waves = 0;
  double kTile = 0;
  double tile = 0;
  double total = 0;
  /// Of `total`, what each schedule takes on top of what sets it apart.
  double common = 0;
  /// The memory floor and not the waves decides `total`.
  bool isMemoryBound = false;

  /// What schedules are compared by.
  double getOwnTime() const { return total - common; }
};

Prediction predict(const DenseProblem &problem, dgk::TargetAttr target,
                   dgk::ScheduleAttr schedule);

/// Bytes of A, B, their scales, C and D, each once.
double getMemoryBytes(const DenseProblem &problem);

/// A schedule that was considered.
struct Candidate {
  dgk::ScheduleAttr schedule;
  Prediction prediction;
  /// The limit that it breaks, if any.
  std::optional<Violation> violation;
  /// Why a legal candidate is not considered further, empty if it is.
  std::string declined;
  /// It won on hardware for this very problem (MeasuredSchedules.h).
  bool isMeasured = false;

  bool isEligible() const { return !violation && declined.empty(); }
};

/// All candidates for the problem, the smallest tile first, with as many stages
/// as fit; last the measured one, unless it is among them. Empty if the target
/// has no instruction of warps or warpgroups for the element types.
llvm::SmallVector<Candidate> getCandidates(const DenseProblem &problem,
                                           dgk::TargetAttr target);

/// The candidate to use, null if none is legal: the measured one, else the
/// fastest that is eligible, or legal if none is. Among those that are as fast
/// as far as the model can tell, the one that the policy of the instruction
/// prefers.
const Candidate *choose(llvm::ArrayRef<Candidate> candidates);

/// Order of the output tiles: the group width, 8 or 16, for which the rows of A
/// and B that one wave reads are fewest.
dgk::RasterAttr getRaster(dgk::TargetAttr target, int64_t tileM, int64_t tileN);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_COSTMODEL_H
