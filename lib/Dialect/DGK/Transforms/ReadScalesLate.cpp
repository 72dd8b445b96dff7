//===- ReadScalesLate.cpp - Scales when products need them ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotReaders.h"

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <map>

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKREADSCALESLATEPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// Scales in a word.
constexpr int64_t kBytes = 4;

namespace {

/// A product that takes a scale at a constant position.
struct Use {
  MmaOp product;
  int64_t position;
};

} // namespace

static bool isSideA(ReadScalesOp read) {
  return read.getType().getSide() == Side::A;
}

/// The products that take scales of `read`, in block order; nothing if one is
/// elsewhere or takes them at a position that is no constant.
static SmallVector<Use> getUses(ReadScalesOp read) {
  SmallVector<Use> uses;
  for (Operation *user : read->getUsers()) {
    auto product = dyn_cast<MmaOp>(user);
    if (!product || product->getBlock() != read->getBlock())
      return {};
    Value index =
        isSideA(read) ? product.getAScaleIndex() : product.getBScaleIndex();
    std::optional<int64_t> position =
        index ? getConstantIntValue(index) : std::nullopt;
    if (!position || *position < 0)
      return {};
    uses.push_back({product, *position});
  }
  llvm::sort(
      uses, [](Use x, Use y) { return x.product->isBeforeInBlock(y.product); });
  return uses;
}

/// Makes `use` take its scale from `part`, whose first word is `first`.
static void replace(Use use, ReadScalesOp part, int64_t first) {
  MmaOp product = use.product;
  OpBuilder b(product);
  Value index = arith::ConstantIndexOp::create(b, product.getLoc(),
                                               use.position - kBytes * first);
  if (isSideA(part)) {
    product.getAScaleMutable().assign(part.getResult());
    product.getAScaleIndexMutable().assign(index);
    return;
  }
  product.getBScaleMutable().assign(part.getResult());
  product.getBScaleIndexMutable().assign(index);
}

/// Words that are read together. Of A two: lanes that read rows in the same
/// banks take them in opposite orders. Columns of B have banks of their own,
/// and beside expanded operands there are no registers for a second word.
static int64_t getWords(Side side, MmaSyncAttr mma) {
  return side == Side::B && mma.getAType() != mma.getBType() ? 1 : 2;
}

static bool divide(ReadScalesOp read, int64_t words) {
  ScalesType type = read.getType();
  if (type.getWords() % words != 0 || type.getWords() == words)
    return false;
  SmallVector<Use> uses = getUses(read);
  if (uses.empty())
    return false;
  auto part = ScalesType::get(type.getSide(), type.getRows(),
                              type.getElementType(), words);
  std::map<int64_t, ReadScalesOp> parts;
  for (Use use : uses) {
    int64_t first = use.position / (kBytes * words) * words;
    ReadScalesOp &there = parts[first];
    if (!there) {
      OpBuilder b(use.product);
      there =
          ReadScalesOp::create(b, read.getLoc(), part, read.getInput(),
                               static_cast<int64_t>(read.getFirst()) + first);
    }
    replace(use, there, first);
  }
  read.erase();
  return true;
}

/// The arrival waits for reads in flight: behind the product that uses them
/// there are none.
static void releaseBehindProduct(ReleaseOp release) {
  releaseEarly(release);
  Operation *next = release->getNextNode();
  while (isa<arith::ConstantOp>(next))
    next = next->getNextNode();
  if (isa<ReadScalesOp>(release->getPrevNode()) && isa<MmaOp>(next))
    release->moveAfter(next);
}

namespace {
struct ReadScalesLate : dgk::impl::DGKReadScalesLatePassBase<ReadScalesLate> {
  void runOnOperation() override {
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    auto mma = schedule ? dyn_cast<MmaSyncAttr>(schedule.getInstruction())
                        : MmaSyncAttr();
    if (!mma || mma.getScaleBlock() == 0 ||
        mma.getK() / mma.getScaleBlock() == kBytes)
      return;
    SmallVector<ReadScalesOp> reads;
    getOperation().walk([&](ReadScalesOp read) { reads.push_back(read); });
    SetVector<Value> slots;
    for (ReadScalesOp read : reads) {
      auto view = read.getInput().getDefiningOp<ViewOp>();
      if (!divide(read, getWords(read.getType().getSide(), mma)))
        continue;
      ++numDivided;
      if (view && view.getSlot())
        slots.insert(view.getSlot());
    }
    for (Value slot : slots)
      for (Operation *user : llvm::make_early_inc_range(slot.getUsers()))
        if (auto release = dyn_cast<ReleaseOp>(user))
          releaseBehindProduct(release);
  }
};
} // namespace
