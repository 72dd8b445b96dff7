//===- InstructionPolicy.h - Schedules by instruction -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_INSTRUCTIONPOLICY_H
#define DGEMM_SCHEDULE_INSTRUCTIONPOLICY_H

#include "dgemm/Schedule/Limits.h"

#include "llvm/ADT/SmallVector.h"

namespace dgemm::schedule {

/// CTA tile: rows, columns, and bytes of K in a row of A and B.
struct TileShape {
  int64_t m;
  int64_t n;
  int64_t kBytes;
};

struct WarpGrid {
  int64_t m;
  int64_t n;
};

/// Registers of each thread of the two roles.
struct RoleRegisters {
  int64_t math;
  int64_t load;
};

/// Predicted nanoseconds of the parts of a kernel.
struct PartTimes {
  /// One K tile of an SM.
  double kTile;
  /// Prologue and epilogue of a tile.
  double tile;
  /// Once in a kernel.
  double launch;
  /// All operands read and D written once.
  double memory;
  /// What reading C adds to both, where `memory` does not have it.
  double addend = 0;
};

/// What depends on how a kind of matrix instruction takes its operands: which
/// tiles are worth trying, how warps share one, what they need. One object for
/// each kind, without state.
class InstructionPolicy {
public:
  virtual ~InstructionPolicy() = default;

  /// Tiles to try, the smallest first.
  virtual llvm::SmallVector<TileShape>
  getTiles(const DenseProblem &problem) const = 0;
  /// Math warps along M and along N.
  virtual WarpGrid chooseGrid(const DenseProblem &problem,
                              const TileShape &shape) const = 0;
  /// For a CTA with that many math warps and 4 load warps: not more in all than
  /// the CTA gets at launch.
  virtual RoleRegisters getRegisters(const DenseProblem &problem,
                                     int64_t mathWarps) const = 0;
  /// Why a legal tile does not pay on `target`, empty if it may.
  virtual std::string getReasonAgainst(const DenseProblem &problem,
                                       dgk::TargetAttr target,
                                       const TileShape &shape) const = 0;
  /// What is wrong with the warps' share of the tile, nullopt if nothing.
  virtual std::optional<std::string>
  checkWarpTile(const DenseProblem &problem,
                dgk::ScheduleAttr schedule) const = 0;
  /// Registers that a math thread needs. An estimate for choosing; the
  /// assembler has the last word.
  virtual int64_t estimateMathRegisters(const DenseProblem &problem,
                                        dgk::ScheduleAttr schedule) const = 0;
  /// The operand whose lines the L2 cache should give up first, if any.
  virtual std::optional<dgk::Side> chooseEvictFirst(const DenseProblem &,
                                                    const TileShape &) const {
    return std::nullopt;
  }
  /// Stages beyond which a pipeline hides nothing more.
  virtual int64_t getMaxStages() const { return 8; }
  /// Whether CTAs that share the K range of a tile may be a cluster.
  virtual bool combinesInClusters() const { return false; }
  /// Nanoseconds in which the CTAs that share the K range of a tile add up
  /// their sums, where there are several.
  virtual double getCombineNs(const DenseProblem &problem,
                              dgk::ScheduleAttr schedule) const = 0;
  /// Times of a kernel for `problem`, oriented as the schedule has it.
  virtual PartTimes getTimes(const DenseProblem &problem,
                             dgk::TargetAttr target,
                             dgk::ScheduleAttr schedule) const = 0;
  /// Nanoseconds of work on SMs that waits for so many of memory traffic.
  virtual double join(double work, double memory) const = 0;
  /// The ratio of two times that are equal as far as the model can tell.
  virtual double getTie() const { return 1.05; }
  /// Which of two schedules to take where their times are equal: whether `a`
  /// comes before `b`.
  virtual bool prefers(dgk::ScheduleAttr a, dgk::ScheduleAttr b) const;
};

/// Whether `instruction` has a policy: those of warps and warpgroups have.
bool hasPolicy(dgk::MatrixInstruction instruction);

/// The policy for `instruction`, which must have one.
const InstructionPolicy &getPolicy(dgk::MatrixInstruction instruction);

} // namespace dgemm::schedule

#endif // DGEMM_SCHEDULE_INSTRUCTIONPOLICY_H
