//===- Tcgen05FindingTest.cpp - Misuse of the tensor core -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

/// A kernel with operands of an mma in %da, %db, %i and an mbarrier. `body` is
/// executed by all threads.
std::string text(const std::string &body) {
  return ".version 8.8\n.target sm_100a\n.address_size 64\n"
         ".visible .entry k(.param .u64 out) {\n"
         ".reg .pred %p<4>; .reg .b32 %r<40>; .reg .b64 %d<4>;\n"
         ".reg .b32 %i, %t, %x; .reg .b16 %h; .reg .b64 %da, %db;\n"
         ".shared .align 1024 .b8 sm[16384]; .shared .align 8 .b64 bar;\n"
         ".shared .align 4 .b32 address;\n"
         ".shared .align 8 .b64 next;\n"
         "mov.u32 %r0, %tid.x; setp.eq.u32 %p0, %r0, 0;\n"
         // f32 += bf16 * bf16, M = 128, N = 16.
         "mov.u32 %i, 0x08040490; mov.u32 %x, sm; shr.u32 %x, %x, 4;\n"
         "or.b32 %x, %x, 0x10000; mov.b64 %da, {%x, 0x40004040};\n"
         "mov.b64 %db, %da; mov.u32 %t, 0;\n" +
         body + "\nret;\n}\n";
}

const std::string alloc =
    "tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [address], 32;\n"
    "bar.warp.sync 0xffffffff; ld.shared.u32 %t, [address];\n";
const std::string dealloc =
    "tcgen05.dealloc.cta_group::1.sync.aligned.b32 %t, 32;\n";
const std::string barrier =
    "@%p0 mbarrier.init.shared::cta.b64 [bar], 1; bar.sync 0;\n";
/// Zeros in shared memory, for a warp.
const std::string fill =
    "shl.b32 %r1, %r0, 4; mov.u32 %r2, sm; add.u32 %r1, %r1, %r2;\n"
    "mov.u32 %r2, 0; FILL: st.shared.v4.b32 [%r1], {0, 0, 0, 0};\n"
    "add.u32 %r1, %r1, 512; add.u32 %r2, %r2, 1; setp.lt.u32 %p1, %r2, 32;\n"
    "@%p1 bra FILL;\n";
const std::string fence = "fence.proxy.async; bar.sync 0;\n";
const std::string multiply =
    "@%p0 tcgen05.mma.cta_group::1.kind::f16 [%t], %da, "
    "%db, %i, 0;\n";
const std::string commit =
    "@%p0 tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster"
    ".b64 [bar];\n";
const std::string waitBar =
    "WAIT: mbarrier.try_wait.parity.shared::cta.b64 %p2, [bar], 0;\n"
    "@!%p2 bra WAIT; tcgen05.fence::after_thread_sync;\n";
const std::string load = "tcgen05.ld.sync.aligned.32x32b.x1.b32 {%r9}, [%t];\n";
const std::string waitLoad = "tcgen05.wait::ld.sync.aligned;\n";

void expect(const std::string &body, const std::string &kind,
            const std::string &part, uint32_t threads = 32) {
  Outcome outcome = run(text(body), threads);
  ASSERT_EQ(outcome.error, "");
  ASSERT_FALSE(outcome.findings.empty()) << body;
  std::string all;
  bool found = false;
  for (const Finding &finding : outcome.findings) {
    found |=
        finding.kind == kind && finding.message.find(part) != std::string::npos;
    all += finding.toString() + "\n";
  }
  EXPECT_TRUE(found) << all << "expected: " << kind << ": " << part;
}

} // namespace

TEST(Tcgen05Finding, None) {
  Outcome outcome =
      run(text(alloc + barrier + fill + fence + multiply + commit + waitBar +
               load + waitLoad + "add.u32 %r9, %r9, 1;\n" + dealloc));
  EXPECT_EQ(outcome.kind(), "0 findings");
}

