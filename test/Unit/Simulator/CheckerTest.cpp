//===- CheckerTest.cpp - A pair of kernels for each rule ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

/// Two warps. Thread 0 makes an mbarrier, loads 256 bytes into `buffer`, and
/// all wait; then each thread has read its word. `store` copies the buffer out.
struct Steps {
  std::string initFence = "fence.mbarrier_init.release.cluster;\n";
  std::string initBarrier = "bar.sync 0;\n";
  std::string before; // the load
  std::string wait = "W: mbarrier.try_wait.parity.shared.b64 %p2, [%r2], 0;\n"
                     "@!%p2 bra W;\n";
  std::string read = "ld.shared.b32 %r5, [%r4];\n";
  std::string after;
};

const char *load =
    "@%p1 mbarrier.arrive.expect_tx.shared.b64 _, [%r2], 256;\n"
    "@%p1 cp.async.bulk.shared::cta.global.mbarrier::complete_tx::bytes "
    "[%r3], [%d0], 256, [%r2];\n";
const char *store = "@%p1 cp.async.bulk.global.shared::cta.bulk_group "
                    "[%d0], [%r3], 256;\n"
                    "@%p1 cp.async.bulk.commit_group;\n";
const char *waitStore = "@%p1 cp.async.bulk.wait_group.read 0;\n";
const char *fence = "fence.proxy.async.shared::cta;\n";
const char *change = "st.shared.b32 [%r4], %r0;\n";

/// What is found, each with the start of its message: the rule.
std::string found(const Steps &steps) {
  std::string text =
      kernel("mov.u32 %r2, bar; mov.u32 %r3, buffer;\n"
             "shl.b32 %r4, %r0, 2; add.u32 %r4, %r4, %r3;\n"
             "setp.eq.u32 %p1, %r0, 0;\n"
             "@%p1 mbarrier.init.shared.b64 [%r2], 1;\n" +
                 steps.initFence + steps.initBarrier + steps.before + load +
                 steps.wait + steps.read + steps.after,
             ".shared .align 16 .b8 buffer[256];\n"
             ".shared .align 8 .b64 bar;\n.shared .align 8 .b64 free;\n");
  std::string all;
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Outcome result = run(text, 64, seed);
    EXPECT_EQ(result.error, "") << text;
    for (const Finding &finding : result.findings) {
      std::string entry = finding.kind + " " + finding.message.substr(0, 2);
      if (all.find(entry) == std::string::npos)
        all += entry + ";";
    }
  }
  return all;
}

} // namespace

static bool has(const Steps &steps, const std::string &entry) {
  std::string all = found(steps);
  EXPECT_NE(all.find(entry), std::string::npos) << all;
  return all.find(entry) != std::string::npos;
}

TEST(Checker, F1WritesBeforeACopyReads) {
  Steps steps;
  std::string use = "add.u32 %r5, %r5, 1; bar.sync 0;\n";
  std::string end = std::string(store) + waitStore;
  steps.after = use + change + fence + "bar.sync 0;\n" + end;
  EXPECT_EQ(found(steps), "");
  steps.after = use + change + "bar.sync 0;\n" + end;
  EXPECT_TRUE(has(steps, "missing-proxy-fence F1"));
  steps.after = use + change + fence + end;
  EXPECT_TRUE(has(steps, "data-race F1"));
}

TEST(Checker, F2BeforeACopyWrites) {
  Steps steps;
  steps.before = std::string(change) + fence + "bar.sync 0;\n";
  EXPECT_EQ(found(steps), "");
  steps.before = std::string(change) + "bar.sync 0;\n";
  EXPECT_TRUE(has(steps, "missing-proxy-fence F2"));
  steps.before = std::string(change) + fence;
  EXPECT_TRUE(has(steps, "data-race F2"));
}

