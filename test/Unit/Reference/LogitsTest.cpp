//===- LogitsTest.cpp - Attention logits ----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Logits.h"

#include "TestSupport.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace dgemm::reference;
using namespace dgemm::reference::test;

static constexpr double infinity = std::numeric_limits<double>::infinity();

namespace {
/// Two queries of two heads, four tokens, D = 2.
struct Dense : testing::Test {
  Tensor q = make(ElementType::F8E4M3FN, {2, 2, 2}, {1, 0, 0, 1, 1, 1, -1, 0});
  Tensor kv = make(ElementType::F8E4M3FN, {4, 2}, {1, 2, -1, 3, 2, -2, 4, 4});
  Tensor scale = make(ElementType::F32, {4}, {1, 2, 1, 0.5});
  Tensor weights = make(ElementType::F32, {2, 2}, {1, 10, 100, 1000});
  Tensor ks = make(ElementType::I32, {2}, {0, 1});
  Tensor ke = make(ElementType::I32, {2}, {3, 4});
  Tensor logits = make(ElementType::F32, {2, 4}, std::vector<double>(8, 7));

  MQALogits problem() {
    MQALogits p;
    p.q = q.view();
    p.keys = {kv.view(), scale.view()};
    p.weights = weights.view();
    p.ks = ks.view();
    p.ke = ke.view();
    p.logits = logits.view();
    return p;
  }
  void evaluate(const MQALogits &p) {
    Status status = run(Parallel(2), p);
    ASSERT_TRUE(status.ok()) << status.message();
    Expected<CheckResult> result = check(Parallel(2), p, {});
    ASSERT_TRUE(static_cast<bool>(result)) << result.message();
    EXPECT_TRUE(result->passed()) << result->firstFailure;
    EXPECT_EQ(result->checked, result->elements);
  }
};
} // namespace

// Row 0: scores (1, 2), (-1, 3), (2, -2); row 1: (2, 1), (0, -2), (8, -4).
TEST_F(Dense, Full) {
  evaluate(problem());
  EXPECT_EQ(values(logits.view()),
            (std::vector<double>{21, 60, 2, 7, 7, 2400, 0, 400}));
}

TEST_F(Dense, Clean) {
  MQALogits p = problem();
  p.clean = true;
  evaluate(p);
  EXPECT_EQ(
      values(logits.view()),
      (std::vector<double>{21, 60, 2, -infinity, -infinity, 2400, 0, 400}));
}

TEST_F(Dense, Compressed) {
  logits = make(ElementType::F32, {2, 3}, std::vector<double>(6, 7));
  ke = make(ElementType::I32, {2}, {1, 9});
  MQALogits p = problem();
  p.compressed = true;
  evaluate(p);
  EXPECT_EQ(values(logits.view()),
            (std::vector<double>{21, 7, 7, 2400, 0, 400}));
}

TEST_F(Dense, EmptyAndReversedRanges) {
  ke = make(ElementType::I32, {2}, {0, 0});
  MQALogits p = problem();
  p.clean = true;
  evaluate(p);
  EXPECT_EQ(values(logits.view()), std::vector<double>(8, -infinity));
}

TEST_F(Dense, CheckFindsOneWrongLogit) {
  MQALogits p = problem();
  evaluate(p);
  logits.view().store(1, 60.1);
  Expected<CheckResult> result = check(Parallel(1), p, {});
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_EQ(result->failures, 1);
}

TEST_F(Dense, WrongShapesAreErrors) {
  scale = make(ElementType::F32, {3});
  EXPECT_FALSE(run(Parallel(1), problem()).ok());
}

TEST(Logits, FP4ScalesCover32Elements) {
  Tensor q = make(ElementType::F4E2M1FN, {1, 1, 128});
  Tensor kv = make(ElementType::F4E2M1FN, {1, 128});
  // One element in each group of 32.
  for (int64_t i = 0; i < 4; ++i) {
    q.view().store(32 * i, 1);
    kv.view().store(32 * i, 1);
  }
  Tensor qScale = make(ElementType::I32, {1, 1});
  storeBits(ElementType::I32, qScale.view().data, 0, 0x8281807f); // 1 2 4 8
  Tensor kvScale = make(ElementType::I32, {1});
  storeBits(ElementType::I32, kvScale.view().data, 0, 0x7f7f7f80); // 2 1 1 1
  Tensor weights = make(ElementType::F32, {1, 1}, {1});
  Tensor ks = make(ElementType::I32, {1}, {0});
  Tensor ke = make(ElementType::I32, {1}, {1});
  Tensor logits = make(ElementType::F32, {1, 1});
  MQALogits p;
  p.q = q.view();
  p.qScale = qScale.view();
  p.keys = {kv.view(), kvScale.view()};
  p.weights = weights.view();
  p.ks = ks.view();
  p.ke = ke.view();
  p.logits = logits.view();
  ASSERT_TRUE(run(Parallel(1), p).ok());
  EXPECT_EQ(logits.view().load(0), 16.0);
  Expected<CheckResult> result = check(Parallel(1), p, {});
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_TRUE(result->passed()) << result->firstFailure;
}

