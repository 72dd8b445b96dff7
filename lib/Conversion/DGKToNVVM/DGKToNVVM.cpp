//===- DGKToNVVM.cpp - From kernels to NVVM -------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/DGKToNVVM.h"

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/Transforms/Patterns.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_CONVERTDGKTONVVMPASS
#include "dgemm/Conversion/DGKToNVVM/Passes.h.inc"
} // namespace dgk

using namespace dgk;

namespace {

/// Bytes of a tensor map (CUDA driver API, CUtensorMap).
constexpr int64_t kTensorMapBytes = 128;
constexpr int64_t kTensorMapAlignment = 64;

/// Alignment of dynamic shared memory: the repeat of the widest swizzle.
constexpr int64_t kSharedAlignment = 1024;

/// Makes the shell of one compiled kernel and moves the body into it.
class KernelBuilder {
public:
  explicit KernelBuilder(KernelOp kernel)
      : kernel(kernel), b(kernel.getLoc(), kernel.getContext()) {}

  /// The `gpu.module` with the function, in front of the kernel.
  gpu::GPUModuleOp build() {
    b.setInsertionPoint(kernel);
    auto module = gpu::GPUModuleOp::create(b, kernel.getSymName());
    module->setAttr(kLaunchPlanAttrName, kernel.getLaunchAttr());
    if (TargetAttr target = kernel.getTargetAttr())
      module->setAttr(DGKDialect::kTargetAttrName, target);
    b.setInsertionPointToStart(&module.getBodyRegion().front());
    memory = LLVM::GlobalOp::create(
        b, LLVM::LLVMArrayType::get(b.getI8Type(), 0), /*isConstant=*/false,
        LLVM::Linkage::External, "dgk_shared", Attribute(), kSharedAlignment,
        static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared));
    buildFunction();
    return module;
  }

  LLVM::LLVMFuncOp getFunction() { return func; }

