//===- Verification.cpp - Kernels that can be converted -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel may be written by hand. What the patterns rely on is checked before
// they run.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace dgk;

namespace {

/// Whether the launch plan passes what an operation of its kernel needs: a plan
/// written by hand may not.
class PlanCheck {
public:
  explicit PlanCheck(KernelOp kernel)
      : entry(&kernel.getBody().front()), plan(kernel.getLaunchAttr()) {}

  bool passes(Operation *op) const {
    if (auto dim = dyn_cast<memref::DimOp>(op))
      return dim.getConstantIndex() &&
             passesSize(dim.getSource(), *dim.getConstantIndex());
    if (auto copy = dyn_cast<CopyAsyncOp>(op);
        copy && (copy.getElementwise() || copy.getByThreads()))
      return passesView(copy.getSource());
    if (auto copy = dyn_cast<CopyAsyncOp>(op))
      return copy.getMap() && passes(ParameterKind::Map, *copy.getMap());
    if (auto store = dyn_cast<StoreAsyncOp>(op))
      return store.getMap() && passes(ParameterKind::Map, *store.getMap());
    if (auto add = dyn_cast<AddFromOp>(op))
      return passesView(add.getSource());
    if (isa<CombineOp>(op))
      return passes(ParameterKind::Workspace, 0);
    if (auto fetch = dyn_cast<FetchScalesOp>(op))
      return passesView(fetch.getSource());
    auto store = dyn_cast<StoreOp>(op);
    return !store || passesView(store.getDestination());
  }

private:
  bool passes(ParameterKind kind, int64_t index) const {
    return llvm::is_contained(
        plan.getParams(), ParameterAttr::get(plan.getContext(), kind, index));
  }

  bool passes(SymbolKind kind, Value memory, int64_t dimension) const {
    auto symbol =
        SymbolAttr::get(plan.getContext(), kind, getNumber(memory), dimension);
    const auto *it = llvm::find(plan.getSymbols(), symbol);
    return it != plan.getSymbols().end() &&
           passes(ParameterKind::Symbol, it - plan.getSymbols().begin());
  }

  /// Number of the kernel argument, -1 for other memory.
  int64_t getNumber(Value memory) const {
    auto argument = dyn_cast<BlockArgument>(memory);
    return argument && argument.getOwner() == entry
               ? static_cast<int64_t>(argument.getArgNumber())
               : -1;
  }

  bool passesSize(Value memory, int64_t dimension) const {
    auto type = dyn_cast<MemRefType>(memory.getType());
    if (!type || dimension < 0 || dimension >= type.getRank())
      return false;
    return getNumber(memory) >= 0 &&
           (!type.isDynamicDim(dimension) ||
            passes(SymbolKind::Dim, memory, dimension));
  }

  bool passesView(Value memory) const {
    auto type = cast<MemRefType>(memory.getType());
    SmallVector<int64_t> strides;
    int64_t offset;
    if (getNumber(memory) < 0 ||
        !passes(ParameterKind::Pointer, getNumber(memory)) ||
        failed(type.getStridesAndOffset(strides, offset)))
      return false;
    for (auto [i, stride] : llvm::enumerate(strides))
      if (!passesSize(memory, i) || (ShapedType::isDynamic(stride) &&
                                     !passes(SymbolKind::Stride, memory, i)))
        return false;
    return true;
  }

  Block *entry;
  LaunchPlanAttr plan;
};

} // namespace

/// What the kernel as a whole must have.
static LogicalResult verifyStage(KernelOp kernel) {
  if (!kernel.getLaunchAttr() || !kernel.getScheduleAttr())
    return kernel.emitOpError("[dgk_to_nvvm-c1] has no ")
           << (kernel.getScheduleAttr() ? "launch plan; run dgk-plan-launch"
                                        : "schedule; run "
                                          "dgemm-select-schedule")
           << " first";
  Attribute instruction = kernel.getScheduleAttr().getInstruction();
  auto lowering = dyn_cast<MatrixInstructionLowering>(instruction);
  if (!lowering || !lowering.hasProducts())
    return kernel.emitOpError("[dgk_to_nvvm-c2] uses ")
           << instruction
           << ", which has no lowering here; #dgk.wgmma, and #dgk.mma_sync of "
              "bf16, mxf4nvf4, and mxf8f6f4 with FP8 and FP4 have one";
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitOpError("[dgk_to_nvvm-c5] has branches between blocks; "
                              "use scf, which is lowered later");
  return success();
}

