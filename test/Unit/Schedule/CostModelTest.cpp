//===- CostModelTest.cpp - Candidate schedules and their times ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

using namespace mlir;

namespace dgemm::schedule {
namespace {

class CostModel : public ScheduleFixture {
protected:
  double predictTotal(const DenseProblem &problem, const Shape &shape) {
    return predict(problem, getTarget(), makeSchedule(shape)).total;
  }

  dgk::ScheduleAttr select(const DenseProblem &problem,
                           llvm::StringRef chip = "sm_120a") {
    SmallVector<Candidate> candidates = getCandidates(problem, getTarget(chip));
    const Candidate *chosen = choose(candidates);
    return chosen ? chosen->schedule : dgk::ScheduleAttr();
  }
};

TEST_F(CostModel, MoreWorkNeverTakesLess) {
  double last = 0;
  for (int64_t k : {128, 512, 1024, 7168, 16384}) {
    double total = predictTotal(makeProblem(4096, 2112, k), {});
    EXPECT_GT(total, last) << "K = " << k;
    last = total;
  }
  last = 0;
  for (int64_t m : {1, 128, 129, 4096, 4097, 65536}) {
    double total = predictTotal(makeProblem(m, 2112, 7168), {});
    EXPECT_GE(total, last) << "M = " << m;
    last = total;
  }
}

TEST_F(CostModel, ExtentsOfZeroHaveSchedules) {
  for (llvm::StringRef chip : {"sm_120a", "sm_90a"})
    for (auto [m, n, k] : {std::tuple(0, 2112, 7168), std::tuple(4096, 0, 7168),
                           std::tuple(4096, 2112, 0), std::tuple(16, 2112, 0),
                           std::tuple(0, 0, 0)}) {
      DenseProblem problem = makeProblem(m, n, k);
      problem.hasPackedScales = chip == "sm_120a";
      SmallVector<Candidate> candidates =
          getCandidates(problem, getTarget(chip));
      const Candidate *chosen = choose(candidates);
      ASSERT_NE(chosen, nullptr) << m << " x " << n << " x " << k;
      EXPECT_EQ(chosen->prediction.tiles == 0, m * n == 0);
      EXPECT_EQ(chosen->schedule.getSplitK(), 1);
    }
}

TEST_F(CostModel, MoreStagesNeverTakeLonger) {
  DenseProblem problem = makeProblem(4096, 2112, 7168);
  Shape shape;
  double last = predictTotal(problem, shape);
  for (shape.stages = 3; shape.stages <= 8; ++shape.stages) {
    double total = predictTotal(problem, shape);
    EXPECT_LT(total, last) << shape.stages << " stages";
    last = total;
  }
}

TEST_F(CostModel, WavesAreWhole) {
  DenseProblem problem = makeProblem(4096, 2112, 7168);
  Prediction prediction = predict(problem, getTarget(), makeSchedule({}));
  EXPECT_EQ(prediction.tiles, 32 * 17);
  EXPECT_EQ(prediction.waves, 3);
  EXPECT_DOUBLE_EQ(prediction.total, 3 * prediction.tile);
  EXPECT_FALSE(prediction.isMemoryBound);
}

TEST_F(CostModel, MemoryIsAFloor) {
  // The weights alone take 273 GB/s of a DGX Spark this long.
  DenseProblem problem = makeProblem(1, 4096, 7168);
  Prediction prediction =
      predict(problem, getTarget("sm_121a"), makeSchedule({}));
  EXPECT_TRUE(prediction.isMemoryBound);
  EXPECT_GE(prediction.total, 4096.0 * 7168 / 273);
}

// Published for an RTX PRO 6000, in TFLOP/s.
TEST_F(CostModel, AgreesWithPublishedTimes) {
  struct Point {
    int64_t m, n, k;
    double tflops;
  };
  for (const Point &p :
       {Point{4096, 2112, 7168, 624}, Point{4096, 5120, 8192, 699},
        Point{4096, 5120, 25600, 731}, Point{4096, 24576, 1536, 637}}) {
    Shape shape;
    shape.k = 64;
    shape.stages = 4;
    double predicted = predictTotal(makeProblem(p.m, p.n, p.k), shape);
    double measured = 2.0 * p.m * p.n * p.k / (p.tflops * 1000);
    EXPECT_NEAR(predicted / measured, 1.0, 0.11)
        << p.m << "x" << p.n << "x" << p.k;
  }
  // FP4 by FP4, and FP8 by FP4, which our kernels issue faster.
  Type f4 = Float4E2M1FNType::get(&context);
  for (const Point &p :
       {Point{4096, 7168, 2048, 1201}, Point{4096, 2112, 7168, 1307},
        Point{4096, 24576, 1536, 1168}}) {
    DenseProblem problem = makeProblem(p.m, p.n, p.k);
    problem.aType = problem.bType = f4;
    const SmallVector<Candidate> candidates =
        getCandidates(problem, getTarget());
    double predicted = choose(candidates)->prediction.total;
    double measured = 2.0 * p.m * p.n * p.k / (p.tflops * 1000);
    EXPECT_NEAR(predicted / measured, 1.0, 0.11)
        << p.m << "x" << p.n << "x" << p.k;
  }
  DenseProblem mixed = makeProblem(4096, 24576, 1536);
  mixed.bType = f4;
  SmallVector<Candidate> candidates = getCandidates(mixed, getTarget());
  double tflops =
      2.0 * 4096 * 24576 * 1536 / choose(candidates)->prediction.total / 1000;
  EXPECT_GT(tflops, 640);
  EXPECT_LT(tflops, 720);
}

// Each kind of instruction has a rate of its own on each part, and cycles are
// those of its clock.
TEST_F(CostModel, PartsDifferInRatesAndClock) {
  DenseProblem problem = makeBf16(4096, 8192, 7168);
  auto getTime = [&](StringRef part) {
    SmallVector<Candidate> candidates = getCandidates(problem, getTarget(part));
    return choose(candidates)->prediction.total;
  };
  // 503.8 and 209.5 TFLOP/s.
  EXPECT_GT(getTime("rtx-5090"), 1.8 * getTime("rtx-pro-6000"));
  problem = makeProblem(4096, 8192, 7168);
  double ratio = getTime("rtx-5090") / getTime("rtx-pro-6000");
  EXPECT_GT(ratio, 1.1);
  EXPECT_LT(ratio, 1.3);
}

TEST_F(CostModel, MemoryCarriesScalesAndC) {
  DenseProblem problem = makeProblem(4096, 7168, 512);
  double operands = 4096.0 * 512 + 7168.0 * 512, output = 4096.0 * 7168 * 2;
  double scales = (4096.0 + 7168) * 4;
  EXPECT_DOUBLE_EQ(getMemoryBytes(problem), operands + output + scales);
  problem.hasC = true;
  EXPECT_DOUBLE_EQ(getMemoryBytes(problem), operands + 2 * output + scales);
  // One f32 for 128 x 128 elements of B.
  problem.hasPackedScales = false;
  problem.blockRowsB = 128;
  scales = 4096.0 * 4 * 4 + 56 * 4 * 4;
  EXPECT_DOUBLE_EQ(getMemoryBytes(problem), operands + 2 * output + scales);
  problem.blockA = problem.blockB = 0;
  EXPECT_DOUBLE_EQ(getMemoryBytes(problem), operands + 2 * output);
}

TEST_F(CostModel, EveryEligibleCandidateIsLegal) {
  for (int64_t block : {32, 128}) {
    DenseProblem problem = makeProblem(4096, 2112, 7168);
    problem.blockA = block;
    SmallVector<Candidate> candidates = getCandidates(problem, getTarget());
    EXPECT_FALSE(candidates.empty());
    for (const Candidate &candidate : candidates)
      EXPECT_EQ(
          candidate.violation.has_value(),
          checkSchedule(problem, getTarget(), candidate.schedule).has_value());
  }
}

TEST_F(CostModel, ManyRowsTakeFiveStagesOfHalfTheSize) {
  dgk::ScheduleAttr schedule = select(makeProblem(4096, 2112, 7168));
  EXPECT_EQ(schedule.getTile(), ArrayRef<int64_t>({128, 128, 64}));
  EXPECT_EQ(schedule.getWarpGrid(), ArrayRef<int64_t>({2, 2}));
  EXPECT_EQ(schedule.getStages(), 5);
  EXPECT_EQ(schedule.getStore(), dgk::StorePath::Tma);
  // Two for each warp: more do not fit beside five stages.
  EXPECT_EQ(schedule.getStoreSlots(), 8);
}

TEST_F(CostModel, LargeProblemsWithoutScalesTakeLargeWarpTiles) {
  DenseProblem problem = makeBf16(4096, 24576, 1536);
  dgk::ScheduleAttr schedule = select(problem);
  EXPECT_EQ(schedule.getTile(), ArrayRef<int64_t>({256, 128, 32}));
  EXPECT_EQ(schedule.getWarpGrid(), ArrayRef<int64_t>({4, 2}));
  EXPECT_EQ(schedule.getStages(), 3);
  // Two waves of it take longer than three of half the size.
  problem.n = 2112;
  EXPECT_EQ(select(problem).getTileM(), 128);
}

TEST_F(CostModel, FewRowsTakeSmallTilesOrSplitsThatUseMoreSMs) {
  DenseProblem problem = makeProblem(64, 2112, 7168);
  dgk::ScheduleAttr schedule = select(problem);
  EXPECT_EQ(schedule.getTileM(), 64);
  EXPECT_EQ(schedule.getTileK(), 128);
  EXPECT_GE(schedule.getStages(), 4);
  Prediction prediction = predict(problem, getTarget(), schedule);
  EXPECT_EQ(prediction.waves, 1);
  EXPECT_GE(prediction.tiles * schedule.getSplitK(), 188 * 2 / 3);
}

TEST_F(CostModel, OneRowSplitsLongSumsOnly) {
  DenseProblem problem = make1D2D(1, 2112, 7168);
  dgk::ScheduleAttr schedule = select(problem, "sm_90a");
  EXPECT_GT(schedule.getSplitK(), 1);
  Prediction prediction = predict(problem, getTarget("sm_90a"), schedule);
  EXPECT_EQ(prediction.waves, 1);
  EXPECT_GE(prediction.tiles * schedule.getSplitK(), 132 * 2 / 3);
  problem.k = 256;
  EXPECT_EQ(select(problem, "sm_90a").getSplitK(), 1);
}

TEST_F(CostModel, ManyTilesAreNotSplitOrSwapped) {
  for (const Candidate &candidate :
       getCandidates(makeProblem(4096, 7168, 16384), getTarget())) {
    EXPECT_EQ(candidate.schedule.getSplitK(), 1);
    EXPECT_FALSE(candidate.schedule.getSwapAb());
  }
}

TEST_F(CostModel, ASwappedProductIsTheSameWork) {
  DenseProblem problem = makeProblem(16, 2048, 7168);
  bool any = false;
  for (const Candidate &candidate : getCandidates(problem, getTarget())) {
    dgk::ScheduleAttr schedule = candidate.schedule;
    if (!schedule.getSwapAb())
      continue;
    any = true;
    EXPECT_EQ(schedule.getStore(), dgk::StorePath::Registers);
    EXPECT_LE(schedule.getTileN(), 32);
    EXPECT_EQ(candidate.prediction.tiles, 2048 / schedule.getTileM());
    EXPECT_FALSE(candidate.violation) << candidate.violation->text;
  }
  EXPECT_TRUE(any);
}

TEST_F(CostModel, StoresFromRegistersWhereRowsAreNotAligned) {
  dgk::ScheduleAttr schedule = select(makeProblem(4096, 2113, 7168));
  EXPECT_EQ(schedule.getStore(), dgk::StorePath::Registers);
  EXPECT_EQ(schedule.getStoreSlots(), 0);
}

TEST_F(CostModel, AWordOfOneTileNeedsNoRing) {
  DenseProblem problem = makeProblem(1024, 2112, 7168);
  problem.blockA = problem.blockB = 32;
  dgk::ScheduleAttr schedule = select(problem);
  EXPECT_EQ(schedule.getTileK(), 128);
  EXPECT_EQ(schedule.getScaleStages(), 1);
}

TEST_F(CostModel, NoCandidateForInstructionsOfOneThread) {
  DenseProblem problem = makeProblem(4096, 2112, 7168);
  EXPECT_TRUE(getCandidates(problem, getTarget("sm_90a")).empty());
  EXPECT_TRUE(getCandidates(problem, getTarget("sm_100a")).empty());
  EXPECT_FALSE(choose({}));
}

TEST_F(CostModel, WarpgroupsForScalesOutsideOfTheInstruction) {
  DenseProblem problem = make1D2D(4096, 2112, 7168);
  SmallVector<Candidate> candidates =
      getCandidates(problem, getTarget("sm_90a"));
  const Candidate *chosen = choose(candidates);
  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->schedule.getMatrixInstruction().getThreads(), 128);
  EXPECT_EQ(chosen->schedule.getTileK(), 128);
  for (const Candidate &candidate : candidates)
    EXPECT_EQ(candidate.schedule.getWarpGrid()[0] % 4, 0);
}

TEST_F(CostModel, ClustersShareKWhereTilesAreFew) {
  DenseProblem problem = make1D2D(1, 576, 7168);
  SmallVector<Candidate> candidates =
      getCandidates(problem, getTarget("sm_90a"));
  int64_t shared = 0;
  for (const Candidate &c : candidates) {
    if (!c.schedule.combinesInCluster() || c.violation)
      continue;
    ++shared;
    EXPECT_EQ(c.schedule.getClusterSize(), c.schedule.getSplitK());
    EXPECT_LE(c.schedule.getClusterSize(), 8);
    EXPECT_GE(c.schedule.getStages(), 4);
  }
  EXPECT_GE(shared, 4);
  EXPECT_TRUE(choose(candidates)->schedule.combinesInCluster());

  // 33 tiles of 64 columns: four CTAs for each would fill the SMs, but of
  // clusters of four only 30 find room.
  problem = make1D2D(1, 2112, 7168);
  dgk::ScheduleAttr chosen =
      choose(getCandidates(problem, getTarget("sm_90a")))->schedule;
  EXPECT_NE(chosen.getClusterSize(), 4);
  // With tiles for all SMs there is nothing to share.
  problem = make1D2D(4096, 4096, 7168);
  for (const Candidate &c : getCandidates(problem, getTarget("sm_90a")))
    EXPECT_FALSE(c.schedule.combinesInCluster());
}

// The model knows nothing else of what two K tiles in a slot gain.
TEST_F(CostModel, SlotsOfTwoKTilesWinTies) {
  for (int64_t m : {1, 64, 4096}) {
    DenseProblem problem = make1D2D(m, 2112, 7168);
    SmallVector<Candidate> candidates =
        getCandidates(problem, getTarget("sm_90a"));
    int64_t merged = 0;
    for (const Candidate &c : candidates) {
      if (c.schedule.getTileK() != 256 || c.schedule.combinesInCluster())
        continue;
      ++merged;
      EXPECT_EQ(c.schedule.getTileM(), 64);
      EXPECT_GE(c.schedule.getStages(), 5);
      EXPECT_FALSE(c.violation);
      const auto *plain =
          llvm::find_if(candidates, [&](const Candidate &other) {
            return other.schedule.getTileK() == 128 &&
                   other.schedule.getTileM() == 64 &&
                   other.schedule.getTileN() == c.schedule.getTileN() &&
                   other.schedule.getSwapAb() == c.schedule.getSwapAb() &&
                   other.schedule.getClusterSize() == 1;
          });
      ASSERT_NE(plain, candidates.end());
      EXPECT_GE(c.prediction.total, 0.999 * plain->prediction.total);
    }
    EXPECT_GE(merged, 4);
    if (m == 64) {
      EXPECT_EQ(choose(candidates)->schedule.getTileK(), 256);
    }
  }
}

// Sums of 64 x 256 and products of half the columns fit beside 4 scales, not
// beside one for each column.
TEST_F(CostModel, WideTilesHoldHalfOfTheirProducts) {
  DenseProblem problem = makeProblem(4096, 7168, 16384);
  problem.hasPackedScales = false;
  for (int64_t blockRows : {128, 1}) {
    problem.blockRowsB = blockRows;
    SmallVector<Candidate> candidates =
        getCandidates(problem, getTarget("sm_90a"));
    const auto *wide = llvm::find_if(candidates, [](const Candidate &c) {
      return c.schedule.getTileM() == 128 && c.schedule.getTileN() == 256;
    });
    ASSERT_NE(wide, candidates.end());
    EXPECT_EQ(wide->isEligible(), blockRows == 128);
    if (wide->violation)
      EXPECT_EQ(wide->violation->limit, Limit::Registers);
  }
}

TEST_F(CostModel, TiesGoToTheWiderTile) {
  Shape narrow;
  narrow.n = 64;
  narrow.slots = 0;
  SmallVector<Candidate> candidates(2);
  candidates[0].schedule = makeSchedule(narrow);
  candidates[0].prediction.total = 100;
  candidates[1].schedule = makeSchedule({});
  candidates[1].prediction.total = 104;
  EXPECT_EQ(choose(candidates), &candidates[1]);
  candidates[1].prediction.total = 106;
  EXPECT_EQ(choose(candidates), &candidates[0]);
  candidates[0].declined = "for a test";
  EXPECT_EQ(choose(candidates), &candidates[1]);
}

TEST_F(CostModel, WhatDoesNotPayIsBetterThanNothing) {
  SmallVector<Candidate> candidates(2);
  for (Candidate &candidate : candidates) {
    candidate.schedule = makeSchedule({});
    candidate.declined = "for a test";
  }
  candidates[0].violation = {Limit::SharedMemory, ""};
  EXPECT_EQ(choose(candidates), &candidates[1]);
  candidates[1].violation = {Limit::SharedMemory, ""};
  EXPECT_EQ(choose(candidates), nullptr);
}

// An operand that leaves the L2 cache first is one that at most two tiles
// share.
TEST_F(CostModel, EvictsFirstWhatIsReadOnce) {
  int64_t numA = 0, numB = 0;
  for (auto [m, n] : {std::pair<int64_t, int64_t>{1, 4096},
                      {100, 2112},
                      {500, 100},
                      {4096, 100},
                      {4096, 4096}}) {
    DenseProblem problem = make1D2D(m, n, 7168);
    for (const Candidate &c : getCandidates(problem, getTarget("sm_90a"))) {
      std::optional<dgk::Side> side = c.schedule.getEvictFirst();
      DenseProblem oriented = orient(problem, c.schedule.getSwapAb());
      if (!side)
        continue;
      ++(*side == dgk::Side::A ? numA : numB);
      if (*side == dgk::Side::A)
        EXPECT_LE(oriented.n, 2 * c.schedule.getTileN()) << m << " x " << n;
      else
        EXPECT_LE(oriented.m, 2 * c.schedule.getTileM()) << m << " x " << n;
    }
  }
  EXPECT_GT(numA, 0);
  EXPECT_GT(numB, 0);
}

// 16 x 128 + 12 x 128 rows of A and B, against 8 x 128 + 24 x 128.
TEST_F(CostModel, RasterReadsTheFewestRows) {
  EXPECT_EQ(getRaster(getTarget(), 128, 128).getGroup(), 16);
  EXPECT_EQ(getRaster(getTarget("sm_121a"), 128, 128).getGroup(), 8);
  EXPECT_EQ(getRaster(getTarget(), 128, 128).getAlong(), dgk::Axis::M);
  // A group runs along the shorter side of its tiles.
  EXPECT_EQ(getRaster(getTarget(), 128, 32).getGroup(), 16);
  EXPECT_EQ(getRaster(getTarget(), 128, 32).getAlong(), dgk::Axis::N);
  EXPECT_EQ(getRaster(getTarget(), 32, 128).getAlong(), dgk::Axis::M);
}

} // namespace
} // namespace dgemm::schedule
