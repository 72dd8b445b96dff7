//===- NvccTest.cpp - Kernels that nvcc compiled --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The PTX lies in test/Simulator/Nvcc/Inputs, or in the folder that
// DGEMM_SIM_NVCC_PTX names: nvcc.test has it made anew where there is an nvcc.
//
//===----------------------------------------------------------------------===//

#include "../../Simulator/Nvcc/Scalar.h"
#include "NvccSupport.h"

#include "dgemm/Reference/Formats.h"
#include "dgemm/Simulator/TensorMap.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace dgemm::sim;
using namespace dgemm::sim::test;

/// Each thread writes one element, which the host computes as well.
template <typename T>
static void compare(const std::string &file, const std::string &kernel,
                    std::vector<uint32_t> scalars,
                    const std::function<T(uint32_t)> &expected) {
  constexpr uint32_t threads = 96, ctas = 3;
  Device device(file);
  ASSERT_EQ(device.error, "");
  device.add("out", std::vector<T>(threads * ctas));
  device.pointer("out");
  for (uint32_t value : scalars)
    device.scalar(value);
  device.run(kernel, ctas, threads);
  ASSERT_EQ(device.error, "") << kernel;
  ASSERT_EQ(device.kinds(), "") << kernel;
  std::vector<T> out = device.read<T>("out");
  for (uint32_t i = 0; i < out.size(); ++i)
    ASSERT_EQ(out[i], expected(i)) << kernel << " " << i;
}

namespace {
class Scalar : public testing::TestWithParam<const char *> {};
} // namespace

TEST_P(Scalar, Integers) {
  compare<uint64_t>(GetParam(), "integers", {}, [](uint32_t i) {
    return scalar::integers64(i) ^ scalar::integers32(i);
  });
}

TEST_P(Scalar, Switches) {
  compare<uint32_t>(GetParam(), "switches", {}, scalar::switches);
}

TEST_P(Scalar, Recursion) {
  compare<uint32_t>(GetParam(), "recursion", {},
                    [](uint32_t i) { return scalar::fibonacci(i % 13); });
}

TEST_P(Scalar, Structures) {
  compare<uint32_t>(GetParam(), "structures", {}, scalar::structures);
}

TEST_P(Scalar, Floats) {
  compare<double>(GetParam(), "floats", {}, scalar::floats);
}

TEST_P(Scalar, Pointers) {
  compare<uint32_t>(GetParam(), "pointers", {3}, [](uint32_t i) {
    static constexpr scalar::Operation all[] = {
        scalar::opAdd, scalar::opMultiply, scalar::opRotate};
    return all[i % 3](scalar::noise(i), i);
  });
}

TEST_P(Scalar, Virtuals) {
  compare<uint32_t>(GetParam(), "virtuals", {5}, [](uint32_t i) {
    return (i / 5) % 2 ? (i + 5) * (i + 5) + i : i;
  });
}

TEST_P(Scalar, Variables) {
  static constexpr uint32_t table[] = {2, 3, 5, 7, 11};
  compare<uint32_t>(GetParam(), "variables", {},
                    [](uint32_t i) { return table[i % 5] + 657 + 100; });
}

TEST_P(Scalar, PrintsAndAssertions) {
  compare<uint32_t>(GetParam(), "prints", {1000}, [](uint32_t i) { return i; });
  Device device(GetParam());
  device.add("out", std::vector<uint32_t>(288));
  device.pointer("out");
  device.scalar(90u);
  device.run("prints", 1, 96);
  ASSERT_EQ(device.kinds(), "assert");
  EXPECT_NE(device.findings[0].message.find("'i < n' failed in scalar.cu:"),
            std::string::npos)
      << device.findings[0].message;
  EXPECT_GE(device.findings[0].lane, 26);
}

//===----------------------------------------------------------------------===//
// Atomics, reductions, packed halves
//===----------------------------------------------------------------------===//

static constexpr const char *warps = "warps-O3.ptx";

