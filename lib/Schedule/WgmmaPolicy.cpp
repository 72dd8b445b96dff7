//===- WgmmaPolicy.cpp - Schedules for wgmma ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Policies.h"

#include "llvm/Support/FormatVariadic.h"

#include <numeric>

using namespace dgemm::schedule;
using dgk::ScheduleAttr;

static constexpr int64_t kTileM[] = {64, 128, 256};
static constexpr int64_t kTileN[] = {16, 32, 64, 96, 128, 160, 192, 256};
/// Rows of one span: the descriptors' K step stays within one swizzle atom.
static constexpr int64_t kTileKBytes = 128;
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
      for (int64_t n : kTileN)
        tiles.push_back({m, n, kTileKBytes});
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

  /// 5.5 TB/s of L2 over the 132 SMs of an H100.
  double getFeedBytesPerNs() const override { return 42.0; }
};

} // namespace

std::optional<std::string>
WgmmaPolicy::checkWarpTile(const DenseProblem &problem,
                           ScheduleAttr schedule) const {
  int64_t gridM = schedule.getWarpGrid()[0];
  int64_t gridN = schedule.getWarpGrid()[1];
  int64_t rows = schedule.getTileM() / gridM, columns = schedule.getWarpTileN();
  if (gridM % kGroup != 0 || schedule.getTileM() % (16 * gridM) != 0 ||
      schedule.getTileN() % (16 * gridN) != 0 || columns > 256)
    return llvm::formatv("tile {0} x {1} over a warp grid {2} x {3} gives a "
                         "warp {4} x {5} elements, expected a multiple of 4 "
                         "warps along M, multiples of 16 x 16 and at most 256 "
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
      n / 2 > 96 && schedule.getWarpGrid()[1] == 1 ? n / 4 : n / 2;
  int64_t partials =
      std::min(accumulators, std::max<int64_t>(perInstruction, 64));
  return accumulators + partials + scales + kOther;
}

const InstructionPolicy &dgemm::schedule::getWgmmaPolicy() {
  static const WgmmaPolicy policy;
  return policy;
}
