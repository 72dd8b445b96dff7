//===- WgmmaPolicy.cpp - Schedules for wgmma ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

#include "dgemm/Schedule/CostModel.h"
#include "dgemm/Target/Targets.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static constexpr int64_t kTileM[] = {64, 128, 256};
/// Tile N is any multiple up to this: where N is small, one that divides it
/// well saves a wave.
static constexpr int64_t kTileNStep = 16, kMostTileN = 256;
/// The columns of the smallest instruction.
static constexpr int64_t kFewestColumns = 8;
/// Those that serve most problems: the rest must save a wave or columns.
static constexpr int64_t kUsualTileN[] = {8,   16,  32,  64, 96,
                                          128, 160, 192, 256};
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
    llvm::SmallVector<TileShape> tiles = {
        {kTileM[0], kFewestColumns, kTileKBytes},
        {kTileM[0], kFewestColumns, 2 * kTileKBytes}};
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
  RoleRegisters getRegisters(const DenseProblem &,
                             int64_t mathWarps) const override {
    return {mathWarps == kGroup ? int64_t(248) : int64_t(232), 40};
  }

  std::string getReasonAgainst(const DenseProblem &problem,
                               dgk::TargetAttr target,
                               const TileShape &shape) const override;

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

  bool combinesInClusters() const override { return true; }
  double getCombineNs(const DenseProblem &problem,
                      ScheduleAttr schedule) const override;

  PartTimes getTimes(const DenseProblem &problem, dgk::TargetAttr target,
                     ScheduleAttr schedule) const override;
  /// Neither hides all of the other.
  double join(double work, double memory) const override {
    return std::pow(std::pow(work, 4) + std::pow(memory, 4), 0.25);
  }

  /// Where memory bounds, many are equal, and splits and short K tiles cost
  /// what the model does not know: the choices of 111 problems on an H100 come
  /// within 2.1 % of the best candidates with this rule, 5 % without. Splits in
  /// a cluster exchange so little that they count as none.
  double getTie() const override { return 1.08; }
  bool prefers(ScheduleAttr a, ScheduleAttr b) const override {
    auto key = [](ScheduleAttr s) {
      int64_t exchanged = s.combinesInCluster() ? 1 : s.getSplitK();
      return std::tuple(!s.getSwapAb(), exchanged, -s.getTileK());
    };
    return key(a) < key(b);
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

/// Columns that an SM computes, one tile of `m` x `n` after the other, where
/// each wave of tiles takes as long as a full one.
static int64_t getColumnsInTurn(const DenseProblem &problem,
                                dgk::TargetAttr target, int64_t m, int64_t n) {
  double tiles =
      std::ceil(double(problem.m) / m) * std::ceil(double(problem.n) / n);
  return n * std::ceil(tiles / target.getRates().getSmCount());
}

std::string WgmmaPolicy::getReasonAgainst(const DenseProblem &problem,
                                          dgk::TargetAttr target,
                                          const TileShape &shape) const {
  if (shape.m > 128 && shape.n > 128)
    return llvm::formatv("a tile of {0} x {1} leaves too few stages", shape.m,
                         shape.n);
  int64_t inTurn = getColumnsInTurn(problem, target, shape.m, shape.n);
  // Measured on an H100: a K tile takes 140 ns however few columns there are.
  if (shape.n < 64 && problem.n > shape.n && (shape.m > 64 || inTurn > shape.n))
    return llvm::formatv(
        "a tile of {0} columns pays only for N <= {0}, or where "
        "all tiles of 64 rows run at a time",
        shape.n);
  if (llvm::is_contained(kUsualTileN, shape.n))
    return {};
  for (int64_t usual : kUsualTileN)
    if (usual >= 64 &&
        getColumnsInTurn(problem, target, shape.m, usual) <= inTurn)
      return llvm::formatv("a tile of {0} columns saves nothing beside one of "
                           "{1}",
                           shape.n, usual);
  return {};
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
  // The longer one if both are.
  if (readsBOnce && (!readsAOnce || problem.n >= problem.m))
    return dgk::Side::B;
  return readsAOnce ? std::optional(dgk::Side::A) : std::nullopt;
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

// The constants below were fitted to 1700 times of 111 problems on an H100
// (root mean square 14 % off). What the terms are was found by profiling.

/// Of the clock of the data sheet's rate, which is 1.83 GHz: 1.525 GHz.
static constexpr double kClockUnderLoad = 1525.0 / 1830.0;

static double getCyclesPerNs(dgk::TargetAttr target) {
  return kClockUnderLoad * dgk::getClockGhz(target);
}

/// Bytes that shared memory moves in a cycle.
static constexpr double kSharedBytesPerCycle = 128;
/// Bytes that an SM receives in a cycle: of its port, and of its part of what
/// the L2 cache sends to all of them.
static constexpr double kPortBytesPerCycle = 65, kL2BytesPerCycle = 55;
/// Rows below which the CTAs of a wave read the same few lines of A at a time,
/// from one slice of the L2 cache, one after the other.
static constexpr int64_t kFewRows = 16;
static constexpr double kSharedLineCycles = 2.5;

/// The slowest of: tensor cores; shared memory, which every instruction reads
/// its operands from, while TMA writes the next; the port; and what a warpgroup
/// does one after the other. Part of the promotion adds to the first two:
/// warpgroups get in step, and neither multiplies while both add; more where
/// columns have scales of their own.
double WgmmaPolicy::getKTileCycles(const DenseProblem &problem,
                                   dgk::TargetAttr target,
                                   ScheduleAttr schedule) const {
  double m = schedule.getTileM(), n = schedule.getTileN();
  double k = dgk::getBytes(schedule.getTileK(), problem.aType);
  double parts = k / kTileKBytes;
  double groups = double(schedule.getMath().getWarps()) / kGroup;
  bool isScaled = problem.blockA != 0;
  double additions = isScaled ? parts * m * n / (128 * groups) : 0;
  double multiply =
      2.0 * m * n * schedule.getTileK() /
      dgk::getOperationsPerCycle(target, schedule.getMatrixInstruction());
  double shared =
      ((m / 64) * (64 + n) * k + (m + n) * k) / kSharedBytesPerCycle;
  double bytes =
      (std::min<double>(m, problem.m) + std::min<double>(n, problem.n)) * k;
  double sms = target.getRates().getSmCount();
  double tiles = std::ceil(problem.m / m) * std::ceil(problem.n / n);
  double busy = std::min(tiles * schedule.getSplitK(), sms);
  double port =
      bytes * std::max(1 / kPortBytesPerCycle, busy / (sms * kL2BytesPerCycle));
  double chain = 10 * parts + multiply / groups + 1.07 * additions;
  if (isScaled)
    chain += 102 * parts;
  if (problem.m < kFewRows)
    chain +=
        parts * kSharedLineCycles * std::min(std::ceil(problem.n / n), sms);
  double exposed = problem.blockRowsB == 1 ? 1.98 : 0.42;
  return std::max(
      {std::max(multiply, shared) + exposed * additions, port, chain});
}

/// A warp's sums go to the L2 cache, its counter goes up, and the last one
/// reads those of each split in turn, for all rows of its tile.
double WgmmaPolicy::getCombineNs(const DenseProblem &problem,
                                 ScheduleAttr schedule) const {
  constexpr double kTripsNs = 2840, kSplitNs = 59, kBytesPerNs = 405;
  double bytes = 4.0 * schedule.getTileM() * schedule.getTileN();
  // One trip, of all sums into the shared memory of one SM.
  constexpr double kTripNs = 900, kPortBytesPerNs = 20;
  double rows = std::min(problem.m, schedule.getTileM());
  if (schedule.combinesInCluster())
    return kTripNs + (schedule.getSplitK() - 1) * 4.0 * rows *
                         schedule.getTileN() / kPortBytesPerNs;
  return kTripsNs + schedule.getSplitK() * (kSplitNs + bytes / kBytesPerNs);
}

PartTimes WgmmaPolicy::getTimes(const DenseProblem &problem,
                                dgk::TargetAttr target,
                                ScheduleAttr schedule) const {
  // The rate that kernels reach, and what no traffic fills at either end.
  double memoryRate = schedule.getEvictFirst() ? 0.717 : 0.676;
  constexpr double kMemoryNs = 3100;
  double stored =
      std::min<double>(schedule.getTileM(), problem.m) *
      dgk::getBytes(std::min<int64_t>(schedule.getTileN(), problem.n),
                    problem.dType);
  double bytesPerNs = memoryRate * target.getRates().getMemoryGbs();
  // Products with C in BF16 take so much of the time of its bytes longer: 5 to
  // 62 us for 17 to 268 MB (docs/Rationale.md). The rest of it hides.
  constexpr double kExposedC = 0.55;
  double bytesOfC =
      problem.hasC ? double(problem.m) * dgk::getBytes(problem.n, problem.dType)
                   : 0;
  double cyclesPerNs = getCyclesPerNs(target);
  return {getKTileCycles(problem, target, schedule) / cyclesPerNs,
          (94 + 0.016 * stored) / cyclesPerNs, 2540 / cyclesPerNs,
          (getMemoryBytes(problem) - bytesOfC) / bytesPerNs + kMemoryNs,
          kExposedC * bytesOfC / bytesPerNs};
}

const InstructionPolicy &dgemm::schedule::getWgmmaPolicy() {
  static const WgmmaPolicy policy;
  return policy;
}
