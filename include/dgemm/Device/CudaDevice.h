//===- CudaDevice.h - A GPU through the CUDA driver -------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DEVICE_CUDADEVICE_H
#define DGEMM_DEVICE_CUDADEVICE_H

#include "dgemm/Device/Device.h"
#include "dgemm/Runtime/Kernel.h"

#include <map>

namespace dgemm::device {

/// Where on the GPU operands are.
enum class Placement {
  /// Between poisoned bytes that are inspected after each launch.
  Guarded,
  /// The last byte is the last of a page, and the next page is not mapped: what
  /// reads beyond the end fails. Addresses are multiples of 16 bytes only, so
  /// up
  /// to 15 bytes may follow the last one.
  EndAtUnmappedPage
};

struct CudaOptions {
  /// What dlopen takes.
  std::string driverPath = "libcuda.so.1";
  runtime::CuDevice ordinal = 0;
  /// Streaming multiprocessors that launch plans may count on; 0: all.
  int64_t smCount = 0;
  Placement placement = Placement::Guarded;
  /// Compile PTX even where a pack has a cubin for the device.
  bool preferPtx = false;
  /// A kernel that has not ended by then is taken for one that never will.
  double timeoutSeconds = 60;
};

/// Runs PTX or cubins on a GPU in its primary context. There is no choice of
/// order: seeds have no meaning. After a launch that failed inside of the
/// kernel the device is of no more use.
class CudaDevice final : public Device {
public:
  /// Fails when there is no driver or no such device.
  static Expected<std::unique_ptr<CudaDevice>>
  open(const CudaOptions &options = {});
  ~CudaDevice() override;

  const char *name() const override { return "cuda"; }
  int64_t smCount() const override { return smCountUsed; }
  /// `code` is PTX or a cubin.
  Expected<std::unique_ptr<LoadedKernel>>
  load(const std::string &code, const launch::LaunchPlan &plan) override;
  Expected<std::unique_ptr<LoadedKernel>>
  loadPack(const pack::Pack &pack) override;
  Expected<uint64_t> allocate(const std::string &name, uint64_t bytes) override;
  Status release(uint64_t address) override;
  Status write(uint64_t address, const void *from, uint64_t bytes) override;
  Status read(uint64_t address, void *to, uint64_t bytes) const override;
  Status poison(uint64_t address, uint64_t bytes) override;
  Status prepareWorkspace(const LoadedKernel &kernel, uint64_t address,
                          uint64_t bytes) override;
  /// Findings name operands around which the kernel wrote.
  Expected<LaunchReport> launch(const LoadedKernel &kernel,
                                const launch::Launch &launch,
                                uint64_t seed) override;
  bool isUsable() const override { return !isBroken; }
  Expected<std::vector<double>> time(const LoadedKernel &kernel,
                                     const launch::Launch &launch,
                                     unsigned count) override;

  /// For whoever needs more than devices have in common.
  const runtime::DeviceFacts &getFacts() const { return facts; }
  const std::shared_ptr<const runtime::Driver> &getDriver() const {
    return driver;
  }
  runtime::CuContext getContext() const { return context; }
  runtime::CuStream getStream() const { return stream; }
  /// The kernel behind a `LoadedKernel` of this device.
  static const runtime::Kernel &getKernel(const LoadedKernel &kernel);

private:
  struct Allocation {
    std::string name;
    uint64_t bytes = 0;
    /// What the driver gave, with guards.
    runtime::CuAddress base = 0;
    uint64_t baseBytes = 0;
    /// Of mapped memory.
    runtime::CuMemoryHandle handle = 0;
  };

  CudaDevice(const CudaOptions &options) : options(options) {}
  Status start();
  Status check(runtime::CuResult result, const char *what) const;
  Status allocateGuarded(Allocation &allocation, uint64_t &address);
  Status allocateMapped(Allocation &allocation, uint64_t &address);
  void free(const Allocation &allocation);
  Status checkRange(const char *what, uint64_t address, uint64_t bytes) const;
  Status provide(uint64_t bytes, runtime::CuAddress &memory, uint64_t &size);
  Status wait(const std::string &kernel);
  Status inspectGuards(LaunchReport &report) const;
  Expected<double> launchTimed(const runtime::Kernel &kernel,
                               runtime::EncodedLaunch &encoded);

  CudaOptions options;
  std::shared_ptr<const runtime::Driver> driver;
  runtime::DeviceFacts facts;
  int64_t smCountUsed = 0;
  /// A kernel failed or hangs.
  bool isBroken = false;
  runtime::CuContext context = nullptr;
  runtime::CuStream stream = nullptr;
  runtime::CuEvent before = nullptr, after = nullptr;
  std::map<uint64_t, Allocation> allocations;
  /// Memory that is written to empty the caches.
  runtime::CuAddress flushed = 0;
  uint64_t flushedBytes = 0;
};

} // namespace dgemm::device

#endif // DGEMM_DEVICE_CUDADEVICE_H
