//===- MBarrierExecutionTest.cpp - Every mbarrier instruction -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static std::string found(const std::string &body, unsigned threads = 1) {
  CopyBench bench;
  bench.buffer(std::vector<uint8_t>(512));
  std::string text = bench.run("mov.u32 %r1, sm;\n" + body, threads);
  return text.substr(0, text.find(':'));
}

/// The word that thread 0 leaves in %r5.
static uint32_t word(const std::string &body, unsigned threads = 1) {
  CopyBench bench;
  bench.buffer(std::vector<uint8_t>(512));
  EXPECT_EQ(bench.run("mov.u32 %r1, sm; mov.u32 %r5, 0;\n" + body +
                          "\nsetp.eq.u32 %p7, %r0, 0;\n"
                          "@%p7 st.global.b32 [%a0], %r5;",
                      threads),
            "")
      << body;
  return bench.at<uint32_t>(0, 0);
}

static const char *const init3 = "mbarrier.init.shared::cta.b64 [%r1], 3;\n";

/// %r5 gets 1 if the wait succeeds.
static std::string testWait(const std::string &wait) {
  return "mbarrier.test_wait" + wait + ";\nselp.u32 %r5, 1, 0, %p1;\n";
}

TEST(MBarrierExecution, StatesAndParities) {
  std::string arrive = "mbarrier.arrive.release.cta.shared::cta.b64 %d1, "
                       "[%r1], ";
  for (const char *order : {"", ".acquire.cta", ".relaxed.cluster"}) {
    std::string suffix = std::string(order) + ".shared::cta.b64 %p1, [%r1], ";
    EXPECT_EQ(word(init3 + arrive + "2;\n" + testWait(suffix + "%d1")), 0u);
    EXPECT_EQ(word(init3 + arrive + "3;\n" + testWait(suffix + "%d1")), 1u);
    EXPECT_EQ(
        word(init3 + arrive + "2;\n" + testWait(".parity" + suffix + "0")), 0u);
    EXPECT_EQ(
        word(init3 + arrive + "3;\n" + testWait(".parity" + suffix + "0")), 1u);
    // A fresh barrier answers to parity 1.
    EXPECT_EQ(word(init3 + testWait(".parity" + suffix + "1")), 1u);
  }
  EXPECT_EQ(word(init3 + arrive +
                 "3;\nmbarrier.try_wait.acquire.cluster.shared::cta.b64 %p1, "
                 "[%r1], %d1, 1000;\nselp.u32 %r5, 1, 0, %p1;"),
            1u);
  // Of a phase two back.
  EXPECT_EQ(found(init3 + arrive + "3;\nmov.b64 %d2, %d1;\n" + arrive + "3;\n" +
                  testWait(".shared.b64 %p1, [%r1], %d2")),
            "mbarrier");
}

TEST(MBarrierExecution, NoComplete) {
  std::string body = std::string(init3) +
                     "mbarrier.arrive.noComplete.release.cta.shared.b64 %d1, "
                     "[%r1], 2;\nmbarrier.pending_count.b64 %r5, %d1;\n";
  // The state is that before the arrive.
  EXPECT_EQ(word(body), 3u);
  EXPECT_EQ(word(body + "mbarrier.arrive.shared.b64 _, [%r1];\n" +
                 testWait(".shared.b64 %p1, [%r1], %d1")),
            1u);
  EXPECT_EQ(found(body + "mbarrier.arrive.noComplete.shared.b64 _, [%r1], 1;"),
            "mbarrier");
  // arrive_drop: phase 1 expects one arrival.
  EXPECT_EQ(word(init3 +
                 std::string("mbarrier.arrive_drop.noComplete.shared."
                             "b64 %d1, [%r1], 2;\n"
                             "mbarrier.arrive.shared.b64 _, [%r1];\n"
                             "mbarrier.arrive.shared.b64 %d2, "
                             "[%r1];\n") +
                 testWait(".shared.b64 %p1, [%r1], %d2")),
            1u);
  EXPECT_EQ(found(init3 + std::string("mbarrier.arrive.shared.b64 %d1, [%r1];"
                                      "mbarrier.pending_count.b64 %r5, %d1;")),
            "mbarrier");
  CopyBench bench;
  bench.buffer({0});
  EXPECT_NE(bench.run("mbarrier.arrive.noComplete.shared.b64 %d1, [%r1];")
                .find(".noComplete needs a count"),
            std::string::npos);
}

