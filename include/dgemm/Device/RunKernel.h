//===- RunKernel.h - A kernel on operands of the host -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DEVICE_RUNKERNEL_H
#define DGEMM_DEVICE_RUNKERNEL_H

// Places operands in the memory of a device so that what a kernel must not
// touch is seen: what lies between rows is poisoned, and so is what the kernel
// has to write.

#include "dgemm/Device/Device.h"
#include "dgemm/Reference/Tensor.h"

namespace dgemm::device {

/// One argument of a kernel, in memory of the host. Operands that begin at the
/// same byte share their memory on the device, too.
struct KernelOperand {
  /// Strides are not negative.
  reference::View view;
  /// The kernel reads what is there.
  bool isRead = true;
  /// What the kernel writes goes back to the view. Without `isRead` the kernel
  /// finds poison there.
  bool isWritten = false;
};

/// One launch and what it did to memory.
struct KernelRun {
  uint64_t seed = 0;
  LaunchReport report;
  /// Writes where there is no element, or to operands that are not written;
  /// results that differ from those of the first run.
  std::vector<std::string> mistakes;

  bool passed() const { return report.findings.empty() && mistakes.empty(); }
};

/// What to do with a kernel.
struct RunRequest {
  /// One launch for each.
  std::vector<uint64_t> seeds;
  /// Further launches that are timed, if the device can.
  unsigned timings = 0;
};

/// What was done.
struct KernelRuns {
  /// One for each seed; none when there was nothing to launch.
  std::vector<KernelRun> runs;
  /// Of each timed launch.
  std::vector<double> seconds;
};

/// Runs a kernel once for each seed, always from the same operands, and brings
/// back what the first run wrote. Nothing is launched where the plan's grid is
/// empty: the result is empty then, and operands stay as they are. Where the
/// kernel takes no strides of an operand and the plan leaves them open, the
/// device has the operand with the next larger ones that it takes. Fails when
/// the operands do not fit the plan (see `launch::evaluate`) or the device
/// refuses.
Expected<KernelRuns> runKernel(Device &device, const LoadedKernel &kernel,
                               const launch::LaunchPlan &plan,
                               const std::vector<KernelOperand> &operands,
                               const RunRequest &request);

/// The same without timings.
Expected<std::vector<KernelRun>>
runKernel(Device &device, const LoadedKernel &kernel,
          const launch::LaunchPlan &plan,
          const std::vector<KernelOperand> &operands,
          const std::vector<uint64_t> &seeds);

} // namespace dgemm::device

#endif // DGEMM_DEVICE_RUNKERNEL_H
