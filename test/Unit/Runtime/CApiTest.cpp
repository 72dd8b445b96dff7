//===- CApiTest.cpp - Launching packs from C ------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

#include "dgemm-c/Runtime.h"

#include <algorithm>
#include <cstring>

using namespace dgemm;
using namespace dgemm::runtime;

extern "C" int dgemm_test_open_nothing(void);

// Of operator new in LauncherTest.cpp.
extern thread_local long allocations, allowedAllocations;

namespace {

/// The code of an error, which is freed; -1 for none.
int codeOf(dgemm_error *error) {
  int code = error ? dgemm_error_get_code(error) : -1;
  dgemm_error_free(error);
  return code;
}

class CApi : public RuntimeTest {
protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    file = *pack::writePack(samplePack());
    ASSERT_EQ(codeOf(dgemm_driver_open(DGEMM_FAKE_CUDA, &opened)), -1);
    ASSERT_EQ(codeOf(dgemm_pack_read(file.data(), file.size(), &pack)), -1);
    ASSERT_EQ(codeOf(dgemm_kernel_load(opened, pack, nullptr, &kernel)), -1);
    ASSERT_EQ(codeOf(dgemm_launcher_create(kernel, &launcher)), -1);
  }

  void TearDown() override {
    dgemm_launcher_destroy(launcher);
    dgemm_kernel_unload(kernel);
    dgemm_pack_close(pack);
    dgemm_driver_close(opened);
    RuntimeTest::TearDown();
  }

  std::vector<dgemm_operand>
  convert(const std::vector<launch::ArgumentValue> &from) {
    std::vector<dgemm_operand> result;
    for (const launch::ArgumentValue &value : from) {
      dgemm_operand &operand = result.emplace_back();
      operand.address = value.address;
      operand.rank = static_cast<int32_t>(value.rank);
      for (size_t i = 0; i < value.rank; ++i) {
        operand.shape[i] = value.shape[i];
        operand.strides[i] = value.strides[i];
      }
    }
    return result;
  }

  /// Another kernel in place of the sample.
  void use(const pack::Pack &other) {
    dgemm_launcher_destroy(launcher);
    dgemm_kernel_unload(kernel);
    dgemm_pack_close(pack);
    file = *pack::writePack(other);
    ASSERT_EQ(codeOf(dgemm_pack_read(file.data(), file.size(), &pack)), -1);
    ASSERT_EQ(codeOf(dgemm_kernel_load(opened, pack, nullptr, &kernel)), -1);
    ASSERT_EQ(codeOf(dgemm_launcher_create(kernel, &launcher)), -1);
    fakeState().parameterBytes.assign(other.plan.parameters.size(), 8);
  }

  int launch(const std::vector<dgemm_operand> &values) {
    return codeOf(
        dgemm_launch(launcher, values.data(), values.size(), nullptr, stream));
  }

  std::string file;
  dgemm_driver *opened = nullptr;
  dgemm_pack *pack = nullptr;
  dgemm_kernel *kernel = nullptr;
  dgemm_launcher *launcher = nullptr;
};

TEST_F(CApi, DescribesThePack) {
  EXPECT_STREQ(dgemm_pack_kernel(pack), "sample");
  EXPECT_STREQ(dgemm_pack_chip(pack), "sm_90a");
  EXPECT_STREQ(dgemm_pack_op(pack), "");
  EXPECT_STREQ(dgemm_pack_schedule(pack), "");
  EXPECT_TRUE(launch::parsePlan(dgemm_pack_plan(pack)));
  EXPECT_STREQ(dgemm_kernel_code(kernel), "cubin");
  ASSERT_EQ(dgemm_pack_operand_count(pack), 2u);
  dgemm_operand_info info;
  ASSERT_EQ(codeOf(dgemm_pack_operand(pack, 1, &info)), -1);
  EXPECT_STREQ(info.name, "d");
  EXPECT_STREQ(info.type, "bf16");
  EXPECT_EQ(info.rank, 2);
  EXPECT_EQ(info.shape[0], -1);
  EXPECT_EQ(info.shape[1], 48);
  EXPECT_EQ(info.strides[0], 48);
  EXPECT_EQ(codeOf(dgemm_pack_operand(pack, 2, &info)), DGEMM_OUT_OF_RANGE);
}

