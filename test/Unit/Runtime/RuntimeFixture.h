//===- RuntimeFixture.h - Kernels on the fake driver ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_RUNTIME_RUNTIMEFIXTURE_H
#define DGEMM_TEST_UNIT_RUNTIME_RUNTIMEFIXTURE_H

#include "FakeDriver.h"
#include "Samples.h"

#include "dgemm/Runtime/Kernel.h"

#include "gtest/gtest.h"

#include <dlfcn.h>

#include <memory>
#include <string>
#include <vector>

namespace dgemm::runtime {

/// The library, which stays open.
template <typename Function> Function *fakeFunction(const char *name) {
  static void *library = dlopen(DGEMM_FAKE_CUDA, RTLD_NOW);
  return reinterpret_cast<Function *>(dlsym(library, name));
}

inline fake::State &fakeState() {
  return *fakeFunction<fake::State *()>("fakeDriverState")();
}

/// A kernel D [M, 48] bf16 from A [M, K] f8 and a float, of the sample plan.
inline pack::Pack samplePack(const std::string &chip = "sm_90a") {
  pack::Pack pack;
  pack.plan = *launch::parsePlan(replaced(kSamplePlan, "sm_120a", chip));
  // A scalar is no parameter of the sample's kernel.
  pack.plan.arguments.pop_back();
  pack.ptx = ".version 8.8 sample";
  pack.cubin = "\x7f"
               "ELF sample";
  return pack;
}

/// D [M, N] = C [M, N] + A [M, K] B [N, K] of bf16, with everything open, by
/// address; 4096 bytes of workspace.
inline pack::Pack matmulPack() {
  using launch::Expression;
  using launch::Parameter;
  pack::Pack pack = samplePack();
  launch::LaunchPlan &plan = pack.plan;
  plan.arguments.clear();
  plan.maps.clear();
  plan.parameters.clear();
  for (const char *name : {"a", "b", "c", "d"}) {
    plan.parameters.push_back(
        {Parameter::Kind::Pointer, plan.arguments.size()});
    plan.arguments.push_back({name,
                              launch::ElementType::BF16,
                              true,
                              {std::nullopt, std::nullopt},
                              {std::nullopt, 1}});
  }
  plan.parameters.push_back({Parameter::Kind::Workspace, 0});
  plan.workspaceBytes = Expression::constant(4096);
  pack.matmul = pack::Matmul();
  pack.matmul->a = 0;
  pack.matmul->b = 1;
  pack.matmul->c = 2;
  pack.matmul->d = 3;
  return pack;
}

/// A context on device 0 with memory for operands of up to 256 rows and
/// columns.
class RuntimeTest : public testing::Test {
protected:
  void SetUp() override {
    fakeState().reset();
    fakeState().parameterBytes = {128, 8, 4};
    auto opened = Driver::open(DGEMM_FAKE_CUDA);
    ASSERT_TRUE(opened) << opened.error().message;
    driver = *opened;
    ASSERT_EQ(driver->primaryCtxRetain(&context, 0), 0);
    ASSERT_EQ(driver->ctxSetCurrent(context), 0);
    ASSERT_EQ(driver->streamCreate(&stream, 0), 0);
    ASSERT_EQ(driver->memAlloc(&a, 256 * 256), 0);
    ASSERT_EQ(driver->memAlloc(&d, 256 * 256 * 2), 0);
  }

  void TearDown() override {
    (void)driver->memFree(a);
    (void)driver->memFree(d);
    (void)driver->streamDestroy(stream);
    (void)driver->ctxSetCurrent(nullptr);
  }

  std::unique_ptr<Kernel> load(const pack::Pack &pack = samplePack()) {
    auto kernel = Kernel::load(driver, pack, context);
    EXPECT_TRUE(kernel) << kernel.error().message;
    return kernel ? std::move(*kernel) : nullptr;
  }

  /// Operands of M rows, K columns and rows of A this far apart.
  std::vector<launch::ArgumentValue> operands(int64_t m = 200, int64_t k = 160,
                                              int64_t stride = 160) const {
    launch::ArgumentValue first, second;
    first.address = a;
    first.rank = second.rank = 2;
    first.shape = {m, k};
    first.strides = {stride, 1};
    second.address = d;
    second.shape = {m, 48};
    second.strides = {48, 1};
    return {first, second};
  }

  /// Operands of `matmulPack` with K = 32; C is D.
  std::vector<launch::ArgumentValue> matrices(int64_t m, int64_t n) const {
    auto matrix = [](uint64_t address, int64_t rows, int64_t columns) {
      launch::ArgumentValue value;
      value.address = address;
      value.rank = 2;
      value.shape = {rows, columns};
      value.strides = {columns, 1};
      return value;
    };
    return {matrix(a, m, 32), matrix(a, n, 32), matrix(d, m, n),
            matrix(d, m, n)};
  }

  int callsOf(const char *name) const { return fakeState().calls[name]; }

  std::shared_ptr<const Driver> driver;
  CuContext context = nullptr;
  CuStream stream = nullptr;
  CuAddress a = 0, d = 0;
};

} // namespace dgemm::runtime

#endif // DGEMM_TEST_UNIT_RUNTIME_RUNTIMEFIXTURE_H
