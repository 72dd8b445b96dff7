//===- PipelineLowering.cpp - Pipelines as mbarriers ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A pipeline of n slots is n "full" barriers followed by n "empty" ones, 8
// bytes each. PTX ISA, "Parallel synchronization: mbarrier".
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;

namespace {

constexpr int64_t kBarrierBytes = 8;

/// Offset of the empty barriers behind the full ones.
int64_t getEmptyOffset(PipelineType type) {
  return kBarrierBytes * type.getSlots();
}

/// Pointer to the barrier of `slot` that lies `offset` bytes into shared
/// memory.
Value getBarrier(ImplicitLocOpBuilder &b, Value pipeline, Value slot,
                 int64_t offset) {
  Value inRing = mulI32(b, slot, kBarrierBytes);
  return sharedPointer(b, arith::AddIOp::create(b, pipeline, inRing), offset);
}

/// CTAs whose slots a pipeline keeps in step.
int64_t getCtas(Value pipeline) {
  auto op = pipeline.getDefiningOp<PipelineOp>();
  return op ? static_cast<int64_t>(op.getCtas()) : 1;
}

/// Moves a cursor to the next slot; the parity changes with each round.
void advance(ImplicitLocOpBuilder &b, Cursor cursor, Value slot,
             int64_t slots) {
  Value next = addI32(b, slot, 1);
  Value wrap = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, next,
                                     constI32(b, slots));
  Value parity = LLVM::LoadOp::create(b, b.getI32Type(), cursor.parity);
  Value flip = arith::ExtUIOp::create(b, b.getI32Type(), wrap);
  LLVM::StoreOp::create(
      b, arith::SelectOp::create(b, wrap, constI32(b, 0), next), cursor.slot);
  LLVM::StoreOp::create(b, arith::XOrIOp::create(b, parity, flip),
                        cursor.parity);
}

/// Whether the slot of an acquire gets all that it gets from the one thread
/// that speaks for its role. The other threads must not wait for it: the role
/// may go through the ring more than once before one of them has looked at the
/// barrier, which then waits for another phase.
bool isFilledBySpeaker(Operation *op, RoleWarps role) {
  return role.hasSpeaker && isa<AcquireOp>(op) &&
         llvm::none_of(op->getUsers(), [](Operation *user) {
           auto copy = dyn_cast<CopyAsyncOp>(user);
           return copy && copy.getByThreads();
         });
}

/// Acquire waits on the empty barrier of the cursor's slot, wait on the full.
/// Either moves the cursor: the next slot may be taken before this one is given
/// back.
template <typename OpTy, bool waitsForEmpty>
struct CursorWaitPattern : KernelPattern<OpTy> {
  using KernelPattern<OpTy>::KernelPattern;

  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Cursor cursor = this->kernel.cursors.lookup(op);
    auto known = this->kernel.slotNumbers.find(op);
    Value slot = known != this->kernel.slotNumbers.end()
                     ? constI32(b, known->second)
                     : LLVM::LoadOp::create(b, b.getI32Type(), cursor.slot);
    Value parity = LLVM::LoadOp::create(b, b.getI32Type(), cursor.parity);
    int64_t offset = this->kernel.offsets.lookup(op.getPipeline());
    if (waitsForEmpty)
      offset += getEmptyOffset(op.getPipeline().getType());
    auto wait = [&] {
      waitForPhase(b, getBarrier(b, adaptor.getPipeline(), slot, offset),
                   parity);
    };
    RoleWarps role = this->kernel.roles.lookup(op);
    if (isFilledBySpeaker(op, role))
      onceForRole(b, role, wait);
    else
      wait();
    advance(b, cursor, slot, op.getPipeline().getType().getSlots());
    rewriter.replaceOp(op, slot);
    return success();
  }
};

/// Whether any copy into the slot is of a kind.
bool hasCopies(CommitOp op, function_ref<bool(CopyAsyncOp)> isOfKind) {
  return llvm::any_of(op.getSlot().getUsers(), [&](Operation *user) {
    auto copy = dyn_cast<CopyAsyncOp>(user);
    return copy && isOfKind(copy);
  });
}

struct CommitPattern : KernelPattern<CommitOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(CommitOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getAfterMma())
      return rewriter.notifyMatchFailure(op, "needs a family with tcgen05");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto getFull = [&] {
      return getBarrier(b, adaptor.getPipeline(), adaptor.getSlot(),
                        kernel.offsets.lookup(op.getPipeline()));
    };
    auto arrive = [&] {
      Value barrier = getFull();
      if (std::optional<uint64_t> bytes = op.getBytes())
        NVVM::MBarrierArriveExpectTxOp::create(
            b, Type(), barrier, constI32(b, *bytes), NVVM::MemScopeKind::CTA,
            false, Value());
      else
        NVVM::MBarrierArriveOp::create(b, Type(), barrier, Value());
      // Its own arrival, when the thread's element copies are there (PTX ISA,
      // cp.async.mbarrier.arrive).
      if (hasCopies(op, [](CopyAsyncOp copy) { return copy.getElementwise(); }))
        NVVM::CpAsyncMBarrierArriveOp::create(b, barrier, /*noinc=*/true);
    };
    // Who issued the copies announces their bytes.
    RoleWarps role = kernel.roles.lookup(op);
    if (role.hasSpeaker)
      onceForRole(b, role, arrive);
    else
      onceForEachWarp(b, role, /*isSynchronized=*/false, arrive);
    if (hasCopies(op, [](CopyAsyncOp copy) { return copy.getByThreads(); }))
      NVVM::CpAsyncMBarrierArriveOp::create(b, getFull(), /*noinc=*/true);
    rewriter.eraseOp(op);
    return success();
  }
};

