//===- NvccClusterTest.cpp - Clusters as nvcc compiles them ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NvccSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static const char *const file = "clusters-O3.ptx";

static std::vector<uint32_t> numbers(uint32_t count) {
  std::vector<uint32_t> values(count);
  uint32_t state = 12345;
  for (uint32_t &value : values)
    value = (state = state * 1664525u + 1013904223u) >> 8;
  return values;
}

TEST(NvccCluster, Histogram) {
  std::vector<uint32_t> keys = numbers(3000), expected(256);
  for (uint32_t key : keys)
    ++expected[key % 256];
  for (uint64_t seed = 0; seed < 3; ++seed) {
    Device device(file);
    ASSERT_EQ(device.error, "");
    device.add("keys", keys);
    device.add("bins", std::vector<uint32_t>(256));
    device.pointer("keys");
    device.pointer("bins");
    device.scalar(uint32_t(keys.size()));
    device.scalar(64u);
    device.run("histogram", 8, 96, 64 * 4, seed);
    ASSERT_EQ(device.error, "");
    ASSERT_EQ(device.kinds(), "");
    EXPECT_EQ(device.read<uint32_t>("bins"), expected);
  }
}

TEST(NvccCluster, SumsOfAllCtas) {
  std::vector<uint32_t> in = numbers(6 * 64), expected(6);
  for (uint32_t i = 0; i < in.size(); ++i)
    for (uint32_t cta = i / 192 * 3; cta < i / 192 * 3 + 3; ++cta)
      expected[cta] += in[i];
  Device device(file);
  ASSERT_EQ(device.error, "");
  device.add("in", in);
  device.add("out", std::vector<uint32_t>(6));
  device.pointer("in");
  device.pointer("out");
  device.launch.cluster[0] = 3;
  device.launch.cluster[1] = device.launch.cluster[2] = 1;
  device.run("clusterSum", 6, 64);
  ASSERT_EQ(device.error, "");
  ASSERT_EQ(device.kinds(), "");
  EXPECT_EQ(device.read<uint32_t>("out"), expected);
}

TEST(NvccCluster, AsyncStores) {
  for (uint64_t seed = 0; seed < 5; ++seed) {
    Device device(file);
    ASSERT_EQ(device.error, "");
    device.add("out", std::vector<uint32_t>(6 * 64));
    device.pointer("out");
    device.run("asyncRing", 6, 64, 0, seed);
    ASSERT_EQ(device.error, "");
    ASSERT_EQ(device.kinds(), "");
    std::vector<uint32_t> out = device.read<uint32_t>("out");
    for (uint32_t i = 0; i < out.size(); ++i) {
      uint32_t cta = i / 64, from = cta / 3 * 3 + (cta + 2) % 3;
      ASSERT_EQ(out[i], from * 1000 + i % 64);
    }
  }
}

TEST(NvccCluster, Multicast) {
  constexpr uint32_t blocks = 7, words = 128;
  std::vector<uint32_t> in = numbers(blocks * words), expected(4 * words);
  for (uint32_t i = 0; i < expected.size(); ++i)
    for (uint32_t block = 0; block < blocks; ++block)
      expected[i] +=
          in[block * words + i % words] * (block + 1 + i / words % 2);
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Device device(file);
    ASSERT_EQ(device.error, "");
    device.add("in", in);
    device.add("out", std::vector<uint32_t>(expected.size()));
    device.pointer("in");
    device.pointer("out");
    device.scalar(blocks);
    device.run("multicast", 4, 160, 0, seed);
    ASSERT_EQ(device.error, "");
    ASSERT_EQ(device.kinds(), "") << device.findings[0].toString();
    EXPECT_EQ(device.read<uint32_t>("out"), expected);
  }
}
