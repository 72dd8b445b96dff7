//===- CudaDevice.cpp - A GPU through the CUDA driver ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Device/CudaDevice.h"

#include <algorithm>
#include <chrono>
#include <thread>

using namespace dgemm;
using namespace dgemm::device;
namespace cu = dgemm::runtime::cu;
using runtime::CuAddress;
using runtime::CuMemoryAccess;
using runtime::CuMemoryProperties;
using runtime::CuResult;
using runtime::EncodedLaunch;
using runtime::Kernel;

/// Bytes on either side of a guarded operand.
static constexpr uint64_t kGuardBytes = 4096;
/// Tensor maps need no more.
static constexpr uint64_t kOperandAlignment = 16;

namespace {
struct CudaKernel final : LoadedKernel {
  std::unique_ptr<Kernel> kernel;
  /// Used again by every launch.
  mutable EncodedLaunch encoded;
};
} // namespace

const Kernel &CudaDevice::getKernel(const LoadedKernel &kernel) {
  return *static_cast<const CudaKernel &>(kernel).kernel;
}

//===----------------------------------------------------------------------===//
// Opening and loading
//===----------------------------------------------------------------------===//

Status CudaDevice::check(CuResult result, const char *what) const {
  if (result == cu::kSuccess)
    return {};
  return Error{driver->error(result, what).message};
}

Status CudaDevice::start() {
  runtime::Result<runtime::DeviceFacts> found =
      runtime::getDeviceFacts(*driver, options.ordinal);
  if (!found)
    return Error{found.error().message};
  facts = *found;
  smCountUsed = options.smCount > 0 ? options.smCount : facts.smCount;
  if (Status status = check(driver->primaryCtxRetain(&context, options.ordinal),
                            "cuDevicePrimaryCtxRetain");
      !status.ok())
    return status;
  CuResult result = driver->ctxSetCurrent(context);
  if (result == cu::kSuccess)
    // One that waits for the default stream, on which copies run.
    result = driver->streamCreate(&stream, cu::kStreamDefault);
  if (result == cu::kSuccess)
    result = driver->eventCreate(&before, cu::kEventDefault);
  if (result == cu::kSuccess)
    result = driver->eventCreate(&after, cu::kEventDefault);
  return check(result, "the context of the GPU cannot be used");
}

Expected<std::unique_ptr<CudaDevice>>
CudaDevice::open(const CudaOptions &options) {
  std::unique_ptr<CudaDevice> device(new CudaDevice(options));
  runtime::Result<std::shared_ptr<const runtime::Driver>> driver =
      runtime::Driver::open(options.driverPath);
  if (!driver)
    return Error{driver.error().message};
  device->driver = std::move(*driver);
  if (Status status = device->start(); !status.ok())
    return status.error();
  return device;
}

CudaDevice::~CudaDevice() {
  if (!context)
    return;
  (void)driver->ctxSetCurrent(context);
  for (const auto &[address, allocation] : allocations)
    free(allocation);
  if (flushed)
    (void)driver->memFree(flushed);
  if (before)
    (void)driver->eventDestroy(before);
  if (after)
    (void)driver->eventDestroy(after);
  if (stream)
    (void)driver->streamDestroy(stream);
  (void)driver->primaryCtxRelease(options.ordinal);
}

Expected<std::unique_ptr<LoadedKernel>>
CudaDevice::loadPack(const pack::Pack &pack) {
  runtime::LoadOptions load;
  load.preferPtx = options.preferPtx;
  runtime::Result<std::unique_ptr<Kernel>> kernel =
      Kernel::load(driver, pack, context, load);
  if (!kernel)
    return Error{kernel.error().message};
  auto result = std::make_unique<CudaKernel>();
  result->kernel = std::move(*kernel);
  return std::unique_ptr<LoadedKernel>(std::move(result));
}

