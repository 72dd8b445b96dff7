//===- HoistScales.cpp - Scale words into registers -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotReaders.h"

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKHOISTSCALESPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

namespace {
struct HoistScales : dgk::impl::DGKHoistScalesPassBase<HoistScales> {
  void runOnOperation() override {
    SmallVector<ViewOp> views;
    getOperation().walk([&](ViewOp view) { views.push_back(view); });
    for (ViewOp view : views) {
      hoist(view, Side::A);
      hoist(view, Side::B);
    }
    // Not while walking: a walk would meet what has moved again.
    SmallVector<ReleaseOp> releases;
    getOperation().walk(
        [&](ReleaseOp release) { releases.push_back(release); });
    for (ReleaseOp release : releases)
      releaseEarly(release);
  }

  /// Scales as they lie in registers: bytes four to a word.
  static ScalesType getScales(TileType tile, Side side) {
    Type element = tile.getElementType();
    int64_t rows = tile.getShape()[0], columns = tile.getShape()[1];
    if (getElementBits(element) != 8)
      return ScalesType::get(side, rows, element);
    auto word = IntegerType::get(tile.getContext(), 32);
    return ScalesType::get(side, rows, word, columns / 4);
  }

  /// Reads `view` behind itself if products use it as the scale of `side`.
  void hoist(ViewOp view, Side side) {
    // One view may scale both sides, whose registers differ: ask for the place
    // of the use.
    auto isScale = [&](OpOperand &use) {
      auto mma = dyn_cast<MmaOp>(use.getOwner());
      if (!mma)
        return false;
      MutableOperandRange scale =
          side == Side::A ? mma.getAScaleMutable() : mma.getBScaleMutable();
      return llvm::any_of(scale,
                          [&](OpOperand &place) { return &place == &use; });
    };
    SmallVector<OpOperand *> uses;
    for (OpOperand &use : view->getUses())
      if (isScale(use))
        uses.push_back(&use);
    if (uses.empty())
      return;
    OpBuilder builder(view->getContext());
    builder.setInsertionPointAfter(view);
    Value scales =
        ReadScalesOp::create(builder, view.getLoc(),
                             getScales(view.getType(), side), view.getResult());
    for (OpOperand *use : uses)
      use->set(scales);
    ++numRead;
  }
};
} // namespace
