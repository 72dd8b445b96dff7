//===- KernelTest.cpp - Opening the driver, loading packs -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

using namespace dgemm;
using namespace dgemm::runtime;

namespace {

class Loading : public RuntimeTest {
protected:
  Error complaint(const pack::Pack &pack) {
    auto kernel = Kernel::load(driver, pack, context);
    if (!kernel)
      return kernel.error();
    ADD_FAILURE() << "was loaded";
    return {ErrorCode::NoMemory, ""};
  }
};

TEST(DriverOpen, SaysWhatIsMissing) {
  auto none = Driver::open("/nowhere/libcuda.so.1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NoDriver);
  // A library that is no driver.
  auto other = Driver::open("libm.so.6");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::NoDriver);
  EXPECT_EQ(other.error().message,
            "the CUDA driver 'libm.so.6' has no cuInit; dgemm needs that of "
            "CUDA 12.0 or a newer one");
}

TEST(DriverOpen, NamesTheDriversReason) {
  fakeState().reset();
  fakeState().failures["cuInit"] = cu::kNoDevice;
  auto driver = Driver::open(DGEMM_FAKE_CUDA);
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.error().code, ErrorCode::NoDevice);
  fakeState().failures["cuInit"] = 4;
  driver = Driver::open(DGEMM_FAKE_CUDA);
  ASSERT_FALSE(driver);
  EXPECT_EQ(driver.error().message, "cuInit: an unknown error (4)");
}

TEST(Compatibility, FollowsTheRulesOfChips) {
  struct Row {
    const char *chip;
    int major, minor;
    bool cubin, ptx;
  };
  const Row rows[] = {
      {"sm_90a", 9, 0, true, true},   {"sm_90a", 10, 0, false, false},
      {"sm_120a", 12, 0, true, true}, {"sm_120a", 12, 1, false, false},
      {"sm_120f", 12, 1, true, true}, {"sm_120f", 9, 0, false, false},
      {"sm_80", 8, 6, true, true},    {"sm_86", 8, 0, false, false},
      {"sm_80", 9, 0, false, true},   {"sm_90", 8, 9, false, false},
      {"gfx90a", 9, 0, false, false}, {"sm_90x", 10, 0, false, false}};
  for (const Row &row : rows) {
    EXPECT_EQ(isCompatible(row.chip, row.major, row.minor, Code::Cubin),
              row.cubin)
        << row.chip << " on " << row.major << "." << row.minor;
    EXPECT_EQ(isCompatible(row.chip, row.major, row.minor, Code::Ptx), row.ptx)
        << row.chip << " on " << row.major << "." << row.minor;
  }
}

TEST_F(Loading, TakesTheCubin) {
  auto kernel = load();
  ASSERT_TRUE(kernel);
  EXPECT_EQ(kernel->getCode(), Code::Cubin);
  ASSERT_EQ(fakeState().images.size(), 1u);
  EXPECT_EQ(fakeState().images[0].substr(1), "ELF sample");
  EXPECT_EQ(fakeState().functionAttributes[cu::kMaxDynamicSharedBytes], 84064);
  EXPECT_EQ(
      fakeState().functionAttributes.count(cu::kNonPortableClusterAllowed), 0u);
  EXPECT_EQ(fakeState().liveModules, 1u);
  kernel.reset();
  EXPECT_EQ(fakeState().liveModules, 0u);
}

TEST_F(Loading, TakesThePtxWhereThereIsNoCubin) {
  pack::Pack pack = samplePack();
  pack.cubin.clear();
  EXPECT_EQ(load(pack)->getCode(), Code::Ptx);
  pack = samplePack();
  LoadOptions options;
  options.preferPtx = true;
  auto kernel = Kernel::load(driver, pack, context, options);
  ASSERT_TRUE(kernel);
  EXPECT_EQ((*kernel)->getCode(), Code::Ptx);
}

TEST_F(Loading, TakesThePtxWhereTheCubinIsRefused) {
  fakeState().failures["cubin"] = 200;
  EXPECT_EQ(load()->getCode(), Code::Ptx);
  fakeState().failures["ptx"] = 218;
  Error error = complaint(samplePack());
  EXPECT_EQ(error.code, ErrorCode::DriverError);
  EXPECT_EQ(error.message,
            "sample: the driver refuses the cubin: CUDA_ERROR_INVALID_IMAGE "
            "(200); the driver refuses the PTX: CUDA_ERROR_INVALID_PTX (218)");
  pack::Pack pack = samplePack();
  pack.ptx.clear();
  EXPECT_EQ(complaint(pack).message,
            "sample: the driver refuses the cubin: CUDA_ERROR_INVALID_IMAGE "
            "(200); the pack has no PTX instead");
}

TEST_F(Loading, ShowsTheDriversLog) {
  fakeState().jitLog = "line 7: no such instruction";
  pack::Pack pack = samplePack();
  pack.cubin.clear();
  EXPECT_EQ(complaint(pack).message,
            "sample: the driver refuses the PTX: CUDA_ERROR_INVALID_PTX (218): "
            "line 7: no such instruction");
}

TEST_F(Loading, RefusesAnotherChip) {
  Error error = complaint(samplePack("sm_120a"));
  EXPECT_EQ(error.code, ErrorCode::WrongChip);
  EXPECT_EQ(error.message,
            "sample is for sm_120a, but device 0 is Fake GPU (sm_90); compile "
            "it for that with --target");
  EXPECT_TRUE(fakeState().images.empty());
  // The context goes on.
  EXPECT_TRUE(load());
}

TEST_F(Loading, NamesWhatTheCodeLacks) {
  fakeState().failures["cuModuleGetFunction"] = 500;
  EXPECT_EQ(complaint(samplePack()).message,
            "the code has no kernel 'sample', which its launch plan names: "
            "CUDA_ERROR_NOT_FOUND (500)");
  EXPECT_EQ(fakeState().liveModules, 0u);
}

TEST_F(Loading, NamesTooMuchSharedMemory) {
  fakeState().sharedPerBlock = 49152;
  EXPECT_EQ(complaint(samplePack()).message,
            "sample asks for 84064 bytes of shared memory, Fake GPU allows "
            "49152: CUDA_ERROR_INVALID_VALUE (1)");
}

TEST_F(Loading, NeedsAContext) {
  auto kernel = Kernel::load(driver, samplePack(), nullptr);
  ASSERT_FALSE(kernel);
  EXPECT_EQ(kernel.error().code, ErrorCode::BadHandle);
}

TEST_F(Loading, LeavesTheCallersContext) {
  CuContext other = nullptr;
  ASSERT_EQ(driver->primaryCtxRetain(&other, 1), 0);
  ASSERT_EQ(driver->ctxSetCurrent(other), 0);
  auto kernel = load();
  EXPECT_EQ(kernel->getDevice(), 0);
  kernel.reset();
  CuContext now = nullptr;
  ASSERT_EQ(driver->ctxGetCurrent(&now), 0);
  EXPECT_EQ(now, other);
}

} // namespace
