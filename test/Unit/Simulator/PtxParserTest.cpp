//===- PtxParserTest.cpp - What PTX is read, and what is refused ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

#include "dgemm/Simulator/CopyForm.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static std::string parseError(const std::string &text) {
  Expected<Program> program = parsePtx(text);
  return program ? "" : program.message();
}

static std::string errorOf(const std::string &body) {
  return parseError(kernel(body));
}

TEST(PtxParser, NamesLineAndInstruction) {
  EXPECT_EQ(errorOf("frobnicate.sync.aligned;"),
            "line 9: 'frobnicate.sync.aligned': unsupported instruction");
  EXPECT_EQ(errorOf("\n\nadd.frob.u32 %r1, %r0, 1;"),
            "line 11: 'add.frob.u32': unsupported modifier '.frob'");
}

TEST(PtxParser, OperandErrors) {
  EXPECT_NE(errorOf("add.u32 %r1, %r0;").find("expected more than 2 operands"),
            std::string::npos);
  EXPECT_NE(errorOf("add.u32 %r1, %r0, 1, 2;").find("expected 3 operands"),
            std::string::npos);
  EXPECT_NE(errorOf("add.u32 7, %r0, 1;").find("expected a register"),
            std::string::npos);
  EXPECT_NE(errorOf("add.u32 %r99, %r0, 1;").find("'%r99' is not declared"),
            std::string::npos);
  EXPECT_NE(errorOf("ld.global.v2.u32 %r1, [%d1];").find("2 elements"),
            std::string::npos);
  EXPECT_NE(errorOf("@%r1 ret;").find("predicate"), std::string::npos);
  EXPECT_NE(errorOf("add.b128 %r1, %r0, 1;").find("unsupported type"),
            std::string::npos);
}

TEST(PtxParser, MatrixErrors) {
  EXPECT_NE(errorOf("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1,%r2},"
                    "[%r0];")
                .find("needs 4 registers"),
            std::string::npos);
  std::string mma = "mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4."
                    "block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0 "
                    "{%f0,%f1,%f2,%f3},{%r1,%r2,%r3,%r4},{%r5,%r6},"
                    "{%f0,%f1,%f2,%f3},%r7,{0,";
  EXPECT_EQ(errorOf(mma + "0},%r8,{3,3};"), "");
  EXPECT_NE(errorOf(mma + "2},%r8,{0,0};"), "");
}

TEST(PtxParser, StructureErrors) {
  EXPECT_NE(errorOf("bra nowhere;").find("label 'nowhere' is not defined"),
            std::string::npos);
  EXPECT_NE(errorOf("L: L: ret;").find("defined twice"), std::string::npos);
  EXPECT_NE(parseError(".entry k() {").find("not closed"), std::string::npos);
  EXPECT_NE(parseError("/* open").find("comment"), std::string::npos);
  EXPECT_NE(errorOf(".reg .b32 %x<99999999>;").find("65536 registers"),
            std::string::npos);
  EXPECT_NE(errorOf("mov.u32 %r1, 0xzz;").find("malformed number"),
            std::string::npos);
  EXPECT_NE(errorOf(".shared .b8 s[999999999];").find("larger than"),
            std::string::npos);
}

TEST(PtxParser, ScopesShadowAndLabelsAreLocal) {
  Outcome result =
      run(kernel("mov.u32 %r1, 1;\n"
                 "{ .reg .b32 %r1; mov.u32 %r1, 5; bra L; L: }\n"
                 "{ bra L; mov.u32 %r1, 7; L: add.u32 %r1, %r1, 1; }\n"
                 "st.global.u32 [%d1], %r1;"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[3], 2u);
}

TEST(PtxParser, WhatCompilersWrite) {
  std::string text =
      kernel(".loc 1 20 3, function_name $L__info_string0, inlined_at 1 30 5\n"
             ".pragma \"nounroll\";\n"
             "ld.const.u32 %r1, [table+4]; st.global.u32 [%d1], %r1;",
             ".file 1 \"a b.cu\"\n.section .debug_str { .b8 1,2 }\n"
             ".func (.param .b32 x) f(.param .b32 y) { { ret; } }\n"
             ".const .align 4 .b32 table[3] = {1, -2, 0x30};\n"
             ".extern .shared .align 1024 .b8 dynamic[];\n");
  Outcome result = run(text);
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 0xfffffffeu);
}

TEST(PtxParser, TargetsHaveTheirSharedMemory) {
  for (const char *target : {"sm_90", "sm_90a", "sm_100a", "sm_103a"})
    EXPECT_EQ(parseChip(target).sharedMemoryLimit(), 232448u) << target;
  for (const char *target : {"sm_89", "sm_120a", "sm_121a"})
    EXPECT_EQ(parseChip(target).sharedMemoryLimit(), 101376u) << target;
  EXPECT_EQ(parseChip("sm_80").sharedMemoryLimit(), 166912u);
}

TEST(PtxParser, LaunchMustFit) {
  GlobalMemory memory;
  Expected<Program> program = parsePtx(kernel(""));
  ASSERT_TRUE(bool(program));
  Launch launch;
  launch.entry = "other";
  auto message = [&] {
    return simulate(*program, launch, memory, Options()).message();
  };
  EXPECT_EQ(message(), "there is no kernel 'other' in the module; it has 'k'");
  launch.entry = "k";
  EXPECT_EQ(message(), "kernel 'k' has 1 parameter, the launch gives 0");
  launch.parameters.emplace_back(4);
  EXPECT_EQ(message(), "parameter 0 ('out') has 8 bytes, the launch gives 4");
  launch.parameters[0].resize(8);
  launch.sharedBytes = 1 << 20;
  EXPECT_NE(message().find("shared memory, the chip has"), std::string::npos);
  launch.sharedBytes = 101377;
  EXPECT_EQ(message(),
            "the CTA needs 101377 bytes of shared memory, the chip has 101376 "
            "(target sm_120a, 101377 of these bytes are dynamic)");
  launch.sharedBytes = 101376;
  EXPECT_EQ(message().find("shared memory"), std::string::npos);
  launch.block[0] = 2048;
  EXPECT_NE(message().find("1024"), std::string::npos);
}