/// Each thread copies the same pieces of a line in all lines that it serves,
/// and meets the same part of the swizzle's pattern.
static LogicalResult verifyPieces(CopyAsyncOp copy, RoleOp role) {
  if (role.getElected())
    return copy.emitOpError("[dgk_to_nvvm-c7] copies by threads in role @")
           << role.getSymName() << ", which is one; leave out elected";
  constexpr int64_t kPattern = 8;
  BufferType buffer = copy.getBuffer().getType();
  if (!isCopiedByThreads(buffer.getLayout()))
    return success();
  int64_t threads = 32 * static_cast<int64_t>(role.getWarps());
  int64_t pieces =
      getLines(buffer.getShape(), buffer.getLayout()).length / kExpandedPiece;
  if (threads % (kPattern * pieces) == 0)
    return success();
  return copy.emitOpError("[dgk_to_nvvm-c15] copies columns of ")
         << pieces << " x " << kExpandedPiece << " elements by " << threads
         << " threads, expected a multiple of " << kPattern << " x " << pieces
         << " threads; take a power of two of rows";
}

/// Cursors, barriers and fragments belong to a role.
static LogicalResult verifyRole(Operation *op) {
  if (!isa<AcquireOp, CommitOp, WaitOp, ReleaseOp, CopyAsyncOp, StoreAsyncOp,
           StoreOp, AddFromOp, AddTileOp, FetchScalesOp, CombineOp,
           CombineInClusterOp, MmaOp, PromoteOp, ReadScalesOp, ReadFragmentsOp,
           DrainStoresOp, AwaitOp>(op))
    return success();
  auto role = op->getParentOfType<RoleOp>();
  if (!role)
    return op->emitOpError("[dgk_to_nvvm-c6] stands outside of the roles; run "
                           "dgk-warp-specialize");
  auto copy = dyn_cast<CopyAsyncOp>(op);
  if (!copy)
    return success();
  if (copy.getByThreads())
    return verifyPieces(copy, role);
  if (!role.getElected() && !role.copiesByThreads())
    return op->emitOpError("[dgk_to_nvvm-c7] stands in role @")
           << role.getSymName()
           << ", whose threads would all copy; make the role elected";
  return success();
}

/// The CTAs of a cluster meet once at the beginning, for slots that they share
/// or for sums that they exchange.
static LogicalResult verifyExchange(CombineInClusterOp op, int64_t cluster) {
  if (static_cast<int64_t>(op.getSplits()) != cluster)
    return op.emitOpError("[dgk_to_nvvm-c14] adds up ")
           << op.getSplits() << " splits in a cluster of " << cluster
           << ", expected one in each CTA";
  if (!op.getOffset())
    return op.emitOpError("[dgk_to_nvvm-c14] has no offset; run "
                          "dgk-assign-memory");
  WalkResult result =
      op->getParentOfType<KernelOp>().walk([](PipelineOp pipeline) {
        return pipeline.getCtas() > 1 ? WalkResult::interrupt()
                                      : WalkResult::advance();
      });
  if (!result.wasInterrupted())
    return success();
  return op.emitOpError("[dgk_to_nvvm-c14] stands beside a pipeline of several "
                        "CTAs, expected one or the other; let each CTA load "
                        "its own tiles");
}

/// A release of a slot that several CTAs share speaks to all ranks of the
/// cluster, and a copy for several CTAs is for all of them.
static LogicalResult verifyCluster(Operation *op, LaunchPlanAttr plan) {
  auto cluster = plan.getCluster();
  if (auto pipeline = dyn_cast<PipelineOp>(op);
      pipeline && pipeline.getCtas() != 1 &&
      static_cast<int64_t>(pipeline.getCtas()) != cluster)
    return op->emitOpError("[dgk_to_nvvm-c14] spans ")
           << pipeline.getCtas() << " CTAs of a cluster of " << cluster
           << ", expected 1 or all of them";
  if (auto combine = dyn_cast<CombineInClusterOp>(op))
    return verifyExchange(combine, cluster);
  auto copy = dyn_cast<CopyAsyncOp>(op);
  if (!copy || !copy.getMulticast() ||
      llvm::popcount(*copy.getMulticast()) == cluster)
    return success();
  return op->emitOpError("[dgk_to_nvvm-c14] is for ")
         << llvm::popcount(*copy.getMulticast()) << " CTAs of a cluster of "
         << cluster << ", expected all of them";
}

