//===- LimitsTest.cpp - What a schedule needs and a target has ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

#include "dgemm/Schedule/InstructionPolicy.h"

using namespace mlir;

namespace dgemm::schedule {
namespace {

class Limits : public ScheduleFixture {
protected:
  std::optional<Limit> check(const Shape &shape) {
    std::optional<Violation> violation =
        checkSchedule(problem, getTarget(), makeSchedule(shape));
    return violation ? std::optional(violation->limit) : std::nullopt;
  }

  DenseProblem problem = makeProblem(4096, 2112, 7168);
};

TEST_F(Limits, WordSpanIsInTiles) {
  DenseProblem problem = makeProblem(128, 128, 128);
  problem.blockA = 128;
  problem.blockB = 32;
  EXPECT_EQ(getWordSpan(problem, dgk::Side::A, 128), 4);
  EXPECT_EQ(getWordSpan(problem, dgk::Side::A, 64), 8);
  EXPECT_EQ(getWordSpan(problem, dgk::Side::B, 128), 1);
  EXPECT_EQ(getWordSpan(problem, dgk::Side::B, 64), 2);
  problem.scalesPerLoadB = 16;
  EXPECT_EQ(getWordSpan(problem, dgk::Side::B, 64), 8);
  problem.hasPackedScales = false;
  EXPECT_EQ(getWordSpan(problem, dgk::Side::A, 128), 1);
}

// Each term counted by hand.
TEST_F(Limits, SplitsAreOfWholeScaleWords) {
  DenseProblem problem = makeProblem(4096, 2112, 7168);
  EXPECT_EQ(getSplitUnit(problem, 64), 512);
  problem.blockA = 32;
  EXPECT_EQ(getSplitUnit(problem, 128), 512);
  problem.blockB = 32;
  EXPECT_EQ(getSplitUnit(problem, 128), 128);
  problem.hasPackedScales = false;
  problem.blockA = problem.blockB = 128;
  EXPECT_EQ(getSplitUnit(problem, 128), 128);
  problem.blockA = problem.blockB = 0;
  EXPECT_EQ(getSplitUnit(problem, 64), 64);
}

TEST_F(Limits, SwappingTakesTheOtherOperandFirst) {
  DenseProblem problem = makeProblem(16, 2112, 7168);
  problem.blockB = 32;
  problem.blockRowsB = 128;
  DenseProblem swapped = orient(problem, true);
  EXPECT_EQ(swapped.m, 2112);
  EXPECT_EQ(swapped.n, 16);
  EXPECT_EQ(swapped.blockA, 32);
  EXPECT_EQ(swapped.blockB, 128);
  EXPECT_EQ(swapped.blockRowsA, 128);
  EXPECT_EQ(swapped.blockRowsB, 1);
  EXPECT_TRUE(swapped.dIsTmaAligned);
  EXPECT_EQ(orient(problem, false).m, 16);
}

TEST_F(Limits, SharedMemoryOfLongWords) {
  SharedMemoryUse use = getSharedMemoryUse(problem, makeSchedule({}));
  EXPECT_EQ(use.operands, 2 * 2 * 128 * 128);
  EXPECT_EQ(use.scales, 2 * (512 + 512));
  EXPECT_EQ(use.staging, 8 * 16 * 128);
  EXPECT_EQ(use.barriers, 16 * (2 + 2));
  EXPECT_EQ(use.total(), 65536 + 2048 + 16384 + 64);
}

TEST_F(Limits, ScalesTravelWithTheirTileWhereAWordServesOne) {
  problem.blockA = problem.blockB = 32;
  SharedMemoryUse use = getSharedMemoryUse(problem, makeSchedule({}));
  EXPECT_EQ(use.operands, 2 * (2 * 128 * 128 + 512 + 512));
  EXPECT_EQ(use.scales, 0);
  EXPECT_EQ(use.barriers, 16 * 2);
}

TEST_F(Limits, OperandsWithDifferentBlocks) {
  problem.blockA = 32;
  SharedMemoryUse use = getSharedMemoryUse(problem, makeSchedule({}));
  EXPECT_EQ(use.operands, 2 * (2 * 128 * 128 + 512));
  EXPECT_EQ(use.scales, 2 * 512);
  EXPECT_EQ(use.barriers, 16 * (2 + 2));
  // Words of 2 and of 8 K tiles need a pipeline each.
  Shape half;
  half.k = 64;
  EXPECT_EQ(getSharedMemoryUse(problem, makeSchedule(half)).barriers,
            16 * (2 + 2 + 2));
}

TEST_F(Limits, ScaleSlotsBeginAtMultiplesOf128Bytes) {
  Shape shape;
  shape.m = 64;
  shape.gridM = 4;
  EXPECT_EQ(getSharedMemoryUse(problem, makeSchedule(shape)).scales,
            2 * (256 + 512));
}

// 64 accumulators, 2 x (8 + 16) fragments, 10 scale words, 40 others.
TEST_F(Limits, RegistersOfAWarpTile) {
  dgk::ScheduleAttr schedule = makeSchedule({});
  DenseProblem problem = makeProblem(128, 128, 128);
  const InstructionPolicy &policy = getPolicy(schedule.getMatrixInstruction());
  EXPECT_EQ(policy.estimateMathRegisters(problem, schedule), 64 + 48 + 10 + 40);
}

// The two schedules that the machine code is measured at.
TEST_F(Limits, TheMeasuredSchedulesAreLegal) {
  EXPECT_EQ(check({}), std::nullopt);
  Shape half;
  half.k = 64;
  half.stages = 4;
  EXPECT_EQ(check(half), std::nullopt);
}

TEST_F(Limits, OneStageMoreThanFits) {
  Shape half;
  half.k = 64;
  half.stages = 5;
  EXPECT_EQ(check(half), std::nullopt);
  half.stages = 6;
  EXPECT_EQ(check(half), Limit::SharedMemory);
}

TEST_F(Limits, EachLimitIsFound) {
  Shape shape;
  shape.stages = 1;
  EXPECT_EQ(check(shape), Limit::Stages);

  shape = {};
  shape.n = 48;
  EXPECT_EQ(check(shape), Limit::WarpTile);

  shape = {};
  shape.k = 32;
  EXPECT_EQ(check(shape), Limit::TileK);

  shape = {};
  shape.slots = 12;
  EXPECT_EQ(check(shape), Limit::Store);

  shape = {};
  shape.mathRegisters = 248;
  EXPECT_EQ(check(shape), Limit::RegisterFile);
  // The 65536 of the SM, but 1024 more than the threads start with.
  shape = {};
  shape.loadRegisters = 48;
  EXPECT_EQ(check(shape), Limit::RegisterFile);

  shape = {};
  shape.m = shape.n = 256;
  EXPECT_EQ(check(shape), Limit::Registers);

  shape = {};
  shape.gridM = 8;
  shape.gridN = 4;
  shape.mathRegisters = 48;
  shape.loadRegisters = 24;
  EXPECT_EQ(check(shape), Limit::Warps);
}

TEST_F(Limits, TmaStoreNeedsAlignedRows) {
  problem.dIsTmaAligned = false;
  EXPECT_EQ(check({}), Limit::Store);
  problem.dIsTmaAligned = true;
  EXPECT_EQ(check({}), std::nullopt);
}

// 32 rows of a warp are 2 pieces; of 128 columns in BF16 a warp owns one span
// of 128 bytes, of 64 one of 64 bytes.
TEST_F(Limits, StagingIsAsWideAsAWarp) {
  EXPECT_EQ(getStoreSlotsPerWarp(problem, makeSchedule({})), 2);
  Shape narrow;
  narrow.n = 64;
  EXPECT_EQ(check(narrow), std::nullopt);
  EXPECT_EQ(getStoreSlotsPerWarp(problem, makeSchedule(narrow)), 2);
  EXPECT_EQ(getSharedMemoryUse(problem, makeSchedule(narrow)).staging,
            8 * 16 * 64);
  problem.dType = Float32Type::get(&context);
  EXPECT_EQ(getStoreSlotsPerWarp(problem, makeSchedule({})), 4);
}

TEST_F(Limits, ViolationsNameTheirRule) {
  Violation violation{Limit::SharedMemory, ""};
  EXPECT_EQ(violation.getRule(), "select-c15");
  EXPECT_EQ(getName(violation.limit), "shared memory");
}

} // namespace
} // namespace dgemm::schedule
