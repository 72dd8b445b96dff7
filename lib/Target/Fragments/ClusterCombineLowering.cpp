//===- ClusterCombineLowering.cpp - Partial sums inside of a cluster ------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Warp w of the CTAs of rank 1, 2, ... sends its partial sums to warp w of rank
// 0 by `st.async`, which counts the bytes that have arrived at a barrier there:
// one trip, and nobody but the receiver waits. Sums lie in the order of
// registers: four of one thread, then the same four of the next.
//
// Memory model (PTX ISA, "st.async"): what a store writes is visible to who has
// seen its bytes complete on the barrier, with acquire at the scope of the
// cluster. The receiver arrives at a barrier of each sender when it comes for
// the next tile, and so has read the last one; a sender waits for that before
// it writes again. Everything is in the generic proxy.
//
// Warps without rows that are stored take no part in a tile, on either side:
// a receiver that waits for no bytes could get ahead of its senders by more
// than the one phase that a parity tells apart.
//
//===----------------------------------------------------------------------===//

#include "Fragments.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;

namespace {

/// Writes what one warp does for a partial sum.
class ClusterCombiner {
public:
  ClusterCombiner(ImplicitLocOpBuilder &b, const KernelLowering &kernel,
                  const WarpTile &tile, CombineInClusterOp op)
      : b(b), tile(tile), op(op), role(kernel.roles.lookup(op)),
        shared(kernel.sharedBase), warp(getWarpInRole(b, role)),
        lane(getLane(b)), round(LLVM::LoadOp::create(b, b.getI32Type(),
                                                     kernel.rounds.lookup(op))),
        blocks(b, tile, warp, lane, op.getRows()) {
    LLVM::StoreOp::create(b, addI32(b, round, 1), kernel.rounds.lookup(op));
    blocks.computeAll();
    parity = arith::AndIOp::create(b, round, constI32(b, 1));
  }

  /// Writes the sums of a split other than the first into rank 0.
  void send(ValueRange values) {
    // A fresh barrier lets the first sums pass.
    waitForPhase(b, getBarrier(kEmpty),
                 arith::XOrIOp::create(b, parity, constI32(b, 1)),
                 NVVM::MemScopeKind::CLUSTER);
    Value first =
        toAddress(toClusterRank(b, sharedPointer(b, shared), constI32(b, 0)));
    Value barrier =
        toAddress(toClusterRank(b, getBarrier(kFull), constI32(b, 0)));
    Value mine =
        arith::AddIOp::create(b, first, getStart(toI32(b, op.getSplit())));
    blocks.forEach([&](int64_t i) {
      for (int64_t j = 0; j < tile.getTilesN(); ++j) {
        int64_t index = tile.getIndex(i, j);
        SmallVector<Value> operands = {mine, barrier};
        llvm::append_range(operands, values.slice(index, kAccumulators));
        // MLIR has no operation for it.
        std::string text = llvm::formatv(
            "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 "
            "[$0+{0}], {{$2, $3, $4, $5}, [$1];",
            getOffset(index));
        inlinePtx(b, Type(), text, "r,r,f,f,f,f,~{memory}", operands,
                  /*hasSideEffects=*/true);
      }
    });
  }

  /// The sums of all splits, in their order.
  SmallVector<Value> receive(ValueRange values) {
    tellThatItHasRead();
    Value bytes = constI32(b, 0);
    int64_t blockBytes = kVectorBytes * tile.getTilesN() * (splits() - 1);
    for (int64_t i = 0; i < tile.getTilesM(); ++i)
      bytes = arith::AddIOp::create(
          b, bytes,
          arith::SelectOp::create(b, blocks.holdsRows(i),
                                  constI32(b, blockBytes), constI32(b, 0)));
    NVVM::MBarrierArriveExpectTxOp::create(b, Type(), getBarrier(kFull), bytes,
                                           NVVM::MemScopeKind::CTA, false,
                                           Value());
    waitForPhase(b, getBarrier(kFull), parity, NVVM::MemScopeKind::CLUSTER);
    return blocks.update(
        values, [&](int64_t i, ValueRange own) { return addAll(i, own); });
  }

private:
  static constexpr int64_t kVectorBytes = 4 * kAccumulators;
  /// Where the barriers of the warps begin that say that all sums have come,
  /// and that they have been read.
  static constexpr int64_t kFull = 0,
                           kEmpty = CombineInClusterOp::kBarrierBytes;

  int64_t splits() { return static_cast<int64_t>(op.getSplits()); }

  Value toAddress(Value pointer) {
    return LLVM::PtrToIntOp::create(b, b.getI32Type(), pointer);
  }

