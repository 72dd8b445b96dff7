//===- VerifyHazards.cpp - Proof that every reuse is ordered --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SlotCounts.h"

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKVERIFYHAZARDSPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

static InFlightDiagnostic emitHazard(Operation *op, StringRef rule) {
  return op->emitOpError("[") << rule << "] ";
}

/// Adds the other end of a hazard to its diagnostic.
static LogicalResult failWithNote(InFlightDiagnostic diagnostic, Operation *op,
                                  StringRef note) {
  diagnostic.attachNote(op->getLoc()) << note;
  return failure();
}

/// The pipeline that a slot is of; null for a slot from elsewhere.
static Value getPipeline(Value slot) {
  Operation *op = slot.getDefiningOp();
  return op && isa<AcquireOp, WaitOp>(op) ? op->getOperand(0) : Value();
}

static std::string quote(RoleOp role) {
  return role ? ("@" + role.getSymName()).str() : "no role";
}

/// Arrivals at a barrier when all of the role hand over one slot.
static int64_t getArrivals(RoleOp role) {
  return role.getElected() ? 1 : static_cast<int64_t>(role.getWarps());
}

/// Whether `operand` is a tile that its operation writes.
static bool isWritten(OpOperand &operand) {
  Operation *op = operand.getOwner();
  if (auto write = dyn_cast<WriteOp>(op))
    return operand.get() == write.getDestination();
  if (auto copy = dyn_cast<CopyToTmemOp>(op))
    return operand.get() == copy.getDestination();
  if (auto mma = dyn_cast<MmaAsyncOp>(op))
    return operand.get() == mma.getAccumulator();
  return false;
}

//===----------------------------------------------------------------------===//
// One role, along every path
//===----------------------------------------------------------------------===//

namespace {

/// What a role holds at one point.
struct Holding {
  /// The acquire or wait of the slot that is held, for each pipeline.
  llvm::SmallMapVector<Value, Operation *, 4> slots;
  /// A store that may still read its staging buffer.
  Operation *store = nullptr;

  bool hasSameSlots(const Holding &other) const {
    auto within = [](const Holding &a, const Holding &b) {
      return llvm::all_of(a.slots, [&](auto entry) {
        return b.slots.lookup(entry.first) == entry.second;
      });
    };
    return within(*this, other) && within(other, *this);
  }
};

/// Follows the structured control flow of one role.
class RolePaths {
public:
  explicit RolePaths(RoleOp role) : role(role) {}

  LogicalResult verify() {
    Holding holding;
    if (failed(run(role.getBody().front(), holding)))
      return failure();
    for (auto [pipeline, taken] : holding.slots)
      if (taken)
        return emitHazard(taken, "hazards-c6")
               << "takes a slot that role " << quote(role)
               << " still holds at its end; hand it over with dgk."
               << (isa<AcquireOp>(taken) ? "commit" : "release");
    if (holding.store)
      return emitHazard(holding.store, "hazards-c11")
             << "may not be done when role " << quote(role)
             << " ends; end the role with dgk.drain_stores";
    return success();
  }

private:
  LogicalResult run(Block &block, Holding &holding) {
    for (Operation &op : block)
      if (failed(run(&op, holding)))
        return failure();
    return success();
  }

  LogicalResult run(Operation *op, Holding &holding) {
    if (isa<AcquireOp, WaitOp>(op))
      return take(op, holding);
    if (isa<CommitOp, ReleaseOp>(op))
      return handOver(op, holding);
    if (failed(useTiles(op, holding)))
      return failure();
    if (auto copy = dyn_cast<CopyAsyncOp>(op))
      return fill(copy, holding);
    if (auto store = dyn_cast<StoreAsyncOp>(op))
      return stage(store, holding);
    if (isa<DrainStoresOp>(op))
      holding.store = nullptr;
    return runRegions(op, holding);
  }

  LogicalResult take(Operation *op, Holding &holding) {
    Operation *&slot = holding.slots[op->getOperand(0)];
    if (slot)
      return failWithNote(
          emitHazard(op, "hazards-c6")
              << "takes a second slot of a pipeline on one path",
          slot, "hand over this one first");
    slot = op;
    return success();
  }

