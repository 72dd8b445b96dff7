//===- WarpSpecialize.cpp - Roles for loads and arithmetic ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKWARPSPECIALIZEPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

namespace {

enum class Job { Load, Math };

/// Work of the load role only.
bool isLoadWork(Operation *op) {
  return isa<AcquireOp, CopyAsyncOp, CommitOp>(op);
}

/// Work of the math role only: what touches slots that are full, accumulators,
/// or results.
bool isMathWork(Operation *op) {
  if (isa<WaitOp, ReleaseOp, ViewOp, StoreOp, StoreAsyncOp, DrainStoresOp>(op))
    return true;
  auto ofMath = [](Type type) {
    return isa<AccumulatorType, TileType, ScalesType>(type);
  };
  return op->getNumRegions() == 0 &&
         (llvm::any_of(op->getOperandTypes(), ofMath) ||
          llvm::any_of(op->getResultTypes(), ofMath));
}

/// Copies the part of a body that belongs to one role.
class RoleCloner {
public:
  RoleCloner(OpBuilder &builder, Job job) : builder(builder), job(job) {}

  void cloneAll(ArrayRef<Operation *> ops) {
    for (Operation *op : ops)
      clone(op);
  }

private:
  void cloneBlock(Block &source) {
    for (Operation &op : source.without_terminator())
      clone(&op);
  }

  void clone(Operation *op) {
    if (job == Job::Load ? isMathWork(op) : isLoadWork(op))
      return;
    if (job == Job::Load && isa<MapOp>(op))
      return;
    if (auto loop = dyn_cast<scf::ForOp>(op); loop && job == Job::Load)
      return cloneLoopWithoutAccumulators(loop);
    if (op->getNumRegions() == 0) {
      builder.clone(*op, mapping);
      return;
    }
    cloneWithRegions(op);
  }

  void cloneWithRegions(Operation *op) {
    Operation *copy = op->cloneWithoutRegions(mapping);
    builder.insert(copy);
    for (auto [source, target] :
         llvm::zip(op->getRegions(), copy->getRegions()))
      for (Block &block : source)
        cloneInto(block, target);
  }

  void cloneInto(Block &source, Region &target) {
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&target, target.end());
    for (BlockArgument argument : source.getArguments())
      mapping.map(argument,
                  block->addArgument(argument.getType(), argument.getLoc()));
    cloneBlock(source);
    builder.clone(*source.getTerminator(), mapping);
  }

  /// The load role has no accumulators, so its loops cannot carry them.
  void cloneLoopWithoutAccumulators(scf::ForOp loop) {
    SmallVector<Value> inits;
    SmallVector<unsigned> kept;
    for (auto [i, init] : llvm::enumerate(loop.getInitArgs()))
      if (!isa<AccumulatorType>(init.getType())) {
        inits.push_back(mapping.lookupOrDefault(init));
        kept.push_back(i);
      }
    auto copy = scf::ForOp::create(
        builder, loop.getLoc(), mapping.lookupOrDefault(loop.getLowerBound()),
        mapping.lookupOrDefault(loop.getUpperBound()),
        mapping.lookupOrDefault(loop.getStep()), inits);
    mapping.map(loop.getInductionVar(), copy.getInductionVar());
    SmallVector<Value> yields;
    OpBuilder::InsertionGuard guard(builder);
    if (Block *body = copy.getBody(); kept.empty())
      builder.setInsertionPoint(body->getTerminator());
    else
      builder.setInsertionPointToEnd(body);
    for (auto [to, from] : llvm::enumerate(kept)) {
      mapping.map(loop.getRegionIterArg(from), copy.getRegionIterArg(to));
      mapping.map(loop.getResult(from), copy.getResult(to));
    }
    cloneBlock(*loop.getBody());
    if (kept.empty())
      return;
    for (unsigned from : kept)
      yields.push_back(mapping.lookupOrDefault(
          loop.getBody()->getTerminator()->getOperand(from)));
    scf::YieldOp::create(builder, loop.getLoc(), yields);
  }

  OpBuilder &builder;
  Job job;
  IRMapping mapping;
};

/// What both roles share and must exist before they start: memory, barriers,
/// and values that cost nothing.
bool isPrologue(Operation *op) {
  return isa<BufferOp, PipelineOp, DependencyWaitOp>(op) ||
         (op->getNumRegions() == 0 && isPure(op) && !isMathWork(op));
}

struct WarpSpecialize : dgk::impl::DGKWarpSpecializePassBase<WarpSpecialize> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    ScheduleAttr schedule = kernel.getScheduleAttr();
    if (!schedule || kernel.getRoles()) {
      kernel.emitOpError("[warp_specialize-c1] ")
          << (schedule ? "already has roles" : "has no schedule")
          << "; the pass wants a pipelined kernel with a schedule, once";
      return signalPassFailure();
    }
    Block &body = kernel.getBody().front();
    SmallVector<Operation *> work;
    for (Operation &op : body.without_terminator())
      if (!isPrologue(&op))
        work.push_back(&op);

    Location loc = kernel.getLoc();
    OpBuilder builder(body.getTerminator());
    DependencyWaitOp::create(builder, loc);
    auto roles = RolesOp::create(builder, loc);
    builder.createBlock(&roles.getBody());
    buildRole(builder, loc, "math", schedule.getMath(), Job::Math, work);
    buildRole(builder, loc, "load", schedule.getLoad(), Job::Load, work);
    for (Operation *op : llvm::reverse(work))
      op->erase();
  }

  static void buildRole(OpBuilder &builder, Location loc, StringRef name,
                        RoleSpecAttr spec, Job job,
                        ArrayRef<Operation *> work) {
    auto role = RoleOp::create(
        builder, loc, builder.getStringAttr(name),
        builder.getI64IntegerAttr(spec.getWarps()),
        builder.getI64IntegerAttr(spec.getRegisters()),
        job == Job::Load ? builder.getUnitAttr() : UnitAttr(), UnitAttr());
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&role.getBody());
    RoleCloner cloner(builder, job);
    cloner.cloneAll(work);
    YieldOp::create(builder, loc);
  }
};
} // namespace
