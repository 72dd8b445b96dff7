//===- LauncherTest.cpp - Launches and their errors -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

using namespace dgemm;
using namespace dgemm::runtime;
using launch::ArgumentValue;

// Allocations of this thread, and how many more succeed; -1: all.
thread_local long allocations = 0;
thread_local long allowedAllocations = -1;

void *operator new(size_t bytes) {
  ++allocations;
  if (allowedAllocations == 0)
    throw std::bad_alloc();
  allowedAllocations -= allowedAllocations > 0;
  if (void *memory = std::malloc(bytes ? bytes : 1))
    return memory;
  throw std::bad_alloc();
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }

namespace {

class Launching : public RuntimeTest {
protected:
  void SetUp() override {
    RuntimeTest::SetUp();
    kernel = load();
    launcher = std::make_unique<Launcher>(*kernel);
  }

  void TearDown() override {
    launcher.reset();
    kernel.reset();
    RuntimeTest::TearDown();
  }

  /// A kernel that needs 4096 bytes for itself.
  void useWorkspace() {
    pack::Pack pack = samplePack();
    pack.plan = *launch::parsePlan(replaced(launch::writePlan(pack.plan),
                                            "\"workspace_bytes\": 0",
                                            "\"workspace_bytes\": 4096"));
    kernel = load(pack);
    launcher = std::make_unique<Launcher>(*kernel);
  }

  Status launch(const std::vector<ArgumentValue> &values,
                const LaunchOptions &options = {}) {
    return launcher->launch(values.data(), values.size(), options, stream);
  }

  /// The error of a launch that nothing reaches the driver of; a right launch
  /// works afterwards.
  Error complaint(const std::vector<ArgumentValue> &values,
                  const LaunchOptions &options = {}) {
    size_t before = fakeState().launches.size();
    Status status = launch(values, options);
    EXPECT_EQ(fakeState().launches.size(), before);
    return status.ok() ? Error{ErrorCode::NoMemory, "was launched"}
                       : status.error();
  }

  /// A kernel that says what it computes.
  void useMatmul(bool inPlace) {
    fakeState().parameterBytes = {8, 8, 8, 8, 8};
    pack::Pack pack = matmulPack();
    pack.matmul->inPlace = inPlace;
    kernel = load(pack);
    launcher = std::make_unique<Launcher>(*kernel);
  }

  /// Zeros for `kernel`.
  LaunchOptions makeWorkspace() {
    LaunchOptions options;
    options.workspaceBytes = 4096;
    CuAddress memory = 0;
    EXPECT_EQ(driver->memAlloc(&memory, 4096), 0);
    options.workspace = memory;
    EXPECT_TRUE(kernel->prepareWorkspace(options.workspace, 4096, stream).ok());
    return options;
  }