  LogicalResult handOver(Operation *op, Holding &holding) {
    Operation *&slot = holding.slots[op->getOperand(0)];
    Operation *taken = op->getOperand(1).getDefiningOp();
    if (slot != taken)
      return failWithNote(
          emitHazard(op, "hazards-c6") << "hands over a slot that role "
                                       << quote(role) << " does not hold here",
          taken, "hand over what this takes once on every path");
    slot = nullptr;
    return verifyHandOver(op, taken);
  }

  /// The barrier must wait for everything that still runs on the slot.
  static LogicalResult verifyHandOver(Operation *op, Operation *taken) {
    bool copied = false, multiplied = false;
    for (Operation *user : taken->getUsers()) {
      copied |= isa<CopyAsyncOp>(user);
      if (isa<ViewOp>(user))
        multiplied |= llvm::any_of(user->getUsers(), [](Operation *reader) {
          return isa<MmaAsyncOp, CopyToTmemOp>(reader);
        });
    }
    if (multiplied && !op->hasAttr("afterMma"))
      return emitHazard(op, "hazards-c12")
             << "does not wait for the matrix instructions that run on the "
                "slot in the background; add after_mma";
    auto commit = dyn_cast<CommitOp>(op);
    if (commit && copied && !commit.getBytes())
      return emitHazard(op, "hazards-c13")
             << "does not announce the bytes of the copies into the slot; add "
                "bytes(n)";
    return success();
  }

  LogicalResult fill(CopyAsyncOp copy, Holding &holding) {
    auto acquire = copy.getSlot().getDefiningOp<AcquireOp>();
    if (!acquire || holding.slots.lookup(acquire.getPipeline()) != acquire)
      return emitHazard(copy, "hazards-c1")
             << "writes a slot that role " << quote(role)
             << " has not acquired, or has committed already";
    if (acquire->getBlock() == copy->getBlock())
      return success();
    return failWithNote(
        emitHazard(copy, "hazards-c1")
            << "may run more or less than once for its slot, whose "
               "bytes are announced once",
        acquire, "copy in the block that acquires the slot");
  }

  LogicalResult useTiles(Operation *op, Holding &holding) {
    for (OpOperand &operand : op->getOpOperands()) {
      auto tile = dyn_cast<TileType>(operand.get().getType());
      if (!tile || !tile.getLayout())
        continue;
      auto view = operand.get().getDefiningOp<ViewOp>();
      if (!view)
        return emitHazard(op, "hazards-c2")
               << "uses a tile in memory that is not a dgk.view; take the view "
                  "where the slot is held";
      if (!view.getSlot())
        continue;
      Operation *taken = view.getSlot().getDefiningOp();
      Value pipeline = ::getPipeline(view.getSlot());
      if (!pipeline || holding.slots.lookup(pipeline) != taken)
        return failWithNote(
            emitHazard(op, "hazards-c2")
                << "uses a tile after its slot was handed over",
            view,
            "move the dgk.commit or dgk.release behind the last use of "
            "this view");
      if (isWritten(operand) && !isa<AcquireOp>(taken))
        return emitHazard(op, "hazards-c1")
               << "writes a slot of dgk.wait, which other roles may read; "
                  "write one of dgk.acquire";
    }
    return success();
  }

  LogicalResult stage(StoreAsyncOp store, Holding &holding) {
    int64_t slots = store.getStaging().getType().getSlots();
    auto warps = static_cast<int64_t>(role.getWarps());
    if (role.getElected() || slots % warps != 0)
      return emitHazard(store, "hazards-c10")
             << "shares " << slots << " staging slots among "
             << (role.getElected() ? "one thread" : "the warps") << " of role "
             << quote(role) << ", which has " << warps
             << " warps; expected all threads of a role and a multiple of its "
                "warps";
    holding.store = store;
    return success();
  }

  LogicalResult runRegions(Operation *op, Holding &holding) {
    if (op->getNumRegions() == 0)
      return success();
    // A condition may change what is held, alike in both branches.
    if (auto branch = dyn_cast<scf::IfOp>(op))
      return runBranches(branch, holding);
    // Everything else may run any number of times.
    for (Region &region : op->getRegions())
      for (Block &block : region) {
        Holding after = holding;
        if (failed(run(block, after)))
          return failure();
        if (!after.hasSameSlots(holding))
          return emitHazard(op, "hazards-c6")
                 << "holds other slots after its body than before it; take and "
                    "hand over a slot in the same iteration";
        holding.store = after.store ? after.store : holding.store;
      }
    return success();
  }

