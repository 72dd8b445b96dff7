//===- MeasuredSchedulesTest.cpp - Schedules that won on hardware ---------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fixture.h"

#include "dgemm/Schedule/MeasuredSchedules.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace dgemm::schedule {
namespace {

class MeasuredSchedules : public ScheduleFixture {
protected:
  /// The problem that a line's form and extents describe.
  DenseProblem makeProblemOf(llvm::StringRef form, llvm::StringRef m,
                             llvm::StringRef n, llvm::StringRef k) {
    DenseProblem problem = makeProblem(1, 1, 1);
    EXPECT_FALSE(m.getAsInteger(10, problem.m));
    EXPECT_FALSE(n.getAsInteger(10, problem.n));
    EXPECT_FALSE(k.getAsInteger(10, problem.k));
    SmallVector<llvm::StringRef> words;
    form.split(words, ' ');
    problem.aType = getType(words[0]);
    problem.bType = getType(words[1]);
    problem.dType = getType(words[2]);
    problem.isAKMajor = words[3][0] == 'n';
    problem.isBKMajor = words[3][1] == 't';
    problem.isOutputPlain = words.back() != "more";
    bool isScaled = words.size() > 5;
    problem.blockA = problem.blockB = isScaled ? 128 : 0;
    problem.blockRowsB = isScaled && words[5] == "128x128" ? 128 : 1;
    problem.hasPackedScales = false;
    problem.dIsTmaAligned =
        problem.n * problem.dType.getIntOrFloatBitWidth() / 8 % 16 == 0;
    EXPECT_EQ(getForm(problem), form.str());
    return problem;
  }

  Type getType(llvm::StringRef name) {
    if (name == "bf16")
      return BFloat16Type::get(&context);
    if (name == "f32")
      return Float32Type::get(&context);
    EXPECT_EQ(name.str(), "f8E4M3FN");
    return Float8E4M3FNType::get(&context);
  }
};

// Every line is read, keeps the limits, and is what the choice falls on.
TEST_F(MeasuredSchedules, EveryLineIsChosen) {
  int64_t count = 0;
  for (llvm::StringRef line :
       llvm::split(getMeasuredTable("sm_90a").rtrim(), '\n')) {
    if (line.starts_with("#"))
      continue;
    ++count;
    SmallVector<llvm::StringRef> fields;
    line.split(fields, ';', /*MaxSplit=*/4);
    ASSERT_EQ(fields.size(), 5u) << line.str();
    DenseProblem problem =
        makeProblemOf(fields[0], fields[1], fields[2], fields[3]);
    dgk::ScheduleAttr measured = lookupMeasured(problem, getTarget("sm_90a"));
    ASSERT_TRUE(measured) << line.str();
    SmallVector<Candidate> candidates =
        getCandidates(problem, getTarget("sm_90a"));
    const Candidate *chosen = choose(candidates);
    ASSERT_TRUE(chosen);
    EXPECT_EQ(chosen->schedule, measured) << line.str();
    EXPECT_FALSE(chosen->violation) << line.str();
  }
  EXPECT_GT(count, 30);
}

TEST_F(MeasuredSchedules, OtherProblemsAndChipsHaveNone) {
  DenseProblem problem =
      makeProblemOf("bf16 bf16 bf16 nt", "4096", "2112", "7168");
  EXPECT_TRUE(lookupMeasured(problem, getTarget("sm_90a")));
  EXPECT_FALSE(lookupMeasured(problem, getTarget("sm_120a")));
  problem.m = 4095;
  EXPECT_FALSE(lookupMeasured(problem, getTarget("sm_90a")));
  EXPECT_TRUE(getMeasuredTable("sm_42").empty());
}

// A target that calls itself like the chip and is not.
TEST_F(MeasuredSchedules, OtherRatesHaveNone) {
  DenseProblem problem =
      makeProblemOf("bf16 bf16 bf16 nt", "4096", "2112", "7168");
  dgk::TargetAttr chip = getTarget("sm_90a");
  dgk::RatesAttr rates = chip.getRates();
  auto half = dgk::TargetAttr::get(
      &context, chip.getChip(), chip.getFamily(), chip.getPtxVersion(),
      chip.getLimits(),
      dgk::RatesAttr::get(
          &context, rates.getSmCount() / 2, rates.getSmsPerGpc(),
          rates.getSmsOfLastGpc(), rates.getClockMhz(), rates.getBf16PerCycle(),
          rates.getFp8PerCycle(), rates.getFp4PerCycle(), rates.getMemoryGbs()),
      chip.getInstructions());
  EXPECT_FALSE(lookupMeasured(problem, half));
  EXPECT_TRUE(lookupMeasured(problem, getTarget("h100")));
}

} // namespace
} // namespace dgemm::schedule
