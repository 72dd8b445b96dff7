//===- WgmmaPolicy.cpp - Schedules for wgmma ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

#include "dgemm/Schedule/CostModel.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static constexpr int64_t kTileM[] = {64, 128, 256};
/// Tile N is any multiple up to this: where N is small, one that divides it
/// well saves a wave.
static constexpr int64_t kTileNStep = 16, kMostTileN = 256;
/// Rows of one span of the swizzle.
static constexpr int64_t kTileKBytes = 128;
/// Tiles of 64 rows with so many columns leave five stages or more of twice
/// that.
static constexpr int64_t kMostMergedColumns = 96;
/// Warps of a warpgroup.
static constexpr int64_t kGroup = 4;

/// Columns of a tile that surely share a scale of B.
static int64_t getCommonColumns(const DenseProblem &problem, int64_t n) {
  return std::gcd(n, problem.blockRowsB);
}

namespace {

class WgmmaPolicy final : public InstructionPolicy {
public:
  llvm::SmallVector<TileShape> getTiles(const DenseProblem &) const override {
    llvm::SmallVector<TileShape> tiles;
    for (int64_t m : kTileM)
      for (int64_t n = kTileNStep; n <= kMostTileN; n += kTileNStep) {
        tiles.push_back({m, n, kTileKBytes});
        if (m == kTileM[0] && n <= kMostMergedColumns)
          tiles.push_back({m, n, 2 * kTileKBytes});
      }
    return tiles;
  }

  /// Two warpgroups: while one adds up or stores, the other multiplies.
  WarpGrid chooseGrid(const DenseProblem &,
                      const TileShape &shape) const override {
    return {shape.m == 64 ? kGroup : 2 * kGroup, 1};
  }

  /// With one warpgroup of math nobody is short of registers; with two,
  /// 256 x 232 + 128 x 40 are the 384 x 168 that the CTA starts with.
  RoleRegisters getRegisters(int64_t mathWarps) const override {
    return {mathWarps == kGroup ? int64_t(248) : int64_t(232), 40};
  }

  std::string getReasonAgainst(const DenseProblem &problem,
                               const TileShape &shape) const override {
    if (shape.m > 128 && shape.n > 128)
      return llvm::formatv("a tile of {0} x {1} leaves too few stages", shape.m,
                           shape.n);
    // Measured for one row on an H100: splits of K feed more SMs, and a K tile
    // takes 140 ns however few columns there are.
    if (shape.n < 64 && problem.n > shape.n)
      return llvm::formatv("a tile of {0} columns pays only for N <= {0}",
                           shape.n);
    return {};
  }

  std::optional<std::string>
  checkWarpTile(const DenseProblem &problem,
                ScheduleAttr schedule) const override;
  int64_t estimateMathRegisters(const DenseProblem &problem,
                                ScheduleAttr schedule) const override;

  std::optional<dgk::Side>
  chooseEvictFirst(const DenseProblem &problem,
                   const TileShape &shape) const override;

  /// A skinny tile leaves little in flight: on an H100 64 x 64 tiles of K =
  /// 7168 take 18.7 us with 8 stages and 17.2 us with 13.
  int64_t getMaxStages() const override { return 16; }

  /// 5.5 TB/s of L2 over the 132 SMs of an H100.
  double getFeedBytesPerNs() const override { return 42.0; }

  PartTimes getTimes(const DenseProblem &problem, dgk::TargetAttr target,
                     ScheduleAttr schedule) const override;
  /// Neither hides all of the other.
  double join(double work, double memory) const override {
    return std::pow(std::pow(work, 4) + std::pow(memory, 4), 0.25);
  }

private:
  double getKTileCycles(const DenseProblem &problem, dgk::TargetAttr target,
                        ScheduleAttr schedule) const;
};

} // namespace

std::optional<std::string>
WgmmaPolicy::checkWarpTile(const DenseProblem &problem,
                           ScheduleAttr schedule) const {
  int64_t gridM = schedule.getWarpGrid()[0];
  int64_t gridN = schedule.getWarpGrid()[1];
  int64_t rows = schedule.getTileM() / gridM, columns = schedule.getWarpTileN();
  if (gridM % kGroup != 0 || schedule.getTileM() % (16 * gridM) != 0 ||
      schedule.getTileN() % (8 * gridN) != 0 || columns > 256)
    return llvm::formatv("tile {0} x {1} over a warp grid {2} x {3} gives a "
                         "warp {4} x {5} elements, expected a multiple of 4 "
                         "warps along M, multiples of 16 x 8 and at most 256 "
                         "columns; change tile or warp_grid",
                         schedule.getTileM(), schedule.getTileN(), gridM, gridN,
                         rows, columns)
        .str();
  if (problem.blockRowsA > 1 && schedule.getTileM() > problem.blockRowsA)
    return llvm::formatv(
               "tile {0} x {1} has more rows than the {2} that share a "
               "scale, expected at most as many; use a smaller tile M",
               schedule.getTileM(), schedule.getTileN(), problem.blockRowsA)
        .str();
  int64_t common = getCommonColumns(problem, schedule.getTileN());
  if (problem.blockA == 0 || columns % common == 0 || common % columns == 0)
    return std::nullopt;
  return llvm::formatv("{0} columns of a warp and {1} columns of b that share "
                       "a scale do not divide each other; change tile or "
                       "warp_grid",
                       columns, common)
      .str();
}

