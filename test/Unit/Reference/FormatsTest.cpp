//===- FormatsTest.cpp - Number formats -----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Formats.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace dgemm::reference;

static constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Formats, KnownValues) {
  const double e2m1[] = {0, .5, 1, 1.5, 2, 3, 4, 6};
  for (uint8_t code = 0; code < 8; ++code) {
    EXPECT_EQ(decodeE2M1(code), e2m1[code]);
    EXPECT_EQ(decodeE2M1(code | 8), -e2m1[code]);
  }
  EXPECT_EQ(decodeE4M3(0x01), 0x1p-9);
  EXPECT_EQ(decodeE4M3(0x38), 1.0);
  EXPECT_EQ(decodeE4M3(0x7e), 448.0);
  EXPECT_TRUE(std::isnan(decodeE4M3(0x7f)));
  EXPECT_TRUE(std::isnan(decodeE4M3(0xff)));
  EXPECT_EQ(decodeE5M2(0x7b), 57344.0);
  EXPECT_EQ(decodeE5M2(0x7c), infinity);
  EXPECT_EQ(decodeE8M0(0), 0x1p-127);
  EXPECT_EQ(decodeE8M0(254), 0x1p127);
  EXPECT_TRUE(std::isnan(decodeE8M0(255)));
  EXPECT_EQ(decodeBF16(0x3f80), 1.0);
  EXPECT_EQ(decodeF16(0x0001), 0x1p-24);
  EXPECT_EQ(decodeF16(0x7c00), infinity);
}

/// Every finite code survives a round trip.
template <typename Decode, typename Encode>
static void roundTrip(unsigned codes, Decode decode, Encode encode) {
  for (unsigned code = 0; code < codes; ++code) {
    double value = decode(code);
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(decode(encode(value)))) << code;
    else if (std::isfinite(value))
      EXPECT_EQ(encode(value), code);
  }
}

TEST(Formats, RoundTrips) {
  roundTrip(16, decodeE2M1, encodeE2M1);
  roundTrip(256, decodeE4M3, encodeE4M3);
  roundTrip(256, decodeE5M2, encodeE5M2);
  roundTrip(256, decodeE8M0, encodeE8M0);
  roundTrip(65536, decodeBF16, encodeBF16);
  roundTrip(65536, decodeF16, encodeF16);
}

/// Between two neighbours: the nearer one, ties to the even code.
template <typename Decode, typename Encode>
static void nearest(unsigned positiveCodes, Decode decode, Encode encode) {
  for (unsigned code = 0; code + 1 < positiveCodes; ++code) {
    double low = decode(code);
    double high = decode(code + 1);
    double middle = (low + high) / 2;
    EXPECT_EQ(encode(middle), code % 2 == 0 ? code : code + 1) << code;
    EXPECT_EQ(encode(std::nextafter(middle, 0)), code) << code;
    EXPECT_EQ(encode(std::nextafter(middle, infinity)), code + 1) << code;
  }
}

TEST(Formats, NearestTiesToEven) {
  nearest(8, decodeE2M1, encodeE2M1);
  nearest(127, decodeE4M3, encodeE4M3);
  nearest(124, decodeE5M2, encodeE5M2);
  nearest(0x7f80, decodeBF16, encodeBF16);
  nearest(0x7c00, decodeF16, encodeF16);
}

TEST(Formats, OverflowSaturatesWithoutInfinity) {
  EXPECT_EQ(encodeE2M1(1e30), 0x7);
  EXPECT_EQ(encodeE2M1(-infinity), 0xf);
  EXPECT_EQ(encodeE4M3(464.1), 0x7e);
  EXPECT_EQ(encodeE4M3(-infinity), 0xfe);
  EXPECT_EQ(encodeE5M2(1e9), 0x7b);
  EXPECT_EQ(encodeBF16(1e39), 0x7f80);
  EXPECT_EQ(encodeF16(65519.9), 0x7bff);
  EXPECT_EQ(encodeF16(65520.0), 0x7c00);
  EXPECT_EQ(encodeE8M0(infinity), 0xfe);
  EXPECT_EQ(encodeE8M0(-1.0), 0);
}

TEST(Formats, TF32KeepsTenMantissaBits) {
  EXPECT_EQ(roundToTF32(1.0f + 0x1p-10f), 1.0f + 0x1p-10f);
  EXPECT_EQ(roundToTF32(1.0f + 0x1p-11f), 1.0f); // a tie, to even
  EXPECT_EQ(roundToTF32(1.0f + 0x1.8p-10f), 1.0f + 0x1p-9f);
  EXPECT_EQ(roundToTF32(-1.0f - 0x1.01p-11f), -1.0f - 0x1p-10f);
  EXPECT_TRUE(std::isnan(roundToTF32(NAN)));
  EXPECT_EQ(roundToTF32(INFINITY), INFINITY);
}

TEST(Formats, PowersOfTwo) {
  EXPECT_TRUE(isPowerOfTwo(1.0f));
  EXPECT_TRUE(isPowerOfTwo(0x1p-126f));
  EXPECT_TRUE(isPowerOfTwo(0x1p127f));
  for (float bad : {0.0f, -1.0f, 1.5f, 0x1p-127f, INFINITY, NAN})
    EXPECT_FALSE(isPowerOfTwo(bad)) << bad;
  EXPECT_EQ(exponentByte(4.0f), 129);
}

TEST(Formats, HalfUlp) {
  EXPECT_EQ(halfUlp(ElementType::BF16, 1.0), 0x1p-8);
  EXPECT_EQ(halfUlp(ElementType::BF16, 255.9), 0x1p-1);
  EXPECT_EQ(halfUlp(ElementType::F32, -2.0), 0x1p-23);
  EXPECT_EQ(halfUlp(ElementType::F16, 0.0), 0x1p-25);
}

TEST(Formats, NibblesDoNotDisturbEachOther) {
  uint8_t bytes[2] = {0xff, 0xff};
  storeElement(ElementType::F4E2M1FN, bytes, 0, 1.0);
  EXPECT_EQ(bytes[0], 0xf2);
  storeElement(ElementType::F4E2M1FN, bytes, 1, -6.0);
  EXPECT_EQ(bytes[0], 0xf2);
  storeElement(ElementType::F4E2M1FN, bytes, 3, 0.5);
  EXPECT_EQ(bytes[1], 0x1f);
  EXPECT_EQ(loadElement(ElementType::F4E2M1FN, bytes, 0), 1.0);
  EXPECT_EQ(loadElement(ElementType::F4E2M1FN, bytes, 3), 0.5);
}
