//===- EvaluateTest.cpp - A launch plan with numbers ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Launch/Evaluate.h"
#include "Samples.h"

#include "gtest/gtest.h"

#include <limits>

using namespace dgemm::launch;

namespace {

ArgumentValue buffer(uint64_t address, int64_t rows, int64_t columns,
                     int64_t stride) {
  ArgumentValue value;
  value.address = address;
  value.rank = 2;
  value.shape = {rows, columns};
  value.strides = {stride, 1};
  return value;
}

/// Arguments of the sample plan.
std::vector<ArgumentValue> arguments(int64_t m, int64_t k, int64_t stride) {
  return {buffer(0x10000, m, k, stride), buffer(0x20000, m, 48, 48), {}};
}

class Evaluate : public ::testing::Test {
protected:
  void SetUp() override {
    Result<LaunchPlan> parsed = parsePlan(kSamplePlan);
    ASSERT_TRUE(static_cast<bool>(parsed));
    plan = *parsed;
  }

  std::string complaint(const std::vector<ArgumentValue> &values,
                        ErrorCode code, int64_t smCount = 188) {
    Status status = evaluate(plan, values, smCount, launch);
    if (status.ok())
      return "accepted";
    EXPECT_EQ(status.error().code, code);
    return status.error().message;
  }