TEST(NvccWarps, Reductions) {
  constexpr uint32_t threads = 96;
  Device device(warps);
  ASSERT_EQ(device.error, "");
  device.add("out", std::vector<uint32_t>(8 * threads));
  device.pointer("out");
  device.run("reductions", 1, threads);
  ASSERT_EQ(device.error, "");
  ASSERT_EQ(device.kinds(), "");
  std::vector<uint32_t> out = device.read<uint32_t>("out");
  uint32_t total = 0;
  for (uint32_t i = 0; i < threads; i += 3)
    total += i;
  for (uint32_t i = 0; i < threads; ++i) {
    uint32_t first = i / 32 * 32, eight = 0, most = 0, before = 0, peers = 0;
    uint32_t sum = 0;
    for (uint32_t j = 0; j < 8; ++j)
      eight += i / 8 * 8 + j;
    for (uint32_t j = 0; j < 32; ++j) {
      uint32_t other = first + j;
      most = std::max(most, scalar::noise(other));
      before += other < i && other % 3 == 0;
      peers |= uint32_t(other % 5 == i % 5) << j;
      sum += other;
    }
    uint32_t up = i % 16 == 0 ? i : i - 1;
    const uint32_t expected[8] = {
        eight,   most,       i % 3 == 0 ? before : 0, total, peers,
        ~0u + 1, 0xcccccccc, (i ^ 5) + up + sum};
    for (uint32_t j = 0; j < 8; ++j)
      ASSERT_EQ(out[8 * i + j], expected[j]) << i << " " << j;
  }
}

TEST(NvccWarps, Atomics) {
  constexpr uint32_t threads = 64, ctas = 4, all = threads * ctas;
  Device device(warps);
  ASSERT_EQ(device.error, "");
  std::vector<uint32_t> cells(16);
  cells[1] = 0x7fffffff;
  cells[3] = cells[11] = ~0u;
  device.add("cells", cells);
  device.add("sums", std::vector<float>(1));
  device.add("wide", std::vector<double>(1));
  device.add("longs", std::vector<uint64_t>(2));
  device.add("halves", std::vector<uint32_t>(1));
  device.add("brains", std::vector<uint32_t>(1));
  for (const char *name :
       {"cells", "sums", "wide", "longs", "halves", "brains"})
    device.pointer(name);
  device.run("atomics", ctas, threads);
  ASSERT_EQ(device.error, "");
  ASSERT_EQ(device.kinds(), "");
  uint64_t longs[2] = {};
  for (uint32_t i = 0; i < all; ++i) {
    uint32_t value = scalar::noise(i);
    cells[0] += value;
    cells[1] = static_cast<uint32_t>(
        std::min(static_cast<int32_t>(cells[1]), static_cast<int32_t>(value)));
    cells[2] = std::max(cells[2], value);
    cells[3] &= value | 0xff;
    cells[5] ^= value;
    cells[8] += i;
    cells[11] = std::min(cells[11], value);
    longs[0] += uint64_t(value) << 20;
    longs[1] = std::max(longs[1], uint64_t(value) << 20);
  }
  cells[4] = ~0u;
  cells[6] = all % 10;
  cells[7] = (10 - all % 10) % 10;
  cells[9] = 5;
  cells[10] = all;
  cells[12] = cells[2];
  EXPECT_EQ(device.read<uint32_t>("cells"), cells);
  EXPECT_EQ(device.read<float>("sums")[0], 0.5f * all);
  EXPECT_EQ(device.read<double>("wide")[0], 0.25 * all);
  EXPECT_EQ(device.read<uint64_t>("longs")[0], longs[0]);
  EXPECT_EQ(device.read<uint64_t>("longs")[1], longs[1]);
  // 256 times 1 and 0.5 in f16; bf16 stops at 256 too, 2 * 256 = 512.
  EXPECT_EQ(device.read<uint32_t>("halves")[0], 0x58005c00u);
  EXPECT_EQ(device.read<uint32_t>("brains")[0], 0x44004380u);
}

