//===- ExecutionTest.cpp - Instructions, warps and barriers ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

#include <cmath>

using namespace dgemm::sim;
using namespace dgemm::sim::test;

/// %r1 of lane 5 after `body`.
static uint32_t word(const std::string &body) {
  Outcome result = run(kernel(body + "\nst.global.b32 [%d1], %r1;"));
  EXPECT_EQ(result.kind(), "0 findings") << body;
  return result.out.empty() ? 0xbadbadu : result.out[5];
}

/// The low and the high word of %d2 after `body`.
static uint64_t wide(const std::string &body) {
  uint64_t low = word(body + " cvt.u32.u64 %r1, %d2;");
  return low | uint64_t(word(body + " shr.u64 %d2, %d2, 32; "
                                    "cvt.u32.u64 %r1, %d2;"))
                   << 32;
}

static uint32_t bits(float value) {
  uint32_t word;
  std::memcpy(&word, &value, 4);
  return word;
}

TEST(Execution, Integers) {
  EXPECT_EQ(word("mov.u32 %r2, -7; div.s32 %r1, %r2, 2;"), uint32_t(-3));
  EXPECT_EQ(word("mov.u32 %r2, -7; rem.s32 %r1, %r2, 2;"), uint32_t(-1));
  EXPECT_EQ(word("mov.u32 %r2, -7; shr.s32 %r1, %r2, 1;"), uint32_t(-4));
  EXPECT_EQ(word("mov.u32 %r2, -7; shr.u32 %r1, %r2, 40;"), 0u);
  EXPECT_EQ(word("mov.u32 %r2, -7; min.s32 %r1, %r2, 1;"), uint32_t(-7));
  EXPECT_EQ(word("mov.u32 %r2, -7; min.u32 %r1, %r2, 1;"), 1u);
  EXPECT_EQ(word("mov.u32 %r2, 0x80000001; mul.hi.u32 %r1, %r2, 6;"), 3u);
  EXPECT_EQ(word("mov.u32 %r2, -3; mul.hi.s32 %r1, %r2, 6;"), uint32_t(-1));
  EXPECT_EQ(word("mad.lo.u32 %r1, %r0, 3, 4;"), 19u);
  EXPECT_EQ(word("add.sat.s32 %r1, %r0, 0x7fffffff;"), 0x7fffffffu);
  EXPECT_EQ(wide("mov.u32 %r2, -3; mad.wide.s32 %d2, %r2, 2, 1;"),
            uint64_t(-5));
  EXPECT_EQ(wide("mov.u64 %d3, -1; mul.hi.u64 %d2, %d3, %d3;"), uint64_t(-2));
  EXPECT_EQ(wide("mov.u64 %d3, -1; mul.hi.s64 %d2, %d3, %d3;"), 0u);
  EXPECT_EQ(word("mov.u32 %r2, -1; add.cc.u32 %r3, %r2, 1; addc.u32 %r1, 0,"
                 " 4;"),
            5u);
  EXPECT_EQ(word("sub.cc.u32 %r3, 0, 1; subc.u32 %r1, 9, 4;"), 4u);
}

TEST(Execution, Bits) {
  EXPECT_EQ(word("mov.u32 %r2, 0xabcd; bfe.u32 %r1, %r2, 4, 8;"), 0xbcu);
  EXPECT_EQ(word("mov.u32 %r2, 0xabcd; bfe.s32 %r1, %r2, 4, 8;"), 0xffffffbcu);
  EXPECT_EQ(word("mov.u32 %r2, 0xf; bfi.b32 %r1, %r2, %r0, 8, 3;"), 0x705u);
  EXPECT_EQ(word("mov.u32 %r2, 0x12345678; prmt.b32 %r1, %r2, 0, 0x0123;"),
            0x78563412u);
  EXPECT_EQ(word("mov.u32 %r2, 0x80; prmt.b32 %r1, %r2, 0, 0x8888;"),
            0xffffffffu);
  EXPECT_EQ(word("mov.u32 %r2, 0xf0; lop3.b32 %r1, %r2, 0xcc, 0xaa, 0x96;"),
            0xf0u ^ 0xcc ^ 0xaa);
  EXPECT_EQ(word("mov.u32 %r2, 0x80000000; shf.l.wrap.b32 %r1, %r2, 1, 1;"),
            3u);
  EXPECT_EQ(word("mov.u32 %r2, 0x00f0; clz.b32 %r1, %r2;"), 24u);
  EXPECT_EQ(word("mov.u32 %r2, 0x00f0; popc.b32 %r1, %r2;"), 4u);
  EXPECT_EQ(word("mov.u32 %r2, 0x00f0; bfind.u32 %r1, %r2;"), 7u);
  EXPECT_EQ(word("mov.u32 %r2, 1; brev.b32 %r1, %r2;"), 0x80000000u);
  EXPECT_EQ(word("mov.b64 %d2, {%r0, 7}; mov.b64 {%r2, %r1}, %d2;"), 7u);
  EXPECT_EQ(word("mov.b32 %r2, 0x12345678; mov.b32 {%h1, %h2}, %r2;"
                 "cvt.s32.s16 %r1, %h2;"),
            0x1234u);
}

