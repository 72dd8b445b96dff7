//===- UnrollScales.cpp - Constant scale positions ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKUNROLLSCALESPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// Four bytes in a word, or sixteen together where scales are not packed; with
/// two K tiles for each that is 32.
constexpr int64_t kMaxTrips = 32;

/// Whether `value` is computed from `root`.
static bool dependsOn(Value value, Value root) {
  if (!value || value == root)
    return value == root;
  SetVector<Operation *> slice;
  BackwardSliceOptions options;
  options.omitBlockArguments = true;
  if (failed(getBackwardSlice(value, &slice, options)))
    return true;
  if (Operation *def = value.getDefiningOp())
    slice.insert(def);
  return llvm::any_of(slice, [&](Operation *op) {
    return llvm::is_contained(op->getOperands(), root);
  });
}

static bool positionsScales(scf::ForOp loop) {
  bool found = false;
  loop.walk([&](MmaOp mma) {
    found |= dependsOn(mma.getAScaleIndex(), loop.getInductionVar()) ||
             dependsOn(mma.getBScaleIndex(), loop.getInductionVar());
  });
  return found;
}

namespace {
struct UnrollScales : dgk::impl::DGKUnrollScalesPassBase<UnrollScales> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      if (positionsScales(loop))
        loops.push_back(loop);
    });
    for (scf::ForOp loop : loops) {
      std::optional<APInt> trips = loop.getStaticTripCount();
      if (!trips || trips->ugt(kMaxTrips) || failed(loopUnrollFull(loop)))
        ++numKept;
      else
        ++numUnrolled;
    }
  }
};
} // namespace
