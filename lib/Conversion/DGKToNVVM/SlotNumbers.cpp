//===- SlotNumbers.cpp - Slots whose number is known ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A role takes the slots of a ring in turn and never starts anew. Where every
// loop takes a multiple of the ring's slots, an operation gets the same slot
// each time: its addresses are constants, and only the parity is left to
// compute.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

using namespace mlir;
using namespace dgk;

namespace {

/// A number of slots, modulo those of the ring; nothing where it varies.
using Count = std::optional<int64_t>;

/// One role and one pipeline.
class SlotCounter {
public:
  SlotCounter(KernelLowering &kernel, Value pipeline)
      : kernel(kernel), pipeline(pipeline),
        slots(cast<PipelineType>(pipeline.getType()).getSlots()) {}

  /// Records the slots that `block` takes, of which the first is `next`.
  void record(Block &block, Count next) {
    for (Operation &op : block) {
      if (takesSlot(&op) && next)
        kernel.slotNumbers[&op] = *next;
      for (Region &region : op.getRegions())
        for (Block &nested : region)
          record(nested, getEntry(&op, nested, next));
      next = add(next, count(&op));
    }
  }

private:
  bool takesSlot(Operation *op) const {
    return isa<AcquireOp, WaitOp>(op) && op->getOperand(0) == pipeline;
  }

  Count add(Count a, Count b) const {
    if (!a || !b)
      return std::nullopt;
    return (*a + *b) % slots;
  }

  /// The slot with which each execution of `nested`, inside of `op`, begins.
  Count getEntry(Operation *op, Block &nested, Count next) const {
    if (isa<scf::IfOp>(op))
      return next;
    // Each iteration goes on where the last one ended.
    if (isa<scf::ForOp>(op) && count(nested) == 0)
      return next;
    return std::nullopt;
  }

  Count count(Block &block) const {
    Count sum = 0;
    for (Operation &op : block)
      sum = add(sum, count(&op));
    return sum;
  }

  Count count(Operation *op) const {
    if (takesSlot(op))
      return 1 % slots;
    SmallVector<Count> counts;
    for (Region &region : op->getRegions())
      for (Block &block : region)
        counts.push_back(count(block));
    if (llvm::all_of(counts, [](Count c) { return c == 0; }))
      return 0;
    if (isa<scf::IfOp>(op) && counts.size() == 2 && counts[0] == counts[1])
      return counts[0];
    auto loop = dyn_cast<scf::ForOp>(op);
    std::optional<APInt> trips =
        loop ? loop.getStaticTripCount() : std::optional<APInt>();
    if (!trips || !counts[0])
      return std::nullopt;
    return trips->urem(slots) * *counts[0] % slots;
  }

  KernelLowering &kernel;
  Value pipeline;
  int64_t slots;
};

} // namespace

void dgk::recordSlotNumbers(KernelLowering &kernel, RoleOp role) {
  llvm::SetVector<Value> pipelines;
  role.walk([&](Operation *op) {
    if (isa<AcquireOp, WaitOp>(op))
      pipelines.insert(op->getOperand(0));
  });
  for (Value pipeline : pipelines)
    SlotCounter(kernel, pipeline).record(role.getBody().front(), 0);
}