TEST(Tcgen05Finding, Allocation) {
  auto count = [](const char *columns) {
    return "mov.u32 %r3, " + std::string(columns) +
           "; tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 "
           "[address], %r3;\n";
  };
  expect(count("48"), "tmem-allocation", "48 columns: expected a power of two");
  expect(count("32") + count("64"), "tmem-allocation",
         "of 64 columns after one of 32");
  expect("tcgen05.relinquish_alloc_permit.cta_group::1.sync.aligned;" + alloc,
         "tmem-allocation", "after tcgen05.relinquish_alloc_permit");
  expect(count("512") + count("512"), "deadlock",
         "columns of tensor memory (columns 0 to 511 are allocated)");
  expect(alloc, "tmem-allocation",
         "without tcgen05.dealloc of columns 0 to 31");
  expect(dealloc, "tmem-allocation",
         "no allocation starts there (nothing is allocated)");
  expect(count("64") + dealloc, "tmem-allocation", "of 32 columns at column 0");
  expect(alloc + "add.u32 %t, %t, 0x10000;" + dealloc, "tmem-allocation",
         "lane 1");
  expect(alloc + "add.u32 %t, %t, 32;" + load, "tmem-allocation",
         "a ld uses columns 32 to 32 of tensor memory; columns 0 to 31 are "
         "allocated");
  expect("add.u32 %t, %t, 500;" + alloc +
             "mov.u32 %t, 28; mov.b32 %r1, 0;"
             "tcgen05.st.sync.aligned.32x32b.x2.unpack::16b.b32 [%t], {%r1, "
             "%r1}; mov.u32 %t, 30;"
             "tcgen05.st.sync.aligned.32x32b.x2.unpack::16b.b32 [%t], {%r1, "
             "%r1};",
         "tmem-allocation", "a st uses columns 30 to 33");
}

TEST(Tcgen05Finding, UseOfAllocation) {
  expect(alloc + "tcgen05.ld.sync.aligned.16x32bx2.x1.b32 {%r9}, [%t], -1;",
         "tmem-allocation", "a ld uses columns -1 to -1");
  expect(alloc + barrier + fill + fence + multiply + dealloc, "tmem-allocation",
         "still uses; wait for its tcgen05.commit");
  expect(alloc + fill + fence + "add.u32 %t, %t, 28;" + multiply,
         "tmem-allocation", "D of tcgen05.mma uses columns 28 to 43");
  expect(alloc + fill + fence +
             "@%p0 tcgen05.cp.cta_group::1.32x128b.warpx4 [%t+30], %da;",
         "tmem-allocation", "tcgen05.cp uses columns 30 to 33");
  expect(alloc + fill + fence +
             "@%p0 tcgen05.mma.cta_group::1.kind::f16 [%t], [%t+28], %db, %i, "
             "0;",
         "tmem-allocation", "A of tcgen05.mma uses columns 28 to 35");
}

TEST(Tcgen05Finding, Lanes) {
  expect(alloc + "add.u32 %t, %t, 0x200000;" + load, "tmem-lane",
         "warp 0 reaches lanes 0 to 31 of tensor memory; the address has lane "
         "32");
  expect(alloc + "add.u32 %t, %t, 0x100000;" + load, "tmem-lane", "lane 16");
  expect(alloc + fill + fence +
             "mov.u32 %i, 0x04040490; add.u32 %t, %t, 0x80000;" + multiply,
         "tmem-lane", "has lane 8, expected 0 or 16");
  expect(alloc + "@%p0 tcgen05.shift.cta_group::1.down [%t+65536];",
         "tmem-lane", "expected a multiple of 32");
  expect(alloc + "add.u32 %t, %t, %r0;" + load, "divergence",
         "all lanes must agree");
}

TEST(Tcgen05Finding, Values) {
  expect(alloc + load + waitLoad + dealloc, "uninitialised-read",
         "lane 0, column 0 of tensor memory");
  expect(alloc + barrier + "fence.proxy.async;" + multiply + commit + waitBar +
             dealloc,
         "uninitialised-read", "a tcgen05 instruction reads shared address");
  expect(alloc + barrier + fill + fence +
             "@%p0 tcgen05.mma.cta_group::1.kind::f16 [%t], %da, %db, %i, 1;" +
             commit + waitBar + dealloc,
         "uninitialised-read", "columns 0 to 7 of tensor memory");
  expect("mov.b32 %r1, 5; tcgen05.mma.cta_group::1.kind::f16 [%r7], %da, %db, "
         "%i, 0;" +
             alloc,
         "undefined-register", "an operand");
}

