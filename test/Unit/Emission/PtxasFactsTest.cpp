//===- PtxasFactsTest.cpp - Reading the output of ptxas -v ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/PtxasFacts.h"

#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

using namespace dgemm;

namespace {

/// CUDA 13.0, two kernels whose names start alike.
constexpr llvm::StringLiteral twoKernels = R"(
ptxas info    : 0 bytes gmem
ptxas info    : Compiling entry function 'proj' for 'sm_120a'
ptxas info    : Function properties for proj
    64 bytes stack frame, 12 bytes spill stores, 16 bytes spill loads
ptxas info    : Used 168 registers, used 3 barriers, 64 bytes cumulative stack size, 1040 bytes smem, 452 bytes cmem[0]
ptxas info    : Compile time = 81.604 ms
ptxas info    : Compiling entry function 'proj_tail' for 'sm_120a'
ptxas info    : Function properties for proj_tail
    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
ptxas info    : Used 40 registers, used 0 barriers
ptxas info    : Compile time = 1.100 ms
)";

TEST(PtxasFacts, ReadsEveryField) {
  auto facts = parsePtxasFacts(twoKernels, "proj");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->registers, 168);
  EXPECT_EQ(facts->spillStores, 12);
  EXPECT_EQ(facts->spillLoads, 16);
  EXPECT_EQ(facts->stack, 64);
  EXPECT_EQ(facts->staticShared, 1040);
  EXPECT_EQ(facts->barriers, 3);
}

TEST(PtxasFacts, KeepsKernelsApart) {
  auto facts = parsePtxasFacts(twoKernels, "proj_tail");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->registers, 40);
  EXPECT_EQ(facts->stack, 0);
  EXPECT_EQ(facts->staticShared, 0);
}

TEST(PtxasFacts, UnknownKernel) {
  EXPECT_FALSE(parsePtxasFacts(twoKernels, "pro"));
  EXPECT_FALSE(parsePtxasFacts(twoKernels, "other"));
  EXPECT_FALSE(parsePtxasFacts("", "proj"));
}

TEST(PtxasFacts, CutOffOutput) {
  EXPECT_FALSE(
      parsePtxasFacts("ptxas info    : Compiling entry function '", ""));
  EXPECT_FALSE(parsePtxasFacts(
      "ptxas info    : Compiling entry function 'k' for 'sm_120a'\n", "k"));
}

/// CUDA 12.0 said nothing of barriers that are not used.
TEST(PtxasFacts, OlderFormat) {
  auto facts = parsePtxasFacts(
      "ptxas info    : Compiling entry function 'k' for 'sm_90a'\n"
      "ptxas info    : Function properties for k\n"
      "    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
      "ptxas info    : Used 8 registers, 528 bytes cmem[0]\n",
      "k");
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->registers, 8);
  EXPECT_EQ(facts->barriers, 0);
}

TEST(PtxasFacts, PrintsTable) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  PtxasFacts facts;
  facts.registers = 168;
  printPtxasFacts(stream, facts);
  EXPECT_NE(text.find("  registers                  168  per thread\n"),
            std::string::npos);
}

} // namespace