TEST(Paged, ScalesFollowAllElementsOfAPage) {
  // Two pages of two tokens, D = 4: 8 bytes of elements, 8 of scales.
  Tensor pages = make(ElementType::I8, {2, 2, 1, 8});
  auto put = [&](int64_t page, int64_t token, double value, float scale) {
    uint8_t *base = pages.view().data + page * 16;
    base[token * 4] = encodeE4M3(value);
    std::memcpy(base + 8 + 4 * token, &scale, 4);
  };
  put(0, 0, 1, 100);
  put(0, 1, 2, 1000);
  put(1, 0, 3, 1);
  put(1, 1, 4, 10);
  Tensor q = make(ElementType::F8E4M3FN, {1, 2, 1, 4}, {1, 0, 0, 0, 2});
  Tensor table = make(ElementType::I32, {1, 2}, {1, 0});
  Tensor weights = make(ElementType::F32, {2, 1}, {1, 1});
  Tensor lens = make(ElementType::I32, {1, 2}, {0, 3});
  Tensor logits = make(ElementType::F32, {2, 4}, std::vector<double>(8, 7));
  PagedMQALogits p;
  p.q = q.view();
  p.pages = pages.view();
  p.blockTable = table.view();
  p.weights = weights.view();
  p.contextLens = lens.view();
  p.logits = logits.view();
  Status status = run(Parallel(2), p);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(values(logits.view()),
            (std::vector<double>{7, 7, 7, 7, 6, 80, 200, 7}));
  Expected<CheckResult> result = check(Parallel(2), p, {});
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_TRUE(result->passed()) << result->firstFailure;
  EXPECT_EQ(result->checked, 3);

  table.view().store(0, 2);
  EXPECT_EQ(run(Parallel(1), p).message(), "block_table[0, 0] is page 2 of 2");
  table.view().store(0, 1);
  lens.view().store(0, 5);
  EXPECT_FALSE(run(Parallel(1), p).ok());
}

TEST(CleanLogits, NextN) {
  Tensor ke = make(ElementType::I32, {2}, {2, 3});
  Tensor logits = make(ElementType::BF16, {4, 4}, std::vector<double>(16, 1));
  Tensor before = *logits.clone();
  ASSERT_TRUE(cleanLogits(std::nullopt, ke.view(), logits.view(), 2).ok());
  const double i = -infinity;
  EXPECT_EQ(
      values(logits.view()),
      (std::vector<double>{1, i, i, i, 1, 1, i, i, 1, 1, i, i, 1, 1, 1, i}));
  Expected<CheckResult> result = checkCleanLogits(
      std::nullopt, ke.view(), before.view(), logits.view(), 2);
  ASSERT_TRUE(static_cast<bool>(result));
  EXPECT_TRUE(result->passed()) << result->firstFailure;
  EXPECT_FALSE(cleanLogits(std::nullopt, ke.view(), logits.view(), 3).ok());
}

static std::vector<double> metadataOf(PagedMetadata p) {
  Status status = run(p);
  EXPECT_TRUE(status.ok()) << status.message();
  Expected<CheckResult> result = check(p);
  EXPECT_TRUE(result && result->passed());
  return values(p.metadata);
}

TEST(PagedMetadata, LastSlotsGetTheRemainder) {
  // Rows of 3, 0 and 2 splits with one atom each: 5 units in 3 slots: 1, 2, 2.
  Tensor lens = make(ElementType::I32, {3, 1}, {300, 0, 200});
  Tensor metadata = make(ElementType::I32, {4, 2});
  EXPECT_EQ(metadataOf({lens.view(), std::nullopt, metadata.view(), 128, 2}),
            (std::vector<double>{0, 0, 0, 1, 2, 0, 3, 0}));
}

TEST(PagedMetadata, MoreSlotsThanUnits) {
  Tensor lens = make(ElementType::I32, {1, 1}, {1});
  Tensor metadata = make(ElementType::I32, {4, 2});
  EXPECT_EQ(metadataOf({lens.view(), std::nullopt, metadata.view(), 128, 2}),
            (std::vector<double>{0, 0, 0, 0, 0, 0, 1, 0}));
}

TEST(PagedMetadata, AtomMajorWithinARow) {
  // next_n = 3: two atoms; the last column decides: 2 splits.
  Tensor lens = make(ElementType::I32, {1, 3}, {5, 6, 256});
  Tensor metadata = make(ElementType::I32, {5, 2});
  EXPECT_EQ(metadataOf({lens.view(), std::nullopt, metadata.view(), 128, 2}),
            (std::vector<double>{0, 0, 0, 1, 1, 0, 1, 1, 2, 0}));
}

TEST(PagedMetadata, VarlenPairsNeighbours) {
  // Sequences of 3 and 1 tokens: atoms (0, 1), (2), (3).
  Tensor lens = make(ElementType::I32, {4, 1}, {128, 129, 130, 1});
  Tensor indices = make(ElementType::I32, {4}, {0, 0, 0, 1});
  Tensor metadata = make(ElementType::I32, {6, 2});
  EXPECT_EQ(metadataOf({lens.view(), indices.view(), metadata.view(), 128, 2}),
            (std::vector<double>{0, 0, 0, 1, 2, 0, 2, 1, 3, 0, 4, 0}));
}
