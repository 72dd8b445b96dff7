//===- RunKernelTest.cpp - Kernels on operands of the host ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/RunKernel.h"
#include "dgemm/Device/SimulatedDevice.h"

#include "gtest/gtest.h"

#include <numeric>

using namespace dgemm;
using namespace dgemm::device;

namespace {

/// A kernel of 64 threads on `a` [rows, 4] and `d` [rows, 4], of words. Every
/// thread knows its own number %r0 and the address of its word in both (rows
/// are `a_row` and `d_row` words apart); %p0: it has an element.
std::string makePtx(const std::string &body) {
  return ".version 8.8\n.target sm_120a\n.address_size 64\n"
         ".visible .entry k(.param .u64 a, .param .u64 d, .param .u32 rows,\n"
         "  .param .u32 a_row, .param .u32 d_row) {\n"
         ".reg .pred %p<4>; .reg .b32 %r<16>; .reg .b64 %d<16>;\n"
         "ld.param.u64 %d0, [a]; ld.param.u64 %d1, [d];\n"
         "ld.param.u32 %r1, [rows]; ld.param.u32 %r2, [a_row];\n"
         "ld.param.u32 %r3, [d_row];\n"
         "mov.u32 %r0, %tid.x; shr.u32 %r4, %r0, 2; and.b32 %r5, %r0, 3;\n"
         "mad.lo.u32 %r6, %r4, %r2, %r5; mad.lo.u32 %r7, %r4, %r3, %r5;\n"
         "mul.wide.u32 %d2, %r6, 4; add.u64 %d2, %d0, %d2;\n"
         "mul.wide.u32 %d3, %r7, 4; add.u64 %d3, %d1, %d3;\n"
         "setp.lt.u32 %p0, %r4, %r1;\n" +
         body + "\nret;\n}\n";
}

/// d = a + 1.
const char *const kIncrement = "@%p0 ld.global.u32 %r8, [%d2];\n"
                               "add.u32 %r8, %r8, 1;\n"
                               "@%p0 st.global.u32 [%d3], %r8;\n";

launch::LaunchPlan makePlan() {
  using launch::Parameter;
  using launch::Symbol;
  launch::LaunchPlan plan;
  plan.entry = "k";
  plan.chip = "sm_120a";
  for (const char *name : {"a", "d"})
    plan.arguments.push_back({name,
                              launch::ElementType::I32,
                              true,
                              {std::nullopt, 4},
                              {std::nullopt, 1}});
  plan.symbols = {{Symbol::Kind::Dim, 0, 0},
                  {Symbol::Kind::Stride, 0, 0},
                  {Symbol::Kind::Stride, 1, 0}};
  plan.grid = launch::Expression::combine(launch::Expression::Op::CeilDiv,
                                          launch::Expression::symbol(0),
                                          launch::Expression::constant(16));
  plan.block = 64;
  plan.parameters = {{Parameter::Kind::Pointer, 0},
                     {Parameter::Kind::Pointer, 1},
                     {Parameter::Kind::Symbol, 0},
                     {Parameter::Kind::Symbol, 1},
                     {Parameter::Kind::Symbol, 2}};
  return plan;
}

reference::Tensor makeTensor(int64_t rows, int64_t stride, uint32_t first) {
  auto tensor = reference::Tensor::create(reference::ElementType::I32,
                                          {rows, 4}, {stride, 1});
  const reference::View &view = tensor->view();
  for (int64_t i = 0; i < view.numElements(); ++i)
    reference::storeBits(view.type, view.data, view.atLinear(i), first++);
  return *tensor;
}

uint64_t load(const reference::Tensor &tensor, int64_t linear) {
  const reference::View &view = tensor.view();
  return reference::loadBits(view.type, view.data, view.atLinear(linear));
}

struct Outcome {
  std::vector<KernelRun> runs;
  std::string error;