/// Memory is reached by copies and stores of tiles only.
static LogicalResult verifyMemory(Operation *op) {
  auto isMemory = [](Type type) { return isa<BaseMemRefType>(type); };
  if (isa<CopyAsyncOp, StoreAsyncOp, StoreOp, AddFromOp, FetchScalesOp,
          memref::DimOp, KernelOp>(op) ||
      (llvm::none_of(op->getOperandTypes(), isMemory) &&
       llvm::none_of(op->getResultTypes(), isMemory)))
    return success();
  return op->emitOpError("[dgk_to_nvvm-c8] reaches memory in a way that has no "
                         "lowering; dgk.copy_async, dgk.store_async, "
                         "dgk.store, dgk.add_from and dgk.fetch_scales have");
}

/// An accumulator that no thread can hold would become code without end.
static LogicalResult verifyRegisters(Operation *op, KernelOp kernel) {
  TargetAttr target = kernel.getTargetAttr();
  int64_t limit = target ? target.getLimits().getRegistersPerThread() : 255;
  int64_t warps = kernel.getScheduleAttr().getMath().getWarps();
  for (Type type : op->getResultTypes()) {
    auto accumulator = dyn_cast<AccumulatorType>(type);
    if (!accumulator)
      continue;
    int64_t bits = accumulator.getElementType().getIntOrFloatBitWidth();
    for (int64_t size : accumulator.getShape())
      bits = llvm::SaturatingMultiply<uint64_t>(bits, size);
    int64_t registers = llvm::divideCeil(bits, warps * 32 * 32);
    if (registers > limit)
      return op->emitOpError("[dgk_to_nvvm-c4] makes ")
             << accumulator << ", " << registers
             << " registers of each thread of " << warps
             << " math warps, and a thread has " << limit
             << "; take a smaller tile or more warps";
  }
  return success();
}

/// Accumulators are in registers as the matrix instruction wants them.
static LogicalResult verifyAccumulators(Operation *op, ScheduleAttr schedule) {
  auto lowering = cast<MatrixInstructionLowering>(schedule.getInstruction());
  for (Type type : op->getResultTypes())
    if (auto accumulator = dyn_cast<AccumulatorType>(type);
        accumulator && !lowering.getElementsPerThread(schedule, accumulator))
      return op->emitOpError("[dgk_to_nvvm-c9] makes ")
             << type
             << ", for which the schedule's instruction has no registers; the "
                "schedule's tile has "
             << schedule.getTileM() << "x" << schedule.getTileN();
  return success();
}

/// A tile whose lines are steps of K.
static bool isAlongRows(Value operand) {
  auto tile = dyn_cast<TileType>(operand.getType());
  return tile && tile.getLayout() && isColumnMajor(tile.getLayout());
}

/// Parts of a tile exist as partial products on their way to a promotion only,
/// where they start at multiples of their size.
static LogicalResult verifyBand(Operation *op, ScheduleAttr schedule) {
  auto promote = dyn_cast<PromoteOp>(op);
  auto mma = dyn_cast<MmaOp>(op);
  if (isa<AwaitOp>(op))
    return success();
  if (!promote && !mma) {
    for (Value operand : op->getOperands())
      if (auto type = dyn_cast<AccumulatorType>(operand.getType());
          type && type.getShape() != ArrayRef<int64_t>({schedule.getTileM(),
                                                        schedule.getTileN()}))
        return op->emitOpError("[dgk_to_nvvm-c12] takes ")
               << type << ", expected all of the tile's " << schedule.getTileM()
               << "x" << schedule.getTileN()
               << " elements; parts of it go to dgk.promote";
    return success();
  }
  if (mma && mma.getFirstColumn() && isAlongRows(mma.getB()))
    return op->emitOpError("[dgk_to_nvvm-c12] takes columns of ")
           << mma.getB().getType()
           << ", which lies along them, expected a tile along K";
  auto row = static_cast<int64_t>(
      (mma ? mma.getFirstRow() : promote.getFirstRow()).value_or(0));
  auto column = static_cast<int64_t>(
      (mma ? mma.getFirstColumn() : promote.getFirstColumn()).value_or(0));
  AccumulatorType type = mma ? mma.getType() : promote.getPartial().getType();
  if (row % type.getShape()[0] == 0 && column % type.getShape()[1] == 0)
    return success();
  return op->emitOpError("[dgk_to_nvvm-c12] has ")
         << type << " from row " << row << ", column " << column
         << ", expected multiples of its size";
}

