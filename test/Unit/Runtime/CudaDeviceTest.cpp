//===- CudaDeviceTest.cpp - The GPU as a device, without one --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

#include "dgemm/Device/CudaDevice.h"
#include "dgemm/Device/RunKernel.h"

#include <cstring>

using namespace dgemm;
using namespace dgemm::device;

namespace {

using runtime::fakeState;

class GpuDevice : public testing::Test {
protected:
  void SetUp() override {
    fakeState().reset();
    fakeState().parameterBytes = {128, 8, 4};
    open({});
  }

  void open(CudaOptions options) {
    options.driverPath = DGEMM_FAKE_CUDA;
    device.reset();
    auto opened = CudaDevice::open(options);
    ASSERT_TRUE(opened) << opened.message();
    device = std::move(*opened);
    auto loaded = device->loadPack(runtime::samplePack());
    ASSERT_TRUE(loaded) << loaded.message();
    kernel = std::move(*loaded);
  }

  void TearDown() override {
    kernel.reset();
    device.reset();
    EXPECT_EQ(fakeState().liveAllocations, 0u);
    EXPECT_EQ(fakeState().liveModules, 0u);
  }

  /// Runs the sample on 5 rows; its kernel writes `bytes` from `offset` on
  /// relative to D.
  Expected<KernelRuns> run(int64_t offset, size_t bytes,
                           std::vector<uint64_t> seeds = {0, 1},
                           unsigned timings = 0) {
    fakeState().body = [=](const fake::LaunchRecord &launch) {
      uint64_t address = 0;
      std::memcpy(&address, launch.parameters[1].data(), 8);
      std::memset(reinterpret_cast<uint8_t *>(address) + offset, 0x3c, bytes);
    };
    a = *reference::Tensor::create(reference::ElementType::F8E4M3FN, {5, 64});
    d = *reference::Tensor::create(reference::ElementType::BF16, {5, 48});
    launch::LaunchPlan plan = runtime::samplePack().plan;
    return runKernel(*device, *kernel, plan,
                     {{a.view(), true, false}, {d.view(), false, true}},
                     {seeds, timings});
  }

  std::unique_ptr<CudaDevice> device;
  std::unique_ptr<LoadedKernel> kernel;
  reference::Tensor a, d;
};

TEST_F(GpuDevice, RunsAndBringsBack) {
  auto runs = run(0, 480, {0, 1, 2}, 3);
  ASSERT_TRUE(runs) << runs.message();
  ASSERT_EQ(runs->runs.size(), 3u);
  for (const KernelRun &run : runs->runs)
    EXPECT_TRUE(run.passed())
        << (run.mistakes.empty() ? run.report.findings[0] : run.mistakes[0]);
  EXPECT_EQ(d.view().data[0], 0x3c);
  EXPECT_EQ(d.view().data[479], 0x3c);
  ASSERT_EQ(runs->seconds.size(), 3u);
  EXPECT_DOUBLE_EQ(runs->seconds[0], 0.25e-3);
  // Caches are emptied in front of each timed launch.
  EXPECT_EQ(fakeState().calls["cuMemsetD8Async"], 3);
}

TEST_F(GpuDevice, LeavesPoisonWhereTheKernelWritesNothing) {
  auto runs = run(0, 470);
  ASSERT_TRUE(runs) << runs.message();
  EXPECT_EQ(d.view().data[469], 0x3c);
  EXPECT_EQ(d.view().data[470], kPoison);
}

TEST_F(GpuDevice, SeesWritesAroundOperands) {
  auto runs = run(0, 481, {0});
  ASSERT_TRUE(runs) << runs.message();
  ASSERT_EQ(runs->runs[0].report.findings.size(), 1u);
  EXPECT_EQ(runs->runs[0].report.findings[0],
            "the kernel wrote 0 bytes behind the end of 'd'");
  runs = run(-3, 483, {0});
  ASSERT_TRUE(runs) << runs.message();
  ASSERT_EQ(runs->runs[0].report.findings.size(), 1u);
  EXPECT_EQ(runs->runs[0].report.findings[0],
            "the kernel wrote 3 bytes in front of 'd'");
}

TEST_F(GpuDevice, EndsOperandsAtAPage) {
  CudaOptions options;
  options.placement = Placement::EndAtUnmappedPage;
  kernel.reset();
  open(options);
  auto address = device->allocate("x", 100);
  ASSERT_TRUE(address) << address.message();
  EXPECT_EQ((*address + 112) % 4096, 0u);
  uint8_t byte = 0;
  ASSERT_TRUE(device->read(*address + 99, &byte, 1).ok());
  EXPECT_EQ(byte, kPoison);
  EXPECT_TRUE(device->release(*address).ok());
  auto runs = run(0, 480);
  ASSERT_TRUE(runs) << runs.message();
  EXPECT_TRUE(runs->runs[0].passed());
}

TEST_F(GpuDevice, KeepsToItsAllocations) {
  uint64_t address = *device->allocate("x", 100);
  uint8_t bytes[128] = {};
  EXPECT_TRUE(device->write(address, bytes, 100).ok());
  EXPECT_FALSE(device->write(address, bytes, 101).ok());
  EXPECT_FALSE(device->read(address + 100, bytes, 1).ok());
  EXPECT_FALSE(device->poison(address - 1, 1).ok());
  EXPECT_FALSE(device->release(address + 1).ok());
  EXPECT_TRUE(device->release(address).ok());
  EXPECT_FALSE(device->release(address).ok());
}

TEST_F(GpuDevice, GivesUpOnKernelsThatHang) {
  CudaOptions options;
  options.timeoutSeconds = 0.01;
  kernel.reset();
  open(options);
  fakeState().pendingQueries = 1 << 30;
  auto runs = run(0, 480, {0});
  ASSERT_FALSE(runs);
  EXPECT_EQ(runs.message().substr(0, 25), "sample has not ended afte");
  EXPECT_FALSE(device->isUsable());
}

TEST_F(GpuDevice, IsOfNoUseAfterAFault) {
  fakeState().failures["cuEventQuery"] = 700;
  auto runs = run(0, 480, {0});
  ASSERT_FALSE(runs);
  EXPECT_EQ(runs.message(), "sample: CUDA_ERROR_ILLEGAL_ADDRESS (700)");
  EXPECT_FALSE(device->isUsable());
}

TEST_F(GpuDevice, TakesCodeInBothForms) {
  launch::LaunchPlan plan = runtime::samplePack().plan;
  auto ptx = device->load(".version 8.8", plan);
  ASSERT_TRUE(ptx) << ptx.message();
  EXPECT_EQ(CudaDevice::getKernel(**ptx).getCode(), runtime::Code::Ptx);
  auto cubin = device->load("\x7f"
                            "ELF",
                            plan);
  ASSERT_TRUE(cubin) << cubin.message();
  EXPECT_EQ(CudaDevice::getKernel(**cubin).getCode(), runtime::Code::Cubin);
}

TEST(GpuDeviceOpen, NamesWhatIsMissing) {
  fakeState().reset();
  CudaOptions options;
  options.driverPath = DGEMM_FAKE_CUDA;
  options.ordinal = 5;
  auto device = CudaDevice::open(options);
  ASSERT_FALSE(device);
  EXPECT_EQ(device.message(), "there is no CUDA device 5, this machine has 2");
  options.driverPath = "/nowhere/libcuda.so.1";
  EXPECT_FALSE(CudaDevice::open(options));
}

} // namespace
