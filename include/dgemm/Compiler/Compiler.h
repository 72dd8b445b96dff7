//===- Compiler.h - From a module of problems to code -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The whole compiler as one function, for tools and for compilers that embed
// it. An embedder needs this:
//
//   mlir::DialectRegistry registry;
//   dgemm::registerAllDialects(registry);
//   mlir::MLIRContext context(registry);
//   auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
//   dgemm::CompileOptions options;
//   options.target = "sm_120a";
//   auto result = dgemm::compile(*module, options);
//   if (mlir::succeeded(result))
//     load(result->output, result->kernel->name);
//
// Errors are diagnostics of the context; nothing is printed and no exception is
// thrown. Calls with different contexts may run at the same time.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_COMPILER_COMPILER_H
#define DGEMM_COMPILER_COMPILER_H

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "dgemm/Target/Emission.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "mlir/Support/Timing.h"

#include <optional>
#include <string>

namespace mlir {
class PassManager;
} // namespace mlir

namespace dgemm {

/// The levels at which compilation can stop, from the problem to machine code.
/// Plan is what the host does to launch the kernel of DGKAsync, as JSON; Pack
/// is a file with all that a launcher needs (docs/Pack.md).
enum class Stage {
  Schedule,
  DGK,
  DGKAsync,
  Plan,
  NVVM,
  LLVM,
  PTX,
  Cubin,
  Pack
};

/// In place of a path: a pack is to have PTX only, whatever ptxas there is.
inline constexpr llvm::StringLiteral kNoPtxas = "none";

/// What to compile for and how far.
struct CompileOptions {
  /// One of `dgk::getKnownChips()` or `dgk::getKnownParts()`. Empty: the one
  /// that the module names (`dgk.target` of an op, target of a kernel), else
  /// sm_120a.
  std::string target;
  /// Rows of A, rows of B (columns of D) and K for which to choose schedules,
  /// where types do not tell; at least 1.
  int64_t expectedM = 4096;
  int64_t expectedN = 4096;
  int64_t expectedK = 4096;
  /// Level of the result.
  Stage stage = Stage::PTX;
  /// Kernel to emit at stage Plan and from LLVM on; may be empty when the
  /// module has one.
  std::string kernel;
  /// Optimisation of LLVM IR and PTX, 0 to 3; see `EmissionOptions`.
  unsigned optLevel = 3;
  /// ptxas to use; empty searches for one (see `findPtxas`). `kNoPtxas` leaves
  /// machine code out of packs.
  std::string ptxas;
  /// Asks ptxas for its facts at stage PTX too; stage Cubin always has them.
  bool wantFacts = false;
};

/// What `compile` made.
struct CompileResult {
  /// MLIR, JSON, LLVM IR or PTX as text, or the bytes of a cubin or pack.
  std::string output;
  /// The kernel, from stage PTX on.
  std::optional<EmittedKernel> kernel;
  /// How to launch the kernel, at stage Plan and from PTX on; null when
  /// compilation started at a `gpu.module` that was no `dgk.kernel`.
  dgk::LaunchPlanAttr launch;
};

/// Called with the pass manager before it runs, to add instrumentation. Its
/// failure ends compilation.
using ConfigurePasses =
    llvm::function_ref<mlir::LogicalResult(mlir::PassManager &)>;

/// Lowers `module` in place as far as `options.stage` says and returns that
/// stage's text or bytes. The module may hold problem ops, kernels
/// (`dgk.kernel`) or kernels in a `gpu.module`: lowering starts where the
/// module stands. Fails with a diagnostic when the target is unknown, when
/// there is nothing to compile, when a pass declines, when the kernel to emit
/// is ambiguous, or when ptxas is missing or refuses. A pack is made without
/// ptxas too, which is a warning: it holds PTX only. `timing` gets a timer for
/// each pass and phase.
mlir::FailureOr<CompileResult> compile(mlir::ModuleOp module,
                                       const CompileOptions &options,
                                       mlir::TimingScope &timing,
                                       ConfigurePasses configure = nullptr);

/// The same without timers.
mlir::FailureOr<CompileResult> compile(mlir::ModuleOp module,
                                       const CompileOptions &options);

} // namespace dgemm

#endif // DGEMM_COMPILER_COMPILER_H
