//===- CpAsyncTest.cpp - cp.async, its groups and mbarriers ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

/// Each thread has 16 bytes of the tile (%r3) and of buffers 0 (%d1) and 1
/// (%d2).
static const char *const places =
    "mov.u32 %r1, sm; add.u32 %r2, %r1, 1024;\n"
    "shl.b32 %r4, %r0, 4; add.u32 %r3, %r2, %r4;\n"
    "cvt.u64.u32 %d3, %r4; add.u64 %d1, %a0, %d3; add.u64 %d2, %a1, %d3;\n"
    "setp.lt.u32 %p4, %r0, 0;\n";

static const char *const waitAll = "cp.async.wait_all;\n";

static const char *const dump = "ld.shared.v4.b32 {%r5, %r6, %r7, %r8}, [%r3];"
                                "st.global.v4.b32 [%d2], {%r5, %r6, %r7, "
                                "%r8};\n";

namespace {
struct Outcome {
  std::string found;
  std::vector<uint8_t> in, out;
};
} // namespace

static Outcome run(const std::string &body, unsigned threads = 64,
                   uint64_t seed = 0, bool written = true) {
  Outcome result;
  CopyBench bench;
  result.in = Stream(9).bytes(16 * threads);
  bench.buffer(result.in, written);
  bench.buffer(std::vector<uint8_t>(16 * threads));
  result.found = bench.run(places + body, threads, seed);
  result.out = bench.bytes(1);
  return result;
}

static std::string firstKind(const std::string &body, bool written = true) {
  std::string found = firstFinding(
      [&](uint64_t seed) { return run(body, 64, seed, written).found; });
  return found.substr(0, found.find(':'));
}

TEST(CpAsync, EverySize) {
  for (const char *copy :
       {"cp.async.cg.shared.global [%r3], [%d1], 16;\n",
        "cp.async.ca.shared::cta.global.L2::128B [%r3], [%d1], 16;\n",
        "cp.async.ca.shared.global [%r3], [%d1], 8;\n"
        "cp.async.ca.shared.global [%r3+8], [%d1+8], 8;\n",
        "mov.b64 %d5, 0;\n"
        "cp.async.ca.shared.global.L2::cache_hint [%r3], [%d1], 4, %d5;\n"
        "cp.async.ca.shared.global [%r3+4], [%d1+4], 4;\n"
        "cp.async.ca.shared.global [%r3+8], [%d1+8], 8;\n"}) {
    Outcome result = run(std::string(copy) + waitAll + dump);
    EXPECT_EQ(result.found, "") << copy;
    EXPECT_EQ(result.out, result.in) << copy;
  }
}

TEST(CpAsync, SourceSizeAndIgnore) {
  // Thread i reads i % 17 bytes, the rest is zero.
  Outcome sized = run("rem.u32 %r9, %r0, 17;\n"
                      "cp.async.cg.shared.global [%r3], [%d1], 16, %r9;\n" +
                      std::string(waitAll) + dump);
  EXPECT_EQ(sized.found, "");
  Outcome ignored = run("and.b32 %r9, %r0, 1; setp.eq.u32 %p5, %r9, 1;\n"
                        "cp.async.ca.shared.global [%r3], [%d1], 16, %p5;\n" +
                        std::string(waitAll) + dump);
  EXPECT_EQ(ignored.found, "");
  for (unsigned i = 0; i < sized.out.size(); ++i) {
    unsigned thread = i / 16;
    EXPECT_EQ(sized.out[i], i % 16 < thread % 17 ? sized.in[i] : 0);
    EXPECT_EQ(ignored.out[i], thread % 2 ? 0 : ignored.in[i]);
  }
  // What is not read need not exist.
  EXPECT_EQ(run("mov.u64 %d1, 16; cp.async.cg.shared.global [%r3], [%d1], 16, "
                "0;\n" +
                std::string(waitAll) + dump)
                .found,
            "");
}