  LogicalResult runBranches(scf::IfOp branch, Holding &holding) {
    Holding other = holding;
    if (failed(run(*branch.thenBlock(), holding)))
      return failure();
    if (branch.elseBlock() && failed(run(*branch.elseBlock(), other)))
      return failure();
    if (!holding.hasSameSlots(other))
      return emitHazard(branch, "hazards-c6")
             << "holds other slots on one branch than on the other; take and "
                "hand over the same on both";
    holding.store = holding.store ? holding.store : other.store;
    return success();
  }

  RoleOp role;
};

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

/// The roles of one pipeline.
struct Users {
  llvm::SmallSetVector<Operation *, 2> producers, consumers;
};

class KernelHazards {
public:
  explicit KernelHazards(KernelOp kernel) : kernel(kernel) {}

  LogicalResult verify() {
    LogicalResult result = success();
    kernel.walk([&](Operation *op) {
      if (auto pipeline = dyn_cast<PipelineOp>(op); pipeline)
        result =
            success(succeeded(verifyPipeline(pipeline)) && succeeded(result));
      else if (auto buffer = dyn_cast<BufferOp>(op); buffer)
        result = success(succeeded(verifyBuffer(buffer)) && succeeded(result));
      else if (auto role = dyn_cast<RoleOp>(op))
        result =
            success(succeeded(RolePaths(role).verify()) && succeeded(result));
    });
    return success(succeeded(result) && succeeded(verifyMemory()));
  }

private:
  LogicalResult verifyPipeline(PipelineOp pipeline) {
    Users users;
    // Uses are listed last first; the diagnostic names the first.
    SmallVector<Operation *> ops(pipeline->getUsers());
    for (Operation *user : llvm::reverse(ops)) {
      auto role = user->getParentOfType<RoleOp>();
      if (!role)
        return emitHazard(user, "hazards-c4")
               << "uses a pipeline outside of dgk.role; give it to a role";
      if (isa<AcquireOp>(user))
        users.producers.insert(role);
      else if (isa<WaitOp>(user))
        users.consumers.insert(role);
    }
    if (users.producers.empty() && users.consumers.empty())
      return success();
    if (failed(verifyRoles(pipeline, users)) ||
        failed(verifyArrivals(pipeline, users)) ||
        failed(verifyCtas(pipeline, users)))
      return failure();
    for (Operation *consumer : users.consumers)
      if (failed(verifyCounts(pipeline, cast<RoleOp>(users.producers.front()),
                              cast<RoleOp>(consumer))))
        return failure();
    return success();
  }

  static LogicalResult verifyRoles(PipelineOp pipeline, const Users &users) {
    if (users.producers.size() != 1 || users.consumers.empty())
      return emitHazard(pipeline, "hazards-c4")
             << "has " << users.producers.size() << " producer and "
             << users.consumers.size()
             << " consumer roles, expected one producer and at least one "
                "consumer";
    if (users.consumers.contains(users.producers.front()))
      return emitHazard(pipeline, "hazards-c4")
             << "has role " << quote(cast<RoleOp>(users.producers.front()))
             << " as producer and consumer; expected different roles, or no "
                "pipeline";
    return success();
  }

  /// Whether any copy into slots of the pipeline is of a kind.
  static bool hasCopies(PipelineOp pipeline,
                        function_ref<bool(CopyAsyncOp)> isOfKind) {
    return llvm::any_of(pipeline->getUsers(), [&](Operation *user) {
      auto acquire = dyn_cast<AcquireOp>(user);
      return acquire &&
             llvm::any_of(acquire.getSlot().getUsers(), [&](Operation *filler) {
               auto copy = dyn_cast<CopyAsyncOp>(filler);
               return copy && isOfKind(copy);
             });
    });
  }

  /// Small copies arrive by themselves, beside the role that issues them.
  static int64_t getProducers(PipelineOp pipeline, RoleOp role) {
    int64_t producers = role.copiesByThreads() ? 1 : getArrivals(role);
    if (hasCopies(pipeline,
                  [](CopyAsyncOp copy) { return copy.getElementwise(); }))
      producers *= 2;
    if (hasCopies(pipeline,
                  [](CopyAsyncOp copy) { return copy.getByThreads(); }))
      producers += 32 * static_cast<int64_t>(role.getWarps());
    return producers;
  }

