//===- KernelSetTest.cpp - Sets of kernels as files -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/KernelSet.h"

#include <gtest/gtest.h>

using namespace dgemm::bench;

namespace {

KernelSet makeSet() {
  KernelEntry entry;
  entry.row.problem = *parseForm("fp8-1d2d-bf16");
  EXPECT_TRUE(setExtents("1x2112x7168", entry.row.problem).ok());
  entry.row.upstream = {14.1, 2, 1076, 0.83};
  entry.tile = "64x16x128/8";
  entry.schedule = "#dgk.schedule<\"quoted\">";
  entry.predictedMicroseconds = 12.25;
  entry.isChosen = true;
  entry.kernel = "k0000";
  return {"sm_90a", {entry}};
}

TEST(KernelSetTest, RoundTrip) {
  std::string folder = testing::TempDir();
  ASSERT_TRUE(writeKernelSet(folder, makeSet()).ok());
  Expected<KernelSet> set = readKernelSet(folder);
  ASSERT_TRUE(set) << set.message();
  EXPECT_EQ(set->target, "sm_90a");
  ASSERT_EQ(set->entries.size(), 1u);
  const KernelEntry &entry = set->entries[0];
  EXPECT_EQ(entry.row.problem.getName(), "fp8-1d2d-bf16 1x2112x7168");
  EXPECT_EQ(entry.row.upstream.cublasltRatio, 0.83);
  EXPECT_EQ(entry.tile, "64x16x128/8");
  EXPECT_EQ(entry.schedule, "#dgk.schedule<\"quoted\">");
  EXPECT_EQ(entry.predictedMicroseconds, 12.25);
  EXPECT_TRUE(entry.isChosen);
  EXPECT_EQ(entry.kernel, "k0000");
  EXPECT_EQ(entry.reason, "");
}

TEST(KernelSetTest, MalformedSetsAreErrors) {
  std::string folder = testing::TempDir();
  std::string path = folder + "/kernels.json";
  ASSERT_TRUE(writeKernelSet(folder, makeSet()).ok());
  std::string good = *readFile(path);
  for (const char *key : {"format", "version", "target", "entries", "form",
                          "upstream", "chosen", "kernel"}) {
    std::string bad = good;
    bad.replace(bad.find(std::string("\"") + key + "\""), 2, "\"x");
    ASSERT_TRUE(writeFile(path, bad).ok());
    EXPECT_FALSE(readKernelSet(folder)) << key;
  }
  ASSERT_TRUE(writeFile(path, good.substr(0, good.size() / 2)).ok());
  EXPECT_FALSE(readKernelSet(folder));
  EXPECT_FALSE(readKernelSet(folder + "/missing"));
}

} // namespace
