//===- MutatorTest.cpp - The text side of the fuzzer ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Mutator.h"

#include "gtest/gtest.h"
#include <set>

using namespace dgemm::fuzz;

namespace {

const char *const text = "%0 = dgemm.matmul ins(%a : memref<?x64xf8E4M3FN>) "
                         "{granularity = #dgemm.granularity<a = 1x128>}\n";

TEST(Mutator, TokensAreTheText) {
  std::string joined;
  for (std::string_view token : tokenize(text))
    joined += token;
  EXPECT_EQ(joined, text);
}

TEST(Mutator, DimensionsAreTokens) {
  std::vector<std::string_view> expected = {"memref", "<", "?",        "x",
                                            "64",     "x", "f8E4M3FN", ">"};
  EXPECT_EQ(tokenize("memref<?x64xf8E4M3FN>"), expected);
}

TEST(Mutator, UnterminatedStringEnds) {
  EXPECT_EQ(tokenize("\"abc").size(), 1u);
}

TEST(Mutator, SplitsAndDropsComments) {
  std::vector<std::string> expected = {"a\n", "b // kept\n"};
  EXPECT_EQ(splitInputs("// RUN: x\na\n// -----\n\n  // CHECK\nb // kept\n"),
            expected);
  EXPECT_TRUE(splitInputs("// only a comment").empty());
}

TEST(Mutator, SplitsOperationsWithTheirAliases) {
  std::vector<std::string> expected = {
      "#m = 1\nf {\n x\n}\n", "#m = 1\ng {\n}\n",
      "#m = 1\nf {\n x\n}\ng {\n}\n", "h {\n}\n"};
  EXPECT_EQ(splitInputs("#m = 1\nf {\n x\n}\ng {\n}\n// -----\nh {\n}\n"),
            expected);
}

TEST(Mutator, KnowsUpstreamDefects) {
  EXPECT_TRUE(hitsUpstreamDefect("%c = arith.constant -1 : index\n"
                                 "%d = tensor.dim %t, %c : tensor<?xf32>"));
  EXPECT_TRUE(hitsUpstreamDefect("{a = array<index: 1>}"));
  EXPECT_TRUE(hitsUpstreamDefect("array<i32: 1> array< tensor"));
  EXPECT_FALSE(hitsUpstreamDefect("{a = array<i32: 1>, b = array<f32: 1.0>}"));
  EXPECT_FALSE(hitsUpstreamDefect("index"));
}

TEST(Mutator, SeedDecidesTheText) {
  std::vector<std::string> corpus = {text, "func.func @f() { return }\n"};
  Mutator first(corpus), second(corpus);
  std::set<std::string> distinct;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_EQ(first.mutate(seed), second.mutate(seed));
    distinct.insert(first.mutate(seed));
  }
  EXPECT_GT(distinct.size(), 150u);
}

TEST(Mutator, SurvivesManySeeds) {
  std::vector<std::string> corpus = {"x", text, " ", "99999999999999999999"};
  Mutator mutator(corpus);
  size_t total = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed)
    total += mutator.mutate(seed).size();
  EXPECT_GT(total, 0u);
}

} // namespace
