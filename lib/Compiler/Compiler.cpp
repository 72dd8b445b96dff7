//===- Compiler.cpp - From a module of problems to code -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/Compiler.h"

#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Pipeline/Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dgemm;

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

/// True when the module holds something that a pass or the emission takes.
static bool hasWork(ModuleOp module) {
  auto isWork = [](Operation *op) {
    bool found = isa<ProblemOpInterface, dgk::KernelOp, gpu::GPUModuleOp>(op);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  };
  return module.walk(isWork).wasInterrupted();
}

static LogicalResult checkInput(ModuleOp module) {
  if (hasWork(module))
    return success();
  return module.emitError(
      "nothing to compile: the module has no op of the dgemm dialect, no "
      "dgk.kernel and no gpu.module");
}

/// The passes that bring any module to `stage`, or to the last stage that is
/// MLIR.
static void buildPasses(PassManager &passes, const CompileOptions &options) {
  if (options.stage >= Stage::NVVM)
    buildNVVMFinalizePipeline(passes);
}

static LogicalResult runPasses(ModuleOp module, const CompileOptions &options,
                               TimingScope &timing, ConfigurePasses configure) {
  PassManager passes(module.getContext(), ModuleOp::getOperationName());
  if (configure && failed(configure(passes)))
    return failure();
  passes.enableTiming(timing);
  buildPasses(passes, options);
  return passes.run(module);
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

static std::string listNames(ArrayRef<LLVM::LLVMFuncOp> kernels) {
  auto names = llvm::map_range(
      kernels, [](auto kernel) { return kernel.getName().str(); });
  return llvm::join(names, ", ");
}

/// The kernel that the options name, or the only one.
static FailureOr<LLVM::LLVMFuncOp> selectKernel(ModuleOp module,
                                                StringRef name) {
  SmallVector<LLVM::LLVMFuncOp> kernels;
  module.walk([&](gpu::GPUModuleOp gpuModule) {
    llvm::append_range(kernels, getKernels(gpuModule));
  });
  if (kernels.empty())
    return module.emitError("no kernel was made: no gpu.module holds an "
                            "llvm.func with nvvm.kernel");
  if (name.empty() && kernels.size() == 1)
    return kernels.front();
  if (name.empty())
    return module.emitError("the module has ")
           << kernels.size() << " kernels, but one at a time is emitted; "
           << "choose one with --kernel: " << listNames(kernels);
  auto *found = llvm::find_if(
      kernels, [&](auto kernel) { return kernel.getName() == name; });
  if (found == kernels.end())
    return module.emitError("no kernel is named '")
           << name << "'; the module has: " << listNames(kernels);
  return *found;
}

static FailureOr<CompileResult> makeLlvm(LLVM::LLVMFuncOp kernel,
                                         const EmissionOptions &options,
                                         TimingScope &timing) {
  llvm::LLVMContext context;
  auto module = emitLlvm(kernel, options, context, timing);
  if (failed(module))
    return failure();
  CompileResult result;
  llvm::raw_string_ostream stream(result.output);
  (*module)->print(stream, nullptr);
  return result;
}

static LogicalResult runPtxas(EmittedKernel &kernel,
                              const CompileOptions &options, Location location,
                              TimingScope &timing) {
  std::optional<std::string> ptxas = findPtxas(options.ptxas);
  if (ptxas)
    return assemble(kernel, options.target, *ptxas, location, timing);
  if (!options.ptxas.empty())
    return emitError(location)
           << "'" << options.ptxas << "' is not an executable file; give the "
           << "path of a ptxas with --ptxas";
  return emitError(location)
         << "no ptxas found on PATH, in $CUDA_HOME/bin or in "
            "/usr/local/cuda/bin; give its path with --ptxas, or use "
            "--emit=ptx, which needs none";
}

static FailureOr<CompileResult> makeCode(LLVM::LLVMFuncOp kernel,
                                         const CompileOptions &options,
                                         const EmissionOptions &emission,
                                         TimingScope &timing) {
  auto emitted = emitPtx(kernel, emission, timing);
  if (failed(emitted))
    return failure();
  bool needsPtxas = options.stage == Stage::Cubin || options.wantFacts;
  if (needsPtxas &&
      failed(runPtxas(*emitted, options, kernel.getLoc(), timing)))
    return failure();
  CompileResult result;
  result.output = options.stage == Stage::Cubin ? emitted->cubin : emitted->ptx;
  result.kernel = std::move(*emitted);
  return result;
}

static FailureOr<CompileResult>
emit(ModuleOp module, const CompileOptions &options, TimingScope &timing) {
  auto kernel = selectKernel(module, options.kernel);
  if (failed(kernel))
    return failure();
  EmissionOptions emission;
  emission.chip = options.target;
  emission.optLevel = options.optLevel;
  if (options.stage == Stage::LLVM)
    return makeLlvm(*kernel, emission, timing);
  return makeCode(*kernel, options, emission, timing);
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

FailureOr<CompileResult> dgemm::compile(ModuleOp module,
                                        const CompileOptions &options,
                                        TimingScope &timing,
                                        ConfigurePasses configure) {
  if (failed(checkInput(module)) ||
      failed(runPasses(module, options, timing, configure)))
    return failure();
  if (options.stage >= Stage::LLVM)
    return emit(module, options, timing);
  CompileResult result;
  llvm::raw_string_ostream stream(result.output);
  module->print(stream);
  stream << '\n';
  return result;
}

FailureOr<CompileResult> dgemm::compile(ModuleOp module,
                                        const CompileOptions &options) {
  TimingScope noTiming;
  return compile(module, options, noTiming);
}
