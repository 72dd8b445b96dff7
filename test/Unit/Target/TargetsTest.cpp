//===- TargetsTest.cpp - The table of chips -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/Targets.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace dgk;

namespace {

class Targets : public ::testing::Test {
protected:
  Targets() { context.loadDialect<DGKDialect>(); }

  TargetAttr lookup(StringRef chip) { return lookupTarget(&context, chip); }

  MLIRContext context;
  Type f8 = Float8E4M3FNType::get(&context);
  Type f4 = Float4E2M1FNType::get(&context);
  Type bf16 = BFloat16Type::get(&context);
  Type f32 = Float32Type::get(&context);
};

TEST_F(Targets, EveryKnownChipHasALegalRow) {
  for (StringRef chip : getKnownChips()) {
    TargetAttr target = lookup(chip);
    ASSERT_TRUE(target) << chip.str();
    EXPECT_EQ(target.getChip(), chip);
    EXPECT_GE(target.getPtxVersion(), 87) << chip.str();
    EXPECT_FALSE(target.getInstructions().empty()) << chip.str();
    // One KiB of each SM is the system's.
    EXPECT_EQ(target.getLimits().getSharedPerCta() % 1024, 0) << chip.str();
    EXPECT_EQ(target.getLimits().getRegistersPerSm(), 65536) << chip.str();
  }
}

TEST_F(Targets, EachKindOfInstructionHasARate) {
  auto getRate = [&](StringRef chip, Type type, bool scaled) {
    return getTflops(lookup(chip),
                     findInstruction(lookup(chip), type, type, scaled));
  };
  EXPECT_NEAR(getRate("rtx-pro-6000", f8, true), 1007.6, 0.05);
  EXPECT_NEAR(getRate("rtx-pro-6000", f4, true), 2015.2, 0.05);
  EXPECT_NEAR(getRate("rtx-pro-6000", bf16, false), 503.8, 0.05);
  EXPECT_NEAR(getRate("rtx-5090", f8, true), 838, 0.05);
  EXPECT_NEAR(getRate("rtx-5090", f4, true), 1676, 0.05);
  EXPECT_NEAR(getRate("rtx-5090", bf16, false), 209.5, 0.05);
  EXPECT_NEAR(getRate("gb10", f4, true), 500, 0.05);
  EXPECT_NEAR(getRate("sm_90a", f8, false), 1978.9, 0.05);
  EXPECT_NEAR(getRate("sm_90a", bf16, false), 989.4, 0.05);
  EXPECT_NEAR(getRate("sm_90a", f32, false), 494.7, 0.05);
  EXPECT_NEAR(lookup("sm_100a").getRates().getTflops(/*bits=*/4), 9000, 1);
  EXPECT_EQ(lookup("sm_90a").getRates().getTflops(/*bits=*/4), 0);
}

// Nothing is looked up by the name: a target by hand has what it says.
TEST_F(Targets, RatesAreThoseOfTheAttribute) {
  TargetAttr chip = lookup("sm_120a");
  TargetAttr other = TargetAttr::get(
      &context, chip.getChip(), chip.getFamily(), chip.getPtxVersion(),
      chip.getLimits(),
      RatesAttr::get(&context, chip.getRates().getSmCount(), /*smsPerGpc=*/1,
                     /*smsOfLastGpc=*/0, /*clockMhz=*/1000,
                     /*bf16PerCycle=*/250, /*fp8PerCycle=*/2048,
                     /*fp4PerCycle=*/3000, /*memoryGbs=*/896),
      chip.getInstructions());
  auto getRate = [&](Type type, bool scaled) {
    return getTflops(other, findInstruction(other, type, type, scaled));
  };
  EXPECT_DOUBLE_EQ(getRate(bf16, false), 47);
  EXPECT_DOUBLE_EQ(getRate(f32, false), 23.5);
  EXPECT_DOUBLE_EQ(getRate(f8, true), 385.024);
  EXPECT_DOUBLE_EQ(getRate(f4, true), 564);
  EXPECT_EQ(getClockGhz(other), 1);
  EXPECT_EQ(
      getOperationsPerCycle(other, findInstruction(other, f32, f32, false)),
      125);
}

// Sizes 3 to 8, cudaOccupancyMaxActiveClusters: 39, 30, 22, 17, 15, 15.
TEST_F(Targets, ClustersLieInGpcs) {
  RatesAttr h100 = lookup("h100").getRates();
  SmallVector<int64_t> clusters;
  for (int64_t size = 3; size <= 8; ++size)
    clusters.push_back(h100.getClusters(size));
  EXPECT_EQ(clusters, SmallVector<int64_t>({37, 30, 22, 15, 15, 15}));
  RatesAttr rtx = lookup("rtx-5090").getRates();
  EXPECT_EQ(rtx.getClusters(1), 170);
  // One always finds a place, if only alone.
  EXPECT_EQ(rtx.getClusters(2), 1);
}

TEST_F(Targets, ClocksAreThoseOfTheDataSheets) {
  EXPECT_EQ(getClockGhz(lookup("rtx-pro-6000")), 2.617);
  EXPECT_EQ(getClockGhz(lookup("rtx-5090")), 2.407);
  EXPECT_EQ(getClockGhz(lookup("h100")), 1.83);
}

TEST_F(Targets, UnknownChipIsNull) {
  for (StringRef chip : {"", "sm_120", "sm_80", "SM_120A", "sm_120aa"})
    EXPECT_FALSE(lookup(chip)) << chip.str();
}

TEST_F(Targets, PartsAreTheirChipsWithOtherRates) {
  for (StringRef part : getKnownParts()) {
    TargetAttr target = lookup(part);
    ASSERT_TRUE(target) << part.str();
    TargetAttr chip = lookup(target.getChip());
    ASSERT_TRUE(chip) << part.str();
    EXPECT_EQ(target.getLimits(), chip.getLimits()) << part.str();
    EXPECT_EQ(target.getInstructions(), chip.getInstructions()) << part.str();
  }
  EXPECT_EQ(lookup("rtx-pro-6000"), lookup("sm_120a"));
  EXPECT_EQ(lookup("gb10"), lookup("sm_121a"));
  EXPECT_EQ(lookup("rtx-5090").getChip(), "sm_120a");
  EXPECT_EQ(lookup("rtx-5090").getRates().getSmCount(), 170);
}

TEST_F(Targets, ChipsOfOneFamilyDifferInRatesOnly) {
  TargetAttr pro = lookup("sm_120a");
  TargetAttr spark = lookup("sm_121a");
  EXPECT_EQ(pro.getFamily(), spark.getFamily());
  EXPECT_EQ(pro.getLimits(), spark.getLimits());
  EXPECT_EQ(pro.getInstructions(), spark.getInstructions());
  EXPECT_EQ(pro.getRates().getSmCount(), 188);
  EXPECT_EQ(spark.getRates().getSmCount(), 48);
}

TEST_F(Targets, WhatTheFamiliesHave) {
  EXPECT_EQ(lookup("sm_90a").getLimits().getSharedPerCta(), 232448);
  EXPECT_EQ(lookup("sm_90a").getLimits().getTensorMemoryColumns(), 0);
  EXPECT_EQ(lookup("sm_100a").getLimits().getTensorMemoryColumns(), 512);
  EXPECT_EQ(lookup("sm_120a").getLimits().getSharedPerCta(), 101376);
  EXPECT_EQ(lookup("sm_120a").getLimits().getWarpsPerSm(), 48);
}

TEST_F(Targets, FindsTheScaledInstructionOfAPair) {
  MatrixInstruction fp8 = findInstruction(lookup("sm_120a"), f8, f8, true);
  ASSERT_TRUE(fp8);
  EXPECT_EQ(fp8, MmaSyncAttr::get(&context, MmaKind::MXF8F6F4, 16, 8, 32, f8,
                                  f8, 32));
  EXPECT_TRUE(findInstruction(lookup("sm_120a"), f8, f4, true));
  EXPECT_TRUE(findInstruction(lookup("sm_100a"), f4, f4, true));
}

TEST_F(Targets, PackedFp4ComesFirstAndTheScaleTypeDecides) {
  Type ue8m0 = Float8E8M0FNUType::get(&context);
  MatrixInstruction packed = findInstruction(lookup("sm_120a"), f4, f4, true);
  EXPECT_EQ(packed, MmaSyncAttr::get(&context, MmaKind::MXF4NVF4, 16, 8, 64, f4,
                                     f4, 32));
  EXPECT_EQ(packed.getScaleType(), ue8m0);
  MatrixInstruction fine = findInstruction(lookup("sm_120a"), f4, f4, true, f8);
  ASSERT_TRUE(fine);
  EXPECT_EQ(fine.getScaleBlock(), 16);
  EXPECT_EQ(fine.getScaleType(), f8);
  EXPECT_FALSE(findInstruction(lookup("sm_120a"), f8, f4, true, f8));
  EXPECT_FALSE(
      findInstruction(lookup("sm_120a"), bf16, bf16, false).getScaleType());
}

TEST_F(Targets, Fp4BesideFp8TakesAByte) {
  MatrixInstruction mixed = findInstruction(lookup("sm_120a"), f8, f4, true);
  EXPECT_EQ(mixed.getContainerBits(Side::A), 8);
  EXPECT_EQ(mixed.getContainerBits(Side::B), 8);
  MatrixInstruction packed = findInstruction(lookup("sm_120a"), f4, f4, true);
  EXPECT_EQ(packed.getContainerBits(Side::B), 4);
  MatrixInstruction wide = findInstruction(lookup("sm_90a"), bf16, bf16, false);
  EXPECT_EQ(wide.getContainerBits(Side::A), 16);
}

TEST_F(Targets, FindsNothingWhereTheChipHasNothing) {
  EXPECT_FALSE(findInstruction(lookup("sm_90a"), f8, f8, true));
  EXPECT_TRUE(findInstruction(lookup("sm_90a"), f8, f8, false));
  EXPECT_FALSE(findInstruction(lookup("sm_90a"), f4, f4, false));
  EXPECT_FALSE(findInstruction(lookup("sm_120a"), bf16, f8, false));
  EXPECT_FALSE(findInstruction(lookup("sm_120a"), bf16, bf16, true));
}

} // namespace
