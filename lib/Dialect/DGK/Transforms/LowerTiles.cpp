//===- LowerTiles.cpp - The persistent tile loop --------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKLOWERTILESPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

namespace {

/// Arithmetic on non-negative tile numbers.
struct TileMath {
  OpBuilder &builder;
  Location loc;

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  Value ceilDiv(Value value, int64_t by) {
    Value up = arith::AddIOp::create(builder, loc, value, constant(by - 1));
    return arith::DivUIOp::create(builder, loc, up, constant(by));
  }
  Value mul(Value a, Value b) {
    return arith::MulIOp::create(builder, loc, a, b);
  }
  Value add(Value a, Value b) {
    return arith::AddIOp::create(builder, loc, a, b);
  }
  Value sub(Value a, Value b) {
    return arith::SubIOp::create(builder, loc, a, b);
  }
  Value min(Value a, Value b) {
    return arith::MinUIOp::create(builder, loc, a, b);
  }
  Value div(Value a, Value b) {
    return arith::DivUIOp::create(builder, loc, a, b);
  }
  Value rem(Value a, Value b) {
    return arith::RemUIOp::create(builder, loc, a, b);
  }
};

/// The raster over groups of tiles: as wide as it was, in tiles.
RasterAttr getRasterOfSteps(TilesOp tiles) {
  RasterAttr raster = tiles.getRasterAttr();
  ClusterAttr cluster = tiles.getClusterAttr();
  if (!raster || !cluster || raster.getAlong() != cluster.getAlong())
    return raster;
  int64_t group = llvm::divideCeil(raster.getGroup(), cluster.getSize());
  return RasterAttr::get(raster.getContext(), group, raster.getAlong());
}

/// Splits `number` into tile numbers of the last two dimensions, sizes
/// `rows` x `columns`, in the raster's order: `group` tiles of one axis are
/// swept over the whole other axis. The last group may be narrower.
std::pair<Value, Value> applyRaster(TileMath math, RasterAttr raster,
                                    Value number, Value rows, Value columns) {
  bool alongM = raster.getAlong() == Axis::M;
  Value primary = alongM ? rows : columns;
  Value secondary = alongM ? columns : rows;
  Value width = math.constant(raster.getGroup());
  Value perGroup = math.mul(width, secondary);
  Value first = math.mul(math.div(number, perGroup), width);
  Value size = math.min(width, math.sub(primary, first));
  Value inGroup = math.rem(number, perGroup);
  Value p = math.add(first, math.rem(inGroup, size));
  Value s = math.div(inGroup, size);
  return alongM ? std::make_pair(p, s) : std::make_pair(s, p);
}

struct LowerTiles : dgk::impl::DGKLowerTilesPassBase<LowerTiles> {
  void runOnOperation() override {
    SmallVector<TilesOp> loops;
    getOperation().walk([&](TilesOp tiles) { loops.push_back(tiles); });
    for (TilesOp tiles : loops) {
      if (tiles.getPerCluster()) {
        tiles.emitOpError("[lower_tiles-c1] has per_cluster, which has no "
                          "lowering; let each CTA take tiles of its own");
        return signalPassFailure();
      }
      lower(tiles);
    }
  }

  static void lower(TilesOp tiles) {
    IRRewriter builder(tiles);
    Location loc = tiles.getLoc();
    TileMath math{builder, loc};
    SmallVector<Value> counts;
    SmallVector<int64_t> steps(tiles.getSizes());
    for (auto [i, extent] : llvm::enumerate(tiles.getExtents())) {
      steps[i] *= tiles.getTilesPerStep(i);
      counts.push_back(math.ceilDiv(extent, steps[i]));
    }
    Value total = counts.front();
    for (Value count : ArrayRef(counts).drop_front())
      total = math.mul(total, count);

    Value first = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
    Value step = gpu::GridDimOp::create(builder, loc, gpu::Dimension::x);
    // CTAs of a cluster are neighbours in the grid.
    Value rank;
    if (ClusterAttr cluster = tiles.getClusterAttr()) {
      Value ctas = math.constant(cluster.getSize());
      rank = math.rem(first, ctas);
      first = math.div(first, ctas);
      step = math.div(step, ctas);
    }
    auto loop = scf::ForOp::create(builder, loc, first, total, step);
    builder.setInsertionPointToStart(loop.getBody());
    SmallVector<Value> numbers =
        split(math, getRasterOfSteps(tiles), loop.getInductionVar(), counts);
    SmallVector<Value> coordinates;
    for (auto [i, number] : llvm::enumerate(numbers)) {
      Value at = math.mul(number, math.constant(steps[i]));
      if (int64_t size = tiles.getSizes()[i]; steps[i] != size)
        at = math.add(at, math.mul(rank, math.constant(size)));
      coordinates.push_back(at);
    }

    Block &body = tiles.getBody().front();
    body.getTerminator()->erase();
    loop.getBody()->getTerminator()->erase();
    Block *target = loop.getBody();
    builder.setInsertionPointToEnd(target);
    builder.inlineBlockBefore(&body, target, target->end(), coordinates);
    builder.setInsertionPointToEnd(target);
    scf::YieldOp::create(builder, loc);
    tiles.erase();
  }

  /// Tile numbers of all dimensions from the linear one.
  static SmallVector<Value> split(TileMath math, RasterAttr raster,
                                  Value number, ArrayRef<Value> counts) {
    SmallVector<Value> numbers(counts.size());
    size_t outer = counts.size();
    if (raster) {
      outer -= 2;
      Value rows = counts[outer], columns = counts[outer + 1];
      Value inner = number;
      if (outer > 0) {
        Value plane = math.mul(rows, columns);
        inner = math.rem(number, plane);
        number = math.div(number, plane);
      }
      std::tie(numbers[outer], numbers[outer + 1]) =
          applyRaster(math, raster, inner, rows, columns);
    }
    for (size_t i = outer; i-- > 0;) {
      numbers[i] = i == 0 ? number : math.rem(number, counts[i]);
      if (i > 0)
        number = math.div(number, counts[i]);
    }
    return numbers;
  }
};
} // namespace
