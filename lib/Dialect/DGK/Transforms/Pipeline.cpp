//===- Pipeline.cpp - Tiles through rings of slots ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKPIPELINEPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// The widest swizzle that a row of `bytes` fills.
static Swizzle chooseSwizzle(int64_t bytes) {
  for (Swizzle swizzle : {Swizzle::B128, Swizzle::B64, Swizzle::B32})
    if (bytes % static_cast<int64_t>(swizzle) == 0)
      return swizzle;
  return Swizzle::None;
}

/// Layout of the slots that `load` fills: the schedule's for the operands of
/// the product, none for a column (its elements lie side by side), else the
/// widest swizzle.
static Swizzle getSwizzle(LoadOp load, ScheduleAttr schedule) {
  for (Operation *user : load->getUsers()) {
    auto mma = dyn_cast<MmaOp>(user);
    if (mma && mma.getA() == load.getResult())
      return schedule.getSwizzleA();
    if (mma && mma.getB() == load.getResult())
      return schedule.getSwizzleB();
  }
  TileType tile = load.getType();
  int64_t columns = tile.getShape().back();
  return columns == 1 ? Swizzle::None
                      : chooseSwizzle(getBytes(columns, tile.getElementType()));
}

/// Whether one of `loads` feeds a matrix product in its own block: then the
/// block is the loop over K tiles, and its ring the deep one.
static bool feedsProductInBlock(ArrayRef<LoadOp> loads) {
  return llvm::any_of(loads, [](LoadOp load) {
    return llvm::any_of(load->getUsers(), [&](Operation *user) {
      auto mma = dyn_cast<MmaOp>(user);
      return mma && mma->getBlock() == load->getBlock() &&
             (mma.getA() == load.getResult() || mma.getB() == load.getResult());
    });
  });
}

/// The last operation of `block` that uses a result of `loads`, itself or
/// inside its regions.
static Operation *getLastUser(Block *block, ArrayRef<LoadOp> loads) {
  Operation *last = loads.back();
  for (LoadOp load : loads)
    for (Operation *user : load->getUsers()) {
      Operation *ancestor = block->findAncestorOpInBlock(*user);
      if (last->isBeforeInBlock(ancestor))
        last = ancestor;
    }
  return last;
}

namespace {
struct Pipeline : dgk::impl::DGKPipelinePassBase<Pipeline> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    ScheduleAttr schedule = kernel.getScheduleAttr();
    llvm::MapVector<Block *, SmallVector<LoadOp>> groups;
    kernel.walk([&](LoadOp load) { groups[load->getBlock()].push_back(load); });
    if (groups.empty())
      return;
    if (!schedule) {
      kernel.emitOpError("[pipeline-c4] has no schedule; run "
                         "dgemm-select-schedule before convert-dgemm-to-dgk");
      return signalPassFailure();
    }
    for (auto &[block, loads] : groups)
      if (failed(pipelineBlock(kernel, schedule, block, loads)))
        return signalPassFailure();
  }

  /// The ring that `load` fills; an error when it cannot be one.
  static BufferType getBufferType(LoadOp load, ScheduleAttr schedule,
                                  int64_t slots) {
    auto emitOpError = [&] { return load.emitOpError(); };
    function_ref<InFlightDiagnostic()> emitError = emitOpError;
    TileType tile = load.getType();
    auto layout =
        SharedAttr::get(load.getContext(), getSwizzle(load, schedule));
    return BufferType::getChecked(emitError, slots, tile.getShape(),
                                  tile.getElementType(), layout);
  }

  LogicalResult pipelineBlock(KernelOp kernel, ScheduleAttr schedule,
                              Block *block, ArrayRef<LoadOp> loads) {
    Location loc = loads.front()->getLoc();
    int64_t slots = feedsProductInBlock(loads) ? schedule.getStages()
                                               : schedule.getScaleStages();
    Operation *last = getLastUser(block, loads);

    OpBuilder builder(&kernel.getBody().front(),
                      kernel.getBody().front().begin());
    auto emitOpError = [&] { return kernel.emitOpError(); };
    function_ref<InFlightDiagnostic()> emitError = emitOpError;
    auto pipelineType =
        PipelineType::getChecked(emitError, builder.getContext(), slots);
    if (!pipelineType)
      return failure();
    SmallVector<Value> buffers;
    for (LoadOp load : loads) {
      BufferType type = getBufferType(load, schedule, slots);
      if (!type)
        return failure();
      buffers.push_back(
          BufferOp::create(builder, load.getLoc(), type, IntegerAttr()));
    }
    // One arrival per math warp: its first lane's.
    Value pipeline = PipelineOp::create(
        builder, loc, pipelineType,
        /*producers=*/1, schedule.getMath().getWarps(), IntegerAttr());

    // Copies stand where the last load stood: every coordinate is known there.
    builder.setInsertionPoint(loads.back());
    auto slotType = SlotType::get(builder.getContext());
    Value free = AcquireOp::create(builder, loc, slotType, pipeline);
    int64_t bytes = 0;
    for (auto [i, buffer] : llvm::enumerate(buffers)) {
      LoadOp load = loads[i];
      CopyAsyncOp::create(builder, load.getLoc(), load.getSource(),
                          load.getCoordinates(), buffer, free, IntegerAttr(),
                          IntegerAttr());
      bytes += cast<BufferType>(buffer.getType()).getTransferBytes();
    }
    CommitOp::create(builder, loc, pipeline, free,
                     builder.getI64IntegerAttr(bytes), /*afterMma=*/false);
    Value full = WaitOp::create(builder, loc, slotType, pipeline);
    for (auto [i, buffer] : llvm::enumerate(buffers)) {
      LoadOp load = loads[i];
      Value view = ViewOp::create(builder, load.getLoc(), buffer, full);
      load.getResult().replaceAllUsesWith(view);
    }
    if (llvm::is_contained(loads, last))
      last = full.getDefiningOp();
    builder.setInsertionPointAfter(last);
    ReleaseOp::create(builder, loc, pipeline, full, /*afterMma=*/false);
    for (LoadOp load : loads)
      load.erase();
    ++numPipelines;
    numCopies += loads.size();
    return success();
  }
};
} // namespace
