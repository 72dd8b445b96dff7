//===- CombineLowering.cpp - Partial sums through global memory -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A thread writes and reads the registers that it holds of a tile, so partial
// sums lie in the workspace in the order of registers: four of one thread, then
// the same four of the next. A warp's access is 512 contiguous bytes.
//
// Memory model (PTX ISA, "Memory consistency model"): the stores of all lanes
// come before the atomic of the first lane by `bar.warp.sync`; the atomic
// releases them at the scope of the GPU, and the last arriver's atomic, which
// reads from the chain of the others, acquires; `bar.warp.sync` again hands
// that to its lanes. Everything is in the generic proxy.
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

/// Partial sums that are on their way at the same time, in registers of a
/// thread: those of the accumulators are free by then.
static constexpr int64_t kRegistersInFlight = 64;

/// With more splits there is code for each place that the last one's own sums
/// may have, and they are too small a part to be worth it.
static constexpr int64_t kMostSplitsWithOwn = 4;

namespace {

/// Writes what one warp does for a partial sum.
class Combiner {
public:
  Combiner(ImplicitLocOpBuilder &b, const WarpTile &tile, CombineOp op,
           RoleWarps role)
      : b(b), tile(tile), op(op), role(role), warp(getWarpInRole(b, role)) {}

  /// Where the tile, and this thread's part of split 0, are in `workspace`.
  void locate(Value workspace) {
    auto global = LLVM::LLVMPointerType::get(
        b.getContext(), static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
    Value base = LLVM::AddrSpaceCastOp::create(b, global, workspace);
    Value number =
        arith::IndexCastUIOp::create(b, b.getI64Type(), op.getTile());
    Value bytes = arith::MulIOp::create(
        b, number,
        arith::ConstantOp::create(b, b.getI64IntegerAttr(op.getTileBytes())));
    counters = advance(base, bytes);
    Value thread = arith::AddIOp::create(b, mulI32(b, warp, 32), getLane(b));
    partials = advance(counters, addI32(b, mulI32(b, thread, kVectorBytes),
                                        CombineOp::kCounterBytes));
    blocks.emplace(b, tile, warp, getLane(b), op.getRows());
  }

  void write(ValueRange values) {
    Value mine = getStart(toI32(b, op.getSplit()));
    blocks->forEach([&](int64_t i) {
      for (int64_t j = 0; j < tile.getTilesN(); ++j) {
        int64_t first = tile.getIndex(i, j);
        Value vector = LLVM::PoisonOp::create(b, getVectorType());
        for (int64_t r = 0; r < kAccumulators; ++r)
          vector = LLVM::InsertElementOp::create(b, vector, values[first + r],
                                                 constI32(b, r));
        LLVM::StoreOp::create(b, vector, getVector(mine, first), kVectorBytes);
      }
    });
  }

  /// True in the last warp to come here for its part of the tile. The counter
  /// is zero again then.
  Value arrive() {
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
    auto branch = scf::IfOp::create(b, b.getI32Type(), isFirstLane(b),
                                    /*withElseRegion=*/true);
    {
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPointToStart(branch.thenBlock());
      scf::YieldOp::create(b, increment(advance(counters, mulI32(b, warp, 4))));
      b.setInsertionPointToStart(branch.elseBlock());
      scf::YieldOp::create(b, constI32(b, 0));
    }
    Value before = NVVM::ShflOp::create(
        b, b.getI32Type(), constI32(b, -1), branch.getResult(0), constI32(b, 0),
        constI32(b, 31), NVVM::ShflKind::idx, /*return_value_and_is_valid=*/
        UnitAttr());
    NVVM::SyncWarpOp::create(b, constI32(b, -1));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, before,
                                 constI32(b, splits() - 1));
  }

  /// The sums of all splits, in their order, where `last`; `values` elsewhere.
  SmallVector<Value> read(ValueRange values, Value last) {
    return blocks->update(
        values,
        [&](int64_t i, ValueRange own) {
          return splits() <= kMostSplitsWithOwn ? addOthers(i, own, 1)
                                                : addAll(i);
        },
        last);
  }

private:
  static constexpr int64_t kVectorBytes = 4 * kAccumulators;

  int64_t splits() { return static_cast<int64_t>(op.getSplits()); }

  Type getVectorType() {
    return VectorType::get(kAccumulators, b.getF32Type());
  }

  Value advance(Value pointer, Value bytes) {
    return LLVM::GEPOp::create(b, pointer.getType(), b.getI8Type(), pointer,
                               ArrayRef<LLVM::GEPArg>{bytes});
  }

  /// Address of the four registers from `first` on, where `start` is that of
  /// register 0.
  Value getVector(Value start, int64_t first) {
    int64_t bytes = first / kAccumulators * 32 * role.count * kVectorBytes;
    return LLVM::GEPOp::create(b, start.getType(), b.getI8Type(), start,
                               ArrayRef<LLVM::GEPArg>{int32_t(bytes)});
  }

