//===- OverlapSlots.cpp - Reading ahead across slots ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKOVERLAPSLOTSPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// The last product before `op` in its block, null if something stands between
/// them that must not follow the wait: only releases, whose cursor the wait
/// needs, and pure operations may.
static MmaOp getProductBefore(WaitOp op) {
  for (Operation *before = op->getPrevNode(); before;
       before = before->getPrevNode()) {
    if (auto product = dyn_cast<MmaOp>(before))
      return product;
    if (!isPure(before))
      return {};
  }
  return {};
}

/// Whether a product stands between the wait and `op`.
static bool isBehindProduct(Operation *op, WaitOp wait) {
  for (Operation *before = op->getPrevNode(); before && before != wait;
       before = before->getPrevNode())
    if (isa<MmaOp>(before))
      return true;
  return false;
}

/// The wait, its views, and the fragments of the first product behind it: what
/// has to move. In block order. Scales stay: those of the last product are
/// still in registers, and two sets of them made warp tiles of 64 x 64 spill.
static SmallVector<Operation *> getReadAhead(WaitOp wait) {
  SmallVector<Operation *> ops = {wait};
  for (Operation *user : wait.getSlot().getUsers()) {
    auto view = dyn_cast<ViewOp>(user);
    if (!view || view->getBlock() != wait->getBlock())
      continue;
    ops.push_back(view);
    Operation *first = nullptr;
    for (Operation *reader : view->getUsers())
      if (isa<ReadFragmentsOp>(reader) &&
          reader->getBlock() == wait->getBlock() &&
          !isBehindProduct(reader, wait) &&
          (!first || reader->isBeforeInBlock(first)))
        first = reader;
    if (first)
      ops.push_back(first);
  }
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ops;
}

namespace {
struct OverlapSlots : dgk::impl::DGKOverlapSlotsPassBase<OverlapSlots> {
  void runOnOperation() override {
    // An instruction that reads the slot itself has no fragments to fetch.
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    if (schedule && schedule.getMatrixInstruction().readsShared())
      return;
    SmallVector<WaitOp> waits;
    getOperation().walk([&](WaitOp wait) { waits.push_back(wait); });
    for (WaitOp wait : waits) {
      MmaOp product = getProductBefore(wait);
      if (!product) {
        ++numHeads;
        continue;
      }
      for (Operation *op : getReadAhead(wait))
        op->moveBefore(product);
      ++numOverlapped;
    }
  }
};
} // namespace
