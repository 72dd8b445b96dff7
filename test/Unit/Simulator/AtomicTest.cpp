//===- AtomicTest.cpp - Atomics, wide memory, warps, targets --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

/// Word `thread` of the output after `body`, without findings.
static std::vector<uint32_t> words(const std::string &body,
                                   uint32_t threads = 32) {
  Outcome result = run(kernel(body), threads);
  EXPECT_EQ(result.kind(), "0 findings") << body;
  result.out.resize(threads);
  return result.out;
}

TEST(Atomics, PackedHalves) {
  // 32 times 1.0 and 0.5 in each half of word 0.
  EXPECT_EQ(words("mov.b32 %r1, 0x38003c00;\n"
                  "red.global.add.noftz.f16x2 [%d0], %r1;")[0],
            0x4c005000u);
  EXPECT_EQ(words("mov.b32 %r1, 0x3f003f80;\n"
                  "atom.global.add.noftz.bf16x2 %r2, [%d0], %r1;")[0],
            0x41804200u);
  EXPECT_EQ(words("mov.b16 %h1, 0x3c00;\n"
                  "red.global.add.noftz.f16 [%d0+2], %h1;")[0],
            0x50000000u);
}

TEST(Atomics, Vectors) {
  std::vector<uint32_t> out =
      words("mov.f32 %f1, 1.0; mov.f32 %f2, 2.0; mov.f32 %f3, 4.0;"
            "mov.f32 %f4, 8.0; red.global.add.v4.f32 [%d0],"
            "{%f1, %f2, %f3, %f4};");
  EXPECT_EQ(out[0], 0x42000000u); // 32
  EXPECT_EQ(out[3], 0x43800000u); // 256
  out = words("mov.f32 %f1, 1.0; setp.ne.u32 %p1, %r0, 0;\n"
              "@%p1 bra E; atom.global.v2.f32.add {%f2, %f3}, [%d0],"
              "{%f1, %f1}; atom.global.v2.f32.add {%f2, %f3}, [%d0],"
              "{%f1, %f1}; st.global.v2.f32 [%d0+8], {%f2, %f3};\nE:");
  EXPECT_EQ(out[0], 0x40000000u);
  EXPECT_EQ(out[2], 0x3f800000u);
  out = words("mov.b32 %r1, 0x40003c00; mov.b32 %r2, 0x3c004000;\n"
              "red.global.max.noftz.v2.f16x2 [%d0], {%r1, %r2};");
  EXPECT_EQ(out[0], 0x40003c00u);
  EXPECT_EQ(out[1], 0x3c004000u);
}

TEST(Atomics, SixteenBytes) {
  std::vector<uint32_t> out = words(
      ".reg .b128 %q<4>; .reg .b64 %x, %y;\n"
      "setp.ne.u32 %p1, %r0, 0; @%p1 bra E;\n"
      "mov.u64 %d2, 7; mov.u64 %d3, 9; mov.u64 %d4, 0;\n"
      "mov.b128 %q1, {%d2, %d3}; mov.b128 %q2, {%d4, %d4};\n"
      "atom.global.cas.b128 %q3, [%d0], %q2, %q1;\n" // 0: replaces
      "atom.global.cas.b128 %q3, [%d0], %q2, %q2;\n" // no longer 0
      "mov.b128 {%x, %y}, %q3; st.global.b64 [%d0+16], %y;\n"
      "atom.global.exch.b128 %q3, [%d0], %q2; mov.b128 {%x, %y}, %q3;\n"
      "st.global.b64 [%d0+24], %x; st.global.b128 [%d0+32], %q1;\n"
      "ld.global.v2.b64 {%x, %y}, [%d0+32]; st.global.b64 [%d0+48], %y;\nE:");
  EXPECT_EQ(out[0], 0u);
  EXPECT_EQ(out[4], 9u);
  EXPECT_EQ(out[6], 7u);
  EXPECT_EQ(out[8], 7u);
  EXPECT_EQ(out[12], 9u);
}