  /// The counter's old value; it wraps to zero behind the last split. LLVM has
  /// no order for atomics on this target, so PTX says it.
  Value increment(Value counter) {
    return inlinePtx(b, b.getI32Type(),
                     "atom.acq_rel.gpu.global.inc.u32 $0, [$1], $2;",
                     "=r,l,r,~{memory}", {counter, constI32(b, splits() - 1)},
                     /*hasSideEffects=*/true);
  }

  /// Vectors of a row block of which `parts` are on their way at a time.
  int64_t getGroup(int64_t parts) const {
    return std::max<int64_t>(1, kRegistersInFlight / (kAccumulators * parts));
  }

  /// Sums of the 16 rows of block `i`, all of them read. Loads of many splits
  /// are issued before the first addition: one trip to the L2 cache for all.
  SmallVector<Value> addAll(int64_t i) {
    SmallVector<Value> starts, sums;
    for (int64_t split = 0; split < splits(); ++split)
      starts.push_back(getStart(constI32(b, split)));
    forEachGroup(i, starts, [&](ArrayRef<Value> loaded, int64_t) {
      for (int64_t r = 0; r < kAccumulators; ++r) {
        Value sum = getPart(loaded.front(), r);
        for (Value part : loaded.drop_front())
          sum = arith::AddFOp::create(b, sum, getPart(part, r));
        sums.push_back(sum);
      }
    });
    return sums;
  }

  /// The same where the sums of this split are in registers, `own`, and its
  /// number is at least `place` or, where that is 1, any. The first addition
  /// has the same result for split 0 and split 1.
  SmallVector<Value> addOthers(int64_t i, ValueRange own, int64_t place) {
    if (place == splits() - 1)
      return addOthersAt(i, own, place);
    Value split = toI32(b, op.getSplit());
    Value isHere = arith::CmpIOp::create(b, arith::CmpIPredicate::ule, split,
                                         constI32(b, place));
    return buildBranch(
        b, own.getTypes(), isHere, [&] { return addOthersAt(i, own, place); },
        [&] { return addOthers(i, own, place + 1); });
  }

  /// Sums where this split is number `place`, or 0 if that is 1.
  SmallVector<Value> addOthersAt(int64_t i, ValueRange own, int64_t place) {
    SmallVector<Value> starts, sums;
    for (int64_t split = 0; split < splits(); ++split) {
      if (split == place)
        continue;
      Value number = constI32(b, split);
      if (place == 1 && split == 0)
        number =
            arith::SubIOp::create(b, constI32(b, 1), toI32(b, op.getSplit()));
      starts.push_back(getStart(number));
    }
    forEachGroup(i, starts, [&](ArrayRef<Value> loaded, int64_t first) {
      for (int64_t r = 0; r < kAccumulators; ++r) {
        Value sum = getPart(loaded.front(), r);
        for (int64_t split = 1; split < splits(); ++split) {
          Value part = split == place
                           ? own[first + r]
                           : getPart(loaded[split - (split > place)], r);
          sum = arith::AddFOp::create(b, sum, part);
        }
        sums.push_back(sum);
      }
    });
    return sums;
  }

  /// Loads the vectors of row block `i` that begin at `starts`, many at a time;
  /// `add` gets those of one place in the tile and its first register.
  void forEachGroup(int64_t i, ArrayRef<Value> starts,
                    function_ref<void(ArrayRef<Value>, int64_t)> add) {
    int64_t group = getGroup(starts.size());
    for (int64_t j = 0; j < tile.getTilesN(); j += group) {
      int64_t end = std::min(j + group, tile.getTilesN());
      SmallVector<SmallVector<Value>> loaded(end - j);
      for (Value start : starts)
        for (int64_t k = j; k < end; ++k)
          loaded[k - j].push_back(LLVM::LoadOp::create(
              b, getVectorType(), getVector(start, tile.getIndex(i, k)),
              kVectorBytes));
      for (int64_t k = j; k < end; ++k)
        add(loaded[k - j], kAccumulators * k);
    }
  }

  /// Where this thread's sums of a split begin.
  Value getStart(Value split) {
    return advance(partials, mulI32(b, split, op.getPartialBytes()));
  }

  Value getPart(Value vector, int64_t r) {
    return LLVM::ExtractElementOp::create(b, vector, constI32(b, r));
  }

  ImplicitLocOpBuilder &b;
  const WarpTile &tile;
  CombineOp op;
  RoleWarps role;
  Value warp, counters, partials;
  std::optional<RowBlocks> blocks;
};

struct CombinePattern : KernelPattern<CombineOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CombineOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    Value workspace = kernel.getParameter(ParameterKind::Workspace, 0);
    Combiner combiner(b, tile, op, kernel.roles.lookup(op));
    combiner.locate(workspace);
    combiner.write(adaptor.getPartial());
    Value last = combiner.arrive();
    SmallVector<Value> sums = combiner.read(adaptor.getPartial(), last);
    rewriter.replaceOpWithMultiple(op, {sums, {last}});
    return success();
  }
};

} // namespace

void fragments::populateCombinePatterns(KernelLowering &kernel,
                                        const TypeConverter &converter,
                                        RewritePatternSet &patterns) {
  patterns.add<CombinePattern>(kernel, converter, patterns.getContext());
}