TEST_F(CApi, SaysWhatOperandsMustBe) {
  dgemm_operand_info info;
  ASSERT_EQ(codeOf(dgemm_pack_operand(pack, 0, &info)), -1);
  EXPECT_EQ(info.alignment, 16u);
  EXPECT_EQ(info.stride_multiple, 16);
  EXPECT_EQ(info.alias, -1);
  pack::Pack product = matmulPack();
  product.matmul->inPlace = true;
  use(product);
  for (size_t i = 0; i < 4; ++i) {
    ASSERT_EQ(codeOf(dgemm_pack_operand(pack, i, &info)), -1);
    EXPECT_EQ(info.alignment, 2u);
    EXPECT_EQ(info.stride_multiple, 1);
    EXPECT_EQ(info.alias, i == 2 ? 3 : -1);
  }
}

TEST_F(CApi, Launches) {
  EXPECT_EQ(launch(convert(operands())), -1);
  ASSERT_EQ(fakeState().launches.size(), 1u);
  EXPECT_EQ(fakeState().launches[0].config.stream, stream);
  dgemm_launch_options options = {};
  options.sm_count = 1;
  auto values = convert(operands());
  EXPECT_EQ(codeOf(dgemm_launch(launcher, values.data(), values.size(),
                                &options, stream)),
            -1);
  EXPECT_EQ(fakeState().launches.back().config.grid[0], 1u);
  uint64_t bytes = 1;
  EXPECT_EQ(codeOf(dgemm_launcher_workspace(launcher, values.data(),
                                            values.size(), nullptr, &bytes)),
            -1);
  EXPECT_EQ(bytes, 0u);
}

/// What is launched again is what was launched last, and nothing else.
TEST_F(CApi, LaunchesTheSameAgain) {
  auto first = convert(operands(200)), second = convert(operands(100));
  auto rows = [&] {
    const fake::LaunchRecord &record = fakeState().launches.back();
    uint32_t result = 0;
    std::memcpy(&result, record.parameters[2].data(), 4);
    return result;
  };
  EXPECT_EQ(launch(first), -1);
  EXPECT_EQ(launch(first), -1);
  EXPECT_EQ(fakeState().maps.size(), 1u);
  EXPECT_EQ(rows(), 200u);
  EXPECT_EQ(launch(second), -1);
  EXPECT_EQ(rows(), 100u);
  uint64_t bytes = 0;
  EXPECT_EQ(codeOf(dgemm_launcher_workspace(launcher, first.data(), 2, nullptr,
                                            &bytes)),
            -1);
  EXPECT_EQ(launch(first), -1);
  EXPECT_EQ(rows(), 200u);
  // Operands that could not be taken over, then what was taken of them.
  auto wrong = first;
  wrong[1].rank = 9;
  EXPECT_EQ(launch(wrong), DGEMM_WRONG_ARGUMENTS);
  EXPECT_EQ(launch({first[0]}), DGEMM_WRONG_ARGUMENTS);
  EXPECT_EQ(launch({}), DGEMM_WRONG_ARGUMENTS);
  for (int i = 0; i < 2; ++i) {
    wrong = first;
    wrong[0].shape[0] = -1;
    EXPECT_EQ(launch(wrong), DGEMM_NEGATIVE_SIZE);
  }
  EXPECT_EQ(launch(second), -1);
  EXPECT_EQ(rows(), 100u);
  EXPECT_EQ(fakeState().launches.size(), 5u);
}

TEST_F(CApi, ReportsMistakes) {
  auto values = convert(operands());
  values[0].address = 0;
  dgemm_error *error =
      dgemm_launch(launcher, values.data(), values.size(), nullptr, stream);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(dgemm_error_get_code(error), DGEMM_NULL_ADDRESS);
  EXPECT_STREQ(dgemm_error_name(error), "null_address");
  EXPECT_STREQ(dgemm_error_message(error), "sample: argument 0 'a' is null");
  dgemm_error_free(error);
  values[0].rank = 9;
  EXPECT_EQ(launch(values), DGEMM_WRONG_ARGUMENTS);
  values[0].rank = -1;
  EXPECT_EQ(launch(values), DGEMM_WRONG_ARGUMENTS);
  EXPECT_EQ(codeOf(dgemm_launch(launcher, nullptr, 2, nullptr, stream)),
            DGEMM_BAD_HANDLE);
  EXPECT_EQ(codeOf(dgemm_launch(nullptr, nullptr, 0, nullptr, stream)),
            DGEMM_BAD_HANDLE);
  EXPECT_EQ(launch(convert(operands())), -1);
}