TEST(CpAsync, GroupsAreOfEachThread) {
  // Two groups; the first half of each thread's bytes is in the older.
  std::string two = "cp.async.ca.shared.global [%r3], [%d1], 8;\n"
                    "cp.async.commit_group;\n"
                    "cp.async.ca.shared.global [%r3+8], [%d1+8], 8;\n"
                    "cp.async.commit_group;\n";
  std::string older = "ld.shared.b64 %d6, [%r3]; st.global.b64 [%d2], %d6;\n";
  std::string newer = "ld.shared.b64 %d6, [%r3+8];\n";
  for (uint64_t seed = 0; seed < 16; ++seed) {
    Outcome result =
        run(two + "cp.async.wait_group 1;\n" + older + waitAll, 64, seed);
    EXPECT_EQ(result.found, "");
    for (unsigned i = 0; i < result.out.size(); ++i)
      EXPECT_EQ(result.out[i], i % 16 < 8 ? result.in[i] : 0);
  }
  EXPECT_EQ(firstKind(two + "cp.async.wait_group 1;\n" + newer + waitAll),
            "data-race");
  EXPECT_EQ(firstKind(two + "cp.async.wait_group 2;\n" + older + waitAll),
            "data-race");
  // Odd lanes do not commit: wait_group does not wait for their copies.
  std::string some = "and.b32 %r9, %r0, 1; setp.eq.u32 %p5, %r9, 1;\n"
                     "cp.async.ca.shared.global [%r3], [%d1], 8;\n"
                     "@!%p5 cp.async.commit_group;\ncp.async.wait_group 0;\n";
  EXPECT_EQ(firstKind(some + older + waitAll), "data-race");
  EXPECT_EQ(firstKind(some + "@!%p5 ld.shared.b64 %d6, [%r3];\n" + waitAll),
            "");
}

TEST(CpAsync, Misuse) {
  std::string copy = "cp.async.cg.shared.global [%r3], [%d1], 16;\n";
  EXPECT_EQ(firstKind(copy + dump + waitAll), "data-race");
  EXPECT_EQ(firstKind(copy), "exit-with-pending-copy");
  EXPECT_EQ(firstKind("cp.async.cg.shared.global [%r3+8], [%d1], 16;\n" +
                      std::string(waitAll)),
            "misaligned");
  EXPECT_EQ(firstKind("cp.async.ca.shared.global [%r3], [%d1+2], 4;\n" +
                      std::string(waitAll)),
            "misaligned");
  EXPECT_EQ(firstKind("cp.async.cg.shared.global [%r3], [%d1+16], 16;\n" +
                      std::string(waitAll)),
            "out-of-bounds");
  EXPECT_EQ(firstKind("mov.u32 %r9, 17;\n"
                      "cp.async.cg.shared.global [%r3], [%d1], 16, %r9;\n" +
                      std::string(waitAll)),
            "operand-range");
  EXPECT_EQ(firstKind(copy + waitAll, /*written=*/false), "uninitialised-read");
  EXPECT_NE(run("cp.async.cg.shared.global [%r3], [%d1], 8;")
                .found.find("copies 8 bytes, must be 16 with .cg"),
            std::string::npos);
}

/// The barrier expects `count` arrivals, and every thread waits for phase 0.
static std::string arriving(unsigned count, const std::string &copies) {
  return "setp.ne.u32 %p1, %r0, 0;\n"
         "@!%p1 mbarrier.init.shared.b64 [%r1], " +
         std::to_string(count) + ";\nbar.sync 0;\n" + copies +
         "WAIT: mbarrier.try_wait.parity.shared.b64 %p2, [%r1], 0;\n"
         "@!%p2 bra WAIT;\n";
}

TEST(CpAsync, MBarriersCountCopies) {
  std::string copy = "cp.async.cg.shared.global [%r3], [%d1], 16;\n";
  // Each thread reads what its neighbour copied.
  std::string neighbour = "xor.b32 %r9, %r4, 16; add.u32 %r3, %r2, %r9;\n";
  for (uint64_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE(seed);
    Outcome apart =
        run(arriving(64, copy + "cp.async.mbarrier.arrive.noinc.shared.b64 "
                                "[%r1];\n") +
                neighbour + dump,
            64, seed);
    EXPECT_EQ(apart.found, "");
    for (unsigned i = 0; i < apart.out.size(); ++i)
      EXPECT_EQ(apart.out[i], apart.in[i ^ 16]);
    // Without .noinc a normal arrive comes besides.
    EXPECT_EQ(run(arriving(64, copy + "cp.async.mbarrier.arrive.shared::cta"
                                      ".b64 [%r1];\n"
                                      "mbarrier.arrive.shared.b64 _, "
                                      "[%r1];\n") +
                      neighbour + dump,
                  64, seed)
                  .found,
              "");
  }
  EXPECT_EQ(firstKind(arriving(64, copy + "mbarrier.arrive.shared.b64 _, "
                                          "[%r1];\n") +
                      neighbour + dump + waitAll),
            "data-race");
  // The counts do not fit the barrier.
  EXPECT_EQ(firstKind(arriving(64, copy + "cp.async.mbarrier.arrive.shared.b64 "
                                          "[%r1];\n")),
            "deadlock");
  EXPECT_EQ(firstKind("setp.ne.u32 %p1, %r0, 0;\n"
                      "cp.async.mbarrier.arrive.noinc.shared.b64 [%r1];\n"),
            "mbarrier");
}
