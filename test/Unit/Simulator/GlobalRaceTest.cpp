//===- GlobalRaceTest.cpp - Clusters that write the same memory -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static Outcome runGrid(const std::string &body, uint32_t ctas = 4) {
  std::string text = kernel("mov.u32 %r1, %ctaid.x; mov.u32 %r2, buffer;\n"
                            "cvt.u64.u32 %d2, %r1; add.u64 %d3, %d0, %d2;\n"
                            "cvt.u16.u32 %h0, %r1;\n" + // line 13 follows
                                body,
                            ".shared .align 16 .b8 buffer[128];\n");
  Outcome result = run(text, 32, 0, 0, ctas);
  EXPECT_EQ(result.error, "") << text;
  return result;
}

TEST(GlobalRaces, ThreadsOfDifferentCtas) {
  Outcome result = runGrid("st.global.b32 [%d1], %r1;", 2);
  ASSERT_EQ(result.kind(), "data-race");
  const Finding &finding = result.findings[0];
  EXPECT_EQ(finding.line, 13u);
  EXPECT_EQ(finding.cta[0], 1u);
  EXPECT_EQ(finding.warp, 0);
  EXPECT_EQ(finding.lane, 0);
  EXPECT_NE(finding.message.find(", which CTA (0, 0, 0), warp 0, lane 0, line "
                                 "13 writes too"),
            std::string::npos)
      << finding.message;
}

TEST(GlobalRaces, OnePairForManyCtas) {
  EXPECT_EQ(runGrid("st.global.b32 [%d1], %r1;", 9).kind(), "data-race");
}

TEST(GlobalRaces, BytesOfTheirOwn) {
  EXPECT_EQ(runGrid("setp.ne.u32 %p1, %r0, 0; @%p1 ret;\n"
                    "st.global.b8 [%d3], %h0;")
                .kind(),
            "0 findings");
  // The last byte is also the first of the next CTA.
  EXPECT_EQ(runGrid("setp.ne.u32 %p1, %r0, 0; @%p1 ret;\n"
                    "st.global.b8 [%d3], %h0; st.global.b8 [%d3+1], %h0;")
                .kind(),
            "data-race");
}

TEST(GlobalRaces, StrongAccessesMayOrder) {
  // The last CTA to arrive writes what all have written.
  EXPECT_EQ(runGrid("st.global.b32 [%d1], %r1;\n"
                    "atom.acq_rel.gpu.global.add.u32 %r3, [%d0], 1;")
                .kind(),
            "0 findings");
  EXPECT_EQ(runGrid("red.global.add.u32 [%d1], 1;").kind(), "0 findings");
}

/// Thread 0 of each CTA writes 128 bytes by a copy.
static std::string store(const std::string &copy) {
  return "setp.ne.u32 %p1, %r0, 0; shl.b32 %r4, %r0, 2;\n"
         "add.u32 %r4, %r4, %r2; st.shared.b32 [%r4], %r1;\n"
         "fence.proxy.async.shared::cta; bar.sync 0; @%p1 ret;\n"
         "and.b32 %r5, %r1, 1; setp.eq.u32 %p2, %r5, 0;\n"
         "selp.b16 %h1, 0x00ff, 0xff00, %p2;\n" +
         copy + "\ncp.async.bulk.commit_group; cp.async.bulk.wait_group 0;\n";
}

TEST(GlobalRaces, Copies) {
  std::string start = "cp.async.bulk.global.shared::cta.bulk_group";
  EXPECT_EQ(runGrid(store(start + " [%d0], [%r2], 128;")).kind(), "data-race");
  std::string reduce =
      "cp.reduce.async.bulk.global.shared::cta.bulk_group.add.u32";
  EXPECT_EQ(runGrid(store(reduce + " [%d0], [%r2], 128;")).kind(),
            "0 findings");
}

// sm_120 has byte masks: each of the two CTAs writes its halves.
TEST(GlobalRaces, MaskedCopies) {
  std::string start = "cp.async.bulk.global.shared::cta.bulk_group.cp_mask";
  EXPECT_EQ(runGrid(store(start + " [%d0], [%r2], 128, %h1;"), 2).kind(),
            "0 findings");
}