  std::unique_ptr<Kernel> kernel;
  std::unique_ptr<Launcher> launcher;
};

TEST_F(Launching, GivesTheDriverWhatThePlanSays) {
  Status status = launch(operands());
  ASSERT_TRUE(status.ok()) << status.error().message;
  ASSERT_EQ(fakeState().launches.size(), 1u);
  const fake::LaunchRecord &record = fakeState().launches[0];
  EXPECT_EQ(record.kernel, "sample");
  EXPECT_EQ(record.config.grid[0], 2u);
  EXPECT_EQ(record.config.grid[1] * record.config.grid[2], 1u);
  EXPECT_EQ(record.config.block[0], 384u);
  EXPECT_EQ(record.config.sharedBytes, 84064u);
  EXPECT_EQ(record.config.stream, stream);
  EXPECT_EQ(record.config.attributeCount, 0u);
  ASSERT_EQ(record.parameters.size(), 3u);
  uint64_t map = 0, pointer = 0;
  uint32_t rows = 0;
  std::memcpy(&map, record.parameters[0].data(), 8);
  std::memcpy(&pointer, record.parameters[1].data(), 8);
  std::memcpy(&rows, record.parameters[2].data(), 4);
  EXPECT_EQ(map, 1u);
  EXPECT_EQ(pointer, d);
  EXPECT_EQ(rows, 200u);
  ASSERT_EQ(fakeState().maps.size(), 1u);
  const fake::EncodedMap &encoded = fakeState().maps[0];
  EXPECT_EQ(encoded.type, 0);
  EXPECT_EQ(encoded.address, a + 32);
  EXPECT_EQ(encoded.dims, (std::vector<uint64_t>{160, 200}));
  EXPECT_EQ(encoded.strides, (std::vector<uint64_t>{160}));
  EXPECT_EQ(encoded.box, (std::vector<uint32_t>{64, 128}));
  EXPECT_EQ(encoded.swizzle, 2);
  EXPECT_EQ(encoded.promotion, cu::kPromoteL2To256);
  EXPECT_EQ(encoded.fill, cu::kFillZero);
}

TEST_F(Launching, PassesClusters) {
  pack::Pack pack = samplePack();
  pack.plan.cluster = 16;
  pack.plan.grid = launch::Expression::constant(32);
  kernel = load(pack);
  launcher = std::make_unique<Launcher>(*kernel);
  ASSERT_TRUE(launch(operands()).ok());
  EXPECT_EQ(fakeState().functionAttributes[cu::kNonPortableClusterAllowed], 1);
  const fake::LaunchRecord &record = fakeState().launches.back();
  EXPECT_EQ(record.cluster[0], 16u);
  EXPECT_EQ(record.cluster[1] * record.cluster[2], 1u);
}

TEST_F(Launching, UsesFewerMultiprocessors) {
  LaunchOptions options;
  options.smCount = 1;
  ASSERT_TRUE(launch(operands(), options).ok());
  EXPECT_EQ(fakeState().launches.back().config.grid[0], 1u);
}

TEST_F(Launching, DoesNothingWithoutRows) {
  std::vector<ArgumentValue> values = operands(0);
  values[0].address = values[1].address = 0;
  EXPECT_TRUE(launch(values).ok());
  EXPECT_TRUE(launch(values).ok());
  EXPECT_TRUE(fakeState().launches.empty() && fakeState().maps.empty());
}

TEST_F(Launching, NeitherAllocatesNorWaits) {
  std::vector<ArgumentValue> first = operands(), second = operands(100);
  ASSERT_TRUE(launch(first).ok());
  fakeState().isQuiet = true;
  long before = allocations;
  for (int i = 0; i < 8; ++i)
    (void)launch(i % 2 ? first : second).ok();
  EXPECT_EQ(allocations, before);
  fakeState().isQuiet = false;
  auto calls = fakeState().calls;
  EXPECT_TRUE(launch(first).ok() && launch(second).ok());
  for (const auto &[name, count] : fakeState().calls) {
    bool isOfLaunches = name == "cuTensorMapEncodeTiled" ||
                        name == "cuLaunchKernelEx" ||
                        name == "cuPointerGetAttributes";
    EXPECT_TRUE(isOfLaunches || count == calls[name]) << name;
  }
}

TEST_F(Launching, EncodesOnceForTheSameOperands) {
  EXPECT_EQ(launcher->launchAgain(stream).error().code, ErrorCode::BadHandle);
  ASSERT_TRUE(launch(operands()).ok());
  ASSERT_TRUE(launch(operands()).ok());
  EXPECT_EQ(fakeState().maps.size(), 1u);
  EXPECT_EQ(callsOf("cuPointerGetAttributes"), 2);
  ASSERT_TRUE(launch(operands(100)).ok());
  EXPECT_EQ(fakeState().maps.size(), 2u);
  LaunchOptions options;
  options.smCount = 1;
  ASSERT_TRUE(launch(operands(100), options).ok());
  EXPECT_EQ(fakeState().maps.size(), 3u);
  EXPECT_EQ(fakeState().launches.size(), 4u);
}

TEST_F(Launching, RefusesWrongOperands) {
  std::vector<ArgumentValue> values = operands();
  values[0].address = 0;
  EXPECT_EQ(complaint(values).code, ErrorCode::NullAddress);
  values = operands();
  values[0].address += 8;
  EXPECT_EQ(complaint(values).code, ErrorCode::MisalignedAddress);
  EXPECT_EQ(complaint(operands(200, 160, 168)).code, ErrorCode::BadStride);
  EXPECT_EQ(complaint(operands(200, 160, -160)).code, ErrorCode::BadStride);
  EXPECT_EQ(complaint(operands(-1)).code, ErrorCode::NegativeSize);
  EXPECT_EQ(complaint(operands(int64_t(1) << 32)).code, ErrorCode::OutOfRange);
  EXPECT_EQ(complaint({}).code, ErrorCode::WrongArguments);
  values = operands();
  values[1].shape[1] = 40;
  EXPECT_EQ(complaint(values).code, ErrorCode::WrongArguments);
  values = operands();
  values[1].rank = 3;
  EXPECT_EQ(complaint(values).code, ErrorCode::WrongArguments);
  EXPECT_TRUE(launch(operands()).ok());
}

TEST_F(Launching, RefusesMemoryThatIsNotTheDevices) {
  alignas(256) static uint8_t unknown[256 * 256], pinned[256 * 256],
      managed[256 * 256], other[256 * 256];
  auto &add =
      *fakeFunction<void(unsigned long long, size_t, unsigned, int, int)>(
          "fakeDriverRegister");
  auto address = [](uint8_t *memory) {
    return static_cast<uint64_t>(reinterpret_cast<uintptr_t>(memory));
  };
  add(address(pinned), sizeof(pinned), cu::kMemoryHost, 0, 0);
  add(address(managed), sizeof(managed), cu::kMemoryHost, 1, 1);
  add(address(other), sizeof(other), cu::kMemoryDevice, 1, 0);
  std::vector<ArgumentValue> values = operands();
  values[0].address = address(unknown);
  Error error = complaint(values);
  EXPECT_EQ(error.code, ErrorCode::HostAddress);
  EXPECT_EQ(error.message, "sample: operand 0 'a' has an address that is no "
                           "memory of the device");
  values[0].address = address(pinned);
  error = complaint(values);
  EXPECT_EQ(error.code, ErrorCode::HostAddress);
  EXPECT_EQ(error.message, "sample: operand 0 'a' is in memory of the host; "
                           "copy it to the device");
  values[0].address = address(other);
  error = complaint(values);
  EXPECT_EQ(error.code, ErrorCode::WrongDevice);
  EXPECT_EQ(error.message, "sample: operand 0 'a' is in memory of device 1, "
                           "but the kernel is loaded on device 0");
  values[0].address = address(managed);
  EXPECT_TRUE(launch(values).ok());
}

TEST_F(Launching, ChecksTheWorkspace) {
  useWorkspace();
  CuAddress memory = 0;
  ASSERT_EQ(driver->memAlloc(&memory, 8192), 0);
  LaunchOptions options;
  EXPECT_EQ(complaint(operands()).message,
            "sample: the workspace is missing, the kernel needs 4096 bytes");
  options.workspace = memory;
  options.workspaceBytes = 4095;
  EXPECT_EQ(
      complaint(operands(), options).message,
      "sample: the workspace has 4095 bytes, the kernel needs 4096 bytes");
  options.workspace = memory + 16;
  options.workspaceBytes = 4096;
  EXPECT_EQ(complaint(operands(), options).code, ErrorCode::BadWorkspace);
  options.workspace = 0x10000;
  EXPECT_EQ(complaint(operands(), options).code, ErrorCode::HostAddress);
  options.workspace = memory;
  EXPECT_TRUE(launch(operands(), options).ok());
  auto bytes = launcher->getWorkspaceBytes(operands(), {});
  EXPECT_TRUE(bytes && *bytes == 4096);
  bytes = launcher->getWorkspaceBytes(operands(0), {});
  EXPECT_TRUE(bytes && *bytes == 0);
  EXPECT_FALSE(launcher->getWorkspaceBytes(operands(-1), {}));
  EXPECT_TRUE(launch(operands(), options).ok());
  (void)driver->memFree(memory);
}

TEST_F(Launching, WantsZerosForAWorkspace) {
  useMatmul(false);
  CuAddress memory = 0;
  ASSERT_EQ(driver->memAlloc(&memory, 8192), 0);
  auto *bytes = reinterpret_cast<uint8_t *>(memory);
  std::memset(bytes, 0xff, 8192);
  ASSERT_TRUE(kernel->prepareWorkspace(memory, 4096, stream).ok());
  EXPECT_EQ(std::count(bytes, bytes + 4096, 0), 4096);
  EXPECT_EQ(bytes[4096], 0xff);
  EXPECT_EQ(callsOf("cuMemsetD8Async"), 1);
  EXPECT_EQ(callsOf("cuStreamSynchronize") + callsOf("cuCtxSynchronize"), 0);
  auto complaint = [&](uint64_t address, uint64_t size, CuStream on) {
    Status status = kernel->prepareWorkspace(address, size, on);
    return status.ok() ? Error{ErrorCode::NoMemory, ""} : status.error();
  };
  EXPECT_EQ(complaint(0, 4096, stream).message,
            "sample: the workspace is missing, the kernel needs 4096 bytes");
  EXPECT_EQ(complaint(memory + 16, 4096, stream).message,
            "sample: the workspace does not begin at a multiple of 256 bytes");
  EXPECT_EQ(complaint(0x10000, 4096, stream).code, ErrorCode::HostAddress);
  CuStream foreign = fakeFunction<CuStream()>("fakeDriverForeignStream")();
  EXPECT_EQ(complaint(memory, 4096, foreign).code, ErrorCode::WrongDevice);
  fakeState().failures["cuMemsetD8Async"] = cu::kInvalidValue;
  EXPECT_EQ(complaint(memory, 4096, stream).message,
            "sample: cuMemsetD8Async of the workspace: "
            "CUDA_ERROR_INVALID_VALUE (1)");
  EXPECT_TRUE(kernel->prepareWorkspace(0, 0, stream).ok());
  // From a thread without context, too.
  fakeState().failures.clear();
  (void)driver->ctxSetCurrent(nullptr);
  EXPECT_TRUE(kernel->prepareWorkspace(memory, 4096, stream).ok());
  (void)driver->ctxSetCurrent(context);
  (void)driver->memFree(memory);
}

TEST_F(Launching, WantsOperandsThatFitEachOther) {
  useMatmul(true);
  LaunchOptions options = makeWorkspace();
  ASSERT_TRUE(launch(matrices(40, 48), options).ok());
  std::vector<ArgumentValue> values = matrices(40, 48);
  values[0].shape[0] = 39;
  Error error = complaint(values, options);
  EXPECT_EQ(error.code, ErrorCode::WrongArguments);
  EXPECT_EQ(error.message, "sample: operand 3 'd' has size 40 in dimension 0, "
                           "expected 39 for M = 39 of operand 0 'a'");
  EXPECT_FALSE(launcher->getWorkspaceBytes(values, options));
  // Without rows as well.
  values = matrices(0, 48);
  values[0].shape[0] = 39;
  EXPECT_EQ(complaint(values, options).code, ErrorCode::WrongArguments);
  values = matrices(40, 48);
  values[2].strides[0] = values[3].strides[0] = 8;
  EXPECT_EQ(complaint(values, options).code, ErrorCode::BadStride);
  values = matrices(40, 48);
  values[2].strides[0] = 96;
  EXPECT_EQ(complaint(values, options).code, ErrorCode::WrongArguments);
  values = matrices(40, 48);
  values[2].address = a;
  EXPECT_EQ(complaint(values, options).message,
            "sample: operand 2 'c' must be operand 3 'd': the kernel adds to "
            "what is there");
  EXPECT_TRUE(launch(matrices(40, 48), options).ok());
  (void)driver->memFree(options.workspace);
}

TEST_F(Launching, NeitherAllocatesWithAWorkspace) {
  useMatmul(true);
  LaunchOptions options = makeWorkspace(), fewer = options;
  fewer.smCount = 1;
  std::vector<ArgumentValue> first = matrices(40, 48), second = matrices(8, 16);
  ASSERT_TRUE(launch(first, options).ok());
  fakeState().isQuiet = true;
  long before = allocations;
  bool isGood = true;
  for (int i = 0; i < 8; ++i)
    isGood &= launch(i % 2 ? first : second, i % 3 ? options : fewer).ok();
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(isGood);
  fakeState().isQuiet = false;
  (void)driver->memFree(options.workspace);
}

TEST_F(Launching, RefusesAProductOfNoMatrices) {
  pack::Pack pack = matmulPack();
  pack.matmul->d = 4;
  auto refused = Kernel::load(driver, pack, context);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message,
            "sample: the matmul uses argument 4, but the plan has 4");
}

