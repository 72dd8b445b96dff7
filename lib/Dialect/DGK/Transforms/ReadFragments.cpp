//===- ReadFragments.cpp - Products in K steps ----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotReaders.h"

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKREADFRAGMENTSPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

static bool isInSharedMemory(Value operand) {
  auto tile = dyn_cast<TileType>(operand.getType());
  return tile && isa_and_present<SharedAttr>(tile.getLayout());
}

namespace {

/// Writes one product as a chain over its K steps.
class Splitter {
public:
  Splitter(MmaOp op, int64_t step)
      : op(op), step(step), builder(op), loc(op.getLoc()) {}

  /// The product of the first step.
  MmaOp split() {
    int64_t extent = cast<TileType>(op.getA().getType()).getShape()[1];
    MmaOp first;
    Value acc = op.getAccumulator();
    auto [a, b] = read(0);
    for (int64_t k = 0; k < extent; k += step) {
      // The next fragments first: they arrive while these are multiplied.
      Value nextA, nextB;
      if (k + step < extent)
        std::tie(nextA, nextB) = read(k + step);
      MmaOp product = multiply(a, b, acc, k);
      if (!first)
        first = product;
      acc = product.getResult();
      a = nextA;
      b = nextB;
    }
    op.getResult().replaceAllUsesWith(acc);
    op.erase();
    return first;
  }

private:
  std::pair<Value, Value> read(int64_t k) {
    return {readSide(op.getA(), Side::A, k), readSide(op.getB(), Side::B, k)};
  }

  Value readSide(Value operand, Side side, int64_t k) {
    auto tile = cast<TileType>(operand.getType());
    auto type = FragmentsType::get(side, {tile.getShape()[0], step},
                                   tile.getElementType());
    return ReadFragmentsOp::create(builder, loc, type, operand,
                                   builder.getI64IntegerAttr(k));
  }

  /// Position of the scale for the step at `k`.
  Value getScaleIndex(Value index, std::optional<uint64_t> per, int64_t k) {
    int64_t distance = per ? k / static_cast<int64_t>(*per) : 0;
    if (!index || distance == 0)
      return index;
    Value offset = arith::ConstantIndexOp::create(builder, loc, distance);
    return builder.createOrFold<arith::AddIOp>(loc, index, offset);
  }

  MmaOp multiply(Value a, Value b, Value acc, int64_t k) {
    return MmaOp::create(
        builder, loc, acc.getType(), a, op.getAScale(),
        getScaleIndex(op.getAScaleIndex(), op.getAScalePer(), k),
        op.getAScalePerAttr(), b, op.getBScale(),
        getScaleIndex(op.getBScaleIndex(), op.getBScalePer(), k),
        op.getBScalePerAttr(), acc);
  }

  MmaOp op;
  int64_t step;
  OpBuilder builder;
  Location loc;
};

struct ReadFragments : dgk::impl::DGKReadFragmentsPassBase<ReadFragments> {
  void runOnOperation() override {
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    if (!schedule || schedule.getMatrixInstruction().readsShared())
      return;
    int64_t step = schedule.getMatrixInstruction().getK();
    SmallVector<MmaOp> products;
    getOperation().walk([&](MmaOp op) {
      if (isInSharedMemory(op.getA()) && isInSharedMemory(op.getB()))
        products.push_back(op);
    });
    for (MmaOp op : products) {
      int64_t extent = cast<TileType>(op.getA().getType()).getShape()[1];
      if (extent % step != 0) {
        op.emitOpError("[read_fragments-c2] has ")
            << extent << " elements of K, expected a multiple of the " << step
            << " of " << schedule.getInstruction();
        return signalPassFailure();
      }
      numSteps += extent / step;
      readAhead(Splitter(op, step).split());
    }
    SmallVector<ReleaseOp> releases;
    getOperation().walk([&](ReleaseOp op) { releases.push_back(op); });
    for (ReleaseOp release : releases)
      releaseBehindProduct(release);
  }

  /// Where a slot has several parts, the first fragments and the scales of one
  /// are read before the last product of the part in front of it. Earlier they
  /// would only take registers.
  static void readAhead(MmaOp product) {
    Operation *readA = product.getA().getDefiningOp();
    Operation *before = readA->getPrevNode();
    while (before && !isa<MmaOp>(before) && isPure(before))
      before = before->getPrevNode();
    auto inFront = dyn_cast_or_null<MmaOp>(before);
    if (!inFront)
      return;
    for (Value scales : {product.getAScale(), product.getBScale()})
      if (auto read = scales ? scales.getDefiningOp<ReadScalesOp>() : nullptr;
          read && read->getBlock() == product->getBlock() &&
          llvm::none_of(read->getUsers(), [&](Operation *user) {
            return user->isBeforeInBlock(product);
          }))
        read->moveBefore(inFront);
    readA->moveBefore(inFront);
    product.getB().getDefiningOp()->moveBefore(inFront);
  }

  /// An arrival orders memory accesses, so a release right behind the last
  /// reads would keep them together. Behind the product that hides them they
  /// can spread between its instructions.
  static void releaseBehindProduct(ReleaseOp release) {
    releaseEarly(release);
    Operation *next = release->getNextNode();
    if (isa<ReadFragmentsOp>(release->getPrevNode()) && isa<MmaOp>(next))
      release->moveAfter(next);
  }
};
} // namespace
