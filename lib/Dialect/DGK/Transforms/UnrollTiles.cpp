//===- UnrollTiles.cpp - Several K tiles in one iteration -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/Dialect/SCF/Utils/Utils.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKUNROLLTILESPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// Matrix instructions of a warp in one iteration from which on the loop's own
/// instructions no longer count, and iterations beyond which code only grows.
constexpr int64_t kEnoughInstructions = 256;
constexpr int64_t kMaxFactor = 8;

/// Instructions that a math warp executes for one K tile.
static int64_t countInstructions(ScheduleAttr schedule) {
  MatrixInstruction mma = schedule.getMatrixInstruction();
  return llvm::divideCeil(schedule.getWarpTileM(), mma.getM()) *
         llvm::divideCeil(schedule.getWarpTileN(), mma.getN()) *
         (schedule.getTileK() / mma.getK());
}

/// A loop over K tiles: its own block waits for operands and multiplies them.
/// Loops with scales are unrolled by their words.
static bool runsTiles(scf::ForOp loop) {
  Block &body = *loop.getBody();
  auto products = body.getOps<MmaOp>();
  return !body.getOps<WaitOp>().empty() && !products.empty() &&
         llvm::none_of(products, [](MmaOp mma) { return !!mma.getAScale(); });
}

/// At most `most` iterations in one; of a known number of iterations, if
/// possible, as many as leave none over.
static int64_t chooseFactor(scf::ForOp loop, int64_t most) {
  std::optional<APInt> trips = loop.getStaticTripCount();
  if (!trips)
    return most;
  uint64_t known = trips->getLimitedValue();
  most = std::min<uint64_t>(most, known);
  for (int64_t factor = most; 2 * factor > most; --factor)
    if (known % factor == 0)
      return factor;
  return std::max<int64_t>(most, 1);
}

namespace {
struct UnrollTiles : dgk::impl::DGKUnrollTilesPassBase<UnrollTiles> {
  void runOnOperation() override {
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    // What reads the slot itself has no latency of reads to hide.
    if (!schedule || schedule.getMatrixInstruction().readsShared())
      return;
    int64_t most = std::clamp<int64_t>(
        kEnoughInstructions / countInstructions(schedule), 1, kMaxFactor);
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      if (runsTiles(loop))
        loops.push_back(loop);
    });
    for (scf::ForOp loop : loops) {
      int64_t factor = chooseFactor(loop, most);
      if (factor > 1 && succeeded(loopUnrollByFactor(loop, factor)))
        ++numUnrolled;
    }
  }
};
} // namespace