  static LogicalResult verifyArrivals(PipelineOp pipeline, const Users &users) {
    int64_t producers =
        getProducers(pipeline, cast<RoleOp>(users.producers.front()));
    int64_t consumers = 0;
    for (Operation *role : users.consumers)
      consumers += getArrivals(cast<RoleOp>(role));
    if (producers == static_cast<int64_t>(pipeline.getProducers()) &&
        consumers == static_cast<int64_t>(pipeline.getConsumers()))
      return success();
    return emitHazard(pipeline, "hazards-c5")
           << "counts producers(" << pipeline.getProducers() << ") consumers("
           << pipeline.getConsumers() << "), but its roles arrive producers("
           << producers << ") consumers(" << consumers
           << "): once for each warp, once for an elected role or one that "
              "copies by threads, once more with elementwise copies, and once "
              "for each thread with copies by threads";
  }

  /// A role that only the leading CTA runs serves the others' barriers too.
  LogicalResult verifyCtas(PipelineOp pipeline, const Users &users) {
    auto isLeader = [](Operation *role) {
      return cast<RoleOp>(role).getLeader();
    };
    auto ctas = static_cast<int64_t>(pipeline.getCtas());
    bool producer = isLeader(users.producers.front());
    bool mixed = llvm::any_of(users.consumers, [&](Operation *role) {
      return isLeader(role) != producer;
    });
    if (mixed && ctas == 1)
      return emitHazard(pipeline, "hazards-c14")
             << "joins a leader role with a role of every CTA, but spans one "
                "CTA; add ctas(n)";
    LaunchPlanAttr plan = kernel.getLaunchAttr();
    if (plan && plan.getCluster() % ctas != 0)
      return emitHazard(pipeline, "hazards-c14")
             << "spans " << ctas << " CTAs, but the launch plan's cluster has "
             << plan.getCluster();
    return ctas == 1 ? success() : verifyLockstep(pipeline, ctas);
  }

  /// CTAs that share slots take equally many and stay until all are done.
  LogicalResult verifyLockstep(PipelineOp pipeline, int64_t ctas) {
    RolesOp roles = kernel.getRoles();
    bool isAwaited = llvm::any_of(
        kernel.getBody().front().getOps<ClusterBarrierOp>(),
        [&](Operation *barrier) { return roles->isBeforeInBlock(barrier); });
    if (!isAwaited)
      return emitHazard(pipeline, "hazards-c15")
             << "spans " << ctas
             << " CTAs, one of which may end while others still write into its "
                "shared memory; end the kernel with dgk.cluster_barrier";
    for (Operation *user : pipeline->getUsers()) {
      auto tiles = user->getParentOfType<TilesOp>();
      if (!tiles || tiles.getPerCluster() ||
          (tiles.getCluster() &&
           static_cast<int64_t>(tiles.getCluster()->getSize()) % ctas == 0))
        continue;
      return failWithNote(emitHazard(pipeline, "hazards-c15")
                              << "spans " << ctas
                              << " CTAs, which take different numbers of tiles",
                          tiles, "give this loop cluster or per_cluster");
    }
    return success();
  }

  static LogicalResult verifyCounts(PipelineOp pipeline, RoleOp producer,
                                    RoleOp consumer) {
    auto mismatch = compareSlotCounts(producer, consumer, pipeline);
    if (!mismatch)
      return success();
    InFlightDiagnostic diagnostic = emitHazard(pipeline, "hazards-c7");
    diagnostic << "is not proven to give role " << quote(consumer)
               << " as many slots as role " << quote(producer)
               << " fills; give both the same loops over equal values";
    diagnostic.attachNote(mismatch->first->getLoc()) << "producer";
    diagnostic.attachNote(mismatch->second->getLoc()) << "consumer";
    return failure();
  }

