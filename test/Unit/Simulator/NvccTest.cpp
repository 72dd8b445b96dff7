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

INSTANTIATE_TEST_SUITE_P(Nvcc, Scalar,
                         testing::Values("scalar-O3.ptx", "scalar-G.ptx"),
                         [](const auto &info) {
                           return std::string(info.param).substr(7) == "G.ptx"
                                      ? "Debug"
                                      : "Optimised";
                         });