  LaunchPlan plan;
  Launch launch;
};

TEST_F(Evaluate, GivesEverythingThatALaunchNeeds) {
  ASSERT_TRUE(evaluate(plan, arguments(300, 160, 192), 188, launch).ok());
  EXPECT_EQ(launch.grid, 3u);
  EXPECT_EQ(launch.block, 384u);
  EXPECT_EQ(launch.sharedBytes, 84064u);
  ASSERT_EQ(launch.maps.size(), 1u);
  const TensorMapValue &map = launch.maps[0];
  EXPECT_EQ(map.address, 0x10020u);
  EXPECT_EQ(map.rank, 2u);
  EXPECT_EQ(map.dims[0], 160u);
  EXPECT_EQ(map.dims[1], 300u);
  EXPECT_EQ(map.strides[0], 192u);
  EXPECT_EQ(map.box[0], 64u);
  EXPECT_EQ(map.swizzle, 64u);
  ASSERT_EQ(launch.parameters.size(), 3u);
  EXPECT_EQ(launch.parameters[0].value, 0u);
  EXPECT_EQ(launch.parameters[1].value, 0x20000u);
  EXPECT_EQ(launch.parameters[2].value, 300u);
}

TEST_F(Evaluate, IsPersistentOnFewMultiprocessors) {
  ASSERT_TRUE(evaluate(plan, arguments(1 << 20, 160, 192), 5, launch).ok());
  EXPECT_EQ(launch.grid, 5u);
}

/// Without rows there is nothing to do, and addresses may be null.
TEST_F(Evaluate, HasNothingToLaunchForNoRows) {
  std::vector<ArgumentValue> values = arguments(0, 160, 192);
  values[0].address = values[1].address = 0;
  ASSERT_TRUE(evaluate(plan, values, 188, launch).ok());
  EXPECT_TRUE(launch.isEmpty());
  EXPECT_TRUE(launch.maps.empty());
  EXPECT_TRUE(launch.parameters.empty());
}

/// K = 0 writes zeros, so it is launched; no tensor map can describe A.
TEST_F(Evaluate, HasNoMapOfNothing) {
  std::vector<ArgumentValue> values = arguments(64, 0, 0);
  values[0].address = 0;
  ASSERT_TRUE(evaluate(plan, values, 188, launch).ok());
  EXPECT_EQ(launch.grid, 1u);
  ASSERT_EQ(launch.maps.size(), 1u);
  EXPECT_TRUE(launch.maps[0].isEmpty);
}

/// Elements that get a byte each: TMA takes rows of 128 of them at multiples of
/// 32 bytes.
TEST_F(Evaluate, WantsMoreOfExpandedElements) {
  plan.maps[0].type = ElementType::B4X16P64;
  ASSERT_TRUE(evaluate(plan, arguments(300, 256, 256), 188, launch).ok());
  EXPECT_EQ(launch.maps[0].type, ElementType::B4X16P64);
  Status rows = evaluate(plan, arguments(300, 160, 192), 188, launch);
  ASSERT_FALSE(rows.ok());
  EXPECT_EQ(rows.error().code, ErrorCode::OutOfRange);
  Status stride = evaluate(plan, arguments(300, 128, 144), 188, launch);
  ASSERT_FALSE(stride.ok());
  EXPECT_EQ(stride.error().code, ErrorCode::BadStride);
}

/// Packed elements that the kernel copies itself, 16 at a time.
TEST_F(Evaluate, WantsPiecesOfPackedElements) {
  constexpr size_t kPointer = 1;
  ASSERT_EQ(plan.arguments[kPointer].strides.size(), 2u);
  auto withStride = [&](int64_t stride, uint64_t address) {
    plan.arguments[kPointer].type = ElementType::F4E2M1FN;
    plan.arguments[kPointer].strides[0] = std::nullopt;
    std::vector<ArgumentValue> values = arguments(300, 160, 160);
    values[kPointer].strides[0] = stride;
    values[kPointer].address = address;
    return evaluate(plan, values, 188, launch);
  };
  EXPECT_TRUE(withStride(64, 0x1008).ok());
  Status stride = withStride(56, 0x1008);
  ASSERT_FALSE(stride.ok());
  EXPECT_EQ(stride.error().code, ErrorCode::BadStride);
  Status address = withStride(64, 0x1004);
  ASSERT_FALSE(address.ok());
  EXPECT_EQ(address.error().code, ErrorCode::MisalignedAddress);
}

TEST_F(Evaluate, IgnoresStridesThatLeadNowhere) {
  std::vector<ArgumentValue> values = arguments(1, 160, 7);
  values[1].strides[0] = -3;
  ASSERT_TRUE(evaluate(plan, values, 188, launch).ok());
  EXPECT_EQ(launch.maps[0].strides[0], 16u);
}

TEST_F(Evaluate, SaysHowMuchWorkspaceAndTakesIt) {
  std::string text = replaced(
      kSamplePlan, R"("workspace_bytes": 0)",
      R"("workspace_bytes": {"op": "mul", "lhs": {"symbol": 1}, "rhs": 64})");
  text = replaced(text, R"({"kind": "pointer", "index": 1},)",
                  R"({"kind": "pointer", "index": 1},
                     {"kind": "workspace", "index": 0},)");
  Result<LaunchPlan> parsed = parsePlan(text);
  ASSERT_TRUE(static_cast<bool>(parsed)) << parsed.error().message;
  plan = *parsed;
  ASSERT_TRUE(evaluate(plan, arguments(300, 160, 192), 188, launch).ok());
  EXPECT_EQ(launch.workspaceBytes, 300u * 64);
  ASSERT_EQ(launch.parameters.size(), 4u);
  EXPECT_EQ(launch.parameters[2].value, 0u);
  ASSERT_TRUE(setWorkspace(launch, 0x70000).ok());
  EXPECT_EQ(launch.parameters[1].value, 0x20000u);
  EXPECT_EQ(launch.parameters[2].value, 0x70000u);
  EXPECT_EQ(setWorkspace(launch, 0).error().message,
            "the workspace is null, expected 19200 bytes");
  EXPECT_EQ(
      setWorkspace(launch, 0x70010).error().message,
      "the workspace is 16 bytes beyond a multiple of 256 bytes, to which "
      "it must be aligned");
  ASSERT_TRUE(evaluate(plan, arguments(0, 160, 192), 188, launch).ok());
  EXPECT_EQ(launch.workspaceBytes, 0u);
  EXPECT_TRUE(setWorkspace(launch, 0).ok());
}

TEST_F(Evaluate, UsesItsMemoryAgain) {
  ASSERT_TRUE(evaluate(plan, arguments(300, 160, 192), 188, launch).ok());
  const void *maps = launch.maps.data();
  ASSERT_TRUE(evaluate(plan, arguments(301, 176, 176), 188, launch).ok());
  EXPECT_EQ(launch.maps.size(), 1u);
  EXPECT_EQ(launch.maps.data(), maps);
}

TEST_F(Evaluate, ComparesWithWhatWasCompiled) {
  std::vector<ArgumentValue> values = arguments(64, 160, 160);
  values.pop_back();
  EXPECT_EQ(complaint(values, ErrorCode::WrongArguments),
            "sample: 2 arguments, expected 3");
  values = arguments(64, 160, 160);
  values[0].rank = 3;
  EXPECT_EQ(complaint(values, ErrorCode::WrongArguments),
            "sample: argument 0 'a' has rank 3, expected 2");
  values = arguments(64, 160, 160);
  values[1].shape[1] = 50;
  EXPECT_EQ(complaint(values, ErrorCode::WrongArguments),
            "sample: argument 1 'd' has size 50 in dimension 1, expected 48");
  values = arguments(64, 160, 160);
  values[1].strides[0] = 56;
  EXPECT_EQ(complaint(values, ErrorCode::WrongArguments),
            "sample: argument 1 'd' has stride 56 in dimension 0, expected 48");
}

TEST_F(Evaluate, RefusesBadAddresses) {
  std::vector<ArgumentValue> values = arguments(64, 160, 160);
  values[0].address = 0;
  EXPECT_EQ(complaint(values, ErrorCode::NullAddress),
            "sample: argument 0 'a' is null");
  values[0].address = 0x10008;
  EXPECT_EQ(complaint(values, ErrorCode::MisalignedAddress),
            "sample: argument 0 'a' is 8 bytes beyond a multiple of 16 bytes, "
            "to which it must be aligned");
  values = arguments(64, 160, 160);
  values[1].address = 0x20001;
  EXPECT_EQ(complaint(values, ErrorCode::MisalignedAddress),
            "sample: argument 1 'd' is 1 bytes beyond a multiple of 2 bytes, "
            "to which it must be aligned");
  EXPECT_EQ(complaint(arguments(64, 160, 168), ErrorCode::BadStride),
            "sample: argument 0 'a' has rows 168 bytes apart, expected a "
            "multiple of 16");
}

TEST_F(Evaluate, RefusesWhatDoesNotFit) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(complaint(arguments(-1, 160, 160), ErrorCode::NegativeSize),
            "sample: argument 0 'a' has the negative size -1 in dimension 0");
  EXPECT_EQ(
      complaint(arguments(64, 160, -16), ErrorCode::BadStride),
      "sample: argument 0 'a' has the negative stride -16 in dimension 0");
  EXPECT_EQ(
      complaint(arguments(int64_t(1) << 31, 160, 160), ErrorCode::OutOfRange),
      "sample: argument 0 'a': the size in dimension 0 is 2147483648, expected "
      "0 to 2147483647; it follows from size 2147483648 of argument 0 'a' in "
      "dimension 0");
  EXPECT_EQ(
      complaint(arguments(64, 160, int64_t(1) << 40), ErrorCode::OutOfRange),
      "sample: argument 0 'a': the stride in bytes in dimension 0 is "
      "1099511627776, expected 0 to 1099511627775; it follows from stride "
      "1099511627776 of argument 0 'a' in dimension 0");
  EXPECT_EQ(complaint(arguments(64, 160, 160), ErrorCode::OutOfRange, 0),
            "sample: 0 streaming multiprocessors, expected at least 1");
  plan.grid = Expression::combine(Expression::Op::Mul, Expression::symbol(1),
                                  Expression::constant(kMax));
  EXPECT_EQ(
      complaint(arguments(64, 160, 160), ErrorCode::OutOfRange),
      "sample: the grid: the product of 64 and 9223372036854775807 does "
      "not fit into 64 bits; it follows from size 64 of argument 0 'a' in "
      "dimension 0");
  plan.grid = Expression::combine(Expression::Op::Mul, Expression::symbol(0),
                                  Expression::symbol(1));
  EXPECT_EQ(
      complaint(arguments(64, 160, 160), ErrorCode::OutOfRange, 1 << 30),
      "sample: the grid is 68719476736, expected 0 to 2147483647; it "
      "follows from 1073741824 multiprocessors, size 64 of argument 0 'a' "
      "in dimension 0");
  plan.grid = Expression::constant(3);
  plan.cluster = 2;
  EXPECT_EQ(complaint(arguments(64, 160, 160), ErrorCode::OutOfRange),
            "sample: the grid has 3 CTAs, expected a multiple of the cluster's "
            "2");
}