  LogicalResult verifyBuffer(BufferOp buffer) {
    llvm::SmallSetVector<Value, 2> pipelines;
    llvm::SmallSetVector<Operation *, 2> owners;
    bool written = false;
    for (Operation *user : buffer->getUsers()) {
      Value slot;
      if (auto copy = dyn_cast<CopyAsyncOp>(user))
        slot = copy.getSlot();
      else if (auto view = dyn_cast<ViewOp>(user))
        slot = view.getSlot();
      if (slot)
        pipelines.insert(::getPipeline(slot));
      else
        owners.insert(user->getParentOfType<RoleOp>());
      written |= isa<CopyAsyncOp, StoreAsyncOp>(user) ||
                 llvm::any_of(user->getUses(), isWritten);
    }
    if (buffer->use_empty())
      return success();
    if (pipelines.size() + owners.size() != 1 || owners.contains(nullptr))
      return emitHazard(buffer, "hazards-c3")
             << "is used with slots of " << pipelines.size()
             << " pipelines and, without slots, by " << owners.size()
             << " users; expected one pipeline, or one role alone";
    if (!written)
      return emitHazard(buffer, "hazards-c3")
             << "is read, but nothing writes it";
    return verifySlots(buffer, pipelines.empty() ? Value() : pipelines.front());
  }

  static LogicalResult verifySlots(BufferOp buffer, Value pipeline) {
    auto op = pipeline ? pipeline.getDefiningOp<PipelineOp>() : nullptr;
    if (!op || op.getType().getSlots() == buffer.getType().getSlots())
      return success();
    return failWithNote(emitHazard(buffer, "hazards-c3")
                            << "has " << buffer.getType().getSlots()
                            << " slots, but its pipeline has "
                            << op.getType().getSlots(),
                        op, "pipeline");
  }

  //===--------------------------------------------------------------------===//
  // Addresses
  //===--------------------------------------------------------------------===//

  /// A piece of one memory.
  struct Piece {
    int64_t begin, end;
    Operation *op;
  };

  LogicalResult verifyMemory() {
    SmallVector<Piece> shared, tensor;
    kernel.walk([&](BufferOp op) {
      if (!op.getOffset())
        return;
      auto begin = static_cast<int64_t>(*op.getOffset());
      BufferType type = op.getType();
      int64_t size =
          type.isShared() ? type.getSlotBytes() : type.getSlotColumns();
      (type.isShared() ? shared : tensor)
          .push_back({begin, begin + type.getSlots() * size, op});
    });
    kernel.walk([&](PipelineOp op) {
      // Two barriers of 8 bytes for each slot.
      if (op.getOffset()) {
        auto begin = static_cast<int64_t>(*op.getOffset());
        shared.push_back({begin, begin + 16 * op.getType().getSlots(), op});
      }
    });
    LaunchPlanAttr plan = kernel.getLaunchAttr();
    TargetAttr target = kernel.getTargetAttr();
    std::optional<int64_t> bytes, columns;
    if (plan)
      bytes = plan.getSharedBytes();
    if (target)
      columns = target.getLimits().getTensorMemoryColumns();
    return success(
        succeeded(verifyPieces(shared, "bytes of shared memory", bytes)) &&
        succeeded(verifyPieces(tensor, "columns of tensor memory", columns)));
  }

  static LogicalResult verifyPieces(SmallVectorImpl<Piece> &pieces,
                                    StringRef unit,
                                    std::optional<int64_t> limit) {
    llvm::sort(pieces, [](const Piece &a, const Piece &b) {
      return std::make_pair(a.begin, a.end) < std::make_pair(b.begin, b.end);
    });
    const Piece *last = nullptr;
    for (const Piece &piece : pieces) {
      if (last && piece.begin < last->end)
        return failWithNote(emitHazard(piece.op, "hazards-c8")
                                << "takes " << unit << " " << piece.begin
                                << " to " << piece.end << ", which overlap "
                                << last->begin << " to " << last->end,
                            last->op, "overlaps this; move one of them");
      if (limit && piece.end > *limit)
        return emitHazard(piece.op, "hazards-c9")
               << "takes " << unit << " " << piece.begin << " to " << piece.end
               << ", but the kernel has " << *limit;
      last = &piece;
    }
    return success();
  }

  KernelOp kernel;
};

struct VerifyHazards : dgk::impl::DGKVerifyHazardsPassBase<VerifyHazards> {
  void runOnOperation() override {
    KernelOp kernel = getOperation();
    markAllAnalysesPreserved();
    // Without roles there is one thread of control, and nothing to order.
    if (!kernel.getRoles())
      return;
    kernel.walk([&](Operation *op) {
      numPipelines += isa<PipelineOp>(op);
      numBuffers += isa<BufferOp>(op);
    });
    if (failed(KernelHazards(kernel).verify()))
      signalPassFailure();
  }
};
} // namespace
