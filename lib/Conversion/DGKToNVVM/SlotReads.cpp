//===- SlotReads.cpp - How the slot was read that is given back -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace dgk;

/// The values that loops hand on as one: initial, carried, yielded, result.
static void addCarried(scf::ForOp loop, unsigned number,
                       llvm::SetVector<Value> &values) {
  values.insert(loop.getInitArgs()[number]);
  values.insert(loop.getRegionIterArg(number));
  values.insert(loop.getYieldedValues()[number]);
  values.insert(loop.getResult(number));
}

/// `value` and what it is called before, in and behind the loops that carry it.
static llvm::SetVector<Value> getNames(Value value) {
  llvm::SetVector<Value> names;
  names.insert(value);
  for (size_t i = 0; i < names.size(); ++i) {
    Value name = names[i];
    if (auto loop = name.getDefiningOp<scf::ForOp>())
      addCarried(loop, cast<OpResult>(name).getResultNumber(), names);
    if (auto argument = dyn_cast<BlockArgument>(name))
      if (auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp()))
        if (unsigned ivs = loop.getNumInductionVars();
            argument.getArgNumber() >= ivs)
          addCarried(loop, argument.getArgNumber() - ivs, names);
    for (OpOperand &use : name.getUses()) {
      if (auto loop = dyn_cast<scf::ForOp>(use.getOwner());
          loop && use.getOperandNumber() >= loop.getNumControlOperands())
        addCarried(loop, use.getOperandNumber() - loop.getNumControlOperands(),
                   names);
      if (auto yield = dyn_cast<scf::YieldOp>(use.getOwner()))
        if (auto loop = dyn_cast<scf::ForOp>(yield->getParentOp()))
          addCarried(loop, use.getOperandNumber(), names);
    }
  }
  return names;
}

/// Whether `scales` are added up with before one of `releases`, which all give
/// the same slots back: the first use of a register waits for its read. Words
/// are unpacked in between.
static bool isUsedBefore(Value scales, ArrayRef<ReleaseOp> releases) {
  for (Value name : getNames(scales))
    for (Operation *user : name.getUsers()) {
      if (auto unpack = dyn_cast<UnpackScalesOp>(user);
          unpack && isUsedBefore(unpack, releases))
        return true;
      for (ReleaseOp release : releases)
        if (isa<PromoteOp>(user) && user->getBlock() == release->getBlock() &&
            user->isBeforeInBlock(release))
          return true;
    }
  return false;
}

void dgk::recordReads(KernelLowering &kernel, ReleaseOp release) {
  bool byDescriptor = kernel.schedule.getMatrixInstruction().readsShared();
  bool anyRead = false, anyGeneric = false, anyUnsynchronized = false;
  SmallVector<ReleaseOp> releases;
  SmallVector<Operation *> users;
  for (Value slot : getNames(release.getSlot()))
    for (Operation *user : slot.getUsers()) {
      if (auto other = dyn_cast<ReleaseOp>(user))
        releases.push_back(other);
      else if (!isa<scf::ForOp, scf::YieldOp>(user))
        users.push_back(user);
    }
  for (Operation *user : users) {
    for (Operation *reader : user->getUsers()) {
      bool isProduct = byDescriptor && isa<MmaOp>(reader);
      auto scales = dyn_cast<ReadScalesOp>(reader);
      anyGeneric |= !isProduct && !(scales && isUsedBefore(scales, releases));
      anyUnsynchronized |= !isProduct && !isa<ReadFragmentsOp>(reader);
      anyRead |= reader->getBlock() == release->getBlock();
    }
    anyUnsynchronized |= !isa<ViewOp>(user);
  }
  if (anyRead && !anyUnsynchronized)
    kernel.collectiveReads.insert(release);
  if (anyRead && !anyGeneric)
    kernel.completedReads.insert(release);
}
