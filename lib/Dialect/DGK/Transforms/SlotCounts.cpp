//===- SlotCounts.cpp - How many slots a role takes -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotCounts.h"

#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/ADT/DenseMap.h"

#include <vector>

using namespace mlir;
using namespace dgk;

//===----------------------------------------------------------------------===//
// Shape of a role, as one pipeline sees it
//===----------------------------------------------------------------------===//

namespace {

struct Item;
using Items = std::vector<Item>;

/// Slots in a row, or a loop or condition around more of them.
struct Item {
  Operation *op;
  /// Slots taken one after the other; 0 for an operation with regions.
  int64_t slots = 0;
  /// Body of a loop, or one entry for each branch.
  std::vector<Items> regions;
};

/// Reads the slots that a body takes from one pipeline.
class ShapeReader {
public:
  explicit ShapeReader(Value pipeline) : pipeline(pipeline) {}

  Items read(Block &block) {
    Items items;
    for (Operation &op : block)
      append(items, &op);
    return items;
  }

private:
  void append(Items &items, Operation *op) {
    if (isa<AcquireOp, WaitOp>(op)) {
      if (op->getOperand(0) == pipeline)
        addSlots(items, op, 1);
      return;
    }
    Item item{op, 0, {}};
    bool empty = true;
    for (Region &region : op->getRegions()) {
      Items body;
      for (Block &block : region) {
        Items part = read(block);
        std::move(part.begin(), part.end(), std::back_inserter(body));
      }
      empty &= body.empty();
      item.regions.push_back(std::move(body));
    }
    if (empty)
      return;
    if (std::optional<int64_t> slots = getConstantSlots(item))
      return addSlots(items, op, *slots);
    items.push_back(std::move(item));
  }

  static void addSlots(Items &items, Operation *op, int64_t slots) {
    if (!items.empty() && items.back().slots > 0)
      items.back().slots += slots;
    else if (slots > 0)
      items.push_back({op, slots, {}});
  }

  /// Slots of a loop that is known to run so many times.
  static std::optional<int64_t> getConstantSlots(const Item &item) {
    auto loop = dyn_cast<scf::ForOp>(item.op);
    if (!loop || item.regions[0].size() != 1 || item.regions[0][0].slots == 0)
      return std::nullopt;
    std::optional<APInt> trips = loop.getStaticTripCount();
    if (!trips || trips->getActiveBits() > 31)
      return std::nullopt;
    return trips->getSExtValue() * item.regions[0][0].slots;
  }

  Value pipeline;
};

//===----------------------------------------------------------------------===//
// Equality of values in two roles
//===----------------------------------------------------------------------===//

/// The memory that a view shows.
Value getBaseMemory(Value memory) {
  while (Operation *op = memory.getDefiningOp()) {
    if (auto field = dyn_cast<FieldOp>(op))
      memory = field.getSource();
    else if (auto view = dyn_cast<ViewLikeOpInterface>(op))
      memory = view.getViewSource();
    else
      return memory;
  }
  return memory;
}

/// Decides whether two values are equal whenever both roles are in the same
/// iteration of the loops matched so far.
class ValueMatcher {
public:
  explicit ValueMatcher(KernelOp kernel) {
    kernel.walk([&](Operation *op) { noteWrites(op); });
  }

  void match(Value first, Value second) { matched[first] = second; }

  bool areEqual(Value first, Value second) {
    if (first == second || matched.lookup(first) == second)
      return true;
    auto a = dyn_cast<OpResult>(first), b = dyn_cast<OpResult>(second);
    if (!a || !b || a.getResultNumber() != b.getResultNumber() ||
        !isRepeatable(a.getOwner()))
      return false;
    bool equal = OperationEquivalence::isEquivalentTo(
        a.getOwner(), b.getOwner(),
        [&](Value x, Value y) { return success(areEqual(x, y)); },
        [&](Value x, Value y) { match(x, y); },
        OperationEquivalence::IgnoreLocations);
    if (equal)
      match(first, second);
    return equal;
  }