bool dgk::isDescriptorTile(Value operand) {
  auto tile = dyn_cast<TileType>(operand.getType());
  auto shared =
      tile ? dyn_cast_if_present<SharedAttr>(tile.getLayout()) : SharedAttr();
  if (!shared || shared.getSwizzle() == Swizzle::None)
    return false;
  auto span = static_cast<int64_t>(shared.getSwizzle());
  int64_t bytes =
      getBytes(getLines(tile.getShape(), shared).length, tile.getElementType());
  bool isColumnMajor = shared.getColumnMajor();
  bool mayBeLonger = isColumnMajor || shared.getSwizzle() == Swizzle::B128;
  if (bytes != span && !(mayBeLonger && bytes % span == 0))
    return false;
  return !isColumnMajor || getElementBits(tile.getElementType()) == 16;
}

/// Products of an instruction that reads shared memory: tiles as its
/// descriptors can say them, and no scales.
static LogicalResult verifyDescriptorProduct(MmaOp mma) {
  if (isDescriptorTile(mma.getA()) && isDescriptorTile(mma.getB()) &&
      !mma.getAScale())
    return success();
  return mma.emitOpError(
      "[dgk_to_nvvm-c11] has scales, or operands that are not tiles in shared "
      "memory with rows of whole swizzle spans; run dgk-promote-partials "
      "first");
}

/// Products work on registers, with scales if the instruction takes them.
static LogicalResult verifyProduct(Operation *op, ScheduleAttr schedule) {
  auto mma = dyn_cast<MmaOp>(op);
  if (!mma)
    return success();
  MatrixInstruction instruction = schedule.getMatrixInstruction();
  if (instruction.readsShared())
    return verifyDescriptorProduct(mma);
  bool isScaled = instruction.getScaleBlock() != 0;
  if (!mma.getAScale() == isScaled)
    return op->emitOpError("[dgk_to_nvvm-c10] has ")
           << (isScaled ? "no scales, but " : "scales, but ") << instruction
           << (isScaled ? " takes them" : " takes none");
  auto inRegisters = [](Value scale) {
    return !scale || isa<ScalesType>(scale.getType());
  };
  if (isa<FragmentsType>(mma.getA().getType()) &&
      isa<FragmentsType>(mma.getB().getType()) &&
      inRegisters(mma.getAScale()) && inRegisters(mma.getBScale()))
    return success();
  return op->emitOpError(
      "[dgk_to_nvvm-c10] has operands or scales that are not "
      "in registers; run dgk-hoist-scales and "
      "dgk-read-fragments first");
}

/// `ldmatrix` turns elements of 8 and of 16 bits, and of 4 bits that are
/// expanded; instructions want their bytes, or pairs of them in a byte.
static LogicalResult verifyFragments(Operation *op) {
  auto read = dyn_cast<ReadFragmentsOp>(op);
  if (!read || !isColumnMajor(read.getInput().getType().getLayout()))
    return success();
  FragmentsType type = read.getType();
  unsigned bits = getElementBits(type.getElementType());
  int64_t k = type.getShape()[1];
  bool isExpanded =
      cast<SharedAttr>(read.getInput().getType().getLayout()).getExpanded();
  if ((bits == 8 || bits == 16) && bits * k == 256)
    return success();
  if (isExpanded && (k == 32 || k == 64))
    return success();
  return read.emitOpError("[dgk_to_nvvm-c13] reads ")
         << type << " from a column-major tile, expected elements of 8 or 16 "
         << "bits and 32 bytes of K, or 32 or 64 expanded ones of 4 bits; let "
         << "the tile lie along K";
}

LogicalResult dgk::verifyConvertible(KernelOp kernel) {
  if (failed(verifyStage(kernel)))
    return failure();
  PlanCheck check(kernel);
  WalkResult result = kernel.walk([&](Operation *op) -> WalkResult {
    if (failed(verifyRegisters(op, kernel)))
      return WalkResult::interrupt();
    if (!check.passes(op))
      return op->emitOpError(
          "[dgk_to_nvvm-c3] needs a size, address, tensor map or workspace "
          "that "
          "the launch plan does not pass; run dgk-plan-launch");
    if (failed(verifyRole(op)) || failed(verifyMemory(op)) ||
        failed(verifyCluster(op, kernel.getLaunchAttr())) ||
        failed(verifyAccumulators(op, kernel.getScheduleAttr())) ||
        failed(verifyBand(op, kernel.getScheduleAttr())) ||
        failed(verifyProduct(op, kernel.getScheduleAttr())) ||
        failed(verifyFragments(op)))
      return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}
