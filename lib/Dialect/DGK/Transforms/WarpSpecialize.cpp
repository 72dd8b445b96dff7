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

/// Whether values of this type live in the math role only.
bool isMathType(Type type) {
  return isa<AccumulatorType, TileType, ScalesType>(type);
}

/// Work of the load role only.
bool isLoadWork(Operation *op) {
  return isa<AcquireOp, CopyAsyncOp, CommitOp>(op);
}

/// Whether `op`, or anything in its regions, is work of the load role only.
bool holdsLoadWork(Operation *op) {
  return op
      ->walk([](Operation *nested) {
        return isLoadWork(nested) ? WalkResult::interrupt()
                                  : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Whether executing `op` twice, once in each role, is the same as once.
bool mayRepeat(Operation *op) {
  return isMemoryEffectFree(op) || hasSingleEffect<MemoryEffects::Read>(op);
}

/// Work of the math role only: what touches slots that are full, accumulators,
/// or results.
bool isMathWork(Operation *op) {
  if (isLoadWork(op))
    return false;
  if (isa<MapOp>(op))
    return true;
  if (op->getNumRegions() > 0)
    return false;
  return llvm::any_of(op->getOperandTypes(), isMathType) ||
         llvm::any_of(op->getResultTypes(), isMathType) ||
         !(op->hasTrait<OpTrait::IsTerminator>() || mayRepeat(op));
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
  /// The load role has no accumulators: its control flow does not carry them.
  bool keeps(Type type) const { return job == Job::Math || !isMathType(type); }

  SmallVector<Value> mapKept(ValueRange values) const {
    SmallVector<Value> kept;
    for (Value value : values)
      if (keeps(value.getType()))
        kept.push_back(mapping.lookupOrDefault(value));
    return kept;
  }

  void clone(Operation *op) {
    if (job == Job::Load ? isMathWork(op) : isLoadWork(op))
      return;
    if (op->getNumRegions() == 0)
      builder.clone(*op, mapping);
    else if (isNeeded(op))
      cloneWithRegions(op);
  }

  /// Control flow around math work only is nothing to the load role, unless a
  /// value that it computes may be.
  bool isNeeded(Operation *op) const {
    if (job == Job::Math || llvm::any_of(op->getResultTypes(), [&](Type type) {
          return keeps(type);
        }))
      return true;
    return holdsLoadWork(op);
  }

  void cloneWithRegions(Operation *op) {
    OperationState state(op->getLoc(), op->getName());
    state.addOperands(mapKept(op->getOperands()));
    state.attributes = op->getDiscardableAttrDictionary();
    state.propertiesAttr = op->getPropertiesAsAttribute();
    for (Type type : op->getResultTypes())
      if (keeps(type))
        state.addTypes(type);
    for (unsigned i = 0; i < op->getNumRegions(); ++i)
      state.addRegion();
    Operation *copy = builder.create(state);
    for (auto [source, target] :
         llvm::zip(op->getRegions(), copy->getRegions()))
      for (Block &block : source)
        cloneBlock(block, target);
    auto results = copy->result_begin();
    for (OpResult result : op->getResults())
      if (keeps(result.getType()))
        mapping.map(result, *results++);
  }

  void cloneBlock(Block &source, Region &target) {
    OpBuilder::InsertionGuard guard(builder);
    Block *block = builder.createBlock(&target, target.end());
    for (BlockArgument argument : source.getArguments())
      if (keeps(argument.getType()))
        mapping.map(argument,
                    block->addArgument(argument.getType(), argument.getLoc()));
    for (Operation &op : source.without_terminator())
      clone(&op);
    Operation *terminator = source.getTerminator();
    OperationState state(terminator->getLoc(), terminator->getName());
    state.addOperands(mapKept(terminator->getOperands()));
    state.attributes = terminator->getDiscardableAttrDictionary();
    state.propertiesAttr = terminator->getPropertiesAsAttribute();
    builder.create(state);
  }

  OpBuilder &builder;
  Job job;
  IRMapping mapping;
};

/// Whether roles trade registers: one needs more than all `threads` start with.
/// Where none does, nobody has to give any back, and ptxas gives products that
/// need them the 255 of a thread instead of the role's. Products that read
/// shared memory do not need them, and those that take four scales at once
/// spill with 255 and not with 248 (ptxas 13.0.88).
bool tradesRegisters(ScheduleAttr schedule, TargetAttr target,
                     int64_t threads) {
  MatrixInstruction instruction = schedule.getMatrixInstruction();
  if (instruction.readsShared() || instruction.getScaleBlock() == 16)
    return true;
  return std::max(schedule.getMath().getRegisters(),
                  schedule.getLoad().getRegisters()) >
         getRegistersAtLaunch(target, threads);
}

struct WarpSpecialize : dgk::impl::DGKWarpSpecializePassBase<WarpSpecialize> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    if (failed(verifyForm(kernel)))
      return signalPassFailure();
    Block &body = kernel.getBody().front();
    SetVector<Operation *> work = collectWork(body);

    Location loc = kernel.getLoc();
    OpBuilder builder(body.getTerminator());
    if (body.getOps<DependencyWaitOp>().empty())
      DependencyWaitOp::create(builder, loc);
    auto roles = RolesOp::create(builder, loc);
    builder.createBlock(&roles.getBody());
    buildRoles(builder, kernel, work);
    auto spansCtas = [](PipelineOp op) { return op.getCtas() > 1; };
    if (llvm::any_of(body.getOps<PipelineOp>(), spansCtas) &&
        body.getOps<ClusterBarrierOp>().empty()) {
      builder.setInsertionPoint(body.getTerminator());
      ClusterBarrierOp::create(builder, loc);
    }
    // The next kernel may begin when all roles are through.
    for (auto signal :
         llvm::make_early_inc_range(body.getOps<DependencySignalOp>()))
      signal->moveBefore(body.getTerminator());
    if (failed(verifyIndependence(roles, work)))
      return signalPassFailure();
    for (Operation *op : llvm::reverse(work))
      op->erase();
  }

  static LogicalResult verifyForm(KernelOp kernel) {
    StringRef problem = !kernel.getScheduleAttr() ? "has no schedule"
                        : kernel.getRoles()       ? "already has roles"
                        : !kernel.getBody().hasOneBlock()
                            ? "has branches between blocks"
                            : "";
    if (problem.empty() && hasLoads(kernel))
      problem = "still has dgk.load";
    if (problem.empty())
      return success();
    return kernel.emitOpError("[warp_specialize-c1] ")
           << problem
           << "; the pass wants a kernel with a schedule and structured "
              "control "
              "flow, after dgk-pipeline, once";
  }

  static bool hasLoads(KernelOp kernel) {
    return kernel->walk([](LoadOp) { return WalkResult::interrupt(); })
        .wasInterrupted();
  }

  /// All of a body but what both roles share and what must exist before they
  /// start: memory, barriers, and values that cost nothing.
  static SetVector<Operation *> collectWork(Block &body) {
    SetVector<Operation *> work;
    for (Operation &op : body.without_terminator()) {
      if (isa<BufferOp, PipelineOp, DependencyWaitOp, DependencySignalOp,
              ClusterBarrierOp>(op))
        continue;
      bool isShared = op.getNumRegions() == 0 && isPure(&op) &&
                      !isMathWork(&op) &&
                      llvm::none_of(op.getOperands(), [&](Value operand) {
                        return work.contains(operand.getDefiningOp());
                      });
      if (!isShared)
        work.insert(&op);
    }
    return work;
  }

  /// Whether the load role is one thread. Copies by threads want all of them.
  static bool isElected(Job job, const SetVector<Operation *> &work) {
    return job == Job::Load && llvm::none_of(work, [](Operation *op) {
             return op
                 ->walk([](CopyAsyncOp copy) {
                   return copy.getByThreads() ? WalkResult::interrupt()
                                              : WalkResult::advance();
                 })
                 .wasInterrupted();
           });
  }

  /// Without loads, as where K is 0, there is no load role.
  static void buildRoles(OpBuilder &builder, KernelOp kernel,
                         const SetVector<Operation *> &work) {
    ScheduleAttr schedule = kernel.getScheduleAttr();
    bool loads = llvm::any_of(work, holdsLoadWork);
    int64_t threads =
        loads ? schedule.getThreads() : 32 * schedule.getMath().getWarps();
    bool trades = tradesRegisters(schedule, kernel.getTargetAttr(), threads);
    Location loc = kernel.getLoc();
    buildRole(builder, loc, schedule.getMath(), trades, Job::Math, work);
    if (loads)
      buildRole(builder, loc, schedule.getLoad(), trades, Job::Load, work);
  }

  static void buildRole(OpBuilder &builder, Location loc, RoleSpecAttr spec,
                        bool tradesRegisters, Job job,
                        const SetVector<Operation *> &work) {
    auto role = RoleOp::create(
        builder, loc, builder.getStringAttr(job == Job::Math ? "math" : "load"),
        builder.getI64IntegerAttr(spec.getWarps()),
        tradesRegisters ? builder.getI64IntegerAttr(spec.getRegisters())
                        : IntegerAttr(),
        isElected(job, work) ? builder.getUnitAttr() : UnitAttr(), UnitAttr());
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&role.getBody());
    RoleCloner cloner(builder, job);
    cloner.cloneAll(work.getArrayRef());
    YieldOp::create(builder, loc);
  }

  /// A value that only one role computes is still the original in the other.
  static LogicalResult verifyIndependence(RolesOp roles,
                                          const SetVector<Operation *> &work) {
    Block *body = roles->getBlock();
    auto isLeftBehind = [&](Value value) {
      Operation *owner = value.getParentBlock()->getParentOp();
      if (Operation *def = value.getDefiningOp())
        owner = def;
      return work.contains(body->findAncestorOpInBlock(*owner));
    };
    WalkResult result = roles.walk([&](Operation *op) {
      for (Value operand : op->getOperands()) {
        if (!isLeftBehind(operand))
          continue;
        InFlightDiagnostic error =
            op->emitOpError("[warp_specialize-c2] needs a value in the load "
                            "role that only the math role computes; read it "
                            "from memory in both");
        error.attachNote(operand.getLoc()) << "the value";
        return WalkResult::interrupt();
      }
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }
};
} // namespace
