//===- Emission.h - From a gpu.module to PTX and cubin ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The last level: a `gpu.module` of llvm and nvvm operations becomes PTX inside
// this process, and optionally a cubin through ptxas as a child process.
//
// The functions here keep no state and may be called from several threads at
// once, each with its own MLIRContext. What is known to make LLVM's code
// generator end the process (an unknown chip, an instruction that the chip
// lacks, invalid LLVM IR) is found before and becomes a diagnostic. An embedder
// that must survive the unknown rest installs
// `llvm::install_fatal_error_handler`.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TARGET_EMISSION_H
#define DGEMM_TARGET_EMISSION_H

#include "dgemm/Target/PtxasFacts.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Support/LLVM.h"
#include "mlir/Support/Timing.h"

#include <memory>
#include <optional>
#include <string>

namespace llvm {
class LLVMContext;
class Module;
} // namespace llvm

namespace dgemm {

/// How code is made.
struct EmissionOptions {
  /// Chip as ptxas spells it, e.g. "sm_120a".
  std::string chip = "sm_120a";
  /// PTX ISA version times ten; at least what the chip needs.
  unsigned ptxVersion = 88;
  /// 0: LLVM IR as translated; 1 to 3: cleaned up, and the level of the code
  /// generator. Loops are never unrolled, rotated or vectorised: their shape is
  /// the schedule's business.
  unsigned optLevel = 3;
};

/// One kernel as machine code, in one or two forms.
struct EmittedKernel {
  /// Entry point, the symbol that a loader looks up.
  std::string name;
  /// PTX text.
  std::string ptx;
  /// ELF image made by ptxas; empty before `assemble`.
  std::string cubin;
  /// What ptxas says about the kernel; none before `assemble`.
  std::optional<PtxasFacts> facts;
};

/// The kernels of a module in their order: functions with `nvvm.kernel` and a
/// body.
llvm::SmallVector<mlir::LLVM::LLVMFuncOp>
getKernels(mlir::gpu::GPUModuleOp module);

/// Translates the module of `kernel` to LLVM IR for NVIDIA GPUs and optimises
/// it. Other kernels of the module are left out. Fails with a diagnostic at
/// the kernel when the module does not translate or verify, when the chip or
/// the PTX version is unknown, or when the chip lacks an instruction used.
/// `timing` gets a timer for each phase.
mlir::FailureOr<std::unique_ptr<llvm::Module>>
emitLlvm(mlir::LLVM::LLVMFuncOp kernel, const EmissionOptions &options,
         llvm::LLVMContext &context, mlir::TimingScope &timing);

/// Makes PTX of `kernel`; fails as `emitLlvm` does.
mlir::FailureOr<EmittedKernel> emitPtx(mlir::LLVM::LLVMFuncOp kernel,
                                       const EmissionOptions &options,
                                       mlir::TimingScope &timing);

/// Path of ptxas: `path` when it is not empty, else the first of PATH,
/// $CUDA_HOME/bin and /usr/local/cuda/bin; none when there is no such program.
std::optional<std::string> findPtxas(llvm::StringRef path = "");

/// Runs the ptxas at `ptxas` on the PTX of `kernel` and fills in `cubin` and
/// `facts`. Warnings of ptxas become warnings at `location`, a refusal becomes
/// an error with ptxas' own words. Uses temporary files.
mlir::LogicalResult assemble(EmittedKernel &kernel, llvm::StringRef chip,
                             llvm::StringRef ptxas, mlir::Location location,
                             mlir::TimingScope &timing);

} // namespace dgemm

#endif // DGEMM_TARGET_EMISSION_H