TEST_F(Launching, RefusesAStreamOfAnotherContext) {
  stream = fakeFunction<CuStream()>("fakeDriverForeignStream")();
  Error error = complaint(operands());
  EXPECT_EQ(error.code, ErrorCode::WrongDevice);
  EXPECT_EQ(error.message,
            "sample: the stream belongs to another context than the kernel, "
            "which is loaded on device 0");
  stream = nullptr;
  EXPECT_TRUE(launch(operands()).ok());
}

TEST_F(Launching, NamesTheDriversReason) {
  fakeState().failures["cuLaunchKernelEx"] = cu::kOutOfMemory;
  Error error = complaint(operands());
  EXPECT_EQ(error.code, ErrorCode::DriverError);
  EXPECT_EQ(error.message,
            "sample: cuLaunchKernelEx: CUDA_ERROR_OUT_OF_MEMORY (2)");
  fakeState().failures.clear();
  fakeState().failures["cuTensorMapEncodeTiled"] = cu::kInvalidValue;
  EXPECT_EQ(complaint(operands(100)).message,
            "sample: cuTensorMapEncodeTiled of map 0: CUDA_ERROR_INVALID_VALUE "
            "(1)");
  fakeState().failures.clear();
  fakeState().failures["cuPointerGetAttributes"] = cu::kInvalidValue;
  EXPECT_EQ(complaint(operands(100)).code, ErrorCode::DriverError);
  fakeState().failures.clear();
  EXPECT_TRUE(launch(operands(100)).ok());
}

TEST_F(Launching, WorksInThreadsWithoutContext) {
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      Launcher mine(*kernel);
      for (int64_t i = 0; i < 50; ++i) {
        std::vector<ArgumentValue> values = operands(1 + (i * 7 + t) % 200);
        Status status = mine.launch(values.data(), values.size(), {}, stream);
        failures += !status.ok();
        values[0].address = 0;
        status = mine.launch(values.data(), values.size(), {}, stream);
        failures += status.ok();
      }
      CuContext now = nullptr;
      failures += driver->ctxGetCurrent(&now) != 0 || now != nullptr;
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(fakeState().launches.size(), 400u);
}

TEST_F(Launching, CanBeCaptured) {
  ASSERT_EQ(driver->streamBeginCapture(stream, cu::kCaptureThreadLocal), 0);
  ASSERT_TRUE(launch(operands()).ok());
  CuGraph graph = nullptr;
  ASSERT_EQ(driver->streamEndCapture(stream, &graph), 0);
  EXPECT_TRUE(fakeState().launches.back().isCaptured);
  EXPECT_EQ(callsOf("cuStreamSynchronize") + callsOf("cuCtxSynchronize"), 0);
  (void)driver->graphDestroy(graph);
}

} // namespace
