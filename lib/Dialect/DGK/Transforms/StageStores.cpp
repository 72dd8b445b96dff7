//===- StageStores.cpp - Stores through shared memory ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKSTAGESTORESPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// Rows of a staging slot: those of one matrix instruction.
constexpr int64_t kSlotRows = 16;

namespace {
struct StageStores : dgk::impl::DGKStageStoresPassBase<StageStores> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    ScheduleAttr schedule = kernel.getScheduleAttr();
    SmallVector<StoreOp> stores;
    kernel.walk([&](StoreOp store) { stores.push_back(store); });
    bool any = false;
    for (StoreOp store : stores) {
      if (!schedule || !canStage(schedule, store)) {
        ++numDirect;
        continue;
      }
      if (failed(stage(kernel, schedule, store)))
        return signalPassFailure();
      any = true;
    }
    if (!any)
      return;
    Operation *end = kernel.getBody().front().getTerminator();
    OpBuilder builder(end);
    DrainStoresOp::create(builder, end->getLoc());
  }

  /// Warps own pieces of the whole output tile only. A transposed one has lines
  /// as long as its warps have rows, and leaves mma.sync only.
  static bool canStage(ScheduleAttr schedule, StoreOp store) {
    AccumulatorType type = store.getValue().getType();
    int64_t columns = getSlotColumns(schedule, type.getElementType());
    HeadSplitAttr heads = store.getHeadsAttr();
    return schedule.getStore() == StorePath::Tma && !store.getLow() &&
           store.getTransposed() == schedule.getSwapAb() &&
           !(store.getTransposed() &&
             schedule.getMatrixInstruction().readsShared()) &&
           type.getShape() == schedule.getTile().take_front(2) &&
           columns != 0 && (!heads || heads.keepsTogether(columns));
  }

  /// Columns of a staging slot, 0 where there is none.
  static int64_t getSlotColumns(ScheduleAttr schedule, Type element) {
    return static_cast<int64_t>(schedule.getStoreSwizzle(element)) * 8 /
           getElementBits(element);
  }

  LogicalResult stage(KernelOp kernel, ScheduleAttr schedule, StoreOp store) {
    OpBuilder builder(&kernel.getBody().front(),
                      kernel.getBody().front().begin());
    Type element = store.getValue().getType().getElementType();
    Swizzle width = schedule.getStoreSwizzle(element);
    int64_t columns = getSlotColumns(schedule, element);
    auto layout = SharedAttr::get(builder.getContext(), width);
    auto emitOpError = [&] { return store.emitOpError(); };
    function_ref<InFlightDiagnostic()> emitError = emitOpError;
    auto type = BufferType::getChecked(emitError, schedule.getStoreSlots(),
                                       {kSlotRows, columns}, element, layout);
    if (!type)
      return failure();
    Value staging =
        BufferOp::create(builder, store.getLoc(), type, IntegerAttr());
    builder.setInsertionPoint(store);
    StoreAsyncOp::create(builder, store.getLoc(), store.getValue(),
                         store.getDestination(), store.getCoordinates(),
                         staging, IntegerAttr(), store.getTransposedAttr(),
                         store.getAccumulateAttr(), store.getHeadsAttr());
    store.erase();
    ++numStaged;
    return success();
  }
};
} // namespace
