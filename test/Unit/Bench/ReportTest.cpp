//===- ReportTest.cpp - Measurements as tables and JSON -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Report.h"

#include <gtest/gtest.h>

#include <sstream>

using namespace dgemm::bench;

namespace {

Measurement make(const char *shape, const char *tile, double us, bool chosen) {
  Measurement m;
  m.entry.row.problem = *parseForm("bf16-bf16");
  EXPECT_TRUE(setExtents(shape, m.entry.row.problem).ok());
  m.entry.row.upstream.microseconds = 20;
  m.entry.tile = tile;
  m.entry.kernel = "k";
  m.entry.isChosen = chosen;
  m.mean = us;
  m.cublaslt = 8;
  m.error = 0.5;
  return m;
}

MeasuredSet makeSet() {
  return {{"GPU", 132, "cupti", {"a note"}},
          {make("1000x1000x1000", "A", 10, true),
           make("1000x1000x1000", "B", 8, false),
           make("1x2x3", "A", 40, true)}};
}

std::string print(void (*function)(std::ostream &, const MeasuredSet &),
                  const MeasuredSet &set) {
  std::ostringstream stream;
  function(stream, set);
  return stream.str();
}

TEST(ReportTest, DenseTableHasRatesAndRatios) {
  std::string text = print(printDenseTable, makeSet());
  EXPECT_NE(text.find("note: a note"), std::string::npos) << text;
  // 2e9 operations and 6e6 bytes in 10 us; 8 / 10 and 20 / 10.
  EXPECT_NE(text.find("bf16-bf16 1000x1000x1000  A         10.0    0.0     200"
                      "   600          8.0         20.0         0.80"
                      "         2.00   0.50"),
            std::string::npos)
      << text;
  // (2 * 2.5 * 0.5)^(1/3).
  EXPECT_NE(text.find("upstream us / us: geometric mean 1.357 over 3 rows, "
                      "worst 0.500 (bf16-bf16 1x2x3)"),
            std::string::npos)
      << text;
}

TEST(ReportTest, ChoiceTableComparesWithTheBest) {
  std::string text = print(printChoiceTable, makeSet());
  // (0.8 * 1)^(1/2).
  EXPECT_NE(text.find("best us / chosen us: geometric mean 0.894 over 2 rows, "
                      "worst 0.800 (bf16-bf16 1000x1000x1000)"),
            std::string::npos)
      << text;
}

TEST(ReportTest, WrongResultsAreNeitherCleanNorBest) {
  MeasuredSet set = makeSet();
  EXPECT_TRUE(isClean(set));
  set.measurements[1].error = 1.5;
  EXPECT_FALSE(isClean(set));
  std::string text = print(printChoiceTable, set);
  EXPECT_NE(text.find("geometric mean 1.000"), std::string::npos) << text;
}

TEST(ReportTest, MissingKernelsAreCleanFailedOnesAreNot) {
  MeasuredSet set = makeSet();
  set.measurements[0].mean = 0;
  EXPECT_FALSE(isClean(set));
  set.measurements[0].entry.kernel.clear();
  set.measurements[0].problem = "no lowering";
  EXPECT_TRUE(isClean(set));
  EXPECT_NE(print(printDenseTable, set).find("A: no lowering"),
            std::string::npos);
}

TEST(ReportTest, JsonHasEveryMeasurement) {
  MeasuredSet set = makeSet();
  set.measurements[2].mean = 0;
  set.measurements[2].problem = "no \"lowering\"";
  std::string text = toJson(set, "sm_90a");
  EXPECT_NE(text.find("\"us\": 10.0"), std::string::npos) << text;
  EXPECT_NE(text.find("\"reason\": \"no \\\"lowering\\\"\""),
            std::string::npos);
  EXPECT_EQ(text.find("\"us\": 0"), std::string::npos);
}

} // namespace