  bool areEqual(ValueRange first, ValueRange second) {
    return first.size() == second.size() &&
           llvm::all_of(llvm::zip(first, second), [&](auto pair) {
             return areEqual(std::get<0>(pair), std::get<1>(pair));
           });
  }

private:
  void noteWrites(Operation *op) {
    if (isa<memref::LoadOp>(op) || op->getNumRegions() > 0 ||
        isMemoryEffectFree(op))
      return;
    if (auto copy = dyn_cast<CopyAsyncOp>(op))
      return;
    for (Value operand : op->getOperands())
      if (isa<MemRefType>(operand.getType()))
        written.insert(getBaseMemory(operand));
  }

  /// Computes the same result wherever the operands are the same.
  bool isRepeatable(Operation *op) {
    if (auto load = dyn_cast<memref::LoadOp>(op))
      return !written.contains(getBaseMemory(load.getMemRef()));
    if (op->getNumRegions() == 0)
      return isMemoryEffectFree(op);
    for (Region &region : op->getRegions())
      for (Operation &nested : region.getOps())
        if (!isRepeatable(&nested))
          return false;
    return op->hasTrait<OpTrait::HasRecursiveMemoryEffects>();
  }

  DenseMap<Value, Value> matched;
  DenseSet<Value> written;
};

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

class ShapeComparison {
public:
  explicit ShapeComparison(KernelOp kernel) : values(kernel) {}

  std::optional<CountMismatch> compare(Operation *first, ArrayRef<Item> a,
                                       Operation *second, ArrayRef<Item> b) {
    for (size_t i = 0; i < a.size() || i < b.size(); ++i) {
      if (i >= a.size() || i >= b.size())
        return CountMismatch{i < a.size() ? a[i].op : first,
                             i < b.size() ? b[i].op : second};
      if (auto mismatch = compare(a[i], b[i]))
        return mismatch;
    }
    return std::nullopt;
  }

private:
  std::optional<CountMismatch> compare(const Item &a, const Item &b) {
    if (a.slots != b.slots || a.regions.size() != b.regions.size())
      return CountMismatch{a.op, b.op};
    if (a.slots > 0)
      return std::nullopt;
    if (!runEquallyOften(a.op, b.op))
      return CountMismatch{a.op, b.op};
    for (auto [x, y] : llvm::zip(a.regions, b.regions))
      if (auto mismatch = compare(a.op, x, b.op, y))
        return mismatch;
    return std::nullopt;
  }

  bool runEquallyOften(Operation *a, Operation *b) {
    if (a->getName() != b->getName())
      return false;
    if (auto loop = dyn_cast<scf::ForOp>(a))
      return matchLoops(loop, cast<scf::ForOp>(b));
    if (auto tiles = dyn_cast<TilesOp>(a))
      return matchTiles(tiles, cast<TilesOp>(b));
    if (auto branch = dyn_cast<scf::IfOp>(a))
      return values.areEqual(branch.getCondition(),
                             cast<scf::IfOp>(b).getCondition());
    return false;
  }

  bool matchLoops(scf::ForOp a, scf::ForOp b) {
    if (values.areEqual(a.getLowerBound(), b.getLowerBound()) &&
        values.areEqual(a.getUpperBound(), b.getUpperBound()) &&
        values.areEqual(a.getStep(), b.getStep())) {
      values.match(a.getInductionVar(), b.getInductionVar());
      return true;
    }
    std::optional<APInt> x = a.getStaticTripCount(), y = b.getStaticTripCount();
    return x && y && x->getBitWidth() == y->getBitWidth() && *x == *y;
  }

  bool matchTiles(TilesOp a, TilesOp b) {
    if (!values.areEqual(a.getExtents(), b.getExtents()) ||
        a->getAttrDictionary() != b->getAttrDictionary())
      return false;
    for (auto [x, y] :
         llvm::zip(a.getBody().getArguments(), b.getBody().getArguments()))
      values.match(x, y);
    return true;
  }

  ValueMatcher values;
};
} // namespace

std::optional<CountMismatch> dgk::compareSlotCounts(RoleOp first, RoleOp second,
                                                    Value pipeline) {
  ShapeReader reader(pipeline);
  ShapeComparison comparison(first->getParentOfType<KernelOp>());
  return comparison.compare(first, reader.read(first.getBody().front()), second,
                            reader.read(second.getBody().front()));
}
