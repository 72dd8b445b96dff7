//===- LaunchOverhead.cpp - What a launch costs the host ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   dgemm-launch-benchmark k.dgpack test/Unit/libdgemm-fake-cuda.so
//
// Nanoseconds of a launch on a driver that does next to nothing, minus those of
// the same calls of the driver alone: what the launcher itself takes. The
// driver's own part is measured on a GPU by dgemm-runtime-gpu.
//
//===----------------------------------------------------------------------===//

#include "FakeDriver.h"

#include "dgemm-c/Runtime.h"
#include "dgemm/Runtime/Kernel.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace dgemm;
using namespace dgemm::runtime;
using launch::ArgumentValue;

/// The least nanoseconds of a call in batches of 2000: other processes only
/// add.
template <typename Function>
static double measure(const char *what, double driver, Function function) {
  using Clock = std::chrono::steady_clock;
  constexpr int kBatches = 300, kCalls = 2000;
  double best = 1e9;
  for (int batch = 0; batch < kBatches; ++batch) {
    Clock::time_point start = Clock::now();
    for (int i = 0; i < kCalls; ++i)
      if (!function(i)) {
        std::printf("%s fails\n", what);
        return best;
      }
    std::chrono::duration<double, std::nano> time = Clock::now() - start;
    best = std::min(best, time.count() / kCalls);
  }
  std::printf("%-44s %7.1f ns, without the driver %7.1f ns\n", what, best,
              best - driver);
  return best;
}

/// Operands for `m` where the plan leaves a size open.
static std::vector<ArgumentValue> makeOperands(const launch::LaunchPlan &plan,
                                               int64_t m, CuAddress memory) {
  std::vector<ArgumentValue> result;
  for (const launch::Argument &argument : plan.arguments) {
    ArgumentValue &value = result.emplace_back();
    value.address = memory;
    value.rank = argument.shape.size();
    for (size_t i = 0; i < value.rank; ++i)
      value.shape[i] = argument.shape[i].value_or(m);
    for (size_t i = 0; i < value.rank; ++i)
      value.strides[i] = argument.strides[i].value_or((m + 63) / 64 * 64);
  }
  return result;
}

static std::vector<dgemm_operand>
convert(const std::vector<ArgumentValue> &values) {
  std::vector<dgemm_operand> result;
  for (const ArgumentValue &value : values) {
    dgemm_operand &operand = result.emplace_back();
    operand.address = value.address;
    operand.rank = static_cast<int32_t>(value.rank);
    std::copy(value.shape.begin(), value.shape.end(), operand.shape);
    std::copy(value.strides.begin(), value.strides.end(), operand.strides);
  }
  return result;
}

static int fail(const std::string &message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  return 2;
}

static int run(const std::shared_ptr<const Driver> &driver,
               const pack::Pack &pack, const char *packPath,
               const char *driverPath) {
  CuContext context = nullptr;
  CuStream stream = nullptr;
  CuAddress memory = 0;
  constexpr size_t kBytes = 64 << 20;
  if (driver->primaryCtxRetain(&context, 0) != 0 ||
      driver->ctxSetCurrent(context) != 0 ||
      driver->streamCreate(&stream, cu::kStreamDefault) != 0 ||
      driver->memAlloc(&memory, kBytes) != 0)
    return fail("the driver has no device");
  auto kernel = Kernel::load(driver, pack, context);
  if (!kernel)
    return fail(kernel.error().message);
  std::vector<ArgumentValue> one = makeOperands(pack.plan, 64, memory),
                             two = makeOperands(pack.plan, 128, memory);
  LaunchOptions options;
  options.workspace = memory;
  options.workspaceBytes = kBytes;

  CuLaunchConfig config{};
  config.grid[0] = config.block[0] = 32;
  config.stream = stream;
  double alone = measure("the driver's calls alone", 0, [&](int) {
    CuContext current = nullptr;
    return driver->ctxGetCurrent(&current) == 0 &&
           driver->launchKernelEx(&config, nullptr, nullptr, nullptr) == 0;
  });
  Launcher launcher(**kernel);
  auto launchCpp = [&](const std::vector<ArgumentValue> &values) {
    return launcher.launch(values.data(), values.size(), options, stream).ok();
  };
  measure("C++, the same operands", alone, [&](int) { return launchCpp(one); });
  measure("C++, other operands each time", alone,
          [&](int i) { return launchCpp(i % 2 ? one : two); });

  dgemm_driver *cDriver = nullptr;
  dgemm_pack *cPack = nullptr;
  dgemm_kernel *cKernel = nullptr;
  dgemm_launcher *cLauncher = nullptr;
  if (dgemm_driver_open(driverPath, &cDriver) ||
      dgemm_pack_open(packPath, &cPack) ||
      dgemm_kernel_load(cDriver, cPack, context, &cKernel) ||
      dgemm_launcher_create(cKernel, &cLauncher))
    return fail("the C API cannot load the pack");
  std::vector<dgemm_operand> cOne = convert(one), cTwo = convert(two);
  dgemm_launch_options cOptions = {0, memory, kBytes};
  auto launchC = [&](const std::vector<dgemm_operand> &values) {
    return !dgemm_launch(cLauncher, values.data(), values.size(), &cOptions,
                         stream);
  };
  measure("C, the same operands", alone, [&](int) { return launchC(cOne); });
  measure("C, other operands each time", alone,
          [&](int i) { return launchC(i % 2 ? cOne : cTwo); });
  dgemm_launcher_destroy(cLauncher);
  dgemm_kernel_unload(cKernel);
  dgemm_pack_close(cPack);
  dgemm_driver_close(cDriver);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 3)
    return fail("usage: dgemm-launch-benchmark <pack> <fake driver>");
  auto pack = pack::readPackFile(argv[1]);
  if (!pack)
    return fail(pack.error().message);
  auto driver = Driver::open(argv[2]);
  if (!driver)
    return fail(driver.error().message);
  void *library = dlopen(argv[2], RTLD_NOW);
  auto *state =
      reinterpret_cast<fake::State *(*)()>(dlsym(library, "fakeDriverState"));
  if (!state)
    return fail("this is not the driver of the unit tests");
  state()->isQuiet = true;
  return run(*driver, *pack, argv[1], argv[2]);
}
