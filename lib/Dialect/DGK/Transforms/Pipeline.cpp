//===- Pipeline.cpp - Tiles through rings of slots ------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKPIPELINEPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

/// The widest swizzle that a row of `bytes` fills.
static Swizzle chooseSwizzle(int64_t bytes) {
  for (Swizzle swizzle : {Swizzle::B128, Swizzle::B64, Swizzle::B32})
    if (bytes % static_cast<int64_t>(swizzle) == 0)
      return swizzle;
  return Swizzle::None;
}

/// Whether the columns of the tile are contiguous in memory, but not its rows.
static bool isColumnMajor(LoadOp load) {
  auto source = cast<MemRefType>(load.getSource().getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (load.getType().getShape().size() != 2 ||
      load.getType().getShape().back() == 1 ||
      failed(source.getStridesAndOffset(strides, offset)))
    return false;
  auto inner = strides.end() - 2;
  return load.getTransposed() ? inner[0] != 1 && inner[1] == 1
                              : inner[0] == 1 && inner[1] != 1;
}

/// Layout with the swizzle in the order in which the load's elements lie; an
/// error when there is none.
static SharedAttr makeLayout(LoadOp load, Swizzle swizzle,
                             bool expanded = false) {
  auto emitOpError = [&] { return load.emitOpError(); };
  function_ref<InFlightDiagnostic()> emitError = emitOpError;
  bool columnMajor = swizzle != Swizzle::None && isColumnMajor(load);
  return SharedAttr::getChecked(emitError, load.getContext(), swizzle,
                                /*ctaGroup=*/int64_t(1), /*scaleWords=*/false,
                                columnMajor, expanded);
}

/// Layout of an operand of the product: the schedule's swizzle, and elements as
/// wide as its instruction wants them. 4-bit elements that have to be turned on
/// their way into registers are expanded whatever it wants.
static SharedAttr getOperandLayout(LoadOp load, ScheduleAttr schedule,
                                   Side side) {
  int64_t container = schedule.getMatrixInstruction().getContainerBits(side);
  int64_t bits = getElementBits(load.getType().getElementType());
  return makeLayout(
      load, side == Side::A ? schedule.getSwizzleA() : schedule.getSwizzleB(),
      container > bits || (bits == 4 && isColumnMajor(load)));
}

/// Layout of the slots that `load` fills: the schedule's for the operands of
/// the product, none for its scales, a vector or a column (its elements lie
/// side by side), else the widest swizzle.
static SharedAttr getLayout(LoadOp load, ScheduleAttr schedule) {
  bool isScale = false;
  for (Operation *user : load->getUsers()) {
    auto mma = dyn_cast<MmaOp>(user);
    if (mma && mma.getA() == load.getResult())
      return getOperandLayout(load, schedule, Side::A);
    if (mma && mma.getB() == load.getResult())
      return getOperandLayout(load, schedule, Side::B);
    isScale |= mma != nullptr;
  }
  TileType tile = load.getType();
  int64_t columns = tile.getShape().back();
  if (isScale || tile.getShape().size() == 1 || columns == 1)
    return makeLayout(load, Swizzle::None);
  int64_t length = isColumnMajor(load) ? tile.getShape().front() : columns;
  return makeLayout(load,
                    chooseSwizzle(getBytes(length, tile.getElementType())));
}

namespace {

/// Loads that fill one slot: one from each of the group's sources.
using Instance = SmallVector<LoadOp>;

/// Slots for the tiles of one source, and the CTAs that each fetch is for: a
/// bit mask, null for the own one.
struct Ring {
  Value buffer;
  IntegerAttr multicast;
  /// All threads of the load role fill the slots.
  bool byThreads = false;
};

constexpr int64_t kWarpThreads = 32;

/// Sources whose tiles travel together, and every time they do.
struct Group {
  SmallVector<Instance> instances;
};

/// Loads of one source with one tile type, in each block where there are any.
using Occurrences = llvm::MapVector<Block *, SmallVector<LoadOp>>;

/// Whether two sources are loaded in the same blocks and equally often.
bool travelTogether(const Occurrences &a, const Occurrences &b) {
  if (a.size() != b.size())
    return false;
  return llvm::all_of(a, [&](const auto &entry) {
    auto it = b.find(entry.first);
    return it != b.end() && it->second.size() == entry.second.size();
  });
}

/// Groups the loads of a kernel. A loop whose last iterations stand behind it
/// loads the same sources in several blocks, and all of them share one ring.
SmallVector<Group> groupLoads(KernelOp kernel) {
  using Key = std::pair<Value, Type>;
  llvm::MapVector<Key, Occurrences> sources;
  kernel.walk([&](LoadOp load) {
    sources[{load.getSource(), load.getType()}][load->getBlock()].push_back(
        load);
  });
  SmallVector<SmallVector<const Occurrences *>> partition;
  for (auto &source : sources) {
    const Occurrences *occurrences = &source.second;
    auto *it = llvm::find_if(partition, [&](const auto &members) {
      return travelTogether(*members.front(), *occurrences);
    });
    if (it == partition.end())
      partition.push_back({occurrences});
    else
      it->push_back(occurrences);
  }
  SmallVector<Group> groups;
  for (const auto &members : partition) {
    Group &group = groups.emplace_back();
    for (const auto &[block, loads] : *members.front())
      for (size_t i = 0; i < loads.size(); ++i) {
        Instance &instance = group.instances.emplace_back();
        for (const Occurrences *member : members)
          instance.push_back(member->find(block)->second[i]);
      }
  }
  return groups;
}

/// Whether TMA cannot do it: fewer bytes than it moves (PTX ISA: boxes are
/// multiples of 16 bytes), or rows that are not neighbours.
bool isElementwise(LoadOp load) {
  TileType tile = load.getType();
  int64_t elements = llvm::product_of(tile.getShape());
  return load.getRows() || getBytes(elements, tile.getElementType()) < 16;
}

/// Whether threads copy what `load` wants into slots of `type`: elements that
/// TMA does not bring into that form, and rows of scales that it does not find.
bool isByThreads(LoadOp load, BufferType type) {
  auto shared = dyn_cast<SharedAttr>(type.getLayout());
  bool haveRowsOfBytes = shared && shared.getSwizzle() == Swizzle::None &&
                         getElementBits(type.getElementType()) == 8 &&
                         type.getShape().size() == 2;
  return isCopiedByThreads(type.getLayout()) ||
         (haveRowsOfBytes && !isElementwise(load) &&
          !hasTmaStrides(cast<MemRefType>(load.getSource().getType()),
                         /*inner=*/1, /*whenUnknown=*/true));
}

/// Whether the group feeds operands of a product in the block of the load: then
/// the block runs the K tiles, and the ring is the deep one.
bool feedsProductInBlock(const Group &group) {
  return llvm::any_of(group.instances, [](const Instance &loads) {
    return llvm::any_of(loads, [](LoadOp load) {
      return llvm::any_of(load->getUsers(), [&](Operation *user) {
        auto mma = dyn_cast<MmaOp>(user);
        return mma && mma->getBlock() == load->getBlock() &&
               (mma.getA() == load.getResult() ||
                mma.getB() == load.getResult());
      });
    });
  });
}

/// Whether the group is added to accumulators: at the end of an output tile,
/// for which the next tile need not be there.
bool isAddend(const Group &group) {
  return llvm::all_of(group.instances, [](const Instance &loads) {
    return llvm::all_of(loads, [](LoadOp load) {
      return llvm::all_of(load->getUsers(), llvm::IsaPred<AddTileOp>);
    });
  });
}

/// What differs between the CTAs of a cluster: the coordinate along which they
/// take neighbouring tiles, and all that is computed from it.
class ClusterValues {
public:
  explicit ClusterValues(KernelOp kernel) {
    kernel.walk([&](TilesOp tiles) {
      for (BlockArgument argument : tiles.getBody().getArguments())
        if (tiles.getTilesPerStep(argument.getArgNumber()) > 1)
          mark(argument);
    });
  }

  /// Whether all CTAs of the cluster load the same tile, at the same time.
  bool isCommon(LoadOp load) const {
    for (Operation *op = load; !isa<TilesOp, KernelOp>(op);
         op = op->getParentOp())
      if (llvm::any_of(op->getOperands(), [&](Value operand) {
            return differing.contains(operand);
          }))
        return false;
    auto tiles = load->getParentOfType<TilesOp>();
    return tiles && tiles.getCluster();
  }

private:
  /// Marks `value` and what depends on it. Tiles and accumulators have no part
  /// in addresses.
  void mark(Value value) {
    SmallVector<Value> work = {value};
    while (!work.empty()) {
      Value next = work.pop_back_val();
      if (isa<DGKDialect>(next.getType().getDialect()) ||
          !differing.insert(next).second)
        continue;
      for (Operation *user : next.getUsers()) {
        llvm::append_range(work, user->getResults());
        for (Region &region : user->getRegions())
          llvm::append_range(work, region.getArguments());
        // A value that a loop or branch yields comes out of it.
        if (user->hasTrait<OpTrait::IsTerminator>()) {
          llvm::append_range(work, user->getParentOp()->getResults());
          llvm::append_range(work, user->getParentRegion()->getArguments());
        }
      }
    }
  }

  DenseSet<Value> differing;
};

/// The last of `loads` in its block; the others are in the same block.
LoadOp getLastLoad(ArrayRef<LoadOp> loads) {
  LoadOp last = loads.front();
  for (LoadOp load : loads)
    if (last->isBeforeInBlock(load))
      last = load;
  return last;
}

/// The last operation of the block that uses one of `loads`, itself or inside
/// its regions; null without any use.
Operation *getLastUser(ArrayRef<LoadOp> loads) {
  Operation *last = nullptr;
  for (LoadOp load : loads)
    for (Operation *user : load->getUsers()) {
      Operation *ancestor = load->getBlock()->findAncestorOpInBlock(*user);
      if (!last || last->isBeforeInBlock(ancestor))
        last = ancestor;
    }
  return last;
}

/// Whether `op` stands where a slot with `loads` is held: behind the last load
/// and not behind the last user.
bool isHeldAt(ArrayRef<LoadOp> loads, Operation *op) {
  LoadOp begin = getLastLoad(loads);
  Operation *end = getLastUser(loads);
  Operation *ancestor = begin->getBlock()->findAncestorOpInBlock(*op);
  return ancestor && end && begin->isBeforeInBlock(ancestor) &&
         (ancestor == end || ancestor->isBeforeInBlock(end));
}

/// A pipeline hands out its slots one at a time, so a ring is for instances
/// that do not need slots at the same time.
bool isHeldAlone(const Group &group) {
  return llvm::none_of(group.instances, [&](const Instance &held) {
    return llvm::any_of(group.instances, [&](const Instance &other) {
      return &held != &other && isHeldAt(held, getLastLoad(other));
    });
  });
}

/// The slot is filled where the last load stands. Tiles that are used before
/// cannot wait for it.
bool isUsedBehindLoads(const Instance &loads) {
  LoadOp last = getLastLoad(loads);
  return llvm::all_of(loads, [&](LoadOp load) {
    return llvm::none_of(load->getUsers(), [&](Operation *user) {
      return load->getBlock()->findAncestorOpInBlock(*user)->isBeforeInBlock(
          last);
    });
  });
}

/// The group with one instance for each block, which holds all loads of the
/// block: tiles of one source that are all there before the first is used share
/// a slot. Nullopt where they do not, or blocks have different numbers of them.
std::optional<Group> mergeInBlocks(const Group &group) {
  llvm::MapVector<Block *, Instance> blocks;
  for (const Instance &instance : group.instances)
    llvm::append_range(blocks[instance.front()->getBlock()], instance);
  Group merged;
  for (auto &[block, loads] : blocks)
    merged.instances.push_back(std::move(loads));
  size_t count = merged.instances.front().size();
  bool isRegular =
      llvm::all_of(merged.instances, [&](const Instance &instance) {
        return instance.size() == count && isUsedBehindLoads(instance);
      });
  if (!isRegular || !isHeldAlone(merged))
    return std::nullopt;
  return merged;
}

/// Splits groups that one ring cannot serve.
SmallVector<Group> splitGroups(ArrayRef<Group> groups) {
  SmallVector<Group> bySource, result;
  for (const Group &group : groups) {
    if (llvm::all_of(group.instances, isUsedBehindLoads)) {
      bySource.push_back(group);
      continue;
    }
    for (size_t i = 0; i < group.instances.front().size(); ++i) {
      Group &one = bySource.emplace_back();
      for (const Instance &instance : group.instances)
        one.instances.push_back({instance[i]});
    }
  }
  for (const Group &group : bySource) {
    if (isHeldAlone(group)) {
      result.push_back(group);
      continue;
    }
    if (std::optional<Group> merged = mergeInBlocks(group)) {
      result.push_back(std::move(*merged));
      continue;
    }
    for (const Instance &instance : group.instances)
      result.push_back(Group{{instance}});
  }
  return result;
}

/// A tile is in a slot that is released behind the last use in its block: it
/// cannot leave the block.
LogicalResult verifyUses(LoadOp load) {
  for (Operation *user : load->getUsers())
    if (!load->getBlock()->findAncestorOpInBlock(*user) ||
        !isa<DGKDialect>(user->getDialect()) ||
        user->hasTrait<OpTrait::IsTerminator>())
      return load.emitOpError("[pipeline-c5] is used by ")
             << user->getName()
             << ", expected operations on tiles, in the block of the load or "
                "inside of it; bring the tile into registers with dgk.unpack";
  return success();
}

struct Pipeline : dgk::impl::DGKPipelinePassBase<Pipeline> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    SmallVector<Group> groups = groupLoads(kernel);
    if (groups.empty())
      return;
    ScheduleAttr schedule = kernel.getScheduleAttr();
    if (!schedule) {
      kernel.emitOpError("[pipeline-c4] has no schedule; run "
                         "dgemm-select-schedule before convert-dgemm-to-dgk");
      return signalPassFailure();
    }
    WalkResult result = kernel.walk([](LoadOp load) {
      return failed(verifyUses(load)) ? WalkResult::interrupt()
                                      : WalkResult::advance();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    ClusterValues values(kernel);
    for (const Group &group : splitGroups(groups))
      if (failed(pipelineGroup(kernel, schedule, values, group)))
        return signalPassFailure();
  }

  /// The ring that `load` fills; an error when it cannot be one.
  static BufferType getBufferType(LoadOp load, ScheduleAttr schedule,
                                  int64_t slots) {
    auto emitOpError = [&] { return load.emitOpError(); };
    function_ref<InFlightDiagnostic()> emitError = emitOpError;
    TileType tile = load.getType();
    SharedAttr layout = getLayout(load, schedule);
    if (!layout)
      return {};
    return BufferType::getChecked(emitError, slots, tile.getShape(),
                                  tile.getElementType(), layout);
  }

  /// Whether the tiles that the `i`-th buffer gets are fetched by multicast:
  /// the same for all CTAs of a cluster, by TMA.
  static bool isMulticast(const Group &group, size_t i,
                          const ClusterValues &values) {
    return llvm::all_of(group.instances, [&](const Instance &loads) {
      return values.isCommon(loads[i]) && !isElementwise(loads[i]);
    });
  }

  LogicalResult pipelineGroup(KernelOp kernel, ScheduleAttr schedule,
                              const ClusterValues &values, const Group &group) {
    int64_t slots = feedsProductInBlock(group) ? schedule.getStages()
                    : isAddend(group)          ? 1
                                               : schedule.getScaleStages();
    OpBuilder builder(&kernel.getBody().front(),
                      kernel.getBody().front().begin());
    auto emitOpError = [&] { return kernel.emitOpError(); };
    function_ref<InFlightDiagnostic()> emitError = emitOpError;
    auto pipelineType =
        PipelineType::getChecked(emitError, builder.getContext(), slots);
    if (!pipelineType)
      return failure();
    SmallVector<Ring> rings;
    for (size_t i = 0; i < group.instances.front().size(); ++i) {
      LoadOp load = group.instances.front()[i];
      BufferType type = getBufferType(load, schedule, slots);
      if (!type)
        return failure();
      Value buffer =
          BufferOp::create(builder, load.getLoc(), type, IntegerAttr());
      IntegerAttr ctas;
      bool byThreads = isByThreads(load, type);
      if (!byThreads && isMulticast(group, i, values))
        ctas = builder.getI64IntegerAttr(
            llvm::maskTrailingOnes<uint64_t>(schedule.getClusterSize()));
      rings.push_back({buffer, ctas, byThreads});
    }
    // One arrival per math warp: its first lane's. Elementwise copies arrive on
    // their own.
    bool anySmall = llvm::any_of(group.instances.front(), isElementwise);
    // A slot that one of the CTAs writes into for all must be free in all.
    bool anyShared =
        llvm::any_of(rings, [](const Ring &ring) { return ring.multicast; });
    bool anyByThreads =
        llvm::any_of(rings, [](const Ring &ring) { return ring.byThreads; });
    int64_t producers = 1 + (anySmall ? 1 : 0);
    if (anyByThreads)
      producers += kWarpThreads * schedule.getLoad().getWarps();
    Value pipeline =
        PipelineOp::create(builder, kernel.getLoc(), pipelineType, producers,
                           schedule.getMath().getWarps(), IntegerAttr(),
                           anyShared ? schedule.getClusterSize() : int64_t(1));
    for (const Instance &loads : group.instances)
      fillSlot(builder, loads, rings, pipeline);
    ++numPipelines;
    return success();
  }

  void fillSlot(OpBuilder &builder, ArrayRef<LoadOp> loads,
                ArrayRef<Ring> rings, Value pipeline) {
    LoadOp last = getLastLoad(loads);
    Location loc = last.getLoc();
    Operation *lastUser = getLastUser(loads);
    // Behind the last load every coordinate is known.
    builder.setInsertionPoint(last);
    auto slotType = SlotType::get(builder.getContext());
    Value free = AcquireOp::create(builder, loc, slotType, pipeline);
    int64_t bytes = 0;
    for (auto [i, ring] : llvm::enumerate(rings)) {
      LoadOp load = loads[i];
      auto type = cast<BufferType>(ring.buffer.getType());
      bool small = isElementwise(load);
      CopyAsyncOp::create(
          builder, load.getLoc(), load.getSource(), load.getCoordinates(),
          ring.buffer, free, ring.multicast, IntegerAttr(),
          small ? builder.getUnitAttr() : UnitAttr(), load.getRowsAttr(),
          load.getTransposedAttr(),
          ring.byThreads ? UnitAttr() : load.getEvictFirstAttr(),
          ring.byThreads ? builder.getUnitAttr() : UnitAttr());
      bytes += small || ring.byThreads ? 0 : type.getTransferBytes();
      numMulticast += ring.multicast ? 1 : 0;
    }
    CommitOp::create(builder, loc, pipeline, free,
                     builder.getI64IntegerAttr(bytes), /*afterMma=*/false);
    Value full = WaitOp::create(builder, loc, slotType, pipeline);
    Operation *lastView = full.getDefiningOp();
    for (auto [i, ring] : llvm::enumerate(rings)) {
      LoadOp load = loads[i];
      Value view = ViewOp::create(builder, load.getLoc(), ring.buffer, full);
      load.getResult().replaceAllUsesWith(view);
      lastView = view.getDefiningOp();
    }
    builder.setInsertionPointAfter(lastUser ? lastUser : lastView);
    ReleaseOp::create(builder, loc, pipeline, full, /*afterMma=*/false);
    numCopies += loads.size();
    for (LoadOp load : loads)
      load.erase();
  }
};
} // namespace
