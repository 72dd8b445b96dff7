//===- KernelBackend.h - Ops run as compiled kernels ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_EXECUTION_KERNELBACKEND_H
#define DGEMM_EXECUTION_KERNELBACKEND_H

// Binds the compiler, launch plans and a device to the interpreter: each op of
// a function is compiled, launched on what its operands hold, and compared with
// the reference by the interpreter.

#include "dgemm/Device/RunKernel.h"
#include "dgemm/Device/SimulatedDevice.h"
#include "dgemm/Interpreter/Interpreter.h"

#include <string>
#include <vector>

namespace dgemm {

/// How kernels are compiled and run.
struct KernelBackendOptions {
  /// Chip, one of `dgk::getKnownChips()`.
  std::string target = "sm_120a";
  /// The first of `orders` seeds; each kernel runs once with each of them.
  uint64_t seed = 0;
  uint64_t orders = 1;
  /// Give the device machine code where there is a ptxas, instead of PTX.
  bool assemble = false;
  /// Rows of A for which to choose schedules; 0: those of each product that
  /// runs. Other extents that types leave open are always those that run.
  int64_t expectedM = 0;
};

/// What happened to one op.
struct OpRun {
  mlir::Operation *op;
  std::string kernel;
  /// One for each seed; none when there was nothing to launch.
  std::vector<device::KernelRun> runs;

  bool passed() const;
};

/// Compiles each op for itself and runs it on a device.
class KernelBackend final : public OpBackend {
public:
  /// `device` must live as long as the backend.
  KernelBackend(device::Device &device, KernelBackendOptions options)
      : device(device), options(std::move(options)) {}

  /// Fails with the compiler's diagnostic where the target has no lowering of
  /// `op`. What the device finds wrong with the kernel is no failure but part
  /// of `getRuns`.
  llvm::FailureOr<Arithmetic>
  run(mlir::Operation *op, llvm::ArrayRef<reference::View> operands) override;

  /// The ops that ran, in their order.
  llvm::ArrayRef<OpRun> getRuns() const { return opRuns; }
  /// What the device counted: a JSON list with an object for each launch.
  std::string getStatistics() const;

private:
  device::Device &device;
  KernelBackendOptions options;
  std::vector<OpRun> opRuns;
};

/// What the simulator has as the chip `target`. Fails with a diagnostic at
/// `location` when the chip is unknown.
llvm::FailureOr<device::SimulatedChip> getSimulatedChip(mlir::Location location,
                                                        llvm::StringRef target);

} // namespace dgemm

#endif // DGEMM_EXECUTION_KERNELBACKEND_H