  std::string finding() const {
    return runs.empty() || runs[0].report.findings.empty()
               ? "none"
               : runs[0].report.findings[0];
  }
  std::string mistake() const {
    for (const KernelRun &run : runs)
      if (!run.mistakes.empty())
        return run.mistakes[0];
    return "none";
  }
};

Outcome run(const std::string &body, const reference::Tensor &a,
            const reference::Tensor &d, std::vector<uint64_t> seeds = {0}) {
  SimulatedDevice device{SimulatedChip()};
  launch::LaunchPlan plan = makePlan();
  auto kernel = device.load(makePtx(body), plan);
  if (!kernel)
    return {{}, kernel.message()};
  auto runs =
      runKernel(device, **kernel, plan,
                {{a.view(), true, false}, {d.view(), false, true}}, seeds);
  return runs ? Outcome{*runs, ""} : Outcome{{}, runs.message()};
}

TEST(RunKernel, BringsBackWhatTheKernelWrote) {
  reference::Tensor a = makeTensor(9, 4, 100), d = makeTensor(9, 4, 0);
  Outcome outcome = run(kIncrement, a, d, {3, 4});
  EXPECT_EQ(outcome.error, "");
  ASSERT_EQ(outcome.runs.size(), 2u);
  EXPECT_TRUE(outcome.runs[0].passed() && outcome.runs[1].passed());
  EXPECT_EQ(outcome.runs[1].seed, 4u);
  EXPECT_NE(outcome.runs[0].report.statistics.find("st.global.u32"),
            std::string::npos);
  for (int64_t i = 0; i < 36; ++i)
    EXPECT_EQ(load(d, i), static_cast<uint64_t>(101 + i));
}

TEST(RunKernel, UsesTheStridesOfTheOperands) {
  reference::Tensor a = makeTensor(16, 7, 5), d = makeTensor(16, 12, 0);
  Outcome outcome = run(kIncrement, a, d);
  EXPECT_TRUE(outcome.runs.at(0).passed());
  for (int64_t i = 0; i < 64; ++i)
    EXPECT_EQ(load(d, i), static_cast<uint64_t>(6 + i));
}

/// A tensor map wants rows at multiples of 16 bytes; these are 20 bytes apart.
TEST(RunKernel, GivesRowsADistanceThatTheKernelTakes) {
  using launch::Expression;
  launch::LaunchPlan plan = makePlan();
  for (size_t argument : {0, 1}) {
    launch::TensorMap &map = plan.maps.emplace_back();
    map.argument = argument;
    map.type = launch::ElementType::I32;
    map.dims = {Expression::constant(4), Expression::symbol(0)};
    map.strides = {Expression::combine(
        Expression::Op::Mul,
        Expression::symbol(1 + static_cast<int64_t>(argument)),
        Expression::constant(4))};
    map.box = {4, 1};
  }
  SimulatedDevice device{SimulatedChip()};
  auto kernel = device.load(makePtx(kIncrement), plan);
  ASSERT_TRUE(kernel);
  reference::Tensor a = makeTensor(9, 5, 100), d = makeTensor(9, 7, 0);
  auto runs = runKernel(device, **kernel, plan,
                        {{a.view(), true, false}, {d.view(), false, true}},
                        std::vector<uint64_t>{0, 1});
  ASSERT_TRUE(runs) << runs.message();
  EXPECT_TRUE(runs->at(0).passed() && runs->at(1).passed());
  for (int64_t i = 0; i < 36; ++i)
    EXPECT_EQ(load(d, i), static_cast<uint64_t>(101 + i));
  // In place, of which only one wants the multiple.
  plan.maps.pop_back();
  runs = runKernel(device, **kernel, plan,
                   {{a.view(), true, false}, {a.view(), true, true}},
                   std::vector<uint64_t>{0, 1});
  ASSERT_TRUE(runs) << runs.message();
  EXPECT_TRUE(runs->at(0).passed() && runs->at(1).passed());
  EXPECT_EQ(load(a, 35), 136u);
  // A distance that the plan fixes stays as it is.
  plan.arguments[0].strides[0] = 5;
  runs = runKernel(device, **kernel, plan,
                   {{a.view(), true, false}, {d.view(), false, true}},
                   std::vector<uint64_t>{0});
  EXPECT_FALSE(runs);
}

TEST(RunKernel, WhatIsNotWrittenStaysPoison) {
  reference::Tensor a = makeTensor(2, 4, 5), d = makeTensor(2, 4, 0);
  EXPECT_TRUE(run("", a, d).runs.at(0).passed());
  EXPECT_EQ(load(d, 7), 0xffffffffu);
}

TEST(RunKernel, ReadingBetweenRowsIsAFinding) {
  reference::Tensor a = makeTensor(4, 6, 5), d = makeTensor(4, 4, 0);
  Outcome outcome = run("@%p0 ld.global.u32 %r8, [%d2+4];\n", a, d);
  EXPECT_EQ(outcome.finding().find("uninitialised-read: kernel k, line "), 0u)
      << outcome.finding();
}

TEST(RunKernel, ReadingTheOutputIsAFinding) {
  reference::Tensor a = makeTensor(4, 4, 5), d = makeTensor(4, 4, 0);
  Outcome outcome = run("@%p0 ld.global.u32 %r8, [%d3];\n", a, d);
  EXPECT_EQ(outcome.finding().find("uninitialised-read"), 0u);
}

TEST(RunKernel, WritingBehindTheEndIsAFinding) {
  reference::Tensor a = makeTensor(4, 4, 5), d = makeTensor(4, 4, 0);
  Outcome outcome = run("@%p0 st.global.u32 [%d3+4], %r0;\n", a, d);
  EXPECT_EQ(outcome.finding().find("out-of-bounds"), 0u) << outcome.finding();
}

TEST(RunKernel, WritingBetweenRowsIsAMistake) {
  reference::Tensor a = makeTensor(4, 4, 5), d = makeTensor(4, 6, 0);
  // Words 4, 10 and 16 of d; the last row ends with its elements.
  Outcome outcome = run(
      "setp.lt.u32 %p1, %r0, 12;\n@%p1 st.global.u32 [%d3+4], %r0;\n", a, d);
  EXPECT_EQ(
      outcome.mistake(),
      "the kernel wrote between rows: byte 16 of 'd', which has 88 bytes");
}

TEST(RunKernel, WritingAnInputIsAMistake) {
  reference::Tensor a = makeTensor(4, 4, 5), d = makeTensor(4, 4, 0);
  Outcome outcome = run("setp.eq.u32 %p1, %r0, 3;\n"
                        "@%p1 st.global.u32 [%d2], %r0;\n",
                        a, d);
  EXPECT_EQ(outcome.mistake(), "the kernel changed an operand that it only "
                               "reads: byte 12 of 'a', which has 64 bytes");
  EXPECT_EQ(load(a, 3), 8u);
}

TEST(RunKernel, ResultsThatDependOnTheOrderAreAMistake) {
  reference::Tensor a = makeTensor(16, 4, 5), d = makeTensor(16, 4, 0);
  std::vector<uint64_t> seeds(30);
  std::iota(seeds.begin(), seeds.end(), 0);
  // The word of the first thread holds the number of the warp that came last.
  Outcome outcome =
      run("mov.u32 %r9, %warpid; st.global.u32 [%d1], %r9;\n", a, d, seeds);
  EXPECT_EQ(outcome.mistake(), "the result differs from that of the first "
                               "order: byte 0 of 'd', which has 256 bytes");
}

TEST(RunKernel, OperandsAtTheSamePlaceShareMemory) {
  reference::Tensor both = makeTensor(4, 4, 5);
  EXPECT_TRUE(run(kIncrement, both, both).runs.at(0).passed());
  EXPECT_EQ(load(both, 0), 6u);
  reference::Tensor longer = makeTensor(4, 4, 5);
  reference::View front = longer.view().narrow(0, 0, 2);
  SimulatedDevice device{SimulatedChip()};
  launch::LaunchPlan plan = makePlan();
  auto kernel = device.load(makePtx(kIncrement), plan);
  auto runs =
      runKernel(device, **kernel, plan,
                {{front, true, false}, {longer.view(), false, true}}, {0});
  EXPECT_EQ(runs.message(), "k: operands 'a' and 'd' begin at the same byte "
                            "but differ in size");
}

TEST(RunKernel, EmptyGridLaunchesNothing) {
  reference::Tensor a = makeTensor(0, 4, 5), d = makeTensor(0, 4, 0);
  Outcome outcome = run("trap;\n", a, d);
  EXPECT_EQ(outcome.error, "");
  EXPECT_TRUE(outcome.runs.empty());
}

TEST(RunKernel, OperandsMustFitThePlan) {
  reference::Tensor a = makeTensor(4, 4, 5);
  SimulatedDevice device{SimulatedChip()};
  launch::LaunchPlan plan = makePlan();
  auto kernel = device.load(makePtx(kIncrement), plan);
  auto few = runKernel(device, **kernel, plan, {{a.view()}}, {0});
  EXPECT_EQ(few.message(), "k: 1 operands, the kernel takes 2");
  auto wide = reference::Tensor::create(reference::ElementType::I32, {4, 5});
  auto other = runKernel(device, **kernel, plan,
                         {{a.view()}, {wide->view(), false, true}}, {0});
  EXPECT_EQ(other.message(),
            "k: argument 1 'd' has size 5 in dimension 1, expected 4");
}

/// Both warps write one word of shared memory.
TEST(SimulatedDevice, RacesAreLookedForUnlessNotWanted) {
  launch::LaunchPlan plan = makePlan();
  reference::Tensor a = makeTensor(16, 4, 5), d = makeTensor(16, 4, 5);
  for (bool raceCheck : {true, false}) {
    SimulatedChip chip;
    chip.raceCheck = raceCheck;
    SimulatedDevice device{chip};
    auto kernel = device.load(makePtx(".shared .align 4 .b32 word;\n"
                                      "st.shared.u32 [word], %r1;\n"),
                              plan);
    auto runs = runKernel(device, **kernel, plan,
                          {{a.view()}, {d.view(), false, true}}, {0});
    ASSERT_TRUE(static_cast<bool>(runs)) << runs.message();
    EXPECT_EQ(runs->at(0).report.findings.empty(), !raceCheck);
  }
}

TEST(SimulatedDevice, CodeMustHaveTheKernelOfThePlan) {
  SimulatedDevice device{SimulatedChip()};
  launch::LaunchPlan plan = makePlan();
  EXPECT_NE(device.load("frobnicate", plan).message().find("k: line 1"),
            std::string::npos);
  plan.entry = "other";
  EXPECT_EQ(device.load(makePtx(""), plan).message(),
            "the code has no kernel 'other', which its launch plan names");
}

TEST(SimulatedDevice, MemoryIsCheckedAndReleased) {
  SimulatedDevice device{SimulatedChip()};
  auto address = device.allocate("x", 16);
  uint32_t word = 7;
  EXPECT_EQ(*address % 256, 0u);
  EXPECT_TRUE(device.write(*address + 12, &word, 4).ok());
  EXPECT_FALSE(device.write(*address + 13, &word, 4).ok());
  EXPECT_TRUE(device.read(*address + 12, &word, 4).ok());
  EXPECT_EQ(word, 7u);
  EXPECT_TRUE(device.read(*address, &word, 4).ok());
  EXPECT_EQ(word, 0xffffffffu);
  EXPECT_TRUE(device.poison(*address + 12, 4).ok());
  EXPECT_TRUE(device.read(*address + 12, &word, 4).ok());
  EXPECT_EQ(word, 0xffffffffu);
  EXPECT_FALSE(device.poison(*address, 17).ok());
  EXPECT_TRUE(device.release(*address).ok());
  EXPECT_FALSE(device.release(*address).ok());
  EXPECT_FALSE(device.read(*address, &word, 4).ok());
}

TEST(SimulatedDevice, ALaunchMustFitTheChip) {
  SimulatedChip chip;
  chip.sharedPerCta = 1024;
  SimulatedDevice device{chip};
  launch::LaunchPlan plan = makePlan();
  plan.sharedBytes = 1025;
  reference::Tensor a = makeTensor(4, 4, 5), d = makeTensor(4, 4, 5);
  auto kernel = device.load(makePtx(kIncrement), plan);
  auto runs = runKernel(device, **kernel, plan,
                        {{a.view()}, {d.view(), false, true}}, {0});
  EXPECT_EQ(runs.message(),
            "k: the CTA needs 1025 bytes of shared memory, the "
            "chip has 1024 (target sm_120a, 1025 of these bytes "
            "are dynamic)");
}

} // namespace