  /// Moves the body and fills in what the patterns look up.
  KernelLowering moveBody() {
    KernelLowering lowering(kernel, func);
    Block *entry = func.addEntryBlock(b);
    b.setInsertionPointToStart(entry);
    Value base = buildSharedBase();
    Block &body = kernel.getBody().front();
    replaceArguments(lowering, body);
    Operation *first = &body.front();
    entry->getOperations().splice(entry->end(), body.getOperations());

    // Addresses and cursors belong to the entry, before everything else.
    b.setInsertionPoint(first);
    lowering.sharedBase = base;
    recordOffsets(lowering);
    initializePipelines(lowering);
    replaceSizes(lowering);
    recordRoles(lowering);
    Operation *terminator = entry->getTerminator();
    b.setInsertionPoint(terminator);
    LLVM::ReturnOp::create(b, ValueRange());
    terminator->erase();
    return lowering;
  }

private:
  void buildFunction() {
    auto pointer = LLVM::LLVMPointerType::get(b.getContext());
    SmallVector<Type> types;
    for (ParameterAttr parameter : kernel.getLaunchAttr().getParams())
      types.push_back(parameter.getKind() == ParameterKind::Symbol
                          ? Type(b.getI32Type())
                          : Type(pointer));
    func = LLVM::LLVMFuncOp::create(
        b, kernel.getSymName(),
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                    types));
    auto bytes = LLVM::LLVMArrayType::get(b.getI8Type(), kTensorMapBytes);
    for (auto [i, parameter] :
         llvm::enumerate(kernel.getLaunchAttr().getParams())) {
      if (parameter.getKind() != ParameterKind::Map)
        continue;
      func.setArgAttr(i, LLVM::LLVMDialect::getByValAttrName(),
                      TypeAttr::get(bytes));
      func.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                      b.getI64IntegerAttr(kTensorMapAlignment));
      func.setArgAttr(i, NVVM::NVVMDialect::getGridConstantAttrName(),
                      b.getUnitAttr());
    }
    func->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), b.getUnitAttr());
    func->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
    func->setAttr(NVVM::NVVMDialect::getReqntidAttrName(),
                  b.getDenseI32ArrayAttr(
                      {int32_t(kernel.getLaunchAttr().getBlock()), 1, 1}));
    if (int64_t ctas = kernel.getLaunchAttr().getCluster(); ctas > 1)
      func->setAttr(NVVM::NVVMDialect::getClusterDimAttrName(),
                    b.getDenseI32ArrayAttr({int32_t(ctas), 1, 1}));
    // setmaxnreg needs a known number of registers at launch.
    func->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                  b.getI32IntegerAttr(1));
  }

  Value buildSharedBase() {
    Value pointer = LLVM::AddressOfOp::create(b, memory);
    return LLVM::PtrToIntOp::create(b, b.getI32Type(), pointer);
  }

  /// Memrefs have no run-time form here: operations look their argument up.
  void replaceArguments(KernelLowering &lowering, Block &body) {
    for (BlockArgument argument : body.getArguments()) {
      auto placeholder = UnrealizedConversionCastOp::create(
          b, argument.getType(), ValueRange());
      lowering.arguments[placeholder.getResult(0)] = argument.getArgNumber();
      argument.replaceAllUsesWith(placeholder.getResult(0));
    }
  }

  void recordOffsets(KernelLowering &lowering) {
    func.walk([&](Operation *op) {
      if (auto buffer = dyn_cast<BufferOp>(op))
        lowering.offsets[buffer] = buffer.getOffset().value_or(0);
      if (auto pipeline = dyn_cast<PipelineOp>(op))
        lowering.offsets[pipeline] = pipeline.getOffset().value_or(0);
    });
    func.walk([&](ViewOp view) {
      lowering.offsets[view] = lowering.offsets.lookup(view.getBuffer());
    });
  }

  /// One thread makes the barriers, then the CTA meets, or the cluster where
  /// others arrive at them. PTX ISA, "fence.mbarrier_init": makes them visible
  /// to the asynchronous proxy.
  void initializePipelines(KernelLowering &lowering) {
    SmallVector<PipelineOp> pipelines;
    func.walk([&](PipelineOp op) { pipelines.push_back(op); });
    SmallVector<CombineInClusterOp> exchanges;
    func.walk([&](CombineInClusterOp op) { exchanges.push_back(op); });
    Value first = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                        getThreadId(b), constI32(b, 0));
    auto branch = scf::IfOp::create(b, first);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      for (PipelineOp op : pipelines)
        initializePipeline(lowering.sharedBase, lowering.offsets[op], op);
      for (CombineInClusterOp op : exchanges)
        initializeExchange(lowering.sharedBase, op);
      NVVM::FenceMbarrierInitOp::create(b);
      for (auto [i, parameter] : llvm::enumerate(lowering.plan.getParams()))
        if (parameter.getKind() == ParameterKind::Map)
          NVVM::PrefetchOp::create(b, NVVM::PrefetchCacheLevelAttr(),
                                   NVVM::CacheEvictionPriorityAttr(),
                                   func.getArgument(i), Value(),
                                   b.getUnitAttr(), UnitAttr(), UnitAttr());
    }
    if (llvm::none_of(pipelines,
                      [](PipelineOp op) { return op.getCtas() > 1; })) {
      NVVM::Barrier0Op::create(b);
      // Who adds up in the cluster waits for the others' barriers when it
      // begins (RoleLowering.cpp), and copies are under way by then. The fence
      // above has released them (PTX ISA, "fence.mbarrier_init").
      if (!exchanges.empty())
        NVVM::ClusterArriveRelaxedOp::create(b, b.getUnitAttr());
      return;
    }
    NVVM::ClusterArriveOp::create(b, b.getUnitAttr());
    NVVM::ClusterWaitOp::create(b, b.getUnitAttr());
  }

  void initializePipeline(Value base, int64_t offset, PipelineOp op) {
    int64_t slots = op.getType().getSlots();
    for (int64_t i = 0; i < 2 * slots; ++i) {
      // Full for this CTA, empty in all of them.
      int64_t count =
          i < slots ? op.getProducers() : op.getConsumers() * op.getCtas();
      NVVM::MBarrierInitOp::create(b, sharedPointer(b, base, offset + 8 * i),
                                   constI32(b, count), Value());
    }
  }

  /// For each warp one barrier at which its own lanes arrive, and sums of
  /// others, and one at which the receiver of its sums arrives.
  void initializeExchange(Value base, CombineInClusterOp op) {
    auto role = op->getParentOfType<RoleOp>();
    auto offset = static_cast<int64_t>(*op.getOffset());
    for (int64_t warp = 0, e = role.getWarps(); warp < e; ++warp)
      for (auto [at, count] : {std::pair(offset, 32),
                               {offset + CombineInClusterOp::kBarrierBytes, 1}})
        NVVM::MBarrierInitOp::create(b, sharedPointer(b, base, at + 8 * warp),
                                     constI32(b, count), Value());
  }

  /// Sizes of arguments are constants or parameters.
  void replaceSizes(KernelLowering &lowering) {
    SmallVector<memref::DimOp> sizes;
    func.walk([&](memref::DimOp op) { sizes.push_back(op); });
    for (memref::DimOp op : sizes) {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(op);
      op.replaceAllUsesWith(
          lowering.getSize(b, op.getSource(), *op.getConstantIndex()));
      op.erase();
    }
  }

  /// Records for each operation in a role the role's warps, and its cursor.
  void recordRoles(KernelLowering &lowering) {
    int64_t first = 0;
    func.walk<WalkOrder::PreOrder>([&](RoleOp role) {
      int64_t count = role.getWarps();
      bool hasSpeaker = role.copiesByThreads();
      recordSlotNumbers(lowering, role);
      DenseMap<Value, Cursor> producers, consumers;
      role.walk([&](Operation *op) {
        lowering.roles[op] = {first, count, role.getElected(), hasSpeaker};
        if (auto release = dyn_cast<ReleaseOp>(op))
          recordReads(lowering, release);
        if (isa<CombineInClusterOp>(op))
          lowering.rounds[op] = createVariable(0);
        if (isa<AcquireOp>(op))
          lowering.cursors[op] =
              getCursor(producers, op->getOperand(0), /*parity=*/1);
        if (isa<WaitOp>(op))
          lowering.cursors[op] =
              getCursor(consumers, op->getOperand(0), /*parity=*/0);
      });
      first += count;
    });
  }

  /// A fresh barrier is in phase 0, so the producer's first wait, for parity 1,
  /// returns at once.
  Cursor getCursor(DenseMap<Value, Cursor> &cursors, Value pipeline,
                   int64_t parity) {
    Cursor &cursor = cursors[pipeline];
    if (cursor.slot)
      return cursor;
    cursor = {createVariable(0), createVariable(parity)};
    return cursor;
  }

  /// A stack variable that is `init` at the beginning.
  Value createVariable(int64_t init) {
    // SROA looks at the entry block only, and the kernel's own blocks begin
    // with the first branch.
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&func.getBody().front());
    Value address =
        LLVM::AllocaOp::create(b, LLVM::LLVMPointerType::get(b.getContext()),
                               b.getI32Type(), constI32(b, 1));
    LLVM::StoreOp::create(b, constI32(b, init), address);
    return address;
  }

  KernelOp kernel;
  ImplicitLocOpBuilder b;
  LLVM::GlobalOp memory;
  LLVM::LLVMFuncOp func;
};