/// An operand that few tiles share, which run at the same time: no line of it
/// is read again. As others do, its lines would push out what is in the L2
/// cache, which if written must go to memory first. docs/Rationale.md has the
/// figures.
std::optional<dgk::Side>
WgmmaPolicy::chooseEvictFirst(const DenseProblem &problem,
                              const TileShape &shape) const {
  constexpr int64_t kFewTiles = 2;
  bool readsAOnce = problem.n <= kFewTiles * shape.n;
  bool readsBOnce = problem.m <= kFewTiles * shape.m;
  if (!readsAOnce && !readsBOnce)
    return std::nullopt;
  return readsBOnce && problem.n >= problem.m ? dgk::Side::B : dgk::Side::A;
}

/// Accumulators, partial products of a band beside them where scales are
/// applied outside of the instruction, those scales, and the rest.
int64_t WgmmaPolicy::estimateMathRegisters(const DenseProblem &problem,
                                           ScheduleAttr schedule) const {
  int64_t m = schedule.getWarpTileM(), n = schedule.getWarpTileN();
  int64_t accumulators = m * n / 32;
  constexpr int64_t kOther = 32;
  if (problem.blockA == 0)
    return accumulators + kOther;
  int64_t columns =
      problem.blockRowsB == 1 ? 2 * (n / 8) : n / getCommonColumns(problem, n);
  int64_t scales = 2 * (m / 16) + columns;
  // Partial products are promoted in bands (dgk-promote-partials): of rows if
  // those of one instruction fit, else of half the columns.
  int64_t perInstruction =
      n / 2 > 96 && n % 16 == 0 && schedule.getWarpGrid()[1] == 1 ? n / 4
                                                                  : n / 2;
  int64_t partials =
      std::min(accumulators, std::max<int64_t>(perInstruction, 64));
  return accumulators + partials + scales + kOther;
}

// The constants below were fitted to 869 times of 54 problems on an H100
// (root mean square 14 % off; the schedules that follow from them are within 1
// % of the best candidates). What the terms are was found by profiling.

/// Under load; the highest clock is 1.98.
static constexpr double kCyclesPerNs = 1.76;

/// Operand elements of FP8 that the tensor cores of an SM multiply in a cycle.
static constexpr double kMacsPerCycle = 4096;
/// Bytes that shared memory moves in a cycle.
static constexpr double kSharedBytesPerCycle = 128;
/// Bytes that an SM receives in a cycle, of 64 at most.
static constexpr double kPortBytesPerCycle = 53;
/// Rows below which the CTAs of a wave read the same few lines of A at a time,
/// from one slice of the L2 cache, one after the other.
static constexpr int64_t kFewRows = 16;
static constexpr double kSharedLineCycles = 3.1;

/// Cycles for 128 bytes of K; two such tiles in one slot are given twice the
/// time of one, so that they are taken only where measured.
/// The slowest of: tensor cores; shared memory, which every instruction reads
/// its operands from, while TMA writes the next; the port; and what a warpgroup
/// does one after the other. Promotion adds to all of these: warpgroups get in
/// step, and neither multiplies while both add.
double WgmmaPolicy::getKTileCycles(const DenseProblem &problem,
                                   dgk::TargetAttr target,
                                   ScheduleAttr schedule) const {
  double m = schedule.getTileM(), n = schedule.getTileN();
  double bytes = dgk::getBytes(schedule.getTileK(), problem.aType);
  double k = std::min<double>(bytes, kTileKBytes);
  double groups = double(schedule.getMath().getWarps()) / kGroup;
  double additions = problem.blockA == 0 ? 0 : m * n / (128 * groups);
  double multiply = m * n * k / kMacsPerCycle;
  double shared =
      ((m / 64) * (64 + n) * k + (m + n) * k) / kSharedBytesPerCycle;
  double port = (std::min<double>(m, problem.m) + n) * k / kPortBytesPerCycle;
  double chain = 128 + multiply / groups;
  if (problem.blockA != 0)
    chain += 72 + 0.89 * additions;
  if (problem.m < kFewRows) {
    double readers = std::ceil(problem.n / n);
    chain += kSharedLineCycles *
             std::min<double>(readers, target.getRates().getSmCount());
  }
  return bytes / k *
         std::max({std::max(multiply, shared) + 2 * additions, port, chain});
}

PartTimes WgmmaPolicy::getTimes(const DenseProblem &problem,
                                dgk::TargetAttr target,
                                ScheduleAttr schedule) const {
  // The rate that kernels reach, and what no traffic fills at either end.
  constexpr double kMemoryRate = 0.7;
  constexpr double kMemoryNs = 3000;
  double stored = std::min<double>(schedule.getTileM(), problem.m) *
                  dgk::getBytes(schedule.getTileN(), problem.dType);
  return {getKTileCycles(problem, target, schedule) / kCyclesPerNs,
          (454 + 0.013 * stored) / kCyclesPerNs, 2900 / kCyclesPerNs,
          getMemoryBytes(problem) /
                  (kMemoryRate * target.getRates().getMemoryGbs()) +
              kMemoryNs};
}

const InstructionPolicy &dgemm::schedule::getWgmmaPolicy() {
  static const WgmmaPolicy policy;
  return policy;
}