TEST(NvccWarps, Halves) {
  using namespace dgemm::reference;
  constexpr uint32_t threads = 96;
  Device device(warps);
  ASSERT_EQ(device.error, "");
  std::vector<float> in(2 * threads);
  for (uint32_t i = 0; i < in.size(); ++i)
    in[i] =
        static_cast<float>(static_cast<int32_t>(scalar::noise(i))) * 0x1p-29f;
  device.add("in", in);
  for (const char *name : {"h", "b", "codes", "back"})
    device.add(name, std::vector<uint32_t>(threads));
  for (const char *name : {"in", "h", "b", "codes", "back"})
    device.pointer(name);
  device.run("halves", 1, threads);
  ASSERT_EQ(device.error, "");
  ASSERT_EQ(device.kinds(), "");
  auto f16 = [](double x) { return decodeF16(encodeF16(x)); };
  auto bf16 = [](double x) { return decodeBF16(encodeBF16(x)); };
  std::vector<uint32_t> h = device.read<uint32_t>("h"),
                        b = device.read<uint32_t>("b"),
                        codes = device.read<uint32_t>("codes");
  std::vector<float> back = device.read<float>("back");
  for (uint32_t i = 0; i < threads; ++i) {
    uint32_t packed = 0, brain = 0, code = 0;
    for (uint32_t j = 0; j < 2; ++j) {
      double x = f16(in[2 * i + j]), y = f16(x * x + f16(x + 0.25));
      packed |= uint32_t(encodeF16(std::max(f16(y * x), -x))) << (16 * j);
      double p = bf16(in[2 * i + j]), q = bf16(p * p + bf16(p - 0.25));
      brain |= uint32_t(encodeBF16(std::min(q, std::fabs(p)))) << (16 * j);
      code |= uint32_t(encodeE4M3(in[2 * i + j])) << (8 * j);
    }
    code |= uint32_t(f16(in[2 * i]) < f16(in[2 * i + 1])) << 16;
    ASSERT_EQ(h[i], packed) << i;
    ASSERT_EQ(b[i], brain) << i;
    ASSERT_EQ(codes[i], code) << i;
    ASSERT_EQ(back[i], static_cast<float>(f16(in[2 * i])) +
                           static_cast<float>(bf16(in[2 * i + 1])))
        << i;
  }
}

//===----------------------------------------------------------------------===//
// A warp-specialised matmul
//===----------------------------------------------------------------------===//

namespace {
class Gemm : public testing::TestWithParam<const char *> {};
} // namespace

/// Small integers: every order of adding gives the same. Tails in M, N and K.
TEST_P(Gemm, ExactWithTails) {
  using namespace dgemm::reference;
  for (uint64_t seed = 0; seed < 3; ++seed) {
    constexpr uint32_t m = 72, n = 96, k = 328;
    Device device(GetParam());
    ASSERT_EQ(device.error, "");
    std::vector<uint16_t> a(m * k), b(n * k);
    auto value = [](uint32_t i) {
      return static_cast<double>(scalar::noise(i) % 9) - 4;
    };
    for (uint32_t i = 0; i < a.size(); ++i)
      a[i] = encodeBF16(value(i));
    for (uint32_t i = 0; i < b.size(); ++i)
      b[i] = encodeBF16(value(i + 77777));
    device.add("a", a);
    device.add("b", b);
    device.add("d", std::vector<uint16_t>(m * n));
    for (auto [name, rows] : {std::pair("a", m), std::pair("b", n)}) {
      TensorMap map;
      map.type = TensorMapType::BF16;
      map.rank = 2;
      map.address = device.memory.find(name)->address;
      map.dim = {k, rows};
      map.stride = {k * 2};
      map.box = {64, 64};
      map.elementStride = {1, 1};
      map.swizzle = Swizzle::B128;
      ASSERT_TRUE(validate(map).ok()) << validate(map).message();
      TensorMap::Image image = map.encode();
      device.launch.parameters.emplace_back(image.begin(), image.end());
    }
    device.pointer("d");
    for (uint32_t extent : {m, n, k})
      device.scalar(extent);
    device.launch.grid[1] = (m + 63) / 64;
    device.run("gemm", (n + 63) / 64, 160, 3 * 2 * 8192 + 1024, seed);
    ASSERT_EQ(device.error, "");
    ASSERT_EQ(device.kinds(), "") << device.findings[0].toString();
    std::vector<uint16_t> d = device.read<uint16_t>("d");
    for (uint32_t i = 0; i < m; ++i)
      for (uint32_t j = 0; j < n; ++j) {
        double sum = 0;
        for (uint32_t x = 0; x < k; ++x)
          sum += value(i * k + x) * value(j * k + x + 77777);
        ASSERT_EQ(d[i * n + j], encodeBF16(sum)) << i << " " << j;
      }
  }
}

INSTANTIATE_TEST_SUITE_P(Nvcc, Gemm,
                         testing::Values("gemm-O3-sm_90a.ptx",
                                         "gemm-O3-sm_120a.ptx", "gemm-G.ptx"),
                         [](const auto &info) {
                           std::string name(info.param);
                           return name == "gemm-G.ptx" ? std::string("Debug")
                                  : name.find("120") != std::string::npos
                                      ? std::string("SM120")
                                      : std::string("SM90");
                         });

INSTANTIATE_TEST_SUITE_P(Nvcc, Scalar,
                         testing::Values("scalar-O3.ptx", "scalar-G.ptx"),
                         [](const auto &info) {
                           return std::string(info.param).substr(7) == "G.ptx"
                                      ? "Debug"
                                      : "Optimised";
                         });
