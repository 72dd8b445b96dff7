//===- SimulatedDevice.h - The PTX simulator as a device --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DEVICE_SIMULATEDDEVICE_H
#define DGEMM_DEVICE_SIMULATEDDEVICE_H

#include "dgemm/Device/Device.h"
#include "dgemm/Simulator/Machine.h"

namespace dgemm::device {

/// What the simulated chip has, and how it runs.
struct SimulatedChip {
  int64_t smCount = 1;
  /// Dynamic and static shared memory that one CTA may have, in bytes.
  uint32_t sharedPerCta = 232448;
  /// Host threads; 0 means one per core.
  unsigned threads = 0;
  /// Warp instructions that one CTA may execute before that is a finding.
  uint64_t maxInstructions = uint64_t(1) << 32;
  /// Look for data races and missing fences.
  bool raceCheck = true;
};

/// Runs PTX text. A seed orders warps and copies; the same seed gives the same
/// run.
class SimulatedDevice final : public Device {
public:
  explicit SimulatedDevice(const SimulatedChip &chip) : chip(chip) {}

  const char *name() const override { return "sim"; }
  int64_t smCount() const override { return chip.smCount; }
  Expected<std::unique_ptr<LoadedKernel>>
  load(const std::string &code, const launch::LaunchPlan &plan) override;
  Expected<uint64_t> allocate(const std::string &name, uint64_t bytes) override;
  Status release(uint64_t address) override;
  Status write(uint64_t address, const void *from, uint64_t bytes) override;
  Status read(uint64_t address, void *to, uint64_t bytes) const override;
  Status poison(uint64_t address, uint64_t bytes) override;
  bool marksPoison() const override { return true; }
  Expected<LaunchReport> launch(const LoadedKernel &kernel,
                                const launch::Launch &launch,
                                uint64_t seed) override;

private:
  SimulatedChip chip;
  sim::GlobalMemory memory;
};

} // namespace dgemm::device

#endif // DGEMM_DEVICE_SIMULATEDDEVICE_H
