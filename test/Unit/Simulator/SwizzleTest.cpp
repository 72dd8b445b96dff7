//===- SwizzleTest.cpp - Swizzle functions --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/Swizzle.h"

#include <gtest/gtest.h>

using namespace dgemm::sim;

namespace {

/// CuTe's Swizzle<Bits, Base, Shift>: XORs the bits above with those below.
struct CuteSwizzle {
  Swizzle mode;
  unsigned bits, base, shift;
  uint32_t operator()(uint32_t a) const {
    uint32_t mask = ((1u << bits) - 1) << (base + shift);
    return a ^ ((a & mask) >> shift);
  }
};

const CuteSwizzle cute[] = {
    {Swizzle::None, 0, 4, 3},       {Swizzle::B32, 1, 4, 3},
    {Swizzle::B64, 2, 4, 3},        {Swizzle::B128, 3, 4, 3},
    {Swizzle::B128Atom32, 2, 5, 2}, {Swizzle::B128Atom64, 1, 6, 1},
};

const Swizzle modes[] = {
    Swizzle::None,           Swizzle::B32,        Swizzle::B64,
    Swizzle::B128,           Swizzle::B128Atom32, Swizzle::B128Atom64,
    Swizzle::B128Atom32Flip8};

TEST(SimSwizzle, AgreesWithCute) {
  for (const CuteSwizzle &c : cute)
    for (uint32_t a = 0; a < 8192; ++a)
      ASSERT_EQ(swizzle(c.mode, a), c(a)) << unsigned(c.mode) << " " << a;
}

TEST(SimSwizzle, IsItsOwnInverse) {
  for (Swizzle mode : modes)
    for (uint32_t a = 0; a < 8192; ++a)
      ASSERT_EQ(swizzle(mode, swizzle(mode, a)), a) << unsigned(mode);
}

TEST(SimSwizzle, StaysWithinTheSpan) {
  for (Swizzle mode : modes) {
    uint32_t span = mode == Swizzle::None ? 1 : swizzleSpan(mode);
    for (uint32_t a = 0; a < 8192; ++a)
      ASSERT_EQ(swizzle(mode, a) / span, a / span) << unsigned(mode);
  }
}

TEST(SimSwizzle, KeepsUnitsTogether) {
  for (Swizzle mode : modes) {
    uint32_t unit = swizzleUnit(mode);
    for (uint32_t a = 0; unit && a < 8192; ++a)
      ASSERT_EQ(swizzle(mode, a), swizzle(mode, a / unit * unit) + a % unit)
          << unsigned(mode);
  }
}

TEST(SimSwizzle, RepeatsAndNotEarlier) {
  for (Swizzle mode : modes) {
    if (mode == Swizzle::None)
      continue;
    uint32_t repeat = swizzleRepeat(mode);
    bool earlier = true;
    for (uint32_t a = 0; a < 8192; ++a) {
      ASSERT_EQ(swizzle(mode, a + repeat), swizzle(mode, a) + repeat);
      earlier &= swizzle(mode, a + repeat / 2) == swizzle(mode, a) + repeat / 2;
    }
    EXPECT_FALSE(earlier) << unsigned(mode);
  }
}

// The flipped mode swaps the 8-byte halves of 16 bytes in odd lines.
TEST(SimSwizzle, FlipsHalvesInOddLines) {
  EXPECT_EQ(swizzle(Swizzle::B128Atom32Flip8, 0x08), 0x08u);
  EXPECT_EQ(swizzle(Swizzle::B128Atom32Flip8, 0x80), 0xA8u);
  EXPECT_EQ(swizzle(Swizzle::B128Atom32Flip8, 0x108), 0x148u);
}

} // namespace