TEST(Atomics, SubnormalsOfGlobalSums) {
  EXPECT_EQ(words("mov.b32 %f1, 1; red.global.add.f32 [%d0], %f1;")[0], 0u);
  EXPECT_EQ(words(".shared .f32 s; mov.f32 %f2, 0.0; st.shared.f32 [s], %f2;\n"
                  "bar.warp.sync -1; mov.b32 %f1, 1;\n"
                  "red.shared.add.f32 [s], %f1; bar.warp.sync -1;\n"
                  "ld.shared.u32 %r1, [s]; st.global.u32 [%d1], %r1;")[3],
            32u);
}

TEST(Atomics, Errors) {
  auto error = [](const std::string &body) { return run(kernel(body)).error; };
  EXPECT_TRUE(contains(error("red.global.min.f32 [%d0], %f1;"),
                       "does not have this operation"));
  EXPECT_TRUE(contains(error("atom.global.cas.b32 %r1, [%d0], %r2;"),
                       "one operand more"));
  EXPECT_TRUE(contains(error("red.global.add.v2.f32 [%d0], %f1;"),
                       "expected 2 elements"));
  EXPECT_TRUE(contains(error("red.shared.add.v2.f32 [%r1], {%f1, %f2};"),
                       "global memory"));
  EXPECT_EQ(run(kernel("red.global.add.u32 [%d0], %r9;")).kind(),
            "undefined-register");
}

TEST(Memory, VectorsOfEight) {
  std::vector<uint32_t> out =
      words("setp.ne.u32 %p1, %r0, 0; @%p1 bra E;\n"
            "mov.u32 %r1, 1; mov.u32 %r2, 2; mov.u32 %r8, 8;\n"
            "st.global.v8.b32 [%d0], {%r1,%r2,%r1,%r1,%r1,%r1,%r1,%r8};\n"
            "ld.global.L1::no_allocate.v8.b32"
            " {%r9,_,%r10,_,_,_,_,%r11}, [%d0];\n"
            "st.global.v2.u32 [%d0+32], {%r9, %r11};\nE:");
  EXPECT_EQ(out[7], 8u);
  EXPECT_EQ(out[8], 1u);
  EXPECT_EQ(out[9], 8u);
}

TEST(Warps, MatchAll) {
  std::vector<uint32_t> out =
      words("shr.u32 %r2, %r0, 5; match.all.sync.b32 %r1|%p1, %r2, -1;\n"
            "@!%p1 mov.u32 %r1, 1; st.global.b32 [%d1], %r1;");
  EXPECT_EQ(out[9], ~0u);
  out = words("and.b32 %r2, %r0, 16; match.all.sync.b32 %r1|%p1, %r2, -1;\n"
              "@!%p1 add.u32 %r1, %r1, 5; st.global.b32 [%d1], %r1;");
  EXPECT_EQ(out[9], 5u);
}

/// barrier.red gives every thread how many voted, whether all did, or any.
TEST(Warps, BarrierReductions) {
  std::vector<uint32_t> out =
      words("setp.lt.u32 %p1, %r0, 70; barrier.cta.red.popc.aligned.u32 %r1,"
            " 0, %p1; bar.red.and.pred %p2, 1, 96, %p1;\n"
            "bar.red.or.pred %p3, 0, !%p1; selp.u32 %r2, 100, 0, %p2;\n"
            "selp.u32 %r3, 1000, 0, %p3; add.u32 %r1, %r1, %r2;\n"
            "add.u32 %r1, %r1, %r3; st.global.u32 [%d1], %r1;",
            96);
  for (uint32_t value : out)
    EXPECT_EQ(value, 1070u);
}

static Outcome runOn(const std::string &target, const std::string &body) {
  std::string text = kernel(body);
  return run(text.replace(text.find("sm_120a"), 7, target));
}