TEST(Checker, F2LoadsInFlight) {
  // All arrive after they read; then thread 0 loads again.
  auto again = [](const std::string &between) {
    Steps steps;
    steps.initFence = "mov.u32 %r9, free;\n"
                      "@%p1 mbarrier.init.shared.b64 [%r9], 64;\n" +
                      steps.initFence;
    steps.after = between +
                  "mbarrier.arrive.shared.b64 _, [%r9];\n"
                  "F: mbarrier.try_wait.parity.shared.b64 %p3, [%r9], 0;\n"
                  "@!%p3 bra F;\n" +
                  load +
                  "V: mbarrier.try_wait.parity.shared.b64 %p4, [%r2], 1;\n"
                  "@!%p4 bra V;\n";
    return steps;
  };
  EXPECT_EQ(found(again(fence)), "");
  EXPECT_EQ(found(again("add.u32 %r6, %r5, 1;\n")), "");
  EXPECT_TRUE(has(again(""), "read-in-flight F2"));
  // A move does not wait for the load.
  EXPECT_TRUE(has(again("mov.b32 %r6, %r5;\n"), "read-in-flight F2"));
}

TEST(Checker, F3ReadsBeforeTheWait) {
  Steps steps;
  EXPECT_EQ(found(steps), "");
  steps.wait = "";
  EXPECT_TRUE(has(steps, "data-race F3"));
}

TEST(Checker, F4InitsThatNobodySees) {
  Steps steps;
  steps.initFence = "fence.proxy.async;\n";
  EXPECT_EQ(found(steps), "");
  steps.initFence = "";
  EXPECT_TRUE(has(steps, "mbarrier-init F4"));
  steps = Steps();
  steps.initBarrier = "";
  EXPECT_TRUE(has(steps, "mbarrier-init F4"));
}

// A relaxed arrival at the cluster's barrier hands on inits that are fenced,
// and nothing else.
TEST(Checker, F4InitsBehindARelaxedArrival) {
  const char *meet = "barrier.cluster.arrive.relaxed.aligned;\n"
                     "barrier.cluster.wait.aligned;\n";
  Steps steps;
  steps.initBarrier = meet;
  EXPECT_EQ(found(steps), "");
  steps.initFence = "";
  EXPECT_TRUE(has(steps, "mbarrier-init F4"));
  steps = Steps();
  steps.initBarrier = std::string("st.shared.b32 [%r4], %r0;\n") + meet;
  EXPECT_TRUE(has(steps, "data-race"));
}

TEST(Checker, F7WritesAfterACopyReads) {
  Steps steps;
  std::string use = "add.u32 %r5, %r5, 1; bar.sync 0;\n";
  steps.after = use + store + waitStore + "bar.sync 0;\n" + change;
  EXPECT_EQ(found(steps), "");
  steps.after = use + store + "bar.sync 0;\n" + change + waitStore;
  EXPECT_TRUE(has(steps, "overwritten-source F7"));
}

TEST(Checker, F5GlobalWritesBeforeACopyReads) {
  Steps steps;
  std::string global = "st.global.b32 [%d1], %r0;\n";
  steps.before = global + "fence.proxy.async.global;\nbar.sync 0;\n";
  EXPECT_EQ(found(steps), "");
  steps.before = global + "bar.sync 0;\n";
  EXPECT_TRUE(has(steps, "missing-proxy-fence F5"));
  // That of shared memory does not do.
  steps.before = global + fence + "bar.sync 0;\n";
  EXPECT_TRUE(has(steps, "missing-proxy-fence F5"));
}

TEST(Checker, F6ReadsOfWhatACopyWrote) {
  Steps steps;
  std::string begin = std::string("add.u32 %r5, %r5, 1; bar.sync 0;\n") + store;
  std::string read = "@%p1 ld.global.b32 %r7, [%d0];\n";
  steps.after = begin + "@%p1 cp.async.bulk.wait_group 0;\n" + read;
  EXPECT_EQ(found(steps), "");
  steps.after = begin + waitStore + read;
  EXPECT_TRUE(has(steps, "data-race F6"));
}
