//===- SassTest.cpp - Machine code, counted -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/SassSuite.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace dgemm::bench;

namespace {

std::string line(int address, const char *text) {
  char out[128];
  std::snprintf(out, sizeof(out), "        /*%04x*/                   %s ;\n",
                address, text);
  return out;
}

/// A loop of five with two matrix instructions in a loop of eight.
std::string makeKernel() {
  return "\t.section\t.text.k,\"ax\",@progbits\n" + line(0, "MOV R1, RZ") +
         ".L_x_0:\n" + line(0x10, "LDSM.16.M88.4 R8, [UR4]") + ".L_x_1:\n" +
         line(0x20, "QMMA.SF.16832.F32 R4, R8, R12, R4") +
         line(0x30, "@!UP1 LDSM.16.M88.4 R88, [UR4]") +
         line(0x40, "OMMA.SF.16864 R4, R8, R12, R4") + line(0x50, "NOP") +
         line(0x60, "@!P1 BRA `(.L_x_1)") + line(0x70, "@P0 BRA `(.L_x_0)") +
         line(0x80, "EXIT") + line(0x90, "BRA `(.L_x_1)");
}

TEST(SassTest, MainLoopIsTheInnermost) {
  std::vector<SassKernel> kernels = parseSass(makeKernel());
  ASSERT_EQ(kernels.size(), 1u);
  const SassKernel &kernel = kernels[0];
  EXPECT_EQ(kernel.name, "k");
  EXPECT_EQ(kernel.instructions, 10);
  EXPECT_EQ(kernel.registers, 89);
  ASSERT_EQ(kernel.loops.size(), 2u);
  ASSERT_EQ(kernel.mainLoop, 1u);
  const SassLoop &loop = kernel.loops[1];
  EXPECT_EQ(loop.getLength(), 5);
  EXPECT_EQ(loop.matrix, 2);
  EXPECT_EQ(loop.getPerMatrix(), 2.5);
  EXPECT_EQ(loop.getPerMatrix("LDSM"), 0.5);
  EXPECT_EQ(kernel.loops[0].count("LDSM"), 2);
}

TEST(SassTest, KernelsWithoutLoops) {
  EXPECT_TRUE(parseSass("nothing\n").empty());
  std::vector<SassKernel> kernels = parseSass(
      "\t.section\t.text.k\n" + line(0, "STL [R1], R2") + line(0x10, "EXIT"));
  ASSERT_EQ(kernels.size(), 1u);
  EXPECT_EQ(kernels[0].spills, 1);
  EXPECT_FALSE(kernels[0].mainLoop);
}

TEST(SassTest, EveryAnchorOfTheSuiteExists) {
  Expected<std::vector<SassRow>> rows = getSassSuite();
  ASSERT_TRUE(rows) << rows.message();
  EXPECT_GE(rows->size(), 20u);
  ASSERT_TRUE(rows->front().anchor);
  EXPECT_NEAR(rows->front().anchor->perMatrix, 2.62, 0.005);
  EXPECT_NEAR(rows->front().anchor->ldsmPerMatrix, 0.375, 0.005);
}

SassResult makeResult(double limit) {
  SassKernel kernel = parseSass(makeKernel())[0];
  SassResult result;
  result.row = {
      "name", *parseForm("bf16-bf16"), "", SassAnchor{2.75, 0.6}, 2.25, limit};
  EXPECT_TRUE(setExtents("1x2x3", result.row.problem).ok());
  result.tile = "64x64x64/2";
  result.registers = 89;
  result.loop = kernel.loops[1];
  return result;
}

TEST(SassTest, LimitsAndSpillsAreBad) {
  EXPECT_FALSE(makeResult(0).isBad());
  EXPECT_FALSE(makeResult(2.5).isBad());
  EXPECT_TRUE(makeResult(2.49).isBad());
  SassResult spilling = makeResult(0);
  spilling.spills = 1;
  EXPECT_TRUE(spilling.isBad());
}

TEST(SassTest, HistoryComparesWithTheLastRunOfTheTarget) {
  std::vector<SassResult> results = {makeResult(0)};
  EXPECT_EQ(*getLastRun("", "sm_120a"), "");
  std::string history = *appendRun("", toJson(results, "sm_120a", "old"));
  results[0].loop->end += 1;
  history = *appendRun(history, toJson(results, "sm_121a", "other"));
  results[0].loop->end += 1;
  std::ostringstream stream;
  printSassTable(stream, results, *getLastRun(history, "sm_120a"));
  // 7 instructions now, 5 before.
  EXPECT_NE(stream.str().find("3.50    2.50      2.75"), std::string::npos)
      << stream.str();
  EXPECT_NE(stream.str().find("above goal"), std::string::npos);
  EXPECT_FALSE(getLastRun("{}", "sm_120a"));
  EXPECT_FALSE(appendRun("[", "{}"));
}

} // namespace