struct ReleasePattern : KernelPattern<ReleaseOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ReleaseOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getAfterMma())
      return rewriter.notifyMatchFailure(op, "needs a family with tcgen05");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    PipelineType type = op.getPipeline().getType();
    // The next writer is a copy of the asynchronous proxy. An arrival alone
    // does not wait for reads in flight, so each lane fences its own (PTX ISA,
    // "Async proxy"); docs/Rationale.md has the measurement.
    if (!kernel.completedReads.contains(op))
      NVVM::FenceProxyOp::create(
          b,
          NVVM::ProxyKindAttr::get(b.getContext(),
                                   NVVM::ProxyKind::async_shared),
          NVVM::SharedSpaceAttr::get(b.getContext(),
                                     NVVM::SharedSpace::shared_cta));
    // The lanes' reads come before the arrival of the one that speaks for them.
    // `ldmatrix` and `wgmma` make the warp meet anyway (PTX ISA: ".sync" waits
    // until all threads of the warp execute it).
    bool isSynchronized = kernel.collectiveReads.contains(op);
    RoleWarps role = kernel.roles.lookup(op);
    int64_t offset =
        kernel.offsets.lookup(op.getPipeline()) + getEmptyOffset(type);
    auto barrier = [&] {
      return getBarrier(b, adaptor.getPipeline(), adaptor.getSlot(), offset);
    };
    if (int64_t ctas = getCtas(op.getPipeline()); ctas > 1)
      arriveEverywhere(b, role, isSynchronized, ctas,
                       kernel.completedReads.contains(op), barrier);
    else
      onceForEachWarp(b, role, isSynchronized, [&] {
        NVVM::MBarrierArriveOp::create(b, Type(), barrier(), Value());
      });
    rewriter.eraseOp(op);
    return success();
  }

  /// Any of the CTAs may write into the slot next: each learns that this one
  /// has read it. The first lanes of a warp speak to one CTA each. Consumers
  /// write nothing that the others could miss, so that a release for the
  /// cluster, a fence of the whole GPU in machine code, is for reads in flight.
  static void arriveEverywhere(ImplicitLocOpBuilder &b, RoleWarps role,
                               bool isSynchronized, int64_t ctas,
                               bool isCompleted,
                               function_ref<Value()> barrier) {
    auto scope =
        isCompleted ? NVVM::MemScopeKind::CTA : NVVM::MemScopeKind::CLUSTER;
    auto arriveAt = [&](Value address) {
      NVVM::MBarrierArriveOp::create(b, Type(), address, Value(), scope);
    };
    if (role.elected) {
      for (int64_t rank = 0; rank < ctas; ++rank)
        arriveAt(toClusterRank(b, barrier(), constI32(b, rank)));
      return;
    }
    if (!isSynchronized)
      NVVM::SyncWarpOp::create(b, constI32(b, -1));
    Value lane = getLane(b);
    // In front of the branch, as LLVM would move it, but for ranks that exist.
    Value rank = arith::MinUIOp::create(b, lane, constI32(b, ctas - 1));
    Value address = toClusterRank(b, barrier(), rank);
    auto branch =
        scf::IfOp::create(b, arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                                   lane, constI32(b, ctas)));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    arriveAt(address);
  }
};

/// Buffers and pipelines are the CTA's shared memory; their offsets are known.
template <typename OpTy> struct AddressPattern : KernelPattern<OpTy> {
  using KernelPattern<OpTy>::KernelPattern;

  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOp(op, this->kernel.sharedBase);
    return success();
  }
};

struct ViewPattern : KernelPattern<ViewOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ViewOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (!op.getSlot()) {
      rewriter.replaceOp(op, adaptor.getBuffer());
      return success();
    }
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value offset =
        mulI32(b, adaptor.getSlot(), op.getBuffer().getType().getSlotBytes());
    rewriter.replaceOp(
        op, arith::AddIOp::create(b, adaptor.getBuffer(), offset).getResult());
    return success();
  }
};

} // namespace

void dgk::populatePipelinePatterns(KernelLowering &kernel,
                                   const TypeConverter &converter,
                                   RewritePatternSet &patterns) {
  patterns
      .add<AddressPattern<BufferOp>, AddressPattern<PipelineOp>,
           CursorWaitPattern<AcquireOp, true>, CursorWaitPattern<WaitOp, false>,
           CommitPattern, ReleasePattern, ViewPattern>(kernel, converter,
                                                       patterns.getContext());
}