  Value getBarrier(int64_t kind) {
    return sharedPointer(b,
                         arith::AddIOp::create(b, shared, mulI32(b, warp, 8)),
                         static_cast<int64_t>(*op.getOffset()) + kind);
  }

  /// Where this thread's sums of `split`, at least 1, begin, in bytes from the
  /// first partial sum on.
  Value getStart(Value split) {
    Value thread = arith::AddIOp::create(b, mulI32(b, warp, 32), lane);
    Value number = addI32(b, split, -1);
    return arith::AddIOp::create(b, mulI32(b, thread, kVectorBytes),
                                 mulI32(b, number, op.getPartialBytes()));
  }

  /// From there and the CTA's shared memory to the four registers from `first`
  /// on.
  int64_t getOffset(int64_t first) {
    return static_cast<int64_t>(*op.getOffset()) +
           2 * CombineInClusterOp::kBarrierBytes +
           first / kAccumulators * 32 * role.count * kVectorBytes;
  }

  /// From the second tile on. The reads are complete, since what was read is
  /// stored: a release for the cluster, a fence of the whole GPU in machine
  /// code, would be for reads in flight.
  void tellThatItHasRead() {
    Value isLater = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, round,
                                          constI32(b, 0));
    auto later = scf::IfOp::create(b, isLater);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(later.thenBlock());
    onceForEachWarp(b, role, /*isSynchronized=*/false, [&] {
      for (int64_t rank = 1; rank < splits(); ++rank)
        NVVM::MBarrierArriveOp::create(
            b, Type(), toClusterRank(b, getBarrier(kEmpty), constI32(b, rank)),
            Value());
    });
  }

  /// Sums of the 16 rows of block `i`, of which `own` are those of split 0.
  SmallVector<Value> addAll(int64_t i, ValueRange own) {
    auto type = VectorType::get(kAccumulators, b.getF32Type());
    SmallVector<Value> sums(own);
    for (int64_t split = 1; split < splits(); ++split) {
      Value start =
          arith::AddIOp::create(b, shared, getStart(constI32(b, split)));
      for (int64_t j = 0; j < tile.getTilesN(); ++j) {
        Value part = LLVM::LoadOp::create(
            b, type, sharedPointer(b, start, getOffset(tile.getIndex(i, j))),
            kVectorBytes);
        for (int64_t r = 0; r < kAccumulators; ++r) {
          Value &sum = sums[kAccumulators * j + r];
          sum = arith::AddFOp::create(
              b, sum, LLVM::ExtractElementOp::create(b, part, constI32(b, r)));
        }
      }
    }
    return sums;
  }

  ImplicitLocOpBuilder &b;
  const WarpTile &tile;
  CombineInClusterOp op;
  RoleWarps role;
  Value shared, warp, lane, round;
  RowBlocks blocks;
  Value parity;
};

struct CombineInClusterPattern : KernelPattern<CombineInClusterOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CombineInClusterOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    ValueRange partial = adaptor.getPartial();
    Value isFirst = arith::CmpIOp::create(
        b, arith::CmpIPredicate::eq, toI32(b, op.getSplit()), constI32(b, 0));
    WarpTile tile(kernel.schedule);
    Value warp = getWarpInRole(b, kernel.roles.lookup(op));
    Value holdsRows = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                            tile.getFirstRow(b, warp),
                                            toI32(b, op.getRows()));
    SmallVector<Value> sums = buildBranch(
        b, partial.getTypes(), holdsRows,
        [&] { return exchange(b, op, tile, partial, isFirst); },
        [&] { return SmallVector<Value>(partial); });
    rewriter.replaceOpWithMultiple(op, {sums, {isFirst}});
    return success();
  }

  /// All sums in rank 0, where `isFirst`; `partial` elsewhere.
  SmallVector<Value> exchange(ImplicitLocOpBuilder &b, CombineInClusterOp op,
                              const WarpTile &tile, ValueRange partial,
                              Value isFirst) const {
    ClusterCombiner combiner(b, kernel, tile, op);
    return buildBranch(
        b, partial.getTypes(), isFirst,
        [&] { return combiner.receive(partial); },
        [&] {
          combiner.send(partial);
          return SmallVector<Value>(partial);
        });
  }
};

} // namespace

void fragments::populateClusterCombinePatterns(KernelLowering &kernel,
                                               const TypeConverter &converter,
                                               RewritePatternSet &patterns) {
  patterns.add<CombineInClusterPattern>(kernel, converter,
                                        patterns.getContext());
}
