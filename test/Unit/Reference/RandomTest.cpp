//===- RandomTest.cpp - Random data, threads, tensors ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestSupport.h"
#include "dgemm/Reference/Parallel.h"

#include <atomic>
#include <cmath>
#include <limits>

using namespace dgemm::reference;

// Frozen: a change would silently change all generated data.
TEST(Random, ValuesAreFixed) {
  Random random(42, 7);
  EXPECT_EQ(random.bits(0), Random(42, 7).bits(0));
  EXPECT_NE(random.bits(0), random.bits(1));
  EXPECT_NE(random.bits(0), Random(42, 8).bits(0));
  EXPECT_NE(random.bits(0), Random(43, 7).bits(0));
  // The test vector of Philox 4x32-10 for counter 0 and key 0.
  EXPECT_EQ(Random(0, 0).bits(0), 0x6627e8d5e169c58dull);
}

TEST(Random, NormalHasItsMoments) {
  Random random(1, 2);
  double sum = 0;
  double squares = 0;
  const int n = 100000;
  for (uint64_t i = 0; i < n; ++i) {
    double x = random.normal(i);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 0.02);
  EXPECT_NEAR(squares / n, 1, 0.02);
}

TEST(Random, IntegersCoverTheirRange) {
  Random random(3, 4);
  bool seen[4] = {};
  for (uint64_t i = 0; i < 200; ++i) {
    int64_t value = random.integer(i, -1, 2);
    ASSERT_GE(value, -1);
    ASSERT_LE(value, 2);
    seen[value + 1] = true;
  }
  for (bool s : seen)
    EXPECT_TRUE(s);
  EXPECT_EQ(random.integer(0, 5, 5), 5);
}

TEST(Parallel, EachIndexOnce) {
  for (unsigned threads : {1u, 3u, 16u}) {
    std::vector<std::atomic<int>> calls(1000);
    Parallel(threads).forEach(
        1000, [&](int64_t i) { ++calls[static_cast<size_t>(i)]; });
    for (const std::atomic<int> &count : calls)
      EXPECT_EQ(count, 1);
  }
  Parallel(4).forEach(0, [](int64_t) { FAIL(); });
}

TEST(Tensor, RefusesImpossibleSizes) {
  int64_t huge = std::numeric_limits<int64_t>::max();
  EXPECT_FALSE(Tensor::create(ElementType::F32, {huge, huge}));
  EXPECT_FALSE(Tensor::create(ElementType::F32, {huge / 8}));
  EXPECT_FALSE(Tensor::create(ElementType::F32, {-1}));
  EXPECT_FALSE(Tensor::create(ElementType::F32, {2, 2}, {huge, 1}));
  EXPECT_FALSE(Tensor::create(ElementType::F32, {2, 2}, {1}));
  EXPECT_FALSE(Tensor::create(ElementType::F4E2M1FN, {2, 3}));
  EXPECT_TRUE(static_cast<bool>(Tensor::create(ElementType::F32, {0, huge})));
}

TEST(Tensor, ViewsAddressTheSameElements) {
  Tensor t = test::make(ElementType::I32, {2, 3, 4});
  for (int64_t i = 0; i < 24; ++i)
    t.view().store(t.view().atLinear(i), static_cast<double>(i));
  View v = t.view().permute({2, 0, 1}).select(1, 1).narrow(0, 1, 2);
  EXPECT_EQ(v.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(test::values(v), (std::vector<double>{13, 17, 21, 14, 18, 22}));
}

TEST(Tensor, CloneIsDeep) {
  Tensor t = test::make(ElementType::F32, {2}, {1, 2});
  Expected<Tensor> copy = t.clone();
  ASSERT_TRUE(static_cast<bool>(copy));
  t.view().store(0, 9);
  EXPECT_EQ(test::values(copy->view()), (std::vector<double>{1, 2}));
}