TEST(Execution, Floats) {
  EXPECT_EQ(word("mov.f32 %f1, 0f3F800000; add.f32 %f2, %f1, 0.5;"
                 "mov.b32 %r1, %f2;"),
            bits(1.5f));
  EXPECT_EQ(word("mov.f32 %f1, 0f3F800000; div.rn.f32 %f2, %f1, 3.0;"
                 "mov.b32 %r1, %f2;"),
            bits(1.0f / 3));
  EXPECT_EQ(word("mov.f32 %f1, 0f3F800000; div.rz.f32 %f2, %f1, 3.0;"
                 "mov.b32 %r1, %f2;"),
            bits(1.0f / 3) - 1);
  EXPECT_EQ(word("mov.f32 %f1, -2.5; cvt.rni.s32.f32 %r1, %f1;"), uint32_t(-2));
  EXPECT_EQ(word("mov.f32 %f1, -2.5; cvt.rmi.s32.f32 %r1, %f1;"), uint32_t(-3));
  EXPECT_EQ(word("mov.f32 %f1, 1e20; cvt.rzi.s32.f32 %r1, %f1;"), 0x7fffffffu);
  EXPECT_EQ(word("mov.f32 %f1, 1.0; mov.f32 %f2, 2.0;"
                 "cvt.rn.bf16x2.f32 %r1, %f1, %f2;"),
            0x3f804000u);
  EXPECT_EQ(word("mov.f32 %f1, 3.0; mov.f32 %f2, 500.0;"
                 "cvt.rn.satfinite.e4m3x2.f32 %h1, %f1, %f2;"
                 "cvt.u32.u16 %r1, %h1;"),
            0x447eu);
  EXPECT_EQ(word("mov.b32 %r2, 0x3f804000; mov.b32 %r3, 0x40003f80;"
                 "fma.rn.bf16x2 %r1, %r2, %r3, %r2;"),
            0x40404080u);
  EXPECT_EQ(word("mov.f32 %f1, 0f7fc00000; setp.lt.f32 %p1, %f1, 1.0;"
                 "selp.u32 %r1, 1, 0, %p1;"),
            0u);
  EXPECT_EQ(word("mov.f32 %f1, 0f7fc00000; setp.ltu.f32 %p1, %f1, 1.0;"
                 "selp.u32 %r1, 1, 0, %p1;"),
            1u);
}

TEST(Execution, WarpsDivergeAndMeet) {
  // Even lanes loop; all meet at the shuffle.
  Outcome result =
      run(kernel("and.b32 %r2, %r0, 1; setp.ne.u32 %p1, %r2, 0;\n"
                 "mov.u32 %r1, 0; @%p1 bra DONE;\n"
                 "LOOP: add.u32 %r1, %r1, 1;\n"
                 "setp.lt.u32 %p2, %r1, %r0; @%p2 bra LOOP;\n"
                 "DONE: shfl.sync.bfly.b32 %r3, %r1, 1, 31, -1;\n"
                 "add.u32 %r3, %r3, %r1; st.global.u32 [%d1], %r3;"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[8], 8u);
  EXPECT_EQ(result.out[9], 8u);
}

TEST(Execution, LanesOfAWarpCanWaitForEachOther) {
  // Lane 0 spins at a lower address than the lanes that set the flag.
  Outcome result =
      run(kernel("setp.ne.u32 %p1, %r0, 0; @%p1 bra SET;\n"
                 "SPIN: ld.volatile.shared.u32 %r2, [flag];\n"
                 "setp.eq.u32 %p2, %r2, 0; @%p2 bra SPIN; bra END;\n"
                 "SET: st.volatile.shared.u32 [flag], %r0;\n"
                 "END: st.global.u32 [%d1], %r0;",
                 ".shared .align 4 .b32 flag;\n"),
          32, 3);
  // The first reads come before the flag is written.
  EXPECT_EQ(result.kind(), "uninitialised-read");
  EXPECT_EQ(result.out[31], 31u);
}

TEST(Execution, NamedBarriersOrderWarps) {
  std::string body = "shr.u32 %r2, %r0, 5; setp.ne.u32 %p1, %r2, 0;\n"
                     "shl.b32 %r3, %r0, 2; mov.u32 %r4, buffer;\n"
                     "add.u32 %r4, %r4, %r3; @%p1 bra READ;\n"
                     "st.shared.u32 [%r4], %r0; bar.arrive 3, 64; ret;\n"
                     "READ: bar.sync 3, 64; ld.shared.u32 %r1, [%r4+-128];\n"
                     "st.global.u32 [%d1], %r1;";
  std::string variable = ".shared .align 4 .b8 buffer[128];\n";
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Outcome result = run(kernel(body, variable), 64, seed);
    EXPECT_EQ(result.kind(), "0 findings");
    EXPECT_EQ(result.out[40], 8u);
  }
  // Without the barrier some order reads too early; each is a race.
  body.replace(body.find("bar.sync 3, 64;"), 15, "");
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Outcome result = run(kernel(body, variable), 64, seed);
    ASSERT_FALSE(result.findings.empty());
    EXPECT_EQ(result.findings.back().kind, "data-race");
  }
}