void addTypeConversions(TypeConverter &converter, ScheduleAttr schedule) {
  auto lowering = cast<MatrixInstructionLowering>(schedule.getInstruction());
  converter.addConversion([](Type type) { return type; });
  converter.addConversion([](Type type) -> std::optional<Type> {
    if (isa<TileType, BufferType, PipelineType, SlotType>(type))
      return IntegerType::get(type.getContext(), 32);
    return std::nullopt;
  });
  converter.addConversion(
      [=](AccumulatorType type,
          SmallVectorImpl<Type> &results) -> std::optional<LogicalResult> {
        std::optional<int64_t> count =
            lowering.getElementsPerThread(schedule, type);
        if (!count)
          return failure();
        results.append(*count, type.getElementType());
        return success();
      });
  converter.addConversion(
      [=](FragmentsType type,
          SmallVectorImpl<Type> &results) -> std::optional<LogicalResult> {
        results.append(lowering.getFragmentRegisters(schedule, type),
                       IntegerType::get(type.getContext(), 32));
        return success();
      });
  converter.addConversion(
      [=](ScalesType type,
          SmallVectorImpl<Type> &results) -> std::optional<LogicalResult> {
        results.append(lowering.getScaleRegisters(schedule, type),
                       type.getElementType());
        return success();
      });
}