// The registers of a ld: nobody may name them before the wait.
TEST(Tcgen05Finding, Waits) {
  const std::string ready =
      alloc + barrier + fill + fence + multiply + commit + waitBar + load;
  const std::string used =
      "a register that the tcgen05.ld of line 19 fills is used before "
      "tcgen05.wait::ld";
  expect(ready + "add.u32 %r8, %r9, 1;" + waitLoad + dealloc, "tcgen05-wait",
         "is used before tcgen05.wait::ld");
  expect(ready + "st.shared.v2.u32 [sm], {%r1, %r9};" + waitLoad + dealloc,
         "tcgen05-wait", "is used before");
  expect(ready + "mov.u32 %r9, 0;" + waitLoad + dealloc, "tcgen05-wait",
         "is used before");
  expect(ready + "@%p3 bra NEXT; NEXT: ld.shared.u32 %r5, [%r9];" + waitLoad,
         "undefined-register", "");
}

TEST(Tcgen05Finding, Descriptors) {
  expect(alloc + fill + fence + "mov.u32 %i, 0x08040491;" + multiply,
         "mma-descriptor", "bits 1:0 (sparsity selector)");
  expect(alloc + fill + fence + "mov.b64 %da, 0;" + multiply, "mma-descriptor",
         "shared-memory descriptor 0x0000000000000000: bits 48:46 are 0");
  expect(alloc + fill + fence + "mov.b64 %db, 0x2000400000010040;" + multiply,
         "mma-descriptor", "the descriptor of B has the swizzle 128B with");
  expect(alloc + fill + fence + "add.u64 %da, %da, 0x3000;" + multiply,
         "out-of-bounds", "16 bytes at shared address");
}

TEST(Tcgen05Finding, Proxies) {
  expect(alloc + barrier + fill + "bar.sync 0;" + multiply + commit + waitBar +
             dealloc,
         "missing-proxy-fence", "fence.proxy.async");
}

TEST(Tcgen05Finding, Commits) {
  expect(alloc + "bar.sync 0;" + commit + dealloc, "mbarrier",
         "tcgen05.commit at shared address");
  expect(alloc + barrier +
             "mov.u16 %h, 2; @%p0 tcgen05.commit.cta_group::1."
             "mbarrier::arrive::one.shared::cluster.multicast::cluster.b64 "
             "[bar], %h;" +
             dealloc,
         "multicast", "mask 0x2 must name CTA ranks below");
  expect(alloc + barrier + fill + fence + multiply + "bar.sync 0;",
         "tmem-allocation", "without tcgen05.dealloc");
}

TEST(Tcgen05Finding, Pairs) {
  expect("tcgen05.alloc.cta_group::2.sync.aligned.shared::cta.b32 [address], "
         "32;",
         "tmem-allocation", ".cta_group::2 needs clusters of an even number");
}

namespace {

/// Two warps with an allocation of 32 columns, zeros in shared memory and two
/// mbarriers.
std::string warps(const std::string &first, const std::string &second,
                  const std::string &last = "bar.sync 0;") {
  return "setp.ge.u32 %p3, %r0, 32; @%p3 bra READY;\n" + alloc +
         "@%p0 mbarrier.init.shared::cta.b64 [bar], 1;\n"
         "@%p0 mbarrier.init.shared::cta.b64 [next], 1;\n" +
         fill +
         "fence.proxy.async;\nREADY: bar.sync 0; ld.shared.u32 %t, [address];\n"
         "setp.eq.u32 %p0, %r0, 0; @%p3 bra SECOND;\n" +
         first + "bra BOTH;\nSECOND: sub.u32 %r0, %r0, 32;\n" +
         "setp.eq.u32 %p0, %r0, 0;\n" + second + "BOTH: " + last +
         "@%p3 bra END;\n" + dealloc + "END:\n";
}

const std::string before = "tcgen05.fence::before_thread_sync;\n";
const std::string arrive = "bar.warp.sync 0xffffffff; @%p0 "
                           "mbarrier.arrive.shared::cta.b64 _, [bar];\n";
const std::string justWait =
    "WAIT1: mbarrier.try_wait.parity.shared::cta.b64 %p2, [bar], 0;\n"
    "@!%p2 bra WAIT1;\n";
const std::string after = "tcgen05.fence::after_thread_sync;\n";
/// A row of lanes 32 to 63.
const std::string loadSecond =
    "add.u32 %r10, %t, 0x200000;\n"
    "tcgen05.ld.sync.aligned.32x32b.x1.b32 {%r9}, [%r10];\n" +
    waitLoad;
const std::string copyA =
    "@%p0 tcgen05.cp.cta_group::1.128x256b [%t+16], %da;\n";
const std::string multiplyA =
    "@%p0 tcgen05.mma.cta_group::1.kind::f16 [%t], [%t+16], %db, %i, 0;\n"
    "@%p0 tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster"
    ".b64 [next];\n"
    "LAST: mbarrier.try_wait.parity.shared::cta.b64 %p2, [next], 0;\n"
    "@!%p2 bra LAST;\n";

} // namespace

