//===- RoleLowering.cpp - Roles as branches on the warp number ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;

namespace {

/// Registers that each thread has when the kernel starts: the register file
/// divided by the CTA's threads, in steps of 8.
int64_t getLaunchRegisters(const KernelLowering &kernel) {
  int64_t file = kernel.target ? kernel.target.getLimits().getRegistersPerSm()
                               : int64_t(65536);
  return file / kernel.plan.getBlock() / 8 * 8;
}

/// Whether roles trade registers: one needs more than all start with. Where
/// none does, nobody has to give any back, and ptxas gives products that need
/// them the 255 of a thread instead of the role's. Products that read shared
/// memory do not need them, and those that take four scales at once spill with
/// 255 and not with 248 (ptxas 13.0.88).
bool tradesRegisters(const KernelLowering &kernel, RolesOp op) {
  auto mma = dyn_cast<MmaSyncAttr>(kernel.schedule.getInstruction());
  if (!mma || mma.getScaleBlock() == 16)
    return true;
  return llvm::any_of(op.getOps<RoleOp>(), [&](RoleOp role) {
    return static_cast<int64_t>(role.getRegisters().value_or(0)) >
           getLaunchRegisters(kernel);
  });
}

bool hasExchange(RoleOp role) {
  return role.walk([](CombineInClusterOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// The lanes of an elected role's warp come one by one, so not `.aligned`.
void waitAtEnd(ImplicitLocOpBuilder &b, scf::IfOp branch) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(branch.thenYield());
  NVVM::ClusterWaitOp::create(b, UnitAttr());
}

struct RolesPattern : KernelPattern<RolesOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(RolesOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value warp = arith::ShRUIOp::create(b, getThreadId(b), constI32(b, 5));
    int64_t first = 0;
    bool trades = tradesRegisters(kernel, op);
    SmallVector<RoleOp> roles(op.getOps<RoleOp>());
    for (RoleOp role : roles) {
      lowerRole(b, rewriter, role, warp, first, trades);
      first += role.getWarps();
    }
    rewriter.eraseOp(op);
    return success();
  }

  void lowerRole(ImplicitLocOpBuilder &b, ConversionPatternRewriter &rewriter,
                 RoleOp role, Value warp, int64_t first, bool trades) const {
    OpBuilder::InsertionGuard guard(b);
    auto compare = [&](arith::CmpIPredicate predicate, int64_t value) {
      return arith::CmpIOp::create(b, predicate, warp, constI32(b, value));
    };
    int64_t end = first + role.getWarps();
    Value inside = compare(arith::CmpIPredicate::ult, end);
    if (first > 0)
      inside = arith::AndIOp::create(b, inside,
                                     compare(arith::CmpIPredicate::uge, first));
    auto branch = scf::IfOp::create(b, inside);
    b.setInsertionPointToStart(branch.thenBlock());
    if (std::optional<uint64_t> registers = role.getRegisters();
        registers && trades)
      NVVM::SetMaxRegisterOp::create(
          b, *registers,
          static_cast<int64_t>(*registers) > getLaunchRegisters(kernel)
              ? NVVM::SetMaxRegisterAction::increase
              : NVVM::SetMaxRegisterAction::decrease);
    // Where CTAs exchange sums, the kernel's beginning leaves the wait for the
    // other CTAs of the cluster to the roles: who exchanges waits first, the
    // others last, for nothing by then.
    bool exchanges = hasExchange(role);
    if (exchanges)
      NVVM::ClusterWaitOp::create(b, b.getUnitAttr());
    if (role.getElected()) {
      Value leads = compare(arith::CmpIPredicate::eq, first);
      auto warpBranch = scf::IfOp::create(b, leads);
      b.setInsertionPointToStart(warpBranch.thenBlock());
      Value elected = NVVM::ElectSyncOp::create(b, b.getI1Type(), Value());
      auto laneBranch = scf::IfOp::create(b, elected);
      b.setInsertionPointToStart(laneBranch.thenBlock());
    }
    Block &body = role.getBody().front();
    rewriter.eraseOp(body.getTerminator());
    rewriter.inlineBlockBefore(&body, b.getInsertionBlock(),
                               b.getInsertionPoint());
    if (!exchanges && !kernel.rounds.empty())
      waitAtEnd(b, branch);
  }
};

struct DependencyWaitPattern : KernelPattern<DependencyWaitOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(DependencyWaitOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<NVVM::GriddepcontrolOp>(
        op, NVVM::GridDepActionKind::wait);
    return success();
  }
};

/// The lanes of an elected role's warp come one by one, so not `.aligned`.
struct ClusterBarrierPattern : KernelPattern<ClusterBarrierOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ClusterBarrierOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    NVVM::ClusterArriveOp::create(rewriter, op.getLoc(), UnitAttr());
    rewriter.replaceOpWithNewOp<NVVM::ClusterWaitOp>(op, UnitAttr());
    return success();
  }
};

struct DependencySignalPattern : KernelPattern<DependencySignalOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(DependencySignalOp op, OpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<NVVM::GriddepcontrolOp>(
        op, NVVM::GridDepActionKind::launch_dependents);
    return success();
  }
};

/// CTA number and grid size; kernels are launched with one dimension.
template <typename OpTy, typename RegisterOp>
struct SpecialRegisterPattern : KernelPattern<OpTy> {
  using KernelPattern<OpTy>::KernelPattern;

  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    if (op.getDimension() != gpu::Dimension::x)
      return rewriter.notifyMatchFailure(op, "kernels have one dimension");
    Value value =
        RegisterOp::create(rewriter, op.getLoc(), rewriter.getI32Type());
    rewriter.replaceOpWithNewOp<arith::IndexCastOp>(op, rewriter.getIndexType(),
                                                    value);
    return success();
  }
};

} // namespace

void dgk::populateRolePatterns(KernelLowering &kernel,
                               const TypeConverter &converter,
                               RewritePatternSet &patterns) {
  patterns.add<RolesPattern, DependencyWaitPattern, DependencySignalPattern,
               ClusterBarrierPattern,
               SpecialRegisterPattern<gpu::BlockIdOp, NVVM::BlockIdXOp>,
               SpecialRegisterPattern<gpu::GridDimOp, NVVM::GridDimXOp>>(
      kernel, converter, patterns.getContext());
}
