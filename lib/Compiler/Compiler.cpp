//===- Compiler.cpp - From a module of problems to code -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/Compiler.h"

#include "dgemm/Compiler/LaunchPlan.h"
#include "dgemm/Compiler/PackContent.h"
#include "dgemm/Conversion/DGKToNVVM/DGKToNVVM.h"
#include "dgemm/Dialect/DGK/IR/DGK.h"
#include "dgemm/Dialect/DGemm/IR/DGemmOps.h"
#include "dgemm/Pipeline/Pipelines.h"
#include "dgemm/Target/Targets.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace dgemm;

/// What compilation knows of a module besides its text.
namespace {
struct Compilation {
  ModuleOp module;
  const CompileOptions &options;
  TimingScope &timing;
  ConfigurePasses configure;
  /// The chip that everything is compiled for.
  std::string chip;
  /// The name by which the user asked for it, a part for example.
  std::string target;
  unsigned ptxVersion = EmissionOptions().ptxVersion;
  /// At stage Pack: what is known of each kernel besides its code.
  std::vector<pack::Pack> packs{};
};
} // namespace

//===----------------------------------------------------------------------===//
// Input
//===----------------------------------------------------------------------===//

template <typename OpTy> static bool contains(ModuleOp module) {
  return module.walk([](OpTy) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// The target that an operation is for, null if it does not say.
static dgk::TargetAttr getTarget(Operation *op) {
  if (auto kernel = dyn_cast<dgk::KernelOp>(op))
    return kernel.getTargetAttr();
  return op->getAttrOfType<dgk::TargetAttr>(dgk::DGKDialect::kTargetAttrName);
}

/// Decides on the chip and fails when an operation is for another one.
static LogicalResult resolveChip(Compilation &state) {
  MLIRContext *context = state.module.getContext();
  context->loadDialect<dgk::DGKDialect>();
  state.target = state.chip = state.options.target;
  if (dgk::TargetAttr named = dgk::lookupTarget(context, state.target))
    state.chip = named.getChip().str();
  auto visit = [&](Operation *op) -> WalkResult {
    dgk::TargetAttr target = getTarget(op);
    if (!target || target.getChip() == state.chip)
      return WalkResult::advance();
    if (state.chip.empty()) {
      state.chip = target.getChip().str();
      return WalkResult::advance();
    }
    return op->emitOpError("is for ")
           << target.getChip() << ", but the module is compiled for "
           << state.chip << "; ask for " << target.getChip()
           << " or remove the target and schedule of the op";
  };
  if (state.module.walk(visit).wasInterrupted())
    return failure();
  if (state.chip.empty())
    state.chip = "sm_120a";
  if (state.target.empty())
    state.target = state.chip;
  return success();
}

/// Below the kernel dialect any chip of LLVM will do, so only the levels above
/// ask the table of targets.
static LogicalResult checkChip(Compilation &state) {
  if (!contains<ProblemOpInterface>(state.module) &&
      !contains<dgk::KernelOp>(state.module))
    return success();
  dgk::TargetAttr target =
      dgk::lookupTarget(state.module.getContext(), state.chip);
  if (!target)
    return state.module.emitError("unknown target '")
           << state.chip
           << "'; known targets: " << llvm::join(dgk::getKnownChips(), ", ");
  state.ptxVersion = target.getPtxVersion();
  return success();
}

static LogicalResult checkInput(Compilation &state) {
  bool hasWork = contains<ProblemOpInterface>(state.module) ||
                 contains<dgk::KernelOp>(state.module) ||
                 contains<gpu::GPUModuleOp>(state.module);
  if (!hasWork)
    return state.module.emitError(
        "nothing to compile: the module has no op of the dgemm dialect, no "
        "dgk.kernel and no gpu.module");
  if (failed(resolveChip(state)))
    return failure();
  return checkChip(state);
}

//===----------------------------------------------------------------------===//
// Lowering
//===----------------------------------------------------------------------===//

/// Kernels have a launch plan once they are asynchronous.
static bool hasSynchronousKernel(ModuleOp module) {
  auto isSynchronous = [](dgk::KernelOp kernel) {
    return kernel.getLaunchAttr() ? WalkResult::advance()
                                  : WalkResult::interrupt();
  };
  return module.walk(isSynchronous).wasInterrupted();
}

/// The passes from where the module stands to the stage asked for, or to the
/// last stage that is MLIR.
static void buildPasses(OpPassManager &passes, const Compilation &state,
                        Stage stage) {
  bool hasProblem = contains<ProblemOpInterface>(state.module);
  bool hasKernel = hasProblem || contains<dgk::KernelOp>(state.module);
  if (hasProblem) {
    ScheduleOptions schedule;
    schedule.target = state.target;
    schedule.m = state.options.expectedM;
    schedule.n = state.options.expectedN;
    schedule.k = state.options.expectedK;
    if (stage == Stage::Schedule)
      return buildDGemmToSchedulePipeline(passes, schedule);
    buildDGemmToDGKPipeline(passes, schedule);
  }
  bool isSynchronous = hasProblem || hasSynchronousKernel(state.module);
  if (stage >= Stage::DGKAsync && isSynchronous)
    buildDGKToAsyncPipeline(passes);
  if (stage < Stage::NVVM)
    return;
  if (hasKernel)
    return buildDGKToNVVMPipeline(passes);
  buildNVVMFinalizePipeline(passes);
}

static LogicalResult lowerTo(Compilation &state, Stage stage) {
  PassManager passes(state.module.getContext(), ModuleOp::getOperationName());
  if (state.configure && failed(state.configure(passes)))
    return failure();
  passes.enableTiming(state.timing);
  buildPasses(passes, state, stage);
  return passes.run(state.module);
}

/// A pack tells what the kernel computes and how it is launched, which only the
/// levels above the code know.
static LogicalResult lowerForPack(Compilation &state) {
  std::vector<ProblemRecord> problems = recordProblems(state.module);
  if (failed(lowerTo(state, Stage::DGKAsync)))
    return failure();
  auto packs = describeKernels(state.module, state.chip, problems);
  if (failed(packs))
    return failure();
  state.packs = std::move(*packs);
  return lowerTo(state, Stage::Pack);
}

static LogicalResult lower(Compilation &state) {
  if (state.options.stage == Stage::Pack)
    return lowerForPack(state);
  return lowerTo(state, state.options.stage);
}

//===----------------------------------------------------------------------===//
// Emission
//===----------------------------------------------------------------------===//

/// The kernel that the options name, or the only one of `kernels`, of which
/// there is at least one.
template <typename OpTy>
static FailureOr<OpTy> selectKernel(ModuleOp module, ArrayRef<OpTy> kernels,
                                    StringRef name) {
  if (name.empty() && kernels.size() == 1)
    return kernels.front();
  auto names = llvm::map_range(
      kernels, [](OpTy kernel) { return kernel.getName().str(); });
  if (name.empty())
    return module.emitError("the module has ")
           << kernels.size() << " kernels, but one at a time is emitted; "
           << "choose one with --kernel: " << llvm::join(names, ", ");
  auto *found = llvm::find_if(
      kernels, [&](OpTy kernel) { return kernel.getName() == name; });
  if (found == kernels.end())
    return module.emitError("no kernel is named '")
           << name << "'; the module has: " << llvm::join(names, ", ");
  return *found;
}

static FailureOr<LLVM::LLVMFuncOp> selectFunction(Compilation &state) {
  SmallVector<LLVM::LLVMFuncOp> kernels;
  state.module.walk([&](gpu::GPUModuleOp gpuModule) {
    llvm::append_range(kernels, getKernels(gpuModule));
  });
  if (kernels.empty())
    return state.module.emitError(
        "no kernel was made: no gpu.module holds an llvm.func with nvvm.kernel "
        "and a body");
  return selectKernel<LLVM::LLVMFuncOp>(state.module, kernels,
                                        state.options.kernel);
}

static FailureOr<CompileResult> makePlan(Compilation &state) {
  SmallVector<dgk::KernelOp> kernels(state.module.getOps<dgk::KernelOp>());
  if (kernels.empty())
    return state.module.emitError(
        "a launch plan is made of a dgk.kernel, but the module has none; "
        "compile from the kernel or from the problem");
  auto kernel =
      selectKernel<dgk::KernelOp>(state.module, kernels, state.options.kernel);
  if (failed(kernel))
    return failure();
  auto plan = getLaunchPlan(*kernel, state.chip);
  if (failed(plan))
    return failure();
  CompileResult result;
  result.output = launch::writePlan(*plan);
  result.launch = kernel->getLaunchAttr();
  return result;
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

/// What ptxas made of a kernel, as remarks.
static void reportFacts(const EmittedKernel &kernel, Location location) {
  if (!kernel.facts)
    return;
  const PtxasFacts &facts = *kernel.facts;
  auto options = [&](StringRef name) {
    return remark::RemarkOpts::name(name).category("ptxas").function(
        kernel.name);
  };
  remark::analysis(location, options("KernelResources"))
      << remark::metric("Registers", facts.registers)
      << remark::metric("SpillStoreBytes", facts.spillStores)
      << remark::metric("SpillLoadBytes", facts.spillLoads)
      << remark::metric("StackBytes", facts.stack)
      << remark::metric("Barriers", facts.barriers);
  if (facts.spillStores + facts.spillLoads > 0)
    remark::missed(location, options("RegistersSpilled"))
        << remark::reason("{0} bytes are stored to local memory and {1} loaded "
                          "because {2} registers of a thread do not suffice; "
                          "use a smaller tile or more math warps",
                          facts.spillStores, facts.spillLoads, facts.registers);
}

static LogicalResult runPtxas(EmittedKernel &kernel, Compilation &state,
                              Location location) {
  const std::string &path = state.options.ptxas;
  std::optional<std::string> ptxas = findPtxas(path);
  if (ptxas) {
    if (failed(assemble(kernel, state.chip, *ptxas, location, state.timing)))
      return failure();
    reportFacts(kernel, location);
    return success();
  }
  if (!path.empty())
    return emitError(location) << "'" << path << "' is not an executable file; "
                               << "give the path of a ptxas with --ptxas";
  return emitError(location)
         << "no ptxas found on PATH, in $CUDA_HOME/bin or in "
            "/usr/local/cuda/bin; give its path with --ptxas, or use "
            "--emit=ptx, which needs none";
}

/// Whether a pack is to have a cubin and can; says so when it cannot.
static bool canAssemble(Compilation &state, Location location) {
  if (state.options.ptxas == kNoPtxas)
    return false;
  if (!state.options.ptxas.empty() || findPtxas())
    return true;
  emitWarning(location)
      << "no ptxas found on PATH, in $CUDA_HOME/bin or in /usr/local/cuda/bin: "
         "the pack has PTX only, which the driver compiles when it is loaded";
  return false;
}

static FailureOr<std::string> makePack(const EmittedKernel &kernel,
                                       Compilation &state, Location location) {
  auto found = llvm::find_if(state.packs, [&](const pack::Pack &pack) {
    return pack.plan.entry == kernel.name;
  });
  if (found == state.packs.end())
    return emitError(location)
           << "a pack needs the launch plan of a dgk.kernel, but '"
           << kernel.name
           << "' was none; compile from the kernel or from the problem";
  pack::Pack pack = *found;
  pack.ptx = kernel.ptx;
  pack.cubin = kernel.cubin;
  if (const std::optional<PtxasFacts> &facts = kernel.facts)
    pack.facts = pack::PtxasFacts{facts->registers,    facts->spillStores,
                                  facts->spillLoads,   facts->stack,
                                  facts->staticShared, facts->barriers};
  pack::Result<std::string> file = pack::writePack(pack);
  if (!file)
    return emitError(location) << file.error().message;
  return std::move(*file);
}

static FailureOr<CompileResult> makeCode(LLVM::LLVMFuncOp kernel,
                                         const EmissionOptions &emission,
                                         Compilation &state) {
  auto emitted = emitPtx(kernel, emission, state.timing);
  if (failed(emitted))
    return failure();
  Stage stage = state.options.stage;
  bool isAssembled =
      stage == Stage::Cubin || state.options.wantFacts ||
      (stage == Stage::Pack && canAssemble(state, kernel.getLoc()));
  if (isAssembled && failed(runPtxas(*emitted, state, kernel.getLoc())))
    return failure();
  CompileResult result;
  result.output = stage == Stage::Cubin ? emitted->cubin : emitted->ptx;
  if (stage == Stage::Pack) {
    auto file = makePack(*emitted, state, kernel.getLoc());
    if (failed(file))
      return failure();
    result.output = std::move(*file);
  }
  result.launch = kernel->getParentOp()->getAttrOfType<dgk::LaunchPlanAttr>(
      dgk::kLaunchPlanAttrName);
  result.kernel = std::move(*emitted);
  return result;
}

static FailureOr<CompileResult> emit(Compilation &state) {
  auto kernel = selectFunction(state);
  if (failed(kernel))
    return failure();
  EmissionOptions emission;
  emission.chip = state.chip;
  emission.ptxVersion = state.ptxVersion;
  emission.optLevel = state.options.optLevel;
  if (state.options.stage == Stage::LLVM)
    return makeLlvm(*kernel, emission, state.timing);
  return makeCode(*kernel, emission, state);
}

//===----------------------------------------------------------------------===//
// Interface
//===----------------------------------------------------------------------===//

FailureOr<CompileResult> dgemm::compile(ModuleOp module,
                                        const CompileOptions &options,
                                        TimingScope &timing,
                                        ConfigurePasses configure) {
  Compilation state{module, options, timing, configure, {}, {}};
  if (failed(checkInput(state)) || failed(lower(state)))
    return failure();
  if (options.stage == Stage::Plan)
    return makePlan(state);
  if (options.stage >= Stage::LLVM)
    return emit(state);
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
