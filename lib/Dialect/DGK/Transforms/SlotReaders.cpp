//===- SlotReaders.cpp - Who reads a slot ---------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotReaders.h"

using namespace mlir;
using namespace dgk;

void dgk::releaseEarly(ReleaseOp release) {
  Block *block = release->getBlock();
  Operation *last = release.getSlot().getDefiningOp();
  if (!last || last->getBlock() != block)
    return;
  for (Operation *view : release.getSlot().getUsers()) {
    if (view == release)
      continue;
    SmallVector<Operation *> readers(view->getUsers());
    readers.push_back(view);
    for (Operation *reader : readers)
      if (Operation *ancestor = block->findAncestorOpInBlock(*reader);
          ancestor && last->isBeforeInBlock(ancestor))
        last = ancestor;
  }
  release->moveAfter(last);
}
