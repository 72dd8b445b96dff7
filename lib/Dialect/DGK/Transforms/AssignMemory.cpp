//===- AssignMemory.cpp - Addresses of buffers and barriers ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKASSIGNMEMORYPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// A full and an empty barrier of 8 bytes for each slot.
static int64_t getBarrierBytes(PipelineOp pipeline) {
  return 2 * 8 * pipeline.getType().getSlots();
}

/// Partial sums are written four at a time.
static constexpr int64_t kVectorBytes = 16;

namespace {
struct AssignMemory : dgk::impl::DGKAssignMemoryPassBase<AssignMemory> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    SmallVector<BufferOp> buffers;
    SmallVector<PipelineOp> pipelines;
    SmallVector<CombineInClusterOp> exchanges;
    kernel.walk([&](BufferOp op) {
      if (op.getType().isShared())
        buffers.push_back(op);
    });
    kernel.walk([&](PipelineOp op) { pipelines.push_back(op); });
    kernel.walk([&](CombineInClusterOp op) { exchanges.push_back(op); });
    for (BufferOp op : buffers)
      if (op.getOffset())
        return failAssigned(op);
    for (PipelineOp op : pipelines)
      if (op.getOffset())
        return failAssigned(op);
    for (CombineInClusterOp op : exchanges)
      if (op.getOffset())
        return failAssigned(op);

    // The most aligned first: then no gaps arise between buffers.
    SmallVector<std::pair<int64_t, size_t>> order;
    for (auto [i, op] : llvm::enumerate(buffers))
      order.push_back({-op.getType().getAlignment(), i});
    llvm::sort(order);
    Builder builder(kernel.getContext());
    int64_t offset = 0;
    for (auto [negated, i] : order) {
      BufferOp op = buffers[i];
      offset = llvm::alignTo(offset, -negated);
      op.setOffsetAttr(builder.getI64IntegerAttr(offset));
      offset += op.getType().getSlots() * op.getType().getSlotBytes();
    }
    for (CombineInClusterOp op : exchanges) {
      offset = llvm::alignTo(offset, kVectorBytes);
      op.setOffsetAttr(builder.getI64IntegerAttr(offset));
      offset += op.getSharedBytes();
    }
    for (PipelineOp op : pipelines) {
      op.setOffsetAttr(builder.getI64IntegerAttr(offset));
      offset += getBarrierBytes(op);
    }
    numBytes = offset;
    if (failed(checkLimit(kernel, offset)))
      signalPassFailure();
  }

  void failAssigned(Operation *op) {
    op->emitOpError("[assign_memory-c2] already has an offset; "
                    "dgk-assign-memory runs once");
    signalPassFailure();
  }

  static LogicalResult checkLimit(KernelOp kernel, int64_t bytes) {
    TargetAttr target = kernel.getTargetAttr();
    if (!target || bytes <= target.getLimits().getSharedPerCta())
      return success();
    return kernel.emitOpError("[assign_memory-c1] needs ")
           << bytes << " bytes of shared memory, but " << target.getChip()
           << " has " << target.getLimits().getSharedPerCta()
           << " for a CTA; use fewer stages or a smaller tile";
  }
};
} // namespace
