//===- QuantizeTest.cpp - Quantisers and packing --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Quantize.h"

#include "TestSupport.h"

#include <cmath>

using namespace dgemm::reference;
using namespace dgemm::reference::test;

TEST(Quantize, UE8M0RoundsUp) {
  EXPECT_EQ(roundUpToUE8M0(1.0f), 1.0f);
  EXPECT_EQ(roundUpToUE8M0(1.0001f), 2.0f);
  EXPECT_EQ(roundUpToUE8M0(-3.0f), 4.0f);
  EXPECT_EQ(roundUpToUE8M0(0.0f), 0x1p-126f);
  EXPECT_EQ(roundUpToUE8M0(3e38f), 0x1p127f);
}

TEST(Quantize, E2M1TiesGoDown) {
  const float ties[] = {.25f, .75f, 1.25f, 1.75f, 2.5f, 3.5f, 5.0f};
  for (uint8_t code = 0; code < 7; ++code) {
    EXPECT_EQ(quantizeE2M1(ties[code]), code);
    EXPECT_EQ(quantizeE2M1(std::nextafter(ties[code], 9.0f)), code + 1);
  }
  EXPECT_EQ(quantizeE2M1(-0.2f), 0); // no negative zero
  EXPECT_EQ(quantizeE2M1(-100.0f), 0xf);
}

TEST(Quantize, PerTokenWithTail) {
  // Two blocks of 128 and 2 elements.
  Tensor x = make(ElementType::F32, {1, 130});
  x.view().store(5, -896.0);
  x.view().store(129, 4.48);
  Tensor codes = make(ElementType::F8E4M3FN, {1, 130});
  Tensor scales = make(ElementType::F32, {1, 2});
  Status status = quantize(Parallel(1), x.view(), {1, 128}, false, codes.view(),
                           scales.view());
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(scales.view().load(0), 2.0);
  EXPECT_EQ(scales.view().load(1), static_cast<double>(4.48f / 448.0f));
  EXPECT_EQ(codes.view().load(5), -448.0);
  EXPECT_EQ(codes.view().load(129), 448.0);
}

TEST(Quantize, ZeroBlocksGetTheSmallestScale) {
  Tensor x = make(ElementType::F32, {2, 32});
  Tensor codes = make(ElementType::F4E2M1FN, {2, 32});
  Tensor scales = make(ElementType::F8E8M0FNU, {2, 1});
  ASSERT_TRUE(quantize(Parallel(1), x.view(), {1, 32}, true, codes.view(),
                       scales.view())
                  .ok());
  // 1e-4 / 6 lies between 2^-16 and 2^-15.
  EXPECT_EQ(scales.view().load(0), 0x1p-15);
  for (double value : values(codes.view()))
    EXPECT_EQ(value, 0);
}

TEST(Quantize, FineScalesAreNearestAndNotZero) {
  Tensor x = make(ElementType::F32, {1, 32});
  x.view().store(3, 6 * 1.06);
  Tensor codes = make(ElementType::F4E2M1FN, {1, 32});
  Tensor scales = make(ElementType::F8E4M3FN, {1, 2});
  ASSERT_TRUE(quantize(Parallel(1), x.view(), {1, 16}, false, codes.view(),
                       scales.view())
                  .ok());
  // 1.06 lies between 1 and 1.125; nothing at all is 2^-9.
  EXPECT_EQ(values(scales.view()), (std::vector<double>{1, 0x1p-9}));
  EXPECT_EQ(codes.view().load(3), 6);
}

TEST(Quantize, PerBlockUsesTheWholeBlock) {
  Tensor x =
      make(ElementType::F32, {3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 448});
  Tensor codes = make(ElementType::F8E4M3FN, {3, 4});
  Tensor scales = make(ElementType::F32, {2, 2});
  ASSERT_TRUE(
      quantize(Parallel(2), x.view(), {2, 2}, true, codes.view(), scales.view())
          .ok());
  // 6/448, 8/448, 10/448 rounded up to powers of two; 448/448 is one.
  EXPECT_EQ(values(scales.view()),
            (std::vector<double>{0x1p-6, 0x1p-5, 0x1p-5, 1}));
  EXPECT_EQ(codes.view().load(5), 6 * 64);
  EXPECT_EQ(codes.view().load(11), 448);
}

