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

/// Instructions that a math warp executes for the products in the loop's own
/// block, 0 if it waits for no operands there.
static int64_t countInstructions(scf::ForOp loop, ScheduleAttr schedule) {
  Block &body = *loop.getBody();
  if (body.getOps<WaitOp>().empty())
    return 0;
  int64_t elements = 0;
  for (MmaOp product : body.getOps<MmaOp>())
    elements += cast<TileType>(product.getA().getType()).getShape()[1];
  MatrixInstruction mma = schedule.getMatrixInstruction();
  return llvm::divideCeil(schedule.getWarpTileM(), mma.getM()) *
         llvm::divideCeil(schedule.getWarpTileN(), mma.getN()) *
         llvm::divideCeil(elements, mma.getK());
}

static bool hasScales(scf::ForOp loop) {
  return llvm::any_of(loop.getBody()->getOps<MmaOp>(),
                      [](MmaOp mma) { return !!mma.getAScale(); });
}

/// At most `most` iterations in one; of a known number of iterations, if
/// possible, as many as leave none over, a multiple of the ring's `slots`
/// first: then each wait gets the same slot each time.
static int64_t chooseFactor(scf::ForOp loop, int64_t most, int64_t slots) {
  std::optional<APInt> trips = loop.getStaticTripCount();
  // What is left over of scaled tiles would need its words in loops of its own.
  if (!trips)
    return hasScales(loop) ? 1 : most;
  uint64_t known = trips->getLimitedValue();
  most = std::min<uint64_t>(most, known);
  for (int64_t multiple : {slots, int64_t(1)})
    for (int64_t factor = most; 2 * factor >= most; --factor)
      if (known % factor == 0 && factor % multiple == 0)
        return factor;
  return hasScales(loop) ? 1 : std::max<int64_t>(most, 1);
}

namespace {
struct UnrollTiles : dgk::impl::DGKUnrollTilesPassBase<UnrollTiles> {
  void runOnOperation() override {
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    // What reads the slot itself has no latency of reads to hide.
    if (!schedule || schedule.getMatrixInstruction().readsShared())
      return;
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      if (countInstructions(loop, schedule) > 0)
        loops.push_back(loop);
    });
    for (scf::ForOp loop : loops) {
      int64_t most = std::clamp<int64_t>(kEnoughInstructions /
                                             countInstructions(loop, schedule),
                                         1, kMaxFactor);
      int64_t factor = chooseFactor(loop, most, schedule.getStages());
      if (factor > 1 && succeeded(loopUnrollByFactor(loop, factor)))
        ++numUnrolled;
    }
  }
};
} // namespace