TEST(Warps, ReduceFloats) {
  Outcome result =
      runOn("sm_100a", "cvt.rn.f32.u32 %f1, %r0; sub.f32 %f1, %f1, 20.0;\n"
                       "redux.sync.min.f32 %f2, %f1, -1;\n"
                       "redux.sync.max.abs.f32 %f3, %f1, -1;\n"
                       "add.f32 %f4, %f2, %f3; add.f32 %f4, %f4, %f3;\n"
                       "st.global.f32 [%d1], %f4;");
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[3], 0x41a00000u); // -20 + 20 + 20
}

/// Instructions that the target lacks name it, and the targets that have them.
TEST(Targets, Errors) {
  auto error = [](const std::string &target, const std::string &body) {
    return runOn(target, body).error;
  };
  EXPECT_TRUE(
      contains(error("sm_120a", "redux.sync.min.f32 %f1, %f2, -1;"),
               "the target sm_120a does not have it; it needs sm_100a"));
  EXPECT_TRUE(contains(error("sm_90a", "add.rn.f32x2 %d2, %d1, %d1;"),
                       "the target sm_90a does not have it"));
  EXPECT_TRUE(
      contains(error("sm_90a", "fma.rn.f32x2 %d2, %d1, %d1, %d1;"), "line "));
  EXPECT_TRUE(
      contains(error("sm_120", "cvt.rn.satfinite.e2m1x2.f32 %h1, %f1, %f2;"),
               "it needs sm_100a"));
  EXPECT_TRUE(contains(error("sm_90a", "ld.global.v8.b32 {%r1,%r1,%r1,%r1,%r1,"
                                       "%r1,%r1,%r1}, [%d1];"),
                       "sm_100 or later"));
  EXPECT_TRUE(
      contains(error("sm_80", "elect.sync %r1|%p1, -1;"), "sm_90 or later"));
  EXPECT_TRUE(contains(
      error("sm_100a",
            "mma.sync.aligned.m16n8k32.row.col.kind::f8f6f4.f32.e4m3.e4m3.f32 "
            "{%f0,%f1,%f2,%f3},{%r1,%r2,%r3,%r4},{%r5,%r6},"
            "{%f0,%f1,%f2,%f3};"),
      "it needs sm_120a"));
  EXPECT_EQ(error("sm_100a", "add.rn.f32x2 %d2, %d1, %d1;"), "");
}

/// What is outside of the set names itself and its line.
TEST(Targets, OutsideOfTheSet) {
  for (const char *body :
       {"vadd.s32.s32.s32 %r1, %r2, %r3;",
        "tex.2d.v4.f32.f32 {%f1,%f2,%f3,%f4},"
        "[%d0, {%f1, %f2}];",
        "suld.b.1d.b32.trap %r1, [%d0, {%r1}];",
        "cvt.rs.f16x2.f32 %r1, %f1, %f2, %r2;",
        "fma.rn.oob.f16 %h1, %h2, %h3, %h4;", "shfl.down.b32 %r1, %r2, 1, 31;",
        "wmma.load.a.sync.aligned.row.m16n16k16.f16 {%r1}, [%d0];"}) {
    std::string message = run(kernel("\n" + std::string(body))).error;
    EXPECT_TRUE(contains(message, "line 10: '")) << message;
    EXPECT_TRUE(contains(message, "unsupported")) << message;
  }
}

TEST(Targets, DriverRegisters) {
  std::vector<uint32_t> out =
      words("mov.u32 %r1, %envreg31; mov.u32 %r2, %pm3;\n"
            "mov.u64 %d2, %pm0_64; mov.u32 %r3, %reserved_smem_offset_end;\n"
            "add.u32 %r1, %r1, %r2; add.u32 %r1, %r1, %r3;\n"
            "st.global.u32 [%d1], %r1;");
  EXPECT_EQ(out[1], 1024u);
  EXPECT_TRUE(contains(run(kernel("mov.u32 %r1, %envregx;")).error,
                       "'%envregx' is not declared"));
}