TEST_F(Evaluate, RefusesSymbolsBeyond32Bits) {
  plan.maps.clear();
  plan.parameters = {{Parameter::Kind::Symbol, 3}};
  EXPECT_EQ(
      complaint(arguments(64, 160, int64_t(1) << 32), ErrorCode::OutOfRange),
      "sample: stride 4294967296 of argument 0 'a' in dimension 0, expected 0 "
      "to 2147483647, as kernels count in 32 bits");
}

TEST_F(Evaluate, SaysWhatItWantsOfAddressesAndStrides) {
  Alignment map = getAlignment(plan, 0), pointer = getAlignment(plan, 1);
  EXPECT_EQ(map.address, 16u);
  EXPECT_EQ(map.strides, 16);
  EXPECT_EQ(pointer.address, 2u);
  EXPECT_EQ(pointer.strides, 1);
  plan.maps[0].type = ElementType::B4X16P64;
  plan.arguments[0].type = plan.arguments[1].type = ElementType::F4E2M1FN;
  EXPECT_EQ(getAlignment(plan, 0).address, 32u);
  EXPECT_EQ(getAlignment(plan, 0).strides, 64);
  EXPECT_EQ(getAlignment(plan, 1).address, 8u);
  EXPECT_EQ(getAlignment(plan, 1).strides, 16);
}

} // namespace
