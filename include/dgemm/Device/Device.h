//===- Device.h - Where compiled kernels run --------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DEVICE_DEVICE_H
#define DGEMM_DEVICE_DEVICE_H

// Memory and launches of something that executes PTX, in the terms of launch
// plans (dgemm/Launch). Plain C++17: neither MLIR nor a CUDA toolkit.

#include "dgemm/Launch/Evaluate.h"
#include "dgemm/Pack/Pack.h"
#include "dgemm/Reference/Status.h"

#include <memory>
#include <string>
#include <vector>

namespace dgemm::device {

using reference::Error;
using reference::Expected;
using reference::Status;

/// What every byte of poisoned memory holds: a NaN in all float formats that
/// have one.
inline constexpr uint8_t kPoison = 0xff;

/// What one launch reported.
struct LaunchReport {
  double seconds = 0;
  /// What the device found wrong with the kernel, in words. Empty where a
  /// device does not look.
  std::vector<std::string> findings;
  /// What the device counted, as a JSON object (docs/Simulator.md). Empty where
  /// it does not count.
  std::string statistics;
};

/// Code that a device has read, ready to launch.
class LoadedKernel {
public:
  virtual ~LoadedKernel() = default;
};

/// One device. Addresses are the device's. An object is used by one thread at a
/// time.
class Device {
public:
  virtual ~Device() = default;

  /// "sim", "cuda".
  virtual const char *name() const = 0;
  /// Streaming multiprocessors that a launch plan may count on.
  virtual int64_t smCount() const = 0;

  /// Reads code for `plan`. Fails when the code is malformed or lacks the
  /// plan's entry.
  virtual Expected<std::unique_ptr<LoadedKernel>>
  load(const std::string &code, const launch::LaunchPlan &plan) = 0;

  /// Reads the code of a pack, by default its PTX. Fails as `load`, and when
  /// the pack holds no code that this device runs.
  virtual Expected<std::unique_ptr<LoadedKernel>>
  loadPack(const pack::Pack &pack);

  /// Poisoned memory at a multiple of 16 bytes. `name` stands in findings.
  virtual Expected<uint64_t> allocate(const std::string &name,
                                      uint64_t bytes) = 0;
  /// Takes the address of an allocation.
  virtual Status release(uint64_t address) = 0;
  /// Each of these fails unless the range lies within one allocation.
  virtual Status write(uint64_t address, const void *from, uint64_t bytes) = 0;
  virtual Status read(uint64_t address, void *to, uint64_t bytes) const = 0;
  /// Fills with `kPoison`; from now on it is a mistake to read these bytes, and
  /// a device that can see that reports it.
  virtual Status poison(uint64_t address, uint64_t bytes) = 0;
  /// Whether the device tells poison from data that happen to be the same
  /// bytes.
  virtual bool marksPoison() const { return false; }

  /// Fills memory of this device with zeros, as the workspace of `kernel`.
  virtual Status prepareWorkspace(const LoadedKernel &kernel, uint64_t address,
                                  uint64_t bytes);

  /// Runs a kernel to its end; `launch` has a grid. `seed` chooses an order of
  /// what may happen in any order, on a device where that can be chosen. Fails
  /// when the launch does not fit the kernel; what goes wrong inside of the
  /// kernel is a finding.
  virtual Expected<LaunchReport> launch(const LoadedKernel &kernel,
                                        const launch::Launch &launch,
                                        uint64_t seed) = 0;
  /// False after an error that ended the device, for this process at least.
  virtual bool isUsable() const { return true; }
  /// Launches `count` times, each time with cold caches, and returns the
  /// seconds that the kernel took each time. Empty where time says nothing
  /// about the kernel. What memory holds afterwards is not specified.
  virtual Expected<std::vector<double>> time(const LoadedKernel &kernel,
                                             const launch::Launch &launch,
                                             unsigned count) {
    return std::vector<double>();
  }
};

} // namespace dgemm::device

#endif // DGEMM_DEVICE_DEVICE_H