TEST(MBarrierExecution, Transactions) {
  std::string one = "mbarrier.init.shared.b64 [%r1], 1;\n";
  std::string both = ".relaxed.cta.shared::cta.b64 [%r1], ";
  std::string arrive = "mbarrier.arrive.shared.b64 %d1, [%r1];\n";
  std::string drop = "mbarrier.inval.shared::cta.b64 [%r1];\n";
  std::string wait = testWait(".shared.b64 %p1, [%r1], %d1");
  EXPECT_EQ(
      word(one + "mbarrier.expect_tx" + both + "48;\n" + arrive + wait + drop),
      0u);
  EXPECT_EQ(word(one + "mbarrier.expect_tx" + both + "48;\n" + arrive +
                 "mbarrier.complete_tx" + both + "32;\n" + wait + drop),
            0u);
  EXPECT_EQ(word(one + "mbarrier.expect_tx" + both + "48;\n" + arrive +
                 "mbarrier.complete_tx" + both + "32;\nmbarrier.complete_tx" +
                 both + "16;\n" + wait),
            1u);
  // Completed before it is expected.
  EXPECT_EQ(word(one + "mbarrier.complete_tx" + both + "16;\n" +
                 "mbarrier.arrive.expect_tx.shared.b64 %d1, [%r1], 16;\n" +
                 wait),
            1u);
  EXPECT_EQ(found(one + "mbarrier.expect_tx" + both + "1048575;\n" +
                  "mbarrier.expect_tx" + both + "1;\n"),
            "mbarrier");
}

TEST(MBarrierExecution, Invalidation) {
  std::string one = "mbarrier.init.shared.b64 [%r1], 1;\n";
  std::string inval = "mbarrier.inval.shared::cta.b64 [%r1];\n";
  EXPECT_EQ(found(one + inval + one), "");
  EXPECT_EQ(found(one + inval + "st.shared.b64 [%r1], 0;"), "");
  EXPECT_EQ(found(one + "st.shared.b64 [%r1], 0;"), "mbarrier");
  EXPECT_EQ(found(one + one), "mbarrier");
  EXPECT_EQ(found(one + inval + inval), "mbarrier");
  EXPECT_EQ(found(one + inval + "mbarrier.arrive.shared.b64 _, [%r1];"),
            "mbarrier");
}

TEST(CacheHints, ChangeNothingAndCheckOperands) {
  auto found = [](const std::string &body) {
    CopyBench bench;
    bench.buffer(std::vector<uint8_t>(512));
    std::string text = bench.run(body, 1);
    return text.substr(0, text.find(':'));
  };
  EXPECT_EQ(found("createpolicy.fractional.L2::evict_first.b64 %d1;\n"
                  "createpolicy.fractional.L2::evict_last.L2::evict_unchanged"
                  ".b64 %d2, 0.5;\n"
                  "createpolicy.range.global.L2::evict_last.L2::evict_first"
                  ".b64 %d3, [%a0], 256, 512;\n"
                  "createpolicy.cvt.L2.b64 %d4, %d1;\n"
                  "ld.global.L2::cache_hint.b32 %r1, [%a0], %d4;\n"
                  "prefetch.global.L2 [%a0]; prefetch.L1 [%a0];\n"
                  "prefetch.global.L2::evict_last [%a0];\n"
                  "prefetchu.L1 [%a0]; discard.global.L2 [%a0+128], 128;\n"
                  "applypriority.global.L2::evict_normal [%a0], 128;"),
            "");
  EXPECT_EQ(found("discard.global.L2 [%a0+64], 128;"), "misaligned");
  EXPECT_EQ(found("discard.global.L2 [%a0+512], 128;"), "out-of-bounds");
  EXPECT_EQ(found("prefetch.global.L2 [%d1];"), "undefined-register");
  EXPECT_EQ(found("createpolicy.range.global.L2::evict_last.b64 %d3, [%a0], "
                  "512, 256;"),
            "cache-policy");
  CopyBench bench;
  bench.buffer({0});
  EXPECT_NE(bench.run("discard.global.L2 [%a0], 64;")
                .find("the size must be the constant 128"),
            std::string::npos);
}
