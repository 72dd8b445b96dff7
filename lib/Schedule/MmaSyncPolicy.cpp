//===- MmaSyncPolicy.cpp - Schedules for mma.sync -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

#include "dgemm/Schedule/CostModel.h"

#include "llvm/Support/FormatVariadic.h"

#include <cmath>

using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static constexpr int64_t kTileKBytes[] = {64, 128};
static constexpr int64_t kTileM[] = {64, 128};
static constexpr int64_t kTileN[] = {16, 32, 64, 128};
/// Rows from which on short K tiles pay: below, the extra barriers cost more
/// than the extra stage saves.
static constexpr int64_t kManyRows = 2048;

namespace {

class MmaSyncPolicy final : public InstructionPolicy {
public:
  llvm::SmallVector<TileShape>
  getTiles(const DenseProblem &problem) const override {
    llvm::SmallVector<TileShape> tiles;
    for (int64_t m : kTileM)
      for (int64_t n : kTileN)
        for (int64_t kBytes : kTileKBytes)
          tiles.push_back({m, n, kBytes});
    // Warps of 64 x 64 read a quarter less for each product. Beside 128
    // accumulators there is room for fragments, but not for scales.
    if (problem.blockA == 0)
      tiles.push_back({256, 128, 64});
    return tiles;
  }

  WarpGrid chooseGrid(const DenseProblem &problem,
                      const TileShape &shape) const override;

  /// 256 x 232 + 128 x 40 registers are the 384 x 168 that the CTA starts with.
  RoleRegisters getRegisters(int64_t) const override { return {232, 40}; }

  std::string getReasonAgainst(const DenseProblem &problem,
                               const TileShape &shape) const override;
  std::optional<std::string>
  checkWarpTile(const DenseProblem &problem,
                ScheduleAttr schedule) const override;
  int64_t estimateMathRegisters(const DenseProblem &problem,
                                ScheduleAttr schedule) const override;

  /// Measured for DeepGEMM's kernels on an RTX PRO 6000: 0.07 cycles a byte.
  double getFeedBytesPerNs() const override { return 35.0; }

  PartTimes getTimes(const DenseProblem &problem, dgk::TargetAttr target,
                     ScheduleAttr schedule) const override;
  double join(double work, double memory) const override {
    return std::max(work, memory);
  }

private:
  double getTileNs(const DenseProblem &problem, ScheduleAttr schedule) const;
};

} // namespace

/// The grid of 8 warps, or 4 if the tile is too small, that loads the fewest
/// fragments; of equals one with whole output lines, then more warps along M.
WarpGrid MmaSyncPolicy::chooseGrid(const DenseProblem &problem,
                                   const TileShape &shape) const {
  for (int64_t warps : {8, 4}) {
    std::optional<std::tuple<int64_t, bool, int64_t>> best;
    WarpGrid grid = {warps, 1};
    for (int64_t m = warps; m >= 1; m /= 2) {
      int64_t n = warps / m;
      if (shape.m % (16 * m) != 0 || shape.n % (16 * n) != 0)
        continue;
      bool isPartial = dgk::getBytes(shape.n / n, problem.dType) % 128 != 0;
      auto key = std::tuple(shape.m / m + shape.n / n, isPartial, n);
      if (best && *best <= key)
        continue;
      best = key;
      grid = {m, n};
    }
    if (best)
      return grid;
  }
  llvm_unreachable("tiles are at least 64 x 16");
}

std::string MmaSyncPolicy::getReasonAgainst(const DenseProblem &problem,
                                            const TileShape &shape) const {
  if (shape.n < 32 && problem.n > shape.n)
    return llvm::formatv("a tile of {0} columns pays only for N <= {0}",
                         shape.n);
  if (shape.kBytes < 128 && problem.m < kManyRows)
    return llvm::formatv("K tiles of {0} bytes pay only for M >= {1}",
                         shape.kBytes, kManyRows);
  return {};
}

std::optional<std::string>
MmaSyncPolicy::checkWarpTile(const DenseProblem &,
                             ScheduleAttr schedule) const {
  int64_t gridM = schedule.getWarpGrid()[0];
  int64_t gridN = schedule.getWarpGrid()[1];
  // One ldmatrix.x4 loads a 16-row tile of A or two 8-row tiles of B.
  if (schedule.getTileM() % (16 * gridM) == 0 &&
      schedule.getTileN() % (16 * gridN) == 0)
    return std::nullopt;
  return llvm::formatv("tile {0} x {1} over a warp grid {2} x {3} gives a warp "
                       "{4:f1} x {5:f1} elements, expected multiples of 16 x "
                       "16; change tile or warp_grid",
                       schedule.getTileM(), schedule.getTileN(), gridM, gridN,
                       double(schedule.getTileM()) / gridM,
                       double(schedule.getTileN()) / gridN)
      .str();
}

