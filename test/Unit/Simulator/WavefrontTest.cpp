//===- WavefrontTest.cpp - Bank conflicts that are known ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {
struct Passes {
  uint64_t wavefronts = 0, conflicts = 0;
  bool operator==(const Passes &other) const {
    return wavefronts == other.wavefronts && conflicts == other.conflicts;
  }
};
} // namespace

/// Of one instruction whose lanes access %r5 + sm.
static Passes passes(const std::string &address, const std::string &access) {
  CopyBench bench;
  bench.buffer({0});
  EXPECT_EQ(bench.run(address + "\nmov.u32 %r6, sm; add.u32 %r5, %r5, %r6;\n" +
                      access),
            "");
  Passes result;
  for (const InstructionCounts &counts : bench.statistics.counts) {
    result.wavefronts += counts.wavefronts;
    result.conflicts += counts.bankConflicts;
  }
  return result;
}

static std::string times(unsigned distance) {
  return "mul.lo.u32 %r5, %r0, " + std::to_string(distance) + ";";
}

TEST(Wavefronts, StoresOfWords) {
  std::string store = "st.shared.b32 [%r5], %r0;";
  EXPECT_EQ(passes(times(4), store), (Passes{1, 0}));
  EXPECT_EQ(passes(times(8), store), (Passes{2, 1}));
  EXPECT_EQ(passes(times(64), store), (Passes{16, 15}));
  EXPECT_EQ(passes(times(128), store), (Passes{32, 31}));
  // An odd distance in words meets each bank once.
  EXPECT_EQ(passes(times(132), store), (Passes{1, 0}));
  EXPECT_EQ(passes(times(0), store), (Passes{1, 0}));
  // Pairs of lanes share words of one bank: 16 different words.
  EXPECT_EQ(passes("shr.u32 %r5, %r0, 1; shl.b32 %r5, %r5, 7;", store),
            (Passes{16, 15}));
  EXPECT_EQ(passes("and.b32 %r5, %r0, 15; shl.b32 %r5, %r5, 7;", store),
            (Passes{16, 15}));
  // Generic addresses.
  EXPECT_EQ(passes(times(8), "cvt.u64.u32 %d5, %r5; cvta.shared.u64 %d5, %d5;"
                             "st.b32 [%d5], %r0;"),
            (Passes{2, 1}));
}

TEST(Wavefronts, WideStores) {
  EXPECT_EQ(passes(times(8), "st.shared.v2.b32 [%r5], {%r0, %r0};"),
            (Passes{2, 0}));
  EXPECT_EQ(passes(times(16), "st.shared.v4.b32 [%r5], {%r0, %r0, %r0, %r0};"),
            (Passes{4, 0}));
  EXPECT_EQ(passes(times(32), "st.shared.v4.b32 [%r5], {%r0, %r0, %r0, %r0};"),
            (Passes{8, 4}));
  EXPECT_EQ(passes(times(144), "st.shared.v4.b32 [%r5], {%r0, %r0, %r0, %r0};"),
            (Passes{4, 0}));
}

/// Lane 8 i + j has row j of matrix i, 16 bytes of column i; rows are `pitch`
/// bytes apart. `shift` and `mask` swizzle as for a span of `pitch`.
static std::string rows(unsigned pitch, unsigned mask) {
  return "and.b32 %r7, %r0, 7; mul.lo.u32 %r7, %r7, " + std::to_string(pitch) +
         "; shr.u32 %r8, %r0, 3; and.b32 %r8, %r8, " +
         std::to_string(pitch / 16 - 1) +
         "; shl.b32 %r8, %r8, 4; add.u32 %r5, %r7, %r8;\n"
         "shr.u32 %r9, %r5, 7; and.b32 %r9, %r9, " +
         std::to_string(mask) + "; shl.b32 %r9, %r9, 4; xor.b32 %r5, %r5, %r9;";
}

TEST(Wavefronts, MatricesNeedSwizzles) {
  std::string store = "stmatrix.sync.aligned.m8n8.x4.shared.b16 [%r5], "
                      "{%r0, %r0, %r0, %r0};";
  // With the swizzle of their span each matrix takes one pass.
  EXPECT_EQ(passes(rows(128, 7), store), (Passes{4, 0}));
  EXPECT_EQ(passes(rows(64, 3), store), (Passes{4, 0}));
  EXPECT_EQ(passes(rows(32, 1), store), (Passes{4, 0}));
  // Without it: rows of 128 bytes all lie in the same banks.
  EXPECT_EQ(passes(rows(128, 0), store), (Passes{32, 28}));
  EXPECT_EQ(passes(rows(64, 0), store), (Passes{16, 12}));
  EXPECT_EQ(passes(rows(32, 0), store), (Passes{8, 4}));
  // The same of loads.
  std::string load = store + "ldmatrix.sync.aligned.m8n8.x4.shared.b16 "
                             "{%r10, %r11, %r12, %r13}, [%r5];";
  EXPECT_EQ(passes(rows(128, 7), load), (Passes{8, 0}));
  EXPECT_EQ(passes(rows(128, 0), load), (Passes{64, 56}));
}
