//===- MeasureTest.cpp - Times kernels on a GPU that is none --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/Measure.h"

#include "FakeDriver.h"

#include "dgemm/Pack/Pack.h"
#include "dgemm/Reference/Formats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <dlfcn.h>

using namespace dgemm;
using namespace dgemm::bench;

namespace {

constexpr int64_t kM = 5, kN = 64, kK = 192;

launch::Argument makeArgument(const char *name, launch::ElementType type,
                              launch::Extent rows, int64_t columns) {
  launch::Argument argument;
  argument.name = name;
  argument.type = type;
  argument.shape = {rows, columns};
  argument.strides = {columns, 1};
  return argument;
}

/// A kernel that takes the addresses of A, B and D.
pack::Pack makePack() {
  pack::Pack out;
  out.cubin = "\x7f"
              "ELF";
  out.plan.entry = "matmul";
  out.plan.chip = "sm_90a";
  out.plan.grid = launch::Expression::constant(1);
  out.plan.arguments = {
      makeArgument("a", launch::ElementType::BF16, std::nullopt, kK),
      makeArgument("b", launch::ElementType::BF16, kN, kK),
      makeArgument("d", launch::ElementType::F32, std::nullopt, kN)};
  for (size_t i = 0; i < 3; ++i)
    out.plan.parameters.push_back({launch::Parameter::Kind::Pointer, i});
  return out;
}

uint8_t *getPointer(const fake::LaunchRecord &record, size_t index) {
  uint8_t *pointer = nullptr;
  std::memcpy(&pointer, record.parameters[index].data(), sizeof(pointer));
  return pointer;
}

/// D = A B^T over the first `depth` elements of K.
void multiply(const fake::LaunchRecord &record, int64_t depth) {
  using reference::ElementType;
  const uint8_t *a = getPointer(record, 0), *b = getPointer(record, 1);
  auto *d = reinterpret_cast<float *>(getPointer(record, 2));
  for (int64_t m = 0; m < kM; ++m)
    for (int64_t n = 0; n < kN; ++n) {
      double sum = 0;
      for (int64_t k = 0; k < depth; ++k)
        sum += reference::loadElement(ElementType::BF16, a, m * kK + k) *
               reference::loadElement(ElementType::BF16, b, n * kK + k);
      d[m * kN + n] = static_cast<float>(sum);
    }
}

class MeasureTest : public ::testing::Test {
protected:
  MeasureTest() {
    void *library = dlopen(DGEMM_FAKE_CUDA, RTLD_NOW | RTLD_LOCAL);
    auto *get = reinterpret_cast<decltype(&fakeDriverState)>(
        dlsym(library, "fakeDriverState"));
    state = get();
    state->reset();
    state->parameterBytes = {8, 8, 8};
    KernelEntry entry;
    entry.row.problem = *parseForm("bf16-f32");
    entry.row.problem.m = kM;
    entry.row.problem.n = kN;
    entry.row.problem.k = kK;
    entry.tile = "64x64x64/2";
    entry.kernel = "kernel.dgpack";
    set = {"sm_90a", {entry}};
    options.folder = testing::TempDir();
    options.driver = DGEMM_FAKE_CUDA;
    options.cupti = options.cublaslt = "none";
    options.flushBytes = 0;
    options.poolBytes = 65616;
    options.repetitions = 3;
    EXPECT_TRUE(writeFile(options.folder + "/kernel.dgpack",
                          *pack::writePack(makePack()))
                    .ok());
  }

  Measurement run() {
    Expected<MeasuredSet> measured =
        measure(set, options, [&](const Measurement &) { ++reports; });
    EXPECT_TRUE(measured) << measured.message();
    EXPECT_EQ(measured->machine.method, "events");
    return measured->measurements.front();
  }

  fake::State *state = nullptr;
  KernelSet set;
  MeasureOptions options;
  int reports = 0;
};

TEST_F(MeasureTest, RightResultsPass) {
  state->body = [](const fake::LaunchRecord &r) { multiply(r, kK); };
  Measurement result = run();
  EXPECT_EQ(result.problem, "");
  EXPECT_GE(result.error, 0);
  EXPECT_LT(result.error, 0.1);
  EXPECT_EQ(reports, 1);
  // One to check, two to warm up, three that count.
  EXPECT_EQ(state->launches.size(), 6u);
  EXPECT_EQ(state->liveAllocations, 0u);
}

TEST_F(MeasureTest, AMissingPieceOfKIsFound) {
  state->body = [](const fake::LaunchRecord &r) { multiply(r, kK - 32); };
  Measurement result = run();
  EXPECT_TRUE(result.isWrong());
  EXPECT_NE(result.problem.find("wrong result"), std::string::npos);
}

TEST_F(MeasureTest, AResultThatNobodyWroteIsFound) {
  EXPECT_TRUE(std::isinf(run().error));
}

TEST_F(MeasureTest, WhatCannotRunHasAReason) {
  set.entries[0].kernel = "missing.dgpack";
  EXPECT_NE(run().problem.find("missing.dgpack"), std::string::npos);
  set.entries[0].kernel.clear();
  set.entries[0].reason = "no lowering";
  EXPECT_EQ(run().problem, "no lowering");
  set.target = "sm_120a";
  EXPECT_FALSE(measure(set, options, [](const Measurement &) {}));
}

} // namespace