/// Accumulators, two sets of A and B fragments, scale words, and what addresses
/// and loop state take.
int64_t MmaSyncPolicy::estimateMathRegisters(const DenseProblem &,
                                             ScheduleAttr schedule) const {
  dgk::MatrixInstruction mma = schedule.getMatrixInstruction();
  int64_t threads = mma.getThreads();
  int64_t m = schedule.getWarpTileM();
  int64_t n = schedule.getWarpTileN();
  // Every 16 x 32 byte (A) or 8 x 32 byte (B) fragment takes 4 or 2 registers.
  int64_t fragments = m / mma.getM() * (mma.getM() * 32 / threads / 4) +
                      n / mma.getN() * (mma.getN() * 32 / threads / 4);
  int64_t scales =
      mma.getScaleBlock() == 0 ? 0 : m / mma.getM() + n / mma.getN();
  // Measured on sm_120a with fragments loaded one K step ahead: 135 registers
  // for a 32 x 64 warp tile, of which 122 are counted above, in a bare loop;
  // barriers, tile coordinates and the epilogue's addresses take the rest.
  constexpr int64_t kOther = 40;
  return m * n / threads + 2 * fragments + scales + kOther;
}

// The constants are those of DeepGEMM's SM120 heuristic (0.07 cycles per byte,
// 120 cycles per barrier round, 2000 cycles per tile) at 2.45 GHz; the first is
// in the policy of the instruction. With them
// the model is within 16 % of the times published for an RTX PRO 6000 at
// 4096x2112x7168, 4096x5120x8192, 4096x5120x25600 and 4096x24576x1536
// (CostModelTest.cpp holds it to that).
static constexpr double kBarrierNs = 49.0;
static constexpr double kTileNs = 816.0;

/// Operand bytes that an SM receives for one K tile.
static double getFeedBytes(const DenseProblem &problem, ScheduleAttr schedule) {
  int64_t k = schedule.getTileK();
  double bytes = schedule.getTileM() * dgk::getBytes(k, problem.aType) +
                 schedule.getTileN() * dgk::getBytes(k, problem.bType);
  if (problem.blockA == 0)
    return bytes;
  bytes += 4.0 * schedule.getTileM() / problem.blockRowsA /
           getWordSpan(problem, problem.blockA, k);
  return bytes + 4.0 * schedule.getTileN() / problem.blockRowsB /
                     getWordSpan(problem, problem.blockB, k);
}

/// Prologue and epilogue of a tile. Stores from registers write rows in pieces
/// of 16 bytes, so that each 32-byte sector travels twice.
double MmaSyncPolicy::getTileNs(const DenseProblem &problem,
                                ScheduleAttr schedule) const {
  if (schedule.getStore() == dgk::StorePath::Tma)
    return kTileNs;
  double bytes =
      schedule.getTileM() * dgk::getBytes(schedule.getTileN(), problem.dType);
  return kTileNs + bytes / getFeedBytesPerNs();
}

PartTimes MmaSyncPolicy::getTimes(const DenseProblem &problem,
                                  dgk::TargetAttr target,
                                  ScheduleAttr schedule) const {
  dgk::RatesAttr rates = target.getRates();
  double flops =
      2.0 * schedule.getTileM() * schedule.getTileN() * schedule.getTileK();
  // TFLOP/s are 1000 operations per nanosecond.
  double tflops =
      rates.getFp8Tflops() * 8.0 / dgk::getElementBits(problem.aType);
  double mma = flops * rates.getSmCount() / (tflops * 1000.0);
  double feed = getFeedBytes(problem, schedule) / getFeedBytesPerNs();
  return {std::max(mma, feed) +
              kBarrierNs / std::sqrt(double(schedule.getStages())),
          getTileNs(problem, schedule), /*launch=*/0,
          getMemoryBytes(problem) / rates.getMemoryGbs()};
}

const InstructionPolicy &dgemm::schedule::getMmaSyncPolicy() {
  static const MmaSyncPolicy policy;
  return policy;
}