TEST(Execution, Atomics) {
  Outcome result = run(kernel("atom.global.add.u32 %r1, [%d0], 1;\n"
                              "setp.eq.u32 %p1, %r0, 0; @%p1 bra END;\n"
                              "red.global.max.u32 [%d0+4], %r0; END:"),
                       64, 0, 0, 3);
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 192u);
  EXPECT_EQ(result.out[1], 63u);
}

TEST(Execution, LocalMemoryAndGenericAddresses) {
  EXPECT_EQ(word(".local .align 8 .b8 stack[16]; mov.u64 %d2, stack;\n"
                 "cvta.local.u64 %d3, %d2; st.u32 [%d3+4], %r0;\n"
                 "ld.local.u32 %r1, [%d2+4];"),
            5u);
}

TEST(Findings, Memory) {
  EXPECT_EQ(run(kernel("st.global.u32 [%d1+4], %r0;")).kind(), "out-of-bounds");
  EXPECT_EQ(run(kernel("st.global.u32 [%d0+-4], %r0;")).kind(),
            "out-of-bounds");
  EXPECT_EQ(run(kernel("st.global.u64 [%d0+4], %d0;")).kind(), "misaligned");
  EXPECT_EQ(run(kernel("ld.shared.u32 %r1, [%r0+1024];")).kind(),
            "out-of-bounds");
  EXPECT_EQ(run(kernel("ld.shared.u32 %r1, [1024];"), 32, 0, 64).kind(),
            "uninitialised-read");
  EXPECT_EQ(run(kernel("st.global.u32 [%d1], %r9;")).kind(),
            "undefined-register");
}

TEST(Findings, Synchronisation) {
  EXPECT_EQ(run(kernel("shr.u32 %r2, %r0, 5; setp.eq.u32 %p1, %r2, 0;\n"
                       "@%p1 bar.sync 1, 64;"),
                64)
                .kind(),
            "deadlock");
  EXPECT_EQ(run(kernel("setp.eq.u32 %p1, %r0, 0; @%p1 bra L; bar.sync 0;\n"
                       "bra END; L: bar.sync 0; END:"))
                .kind(),
            "divergence");
  EXPECT_EQ(run(kernel("L: bra L;")).kind(), "instruction-limit");
  EXPECT_EQ(run(kernel("trap;")).kind(), "trap");
}

TEST(Findings, MBarriers) {
  std::string variable = ".shared .align 8 .b64 bar;\n";
  std::string init = "setp.ne.u32 %p1, %r0, 0; @%p1 bra END;\n"
                     "mbarrier.init.shared.b64 [bar], 1;\n";
  auto kind = [&](const std::string &body) {
    return run(kernel(init + body + "\nEND:", variable)).kind();
  };
  EXPECT_EQ(kind("mbarrier.arrive.shared.b64 %d2, [bar];\n"
                 "W: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;\n"
                 "@!%p2 bra W;"),
            "0 findings");
  EXPECT_EQ(kind("W: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;\n"
                 "@!%p2 bra W;"),
            "deadlock");
  // The wrong byte count, and that nobody can go on.
  EXPECT_EQ(kind("mbarrier.arrive.expect_tx.shared.b64 %d2, [bar], 16;\n"
                 "W: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;\n"
                 "@!%p2 bra W;"),
            "2 findings");
  EXPECT_EQ(kind("mbarrier.init.shared.b64 [bar], 1;"), "mbarrier");
  EXPECT_EQ(kind("ld.shared.u32 %r1, [bar];"), "mbarrier");
}

TEST(Execution, SameSeedSameRun) {
  std::string text = kernel("bar.sync 0; st.global.u32 [%d1], %r0;");
  Outcome first = run(text, 256, 5), second = run(text, 256, 5);
  EXPECT_EQ(first.statistics.executed, second.statistics.executed);
}
