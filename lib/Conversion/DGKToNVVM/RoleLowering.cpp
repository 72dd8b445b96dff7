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
    SmallVector<RoleOp> roles(op.getOps<RoleOp>());
    for (RoleOp role : roles) {
      lowerRole(b, rewriter, role, warp, first);
      first += role.getWarps();
    }
    rewriter.eraseOp(op);
    return success();
  }

  void lowerRole(ImplicitLocOpBuilder &b, ConversionPatternRewriter &rewriter,
                 RoleOp role, Value warp, int64_t first) const {
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
    if (std::optional<uint64_t> registers = role.getRegisters())
      setRegisters(b, static_cast<int64_t>(*registers));
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

  void setRegisters(ImplicitLocOpBuilder &b, int64_t registers) const {
    int64_t atLaunch =
        getRegistersAtLaunch(kernel.target, kernel.plan.getBlock());
    auto action = registers > atLaunch ? NVVM::SetMaxRegisterAction::increase
                                       : NVVM::SetMaxRegisterAction::decrease;
    NVVM::SetMaxRegisterOp::create(b, registers, action);
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