TEST_F(CApi, PreparesWorkspacesAndAllocatesNothing) {
  use(matmulPack());
  auto first = convert(matrices(40, 48)), second = convert(matrices(8, 16));
  dgemm_launch_options options = {};
  ASSERT_EQ(codeOf(dgemm_launcher_workspace(launcher, first.data(), 4, nullptr,
                                            &options.workspace_bytes)),
            -1);
  EXPECT_EQ(options.workspace_bytes, 4096u);
  CuAddress memory = 0;
  ASSERT_EQ(driver->memAlloc(&memory, 4096), 0);
  options.workspace = memory;
  auto *bytes = reinterpret_cast<uint8_t *>(memory);
  std::fill(bytes, bytes + 4096, 0xff);
  auto prepare = [&](uint64_t address) {
    return codeOf(
        dgemm_launcher_prepare_workspace(launcher, address, 4096, stream));
  };
  EXPECT_EQ(prepare(memory), -1);
  EXPECT_EQ(std::count(bytes, bytes + 4096, 0), 4096);
  EXPECT_EQ(prepare(memory + 1), DGEMM_BAD_WORKSPACE);
  EXPECT_EQ(prepare(0), DGEMM_BAD_WORKSPACE);
  EXPECT_EQ(
      codeOf(dgemm_launcher_prepare_workspace(nullptr, memory, 4096, stream)),
      DGEMM_BAD_HANDLE);
  fakeState().isQuiet = true;
  long before = allocations;
  int failures = 0;
  for (int i = 0; i < 8; ++i) {
    options.sm_count = 1 + i / 4;
    failures += dgemm_launch(launcher, (i % 2 ? first : second).data(), 4,
                             &options, stream) != nullptr;
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(failures, 0);
  fakeState().isQuiet = false;
  (void)driver->memFree(memory);
}

/// Each allocation fails, and all that follow it.
TEST_F(CApi, SurvivesWithoutMemory) {
  auto values = convert(operands());
  values[0].address = 0;
  auto isGood = [&](auto call) {
    for (long allowed = 0; allowed < 5000; ++allowed) {
      allowedAllocations = allowed;
      dgemm_error *error = call();
      allowedAllocations = -1;
      bool isShort = error && dgemm_error_get_code(error) == DGEMM_NO_MEMORY;
      if (isShort)
        EXPECT_STREQ(dgemm_error_message(error), "the host has no memory left");
      dgemm_error_free(error);
      if (!isShort)
        return allowed > 0;
    }
    return false;
  };
  dgemm_pack *other = nullptr;
  allowedAllocations = 0;
  dgemm_error *error = dgemm_pack_read(file.data(), file.size(), &other);
  allowedAllocations = -1;
  EXPECT_EQ(codeOf(error), DGEMM_NO_MEMORY);
  EXPECT_TRUE(isGood([&] { return dgemm_pack_open("/nowhere", &other); }));
  dgemm_launcher *second = nullptr;
  EXPECT_TRUE(isGood([&] { return dgemm_launcher_create(kernel, &second); }));
  dgemm_launcher_destroy(second);
  EXPECT_TRUE(isGood([&] {
    return dgemm_launch(launcher, values.data(), values.size(), nullptr,
                        stream);
  }));
  EXPECT_TRUE(isGood(
      [&] { return dgemm_launch(launcher, nullptr, 2, nullptr, stream); }));
}

TEST_F(CApi, ReportsWhatCannotBeOpened) {
  EXPECT_EQ(dgemm_test_open_nothing(), DGEMM_NO_FILE);
  dgemm_driver *none = nullptr;
  EXPECT_EQ(codeOf(dgemm_driver_open("/nowhere/libcuda.so", &none)),
            DGEMM_NO_DRIVER);
  EXPECT_EQ(none, nullptr);
  dgemm_pack *damaged = nullptr;
  EXPECT_EQ(codeOf(dgemm_pack_open("/", &damaged)), DGEMM_NO_FILE);
  file[100] ^= 1;
  EXPECT_EQ(codeOf(dgemm_pack_read(file.data(), file.size(), &damaged)),
            DGEMM_MALFORMED_PACK);
  EXPECT_EQ(damaged, nullptr);
  dgemm_kernel *other = nullptr;
  EXPECT_EQ(codeOf(dgemm_kernel_load(nullptr, pack, nullptr, &other)),
            DGEMM_BAD_HANDLE);
  (void)driver->ctxSetCurrent(nullptr);
  EXPECT_EQ(codeOf(dgemm_kernel_load(opened, pack, nullptr, &other)),
            DGEMM_BAD_HANDLE);
  EXPECT_EQ(codeOf(dgemm_kernel_load(opened, pack, context, &other)), -1);
  dgemm_kernel_unload(other);
  dgemm_error_free(nullptr);
}

} // namespace