Expected<std::unique_ptr<LoadedKernel>>
CudaDevice::load(const std::string &code, const launch::LaunchPlan &plan) {
  pack::Pack pack;
  pack.plan = plan;
  bool isElf = code.compare(0, 4,
                            "\x7f"
                            "ELF") == 0;
  (isElf ? pack.cubin : pack.ptx) = code;
  return loadPack(pack);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static uint64_t roundUp(uint64_t value, uint64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

Status CudaDevice::allocateGuarded(Allocation &allocation, uint64_t &address) {
  allocation.baseBytes = allocation.bytes + 2 * kGuardBytes;
  Status status = check(
      driver->memAlloc(&allocation.base, allocation.baseBytes), "cuMemAlloc");
  if (!status.ok())
    return status;
  address = allocation.base + kGuardBytes;
  return check(driver->memsetD8(allocation.base, kPoison, allocation.baseBytes),
               "cuMemsetD8");
}

/// Reserves one page more than it maps.
Status CudaDevice::allocateMapped(Allocation &allocation, uint64_t &address) {
  CuMemoryProperties properties{};
  properties.type = cu::kAllocationPinned;
  properties.location = {cu::kLocationDevice, options.ordinal};
  size_t page = 0;
  CuResult result = driver->memGetAllocationGranularity(
      &page, &properties, cu::kGranularityMinimum);
  uint64_t used = roundUp(allocation.bytes, kOperandAlignment);
  if (result == cu::kSuccess) {
    allocation.baseBytes = roundUp(used, page) + page;
    result = driver->memAddressReserve(&allocation.base, allocation.baseBytes,
                                       0, 0, 0);
  }
  if (result != cu::kSuccess)
    return check(result, "cuMemAddressReserve");
  uint64_t mapped = allocation.baseBytes - page;
  result = driver->memCreate(&allocation.handle, mapped, &properties, 0);
  if (result == cu::kSuccess)
    result = driver->memMap(allocation.base, mapped, 0, allocation.handle, 0);
  CuMemoryAccess access{properties.location, cu::kAccessReadWrite};
  if (result == cu::kSuccess)
    result = driver->memSetAccess(allocation.base, mapped, &access, 1);
  if (result == cu::kSuccess)
    result = driver->memsetD8(allocation.base, kPoison, mapped);
  address = allocation.base + mapped - used;
  return check(result, "mapping memory of the GPU");
}

void CudaDevice::free(const Allocation &allocation) {
  if (options.placement == Placement::Guarded) {
    (void)driver->memFree(allocation.base);
    return;
  }
  (void)driver->memUnmap(allocation.base, allocation.baseBytes);
  (void)driver->memRelease(allocation.handle);
  (void)driver->memAddressFree(allocation.base, allocation.baseBytes);
}

Expected<uint64_t> CudaDevice::allocate(const std::string &name,
                                        uint64_t bytes) {
  Allocation allocation;
  allocation.name = name;
  allocation.bytes = bytes;
  uint64_t address = 0;
  Status status = options.placement == Placement::Guarded
                      ? allocateGuarded(allocation, address)
                      : allocateMapped(allocation, address);
  if (!status.ok())
    return Error{status.message() + " for the " + std::to_string(bytes) +
                 " bytes of '" + name + "'"};
  allocations[address] = allocation;
  return address;
}

static Error noMemory(const char *what, uint64_t address, uint64_t bytes) {
  return Error{std::string(what) + " of " + std::to_string(bytes) +
               " bytes at address " + std::to_string(address) +
               ", which is not within one allocation"};
}

Status CudaDevice::release(uint64_t address) {
  auto it = allocations.find(address);
  if (it == allocations.end())
    return noMemory("a release", address, 0);
  free(it->second);
  allocations.erase(it);
  return {};
}

Status CudaDevice::checkRange(const char *what, uint64_t address,
                              uint64_t bytes) const {
  auto it = allocations.upper_bound(address);
  if (it == allocations.begin())
    return noMemory(what, address, bytes);
  --it;
  uint64_t offset = address - it->first;
  if (offset > it->second.bytes || bytes > it->second.bytes - offset)
    return noMemory(what, address, bytes);
  return {};
}

Status CudaDevice::write(uint64_t address, const void *from, uint64_t bytes) {
  if (Status status = checkRange("a write", address, bytes); !status.ok())
    return status;
  return check(driver->memcpyHtoD(address, from, bytes), "cuMemcpyHtoD");
}

Status CudaDevice::read(uint64_t address, void *to, uint64_t bytes) const {
  if (Status status = checkRange("a read", address, bytes); !status.ok())
    return status;
  return check(driver->memcpyDtoH(to, address, bytes), "cuMemcpyDtoH");
}

Status CudaDevice::poison(uint64_t address, uint64_t bytes) {
  if (Status status = checkRange("poison", address, bytes); !status.ok())
    return status;
  return check(driver->memsetD8(address, kPoison, bytes), "cuMemsetD8");
}

Status CudaDevice::prepareWorkspace(const LoadedKernel &kernel,
                                    uint64_t address, uint64_t bytes) {
  if (Status status = checkRange("zeros", address, bytes); !status.ok())
    return status;
  launch::Status status =
      getKernel(kernel).prepareWorkspace(address, bytes, stream);
  return status.ok() ? Status() : Status(Error{status.error().message});
}

/// Memory of this device's own, which grows on demand.
Status CudaDevice::provide(uint64_t bytes, CuAddress &memory, uint64_t &size) {
  if (size >= bytes)
    return {};
  if (memory)
    (void)driver->memFree(memory);
  memory = 0;
  size = 0;
  Status status = check(driver->memAlloc(&memory, bytes), "cuMemAlloc");
  size = status.ok() ? bytes : 0;
  return status;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// Waits for the last event; a kernel that hangs must not hang the caller.
Status CudaDevice::wait(const std::string &kernel) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point start = Clock::now();
  CuResult result = driver->eventQuery(after);
  while (result == cu::kNotReady) {
    std::chrono::duration<double> waited = Clock::now() - start;
    isBroken = waited.count() > options.timeoutSeconds;
    if (isBroken)
      return Error{kernel + " has not ended after " +
                   std::to_string(options.timeoutSeconds) +
                   " s; this process cannot use the GPU any more"};
    if (waited.count() > 1e-3)
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    result = driver->eventQuery(after);
  }
  isBroken = result != cu::kSuccess;
  return check(result, kernel.c_str());
}

Expected<double> CudaDevice::launchTimed(const Kernel &kernel,
                                         EncodedLaunch &encoded) {
  const std::string &name = kernel.getPlan().entry;
  CuResult result = driver->eventRecord(before, stream);
  if (result != cu::kSuccess)
    return check(result, "cuEventRecord").error();
  if (launch::Status status = kernel.submit(encoded, stream); !status.ok())
    return Error{status.error().message};
  if (Status status =
          check(driver->eventRecord(after, stream), "cuEventRecord");
      !status.ok())
    return status.error();
  if (Status status = wait(name); !status.ok())
    return status.error();
  float milliseconds = 0;
  if (Status status =
          check(driver->eventElapsedTime(&milliseconds, before, after),
                "cuEventElapsedTime");
      !status.ok())
    return status.error();
  return static_cast<double>(milliseconds) * 1e-3;
}

Status CudaDevice::inspectGuards(LaunchReport &report) const {
  if (options.placement != Placement::Guarded)
    return {};
  std::vector<uint8_t> guard(kGuardBytes);
  for (const auto &[address, allocation] : allocations) {
    CuAddress end = address + allocation.bytes;
    for (CuAddress at : {allocation.base, end}) {
      Status status = check(driver->memcpyDtoH(guard.data(), at, kGuardBytes),
                            "cuMemcpyDtoH");
      if (!status.ok())
        return status;
      auto it = std::find_if(guard.begin(), guard.end(),
                             [](uint8_t byte) { return byte != kPoison; });
      if (it == guard.end())
        continue;
      auto offset = static_cast<uint64_t>(it - guard.begin());
      bool isBefore = at != end;
      report.findings.push_back(
          "the kernel wrote " +
          std::to_string(isBefore ? kGuardBytes - offset : offset) +
          (isBefore ? " bytes in front of '" : " bytes behind the end of '") +
          allocation.name + "'");
      // The next launch starts with clean guards.
      status = check(driver->memsetD8(at, kPoison, kGuardBytes), "cuMemsetD8");
      if (!status.ok())
        return status;
    }
  }
  return {};
}

Expected<LaunchReport> CudaDevice::launch(const LoadedKernel &kernel,
                                          const launch::Launch &launch,
                                          uint64_t seed) {
  const auto &loaded = static_cast<const CudaKernel &>(kernel);
  if (launch::Status status = loaded.kernel->encode(launch, loaded.encoded);
      !status.ok())
    return Error{status.error().message};
  Expected<double> seconds = launchTimed(*loaded.kernel, loaded.encoded);
  if (!seconds)
    return seconds.error();
  LaunchReport report;
  report.seconds = *seconds;
  if (Status status = inspectGuards(report); !status.ok())
    return status.error();
  return report;
}

Expected<std::vector<double>> CudaDevice::time(const LoadedKernel &kernel,
                                               const launch::Launch &launch,
                                               unsigned count) {
  const auto &loaded = static_cast<const CudaKernel &>(kernel);
  // Twice the cache: what is written last need not replace all of it.
  uint64_t bytes = std::max<uint64_t>(2 * static_cast<uint64_t>(facts.l2Bytes),
                                      uint64_t(1) << 20);
  if (Status status = provide(bytes, flushed, flushedBytes); !status.ok())
    return status.error();
  if (launch::Status status = loaded.kernel->encode(launch, loaded.encoded);
      !status.ok())
    return Error{status.error().message};
  std::vector<double> result;
  for (unsigned i = 0; i < count; ++i) {
    if (Status status =
            check(driver->memsetD8Async(flushed, 0, flushedBytes, stream),
                  "cuMemsetD8Async");
        !status.ok())
      return status.error();
    Expected<double> seconds = launchTimed(*loaded.kernel, loaded.encoded);
    if (!seconds)
      return seconds.error();
    result.push_back(*seconds);
  }
  return result;
}
