//===- Emission.cpp - From a gpu.module to LLVM IR and PTX ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/Emission.h"

#include "ChipSupport.h"
#include "Optimization.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

using namespace mlir;
using namespace dgemm;

namespace {

/// Keeps the errors that LLVM reports while it works, instead of printing them.
class ErrorCollector final : public llvm::DiagnosticHandler {
public:
  explicit ErrorCollector(std::string &errors) : errors(errors) {}

  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
    if (info.getSeverity() != llvm::DS_Error)
      return true;
    llvm::raw_string_ostream stream(errors);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    stream << '\n';
    return true;
  }

private:
  std::string &errors;
};

/// Routes LLVM's errors into a string for as long as this object lives.
class ErrorScope {
public:
  explicit ErrorScope(llvm::LLVMContext &context)
      : context(context), saved(context.getDiagnosticHandler()) {
    context.setDiagnosticHandler(std::make_unique<ErrorCollector>(errors));
  }
  ~ErrorScope() { context.setDiagnosticHandler(std::move(saved)); }

  LogicalResult check(EmitErrorFn emitError) const {
    if (errors.empty())
      return success();
    return emitError() << "LLVM reports: " << StringRef(errors).rtrim();
  }

private:
  llvm::LLVMContext &context;
  std::unique_ptr<llvm::DiagnosticHandler> saved;
  std::string errors;
};

} // namespace

static const llvm::Triple &getTriple() {
  static const llvm::Triple triple("nvptx64-nvidia-cuda");
  return triple;
}

static const llvm::Target *getLlvmTarget(EmitErrorFn emitError) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
  });
  std::string message;
  const auto *target = llvm::TargetRegistry::lookupTarget(getTriple(), message);
  if (!target)
    emitError() << "this LLVM has no NVPTX code generator: " << message;
  return target;
}

static llvm::CodeGenOptLevel getCodeGenLevel(unsigned optLevel) {
  return llvm::CodeGenOpt::getLevel(std::min(optLevel, 3u))
      .value_or(llvm::CodeGenOptLevel::Aggressive);
}

static FailureOr<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const EmissionOptions &options, EmitErrorFn emitError) {
  const llvm::Target *target = getLlvmTarget(emitError);
  if (!target)
    return failure();
  std::unique_ptr<llvm::MCSubtargetInfo> info(
      target->createMCSubtargetInfo(getTriple(), "", ""));
  if (failed(checkChip(*info, options.chip, options.ptxVersion, emitError)))
    return failure();
  std::string features = "+ptx" + std::to_string(options.ptxVersion);
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      getTriple(), options.chip, features, llvm::TargetOptions(), std::nullopt,
      std::nullopt, getCodeGenLevel(options.optLevel)));
}

/// Leaves out the entry points that nobody asked for.
static void removeOtherKernels(llvm::Module &module, StringRef kernel) {
  for (llvm::Function &function : llvm::make_early_inc_range(module)) {
    bool isKernel = function.getCallingConv() == llvm::CallingConv::PTX_Kernel;
    if (isKernel && function.getName() != kernel && function.use_empty())
      function.eraseFromParent();
  }
}

static FailureOr<std::unique_ptr<llvm::Module>>
translate(LLVM::LLVMFuncOp kernel, llvm::LLVMContext &context,
          const llvm::TargetMachine &machine) {
  auto gpuModule = kernel->getParentOfType<gpu::GPUModuleOp>();
  if (!gpuModule)
    return kernel.emitError("a kernel must be inside a gpu.module");
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(gpuModule, context, gpuModule.getName());
  if (!module)
    return gpuModule.emitError("does not translate to LLVM IR; only llvm and "
                               "nvvm operations may be left in it");
  module->setTargetTriple(getTriple());
  module->setDataLayout(machine.createDataLayout());
  removeOtherKernels(*module, kernel.getName());
  return module;
}

static LogicalResult verify(const llvm::Module &module, EmitErrorFn emitError) {
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (!llvm::verifyModule(module, &stream))
    return success();
  return emitError() << "translates to invalid LLVM IR: "
                     << StringRef(message).rtrim();
}

/// Translation, checks and optimisation with one target machine.
static FailureOr<std::unique_ptr<llvm::Module>>
makeModule(LLVM::LLVMFuncOp kernel, const EmissionOptions &options,
           llvm::LLVMContext &context, llvm::TargetMachine &machine,
           EmitErrorFn emitError, TimingScope &timing) {
  TimingScope translation = timing.nest("Translation to LLVM IR");
  auto module = translate(kernel, context, machine);
  if (failed(module) || failed(verify(**module, emitError)) ||
      failed(checkIntrinsics(**module, options.chip, emitError)))
    return failure();
  translation.stop();
  TimingScope optimization = timing.nest("LLVM optimization");
  if (options.optLevel > 0)
    optimize(**module, machine);
  return module;
}

SmallVector<LLVM::LLVMFuncOp> dgemm::getKernels(gpu::GPUModuleOp module) {
  SmallVector<LLVM::LLVMFuncOp> kernels;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttr(NVVM::NVVMDialect::getKernelFuncAttrName()) &&
        !function.isExternal())
      kernels.push_back(function);
  return kernels;
}

FailureOr<std::unique_ptr<llvm::Module>>
dgemm::emitLlvm(LLVM::LLVMFuncOp kernel, const EmissionOptions &options,
                llvm::LLVMContext &context, TimingScope &timing) {
  auto emitError = [&] { return kernel.emitError(); };
  auto machine = createTargetMachine(options, emitError);
  if (failed(machine))
    return failure();
  ErrorScope errors(context);
  auto module =
      makeModule(kernel, options, context, **machine, emitError, timing);
  if (failed(module) || failed(errors.check(emitError)))
    return failure();
  return module;
}

FailureOr<EmittedKernel> dgemm::emitPtx(LLVM::LLVMFuncOp kernel,
                                        const EmissionOptions &options,
                                        TimingScope &timing) {
  auto emitError = [&] { return kernel.emitError(); };
  auto machine = createTargetMachine(options, emitError);
  if (failed(machine))
    return failure();
  llvm::LLVMContext context;
  ErrorScope errors(context);
  auto module =
      makeModule(kernel, options, context, **machine, emitError, timing);
  if (failed(module))
    return failure();

  TimingScope generation = timing.nest("PTX generation");
  SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  llvm::legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr,
                                      llvm::CodeGenFileType::AssemblyFile))
    return emitError() << "this LLVM cannot print PTX";
  passes.run(**module);
  if (failed(errors.check(emitError)))
    return failure();
  return EmittedKernel{kernel.getName().str(), text.str().str(), {}, {}};
}