TEST(Tcgen05Finding, RacesOfResults) {
  Outcome good = run(
      text(warps(multiply + commit, justWait + after + loadSecond + before)),
      64);
  EXPECT_EQ(good.kind(), "0 findings");
  expect(warps(multiply + commit, justWait + loadSecond), "tmem-race",
         "tcgen05.fence::after_thread_sync is missing behind the wait", 64);
  expect(warps(multiply + commit + waitBar, loadSecond), "tmem-race", "nothing",
         64);
}

// Of one thread, or in the order of issue by fences: no commit in between.
TEST(Tcgen05Finding, PipelinesOfInstructions) {
  auto kind = [](const std::string &body) {
    Outcome outcome = run(text(body), 64);
    for (const Finding &finding : outcome.findings)
      ADD_FAILURE() << finding.toString();
    return outcome.kind();
  };
  EXPECT_EQ(kind(warps(copyA + multiplyA, "")), "0 findings");
  EXPECT_EQ(kind(warps(copyA + before + arrive, justWait + after + multiplyA)),
            "0 findings");
  expect(warps(copyA + arrive, justWait + after + multiplyA), "tmem-race",
         "the tcgen05.mma reads lanes 0 to 15, column 16 of tensor memory, "
         "which the tcgen05.cp of line",
         64);
  expect(warps(copyA + before + arrive, justWait + multiplyA), "tmem-race",
         "tcgen05.cp of line", 64);
  // Accumulators of another shape are no pipeline.
  expect(warps(multiply + multiply + "mov.u32 %i, 0x08080490;\n" + multiply +
                   commit + waitBar,
               ""),
         "tmem-race", "the tcgen05.mma writes lanes 0 to 15, column 0", 64);
}

TEST(Tcgen05Finding, RacesWithDealloc) {
  expect(warps(multiply + commit + waitBar,
               justWait + after + loadSecond + before, ""),
         "tmem-race", "tcgen05.dealloc: the tcgen05.ld of line", 64);
}

// Records are dropped when there are many; those that matter stay.
TEST(Tcgen05Finding, RacesAfterManyAccesses) {
  std::string many = multiply + commit + waitBar + "mov.u32 %r11, 0; MANY:\n" +
                     load + waitLoad +
                     "add.u32 %r11, %r11, 1; setp.lt.u32 %p2, %r11, 40000;\n"
                     "@%p2 bra MANY;\n";
  std::string second = justWait + after + loadSecond + before;
  auto found = [&](const std::string &last) {
    return run(text(warps(many, second, last)), 64, 0, 0, 1, 1 << 20).kind();
  };
  EXPECT_EQ(found("bar.sync 0;"), "0 findings");
  EXPECT_EQ(found(""), "tmem-race");
}

TEST(Tcgen05Finding, Modules) {
  auto error = [](std::string body, const char *target = "sm_100a") {
    std::string module = text(body);
    module.replace(module.find("sm_100a"), 7, target);
    return run(module).error;
  };
  EXPECT_NE(error(alloc + "tcgen05.shift.cta_group::2.down [%t];")
                .find("both .cta_group::1 and .cta_group::2"),
            std::string::npos);
  EXPECT_NE(error(alloc, "sm_120a").find("needs .target sm_100a"),
            std::string::npos);
  EXPECT_NE(error("tcgen05.shift.cta_group::1.down [%t];", "sm_100f")
                .find("not in .target sm_100f"),
            std::string::npos);
  EXPECT_EQ(error(alloc + dealloc, "sm_103a"), "");
}