TEST(Quantize, TransposedFP4SharesBytesSafely) {
  Tensor x = makeRandom(ElementType::F32, {64, 64}, 5);
  Tensor rows = make(ElementType::F4E2M1FN, {64, 64});
  Tensor columns = make(ElementType::F4E2M1FN, {64, 64});
  Tensor scales = make(ElementType::F32, {64, 2});
  for (const View &codes : {rows.view(), columns.view().transpose()})
    ASSERT_TRUE(
        quantize(Parallel(8), x.view(), {1, 32}, true, codes, scales.view())
            .ok());
  EXPECT_EQ(values(rows.view()), values(columns.view().transpose()));
}

TEST(Quantize, RejectsWrongShapes) {
  Tensor x = make(ElementType::F32, {2, 64});
  Tensor codes = make(ElementType::F8E4M3FN, {2, 64});
  Tensor scales = make(ElementType::F32, {2, 2});
  Status status = quantize(Parallel(1), x.view(), {1, 128}, true, codes.view(),
                           scales.view());
  EXPECT_EQ(status.message(), "scales have shape 2x2, expected 2x1");
}

TEST(Pack, FourExponentsInAWord) {
  Tensor scales = make(ElementType::F32, {1, 5}, {1, 2, 4, 0.5, 8});
  Tensor packed = make(ElementType::I32, {1, 2});
  ASSERT_TRUE(packScales(scales.view(), 1, packed.view(), true).ok());
  EXPECT_EQ(loadBits(ElementType::I32, packed.view().data, 0), 0x7e81807fu);
  EXPECT_EQ(loadBits(ElementType::I32, packed.view().data, 1), 130u);
}

TEST(Pack, BlocksRepeatForTheirRows) {
  Tensor scales = make(ElementType::F32, {2, 1}, {1, 2});
  Tensor packed = make(ElementType::I32, {3, 1});
  ASSERT_TRUE(packScales(scales.view(), 2, packed.view(), true).ok());
  EXPECT_EQ(values(packed.view()), (std::vector<double>{127, 127, 128}));
  EXPECT_FALSE(packScales(scales.view(), 1, packed.view(), true).ok());
}

TEST(Pack, CheckedRejectsOtherThanPowersOfTwo) {
  Tensor scales = make(ElementType::F32, {1, 2}, {1, 1.5});
  Tensor packed = make(ElementType::I32, {1, 1});
  EXPECT_TRUE(packScales(scales.view(), 1, packed.view(), false).ok());
  Status status = packScales(scales.view(), 1, packed.view(), true);
  EXPECT_NE(status.message().find("scale 1 of shape 1x2 that is 1.5"),
            std::string::npos)
      << status.message();
}

TEST(Pack, GroupsStartWithAWord) {
  // Groups of 5, 0 and 1 scales: two words, none, one.
  Tensor scales = make(ElementType::F8E8M0FNU, {1, 6}, {1, 2, 4, 8, 16, 32});
  Tensor packed = make(ElementType::I32, {1, 3});
  Status status =
      packScalesKGrouped(scales.view(), {160, 0, 32}, 32, packed.view(), false);
  ASSERT_TRUE(status.ok()) << status.message();
  EXPECT_EQ(loadBits(ElementType::I32, packed.view().data, 0), 0x8281807fu);
  EXPECT_EQ(loadBits(ElementType::I32, packed.view().data, 1), 131u);
  EXPECT_EQ(loadBits(ElementType::I32, packed.view().data, 2), 132u);
  EXPECT_FALSE(
      packScalesKGrouped(scales.view(), {320}, 32, packed.view(), false).ok());
  EXPECT_FALSE(
      packScalesKGrouped(scales.view(), {-1}, 32, packed.view(), false).ok());
}
