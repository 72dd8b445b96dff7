//===- CallTest.cpp - Device functions, branch tables, variables ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PtxSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static const char *store = "st.global.b32 [%d1], %r1;";

static bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

TEST(Call, RegistersAndNumbersAsArguments) {
  Outcome result =
      run(kernel("call (%r1), f, (%r0, 100); st.global.b32 [%d1], %r1;",
                 ".func (.reg .b32 %x) f(.reg .b32 %a, .reg .b32 %b) {\n"
                 ".reg .b32 %t; mul.lo.u32 %t, %a, 3; add.u32 %x, %t, %b;\n"
                 "ret; }\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[7], 121u);
}

/// g calls f, which is declared before and defined behind; some lanes return
/// early.
TEST(Call, NestedWithDivergentReturns) {
  Outcome result = run(kernel(
      "{ .param .b32 a; .param .b32 r; st.param.b32 [a], %r0;\n"
      "call.uni (r), g, (a); ld.param.b32 %r1, [r]; }\n" +
          std::string(store),
      ".func (.param .b32 r) f(.param .b32 a);\n"
      ".func (.param .b32 r) g(.param .b32 a) {\n"
      ".reg .b32 %r<4>; .reg .pred %p; ld.param.b32 %r1, [a];\n"
      "setp.lt.u32 %p, %r1, 9; st.param.b32 [r], %r1; @%p ret;\n"
      "{ .param .b32 x; .param .b32 y; st.param.b32 [x], %r1;\n"
      "call (y), f, (x); ld.param.b32 %r2, [y]; }\n"
      "add.u32 %r2, %r2, %r1; st.param.b32 [r], %r2; ret; }\n"
      ".func (.param .b32 r) f(.param .b32 a) {\n"
      ".reg .b32 %r<4>; ld.param.b32 %r1, [a]; mul.lo.u32 %r1, %r1, 10;\n"
      "st.param.b32 [r], %r1; ret; }\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(result.out[i], i < 9 ? i : 11 * i);
}

TEST(Call, LanesMeetAgainAfterTheCall) {
  // A barrier of the warp directly behind a call that only some lanes make.
  Outcome result =
      run(kernel("setp.lt.u32 %p1, %r0, 5; mov.u32 %r1, 1;\n"
                 "@%p1 call (%r1), f, (%r0);\n"
                 "vote.sync.ballot.b32 %r2, %p1, -1; add.u32 %r1, %r1, %r2;" +
                     std::string(store),
                 ".func (.reg .b32 %x) f(.reg .b32 %a) {\n"
                 "add.u32 %x, %a, 1000; ret; }\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[4], 1004u + 31);
  EXPECT_EQ(result.out[5], 1u + 31);
}

TEST(Call, ExitWithinAFunction) {
  Outcome result =
      run(kernel("mov.u32 %r1, 7; call f, (%r0);" + std::string(store),
                 ".func f(.reg .b32 %a) { .reg .pred %p;\n"
                 "setp.ge.u32 %p, %a, 20; @%p exit; ret; }\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[19], 7u);
  EXPECT_EQ(result.out[20], 0u);
}

static const char *three =
    ".func (.reg .b32 %x) f(.reg .b32 %a) { add.u32 %x, %a, 100; ret; }\n"
    ".func (.reg .b32 %x) g(.reg .b32 %a) { add.u32 %x, %a, 200; ret; }\n"
    ".func (.reg .b32 %x) h(.reg .b32 %a) { add.u32 %x, %a, 300; ret; }\n"
    ".global .align 8 .u64 table[3] = {f, g, h};\n";

TEST(Call, IndirectToSeveralFunctions) {
  std::string body =
      "rem.u32 %r2, %r0, 3; mul.wide.u32 %d2, %r2, 8; mov.u64 %d3, table;\n"
      "add.u64 %d3, %d3, %d2; ld.global.u64 %d4, [%d3];\n"
      "proto: .callprototype (.reg .b32 _) _ (.reg .b32 _);\n"
      "call (%r1), %d4, (%r0), proto;";
  Outcome result = run(kernel(body + store, three));
  EXPECT_EQ(result.kind(), "0 findings");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(result.out[i], i + 100 * (i % 3 + 1));
  result = run(
      kernel("mov.u64 %d4, 4096;\n" + body.substr(body.find("proto")), three));
  EXPECT_EQ(result.kind(), "call");
  EXPECT_TRUE(contains(result.findings[0].message, "not that of a function"));
}

TEST(Call, ArgumentsMustFit) {
  std::string message = run(kernel("call (%r1), f, (%r0, %r0);", three)).error;
  EXPECT_TRUE(contains(message, "line ")) << message;
  EXPECT_TRUE(contains(message, "'f' takes 1 arguments")) << message;
}

TEST(Call, FunctionsNeedABody) {
  std::string message =
      run(kernel("call f, (%r0);", ".extern .func f(.reg .b32 %a);\n")).error;
  EXPECT_TRUE(contains(message, "'f' has no body in this module")) << message;
  EXPECT_EQ(run(kernel("mov.u32 %r1, 1;", ".extern .func f(.param .b32 a);\n"))
                .kind(),
            "0 findings");
  message = run(kernel("call unknown, (%r0);")).error;
  EXPECT_TRUE(contains(message, "'unknown' is not declared")) << message;
}

TEST(Call, RecursionWithoutEnd) {
  Outcome result = run(kernel(
      "call f, (%r0);", ".func f(.reg .b32 %a);\n"
                        ".func f(.reg .b32 %a) { call f, (%a); ret; }\n"));
  EXPECT_EQ(result.kind(), "stack-overflow");
  EXPECT_TRUE(contains(result.findings[0].message, "1024 deep"));
  result = run(kernel("call f, (%r0);",
                      ".func f(.reg .b32 %a);\n"
                      ".func f(.reg .b32 %a) { .local .b8 big[4096];\n"
                      "call f, (%a); ret; }\n"));
  EXPECT_EQ(result.kind(), "stack-overflow");
  EXPECT_TRUE(contains(result.findings[0].message, "bytes of local memory"));
}

/// A pointer to the caller's array works, one to a frame that is gone does not.
TEST(Call, MemoryOfFrames) {
  std::string functions =
      ".func fill(.reg .b64 %a) { .reg .b32 %v; mov.u32 %v, 55;\n"
      "st.u32 [%a+8], %v; ret; }\n"
      ".func (.reg .b64 %x) leak() { .local .b32 mine[64];\n"
      "mov.u64 %x, mine; cvta.local.u64 %x, %x; ret; }\n";
  Outcome result = run(kernel(".local .b32 array[4]; mov.u64 %d2, array;\n"
                              "cvta.local.u64 %d2, %d2; call fill, (%d2);\n"
                              "ld.local.u32 %r1, [array+8];" +
                                  std::string(store),
                              functions));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 55u);
  result = run(kernel("call (%d2), leak, (); ld.u32 %r1, [%d2];", functions));
  EXPECT_EQ(result.kind(), "out-of-bounds");
}

TEST(Call, UndefinedArgumentsStayUndefined) {
  Outcome result =
      run(kernel("call (%r1), f, (%r5);" + std::string(store), three));
  EXPECT_EQ(result.kind(), "undefined-register");
}

TEST(Call, AliasesAreFunctions) {
  Outcome result = run(kernel("call (%r1), other, (%r0);" + std::string(store),
                              std::string(three) +
                                  ".func (.reg .b32 %x) other(.reg .b32 %a);\n"
                                  ".alias other, g;\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[3], 203u);
}

TEST(Call, BranchTables) {
  std::string body = "rem.u32 %r2, %r0, 3; mov.u32 %r1, 9;\n"
                     "list: .branchtargets A, B, C;\n"
                     "brx.idx %r2, list;\n"
                     "A: mov.u32 %r1, 10; bra D;\nB: mov.u32 %r1, 20;\n"
                     "C: add.u32 %r1, %r1, 1;\nD:";
  Outcome result = run(kernel(body + store));
  EXPECT_EQ(result.kind(), "0 findings");
  for (uint32_t i = 0; i < 32; ++i)
    EXPECT_EQ(result.out[i], i % 3 == 0 ? 10u : i % 3 == 1 ? 21u : 10u) << i;
  result = run(kernel("mov.u32 %r1, 0; mov.u32 %r2, 3;\n" +
                      body.substr(body.find("list")) + store));
  EXPECT_EQ(result.kind(), "branch-table");
  EXPECT_TRUE(contains(run(kernel("brx.idx %r0, nothing;")).error,
                       "'nothing' is not defined"));
}

TEST(Variables, InitialisersWithAddresses) {
  Outcome result = run(kernel(
      "mov.u64 %d2, pointers; ld.global.u64 %d3, [%d2+8];\n"
      "ld.u32 %r1, [%d3]; ld.global.u64 %d4, [%d2]; ld.u32 %r2, [%d4];\n"
      "add.u32 %r1, %r1, %r2; ld.global.u8 %r3, [bytes+1];\n"
      "mov.u64 %d5, numbers; shr.u64 %d5, %d5, 8; cvt.u32.u64 %r4, %d5;\n"
      "and.b32 %r4, %r4, 255; sub.u32 %r3, %r3, %r4; add.u32 %r1, %r1, %r3;"
      "ld.global.f32 %f1, [reals+4]; cvt.rni.u32.f32 %r5, %f1;"
      "add.u32 %r1, %r1, %r5; ld.global.u16 %r6, [nested+6];"
      "add.u32 %r1, %r1, %r6;" +
          std::string(store),
      ".global .align 4 .b32 numbers[3] = {5, 70, 900};\n"
      ".global .align 8 .u64 pointers[2] = {generic(numbers)+8, numbers};\n"
      ".global .align 1 .b8 bytes[2] = {0xFF(numbers), 0xFF00(numbers)};\n"
      ".global .align 4 .f32 reals[2] = {-1.5, 20000.0};\n"
      ".global .align 2 .u16 nested[2][2] = {{1, 2}, {3, 40000}};\n"));
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 5u + 900 + 0 + 20000 + 40000);
}

TEST(Variables, InitialiserErrors) {
  auto error = [](const std::string &text) {
    return run(kernel("", text)).error;
  };
  EXPECT_TRUE(contains(error(".global .u64 a = nothing;"), "not declared"));
  EXPECT_TRUE(contains(error(".extern .shared .u32 s[]; .global .u64 a = s;"),
                       "global or const"));
  EXPECT_TRUE(
      contains(error(".global .u32 a[1] = {1, 2};"), "more initialisers"));
  EXPECT_TRUE(contains(error(".extern .global .u32 a;"), "another module"));
}

/// Shared variables of the module, of functions and of the kernel lie apart.
TEST(Variables, SharedOfFunctionsAndKernels) {
  Outcome result = run(
      kernel(".shared .align 16 .b32 own[4]; mov.u32 %r2, own; st.shared.b32 "
             "[own], 1; call (%r3), f, (); st.shared.b32 [outer], 4;\n"
             "ld.shared.b32 %r1, [own]; add.u32 %r1, %r1, %r3;"
             "mov.u32 %r4, rest; rem.u32 %r5, %r4, 1024; add.u32 %r1, %r1, %r5;"
             "mad.lo.u32 %r1, %r0, 0, %r1;" +
                 std::string(store),
             ".shared .b32 outer;\n.extern .shared .align 1024 .b8 rest[];\n"
             ".func (.reg .b32 %x) f() { .shared .b32 inner;\n"
             "st.shared.b32 [inner], 2; ld.shared.b32 %x, [inner]; ret; }\n"),
      1, 0, 64);
  EXPECT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 3u);
}