struct ConvertDGKToNVVM
    : dgk::impl::ConvertDGKToNVVMPassBase<ConvertDGKToNVVM> {
  using ConvertDGKToNVVMPassBase::ConvertDGKToNVVMPassBase;

  void runOnOperation() override {
    SmallVector<KernelOp> kernels(getOperation().getOps<KernelOp>());
    if (dropHost)
      dropLaunches();
    for (KernelOp kernel : kernels) {
      if (failed(verifyConvertible(kernel)) || failed(convert(kernel)))
        return signalPassFailure();
      kernel.erase();
      ++numKernels;
    }
  }

  /// Erases the functions that launch kernels and those that call them.
  void dropLaunches() {
    llvm::StringSet<> dropped;
    auto isHost = [&](Operation *op) {
      auto call = dyn_cast<func::CallOp>(op);
      return isa<LaunchOp>(op) || (call && dropped.contains(call.getCallee()));
    };
    for (bool changed = true; changed;) {
      changed = false;
      for (auto func :
           llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
        WalkResult result = func.walk([&](Operation *op) {
          return isHost(op) ? WalkResult::interrupt() : WalkResult::advance();
        });
        if (!result.wasInterrupted())
          continue;
        dropped.insert(func.getSymName());
        func.erase();
        changed = true;
      }
    }
  }

  LogicalResult convert(KernelOp kernel) {
    MLIRContext *context = &getContext();
    KernelBuilder builder(kernel);
    gpu::GPUModuleOp module = builder.build();
    KernelLowering lowering = builder.moveBody();

    TypeConverter converter;
    addTypeConversions(converter, lowering.schedule);
    RewritePatternSet patterns(context);
    populateRolePatterns(lowering, converter, patterns);
    populatePipelinePatterns(lowering, converter, patterns);
    populateCopyPatterns(lowering, converter, patterns);
    populateAccumulatorPatterns(lowering, converter, patterns);
    cast<MatrixInstructionLowering>(lowering.schedule.getInstruction())
        .populatePatterns(lowering, converter, patterns);

    ConversionTarget target(*context);
    target.addIllegalDialect<DGKDialect>();
    target.addIllegalOp<gpu::BlockIdOp, gpu::GridDimOp>();
    scf::populateSCFStructuralTypeConversionsAndLegality(converter, patterns,
                                                         target);
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(module, target, std::move(patterns))))
      return failure();
    erasePlaceholders(module);
    return success();
  }

  static void erasePlaceholders(gpu::GPUModuleOp module) {
    SmallVector<UnrealizedConversionCastOp> casts;
    module.walk([&](UnrealizedConversionCastOp op) {
      if (op.getInputs().empty() && op.use_empty())
        casts.push_back(op);
    });
    for (UnrealizedConversionCastOp op : casts)
      op.erase();
  }
};
} // namespace
