//===- AddendLowering.cpp - Tiles added to accumulators -------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

namespace {

/// Reads pairs of neighbours from a tile in shared memory as the lanes hold
/// them.
class PairReader {
public:
  PairReader(ImplicitLocOpBuilder &b, TileType type, Value tile, int64_t offset)
      : b(b), type(type), tile(tile), offset(offset),
        bytes(getBytes(1, type.getElementType())),
        span(static_cast<int64_t>(
            cast<SharedAttr>(type.getLayout()).getSwizzle())) {
    Value t = arith::AndIOp::create(b, getLane(b), constI32(b, 3));
    inBlock = mulI32(b, t, 2 * bytes);
  }

  /// Sets the row of the next reads.
  void setRow(Value row) { swizzled = getSwizzledRow(b, row, span); }

  /// The lane's pair of the 8 columns from `column` on, which is where the
  /// warp's columns begin, plus a constant.
  Value read(Value firstColumn, int64_t column) {
    // Blocks of 8 columns lie in one atom, and a warp's begin with one: the
    // constant part selects the atom, the rest the place in its rows.
    Value at = addI32(b, mulI32(b, firstColumn, bytes), column * bytes);
    Value atom = arith::DivUIOp::create(b, at, constI32(b, span));
    Value inRow = arith::RemUIOp::create(b, at, constI32(b, span));
    inRow = arith::AddIOp::create(b, inRow, inBlock);
    inRow = arith::XOrIOp::create(b, inRow, swizzled.pattern);
    Value address = arith::AddIOp::create(b, tile, swizzled.offset);
    address = arith::AddIOp::create(
        b, address, mulI32(b, atom, type.getShape().front() * span));
    address = arith::AddIOp::create(b, address, inRow);
    auto pair = VectorType::get(2, type.getElementType());
    return LLVM::LoadOp::create(b, pair, sharedPointer(b, address, offset),
                                /*alignment=*/2 * bytes);
  }

private:
  ImplicitLocOpBuilder &b;
  TileType type;
  Value tile;
  int64_t offset, bytes, span;
  Value inBlock;
  SwizzledRow swizzled;
};

struct AddTilePattern : KernelPattern<AddTileOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(AddTileOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TileType type = op.getTile().getType();
    if (!type.getLayout())
      return rewriter.notifyMatchFailure(op, "needs a tile in shared memory");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    PairReader reader(b, type, adaptor.getTile().front(),
                      kernel.offsets.lookup(op.getTile()));
    Value firstColumn = tile.getFirstColumn(b, warp);
    Value g = arith::ShRUIOp::create(b, getLane(b), constI32(b, 2));
    Value row = arith::AddIOp::create(b, g, tile.getFirstRow(b, warp));
    SmallVector<Value> sums(adaptor.getValue());
    for (int64_t i = 0; i < tile.getTilesM(); ++i)
      for (int64_t half = 0; half < 2; ++half) {
        reader.setRow(addI32(b, row, tile.rowStep * i + 8 * half));
        for (int64_t j = 0; j < tile.getTilesN(); ++j)
          addPair(
              b, reader.read(firstColumn, kColumns * j),
              MutableArrayRef(sums).slice(tile.getIndex(i, j) + 2 * half, 2));
      }
    rewriter.replaceOpWithMultiple(op, {sums});
    return success();
  }

  static void addPair(ImplicitLocOpBuilder &b, Value pair,
                      MutableArrayRef<Value> sums) {
    for (auto [c, sum] : llvm::enumerate(sums)) {
      Value element = vector::ExtractOp::create(b, pair, int64_t(c));
      if (!element.getType().isF32())
        element = arith::ExtFOp::create(b, b.getF32Type(), element);
      sum = arith::AddFOp::create(b, sum, element);
    }
  }
};

} // namespace

void fragments::populateAddendPatterns(KernelLowering &kernel,
                                       const TypeConverter &converter,
                                       RewritePatternSet &patterns) {
  patterns.add<AddTilePattern>(kernel, converter, patterns.getContext());
}
