//===- ProblemTest.cpp - Problems and suites of benchmarks ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Problem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

using namespace dgemm::bench;

namespace {

Problem parse(const char *form, const char *shape) {
  Expected<Problem> problem = parseForm(form);
  EXPECT_TRUE(problem) << problem.message();
  EXPECT_TRUE(setExtents(shape, *problem).ok());
  return *problem;
}

TEST(ProblemTest, FormsRoundTrip) {
  for (const char *form :
       {"fp8-1d2d-bf16", "fp8-1d1d-f32-acc", "bf16-f32", "bf16-bf16-acc-tn",
        "fp8-mx128-bf16", "fp4-mx32-f32", "fp8xfp4-mx128x32-bf16",
        "fp4xfp8-mx32x128-bf16", "fp8-plain128-bf16", "fp4-plain16-f32-tn"}) {
    Expected<Problem> problem = parseForm(form);
    ASSERT_TRUE(problem) << form;
    EXPECT_EQ(problem->getForm(), form);
  }
}

TEST(ProblemTest, UnknownFormsAreErrors) {
  for (const char *form : {"", "fp8", "fp9-1d2d", "fp8-1d2d-f16", "bf16-x"})
    EXPECT_FALSE(parseForm(form)) << form;
}

TEST(ProblemTest, ShapesAreThreePositiveNumbers) {
  Problem problem;
  EXPECT_TRUE(setExtents("1x2x3", problem).ok());
  EXPECT_EQ(problem.k, 3);
  for (const char *text : {"", "1x2", "1x2x3x4", "0x2x3", "1x2xk", "-1x2x3"})
    EXPECT_FALSE(setExtents(text, problem).ok()) << text;
}

TEST(ProblemTest, BytesCountScalesAndTheAddend) {
  // A 2x256, B 128x256, D 2x128 in bf16, scales 2x2 and 1x2 in f32.
  EXPECT_EQ(parse("fp8-1d2d-bf16", "2x128x256").getBytes(),
            512 + 32768 + 512 + 16 + 8);
  EXPECT_EQ(parse("bf16-f32", "2x4x8").getBytes(), 32 + 64 + 32);
  EXPECT_EQ(parse("bf16-f32-acc", "2x4x8").getBytes(), 32 + 64 + 64);
  // Packed: a byte for each scale.
  EXPECT_EQ(parse("fp4-mx32-bf16", "2x4x64").getBytes(), 64 + 128 + 16 + 4 + 8);
  EXPECT_EQ(parse("fp4-plain16-bf16", "2x4x64").getBytes(),
            64 + 128 + 16 + 8 + 16);
}

// The published bandwidth follows from the published time: the rows were read
// right and bytes are counted as upstream counts them.
TEST(ProblemTest, SuitesAgreeWithTheirOwnFigures) {
  for (const char *name : {"dense-fp8", "dense-bf16"}) {
    Expected<std::vector<SuiteRow>> rows = getDenseSuite(name);
    ASSERT_TRUE(rows) << rows.message();
    EXPECT_EQ(rows->size(), 39u);
    for (const SuiteRow &row : *rows) {
      double us = row.upstream.microseconds;
      double tflops = row.problem.getFlops() / us * 1e-6;
      double gigabytes = row.problem.getBytes() / us * 1e-3;
      // Times have one digit behind the point.
      double tolerance = 0.06 / us + 0.003;
      EXPECT_NEAR(tflops, row.upstream.tflops, 1 + tolerance * tflops)
          << row.problem.getName();
      EXPECT_NEAR(gigabytes, row.upstream.gigabytes, 1 + tolerance * gigabytes)
          << row.problem.getName();
    }
  }
  EXPECT_FALSE(getDenseSuite("dense"));
}

TEST(ProblemTest, RandomProblemsDependOnTheSeedAlone) {
  Problem form = parse("bf16-bf16", "1x1x1");
  std::vector<Problem> first = getRandomProblems(form, 200, 7);
  std::vector<Problem> again = getRandomProblems(form, 100, 7);
  std::vector<Problem> other = getRandomProblems(form, 100, 8);
  ASSERT_EQ(first.size(), 200u);
  size_t same = 0;
  for (size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(first[i].getName(), again[i].getName());
    same += first[i].getName() == other[i].getName();
  }
  EXPECT_LT(same, 5u);
  for (const Problem &problem : first) {
    EXPECT_TRUE(problem.m >= 1 && problem.m <= 8192);
    EXPECT_TRUE(problem.n % 64 == 0 && problem.k % 128 == 0);
    EXPECT_LE(problem.getFlops(), 0x1p38);
  }
}

} // namespace
