//===- ExecCluster.cpp - What CTAs of a cluster do together ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

//===----------------------------------------------------------------------===//
// The shared::cluster window
//===----------------------------------------------------------------------===//

/// The CTA whose memory a shared address lies in. Null after a fault.
Cta *Cta::findOwner(uint64_t address, uint32_t lane, bool remote) {
  uint64_t rank = address >> SharedRankShift;
  if (rank == rank_)
    return this;
  int where = static_cast<int>(lane);
  std::string what = "shared address " + hexadecimal(address);
  if (rank >= cluster_.size()) {
    fault("out-of-bounds",
          what + " names CTA rank " + std::to_string(rank) +
              " of a cluster of " + std::to_string(cluster_.size()),
          where);
    return nullptr;
  }
  Cta &owner = cluster_.cta(static_cast<uint32_t>(rank));
  if (!remote) {
    fault("out-of-bounds",
          what + " is in the memory of CTA rank " + std::to_string(rank) +
              ", not of the executing one (rank " + std::to_string(rank_) +
              "); this access needs .shared::cluster",
          where);
    return nullptr;
  }
  if (owner.hasEnded()) {
    fault("exited-cta",
          what + " is in the memory of CTA rank " + std::to_string(rank) +
              ", which has exited; a cluster barrier must keep it until its "
              "peers are done",
          where);
    return nullptr;
  }
  if (cluster_.barrierPhase() == 0)
    report("cluster-start",
           what + " is in the memory of CTA rank " + std::to_string(rank) +
               ", and no cluster barrier has shown yet that it has started",
           where, instruction_->line, static_cast<int>(warp_->index));
  switch (instruction_->op) {
  case Op::Ld:
  case Op::St:
  case Op::Atom:
  case Op::Red:
    if (checker_)
      owner.noteUse(site(), lane, checker_->now(site(), lane), false);
    return &owner;
  default: // mbarriers and copies are noted where they begin
    return &owner;
  }
}

//===----------------------------------------------------------------------===//
// F14: what uses a CTA's shared memory must have happened before it ends
//===----------------------------------------------------------------------===//

void Cta::noteUse(const Site &by, uint32_t lane, const Checker::Moment &moment,
                  bool copy) {
  uses_[{moment.agent, moment.lane}] = {by, lane, copy, moment};
}

/// Lanes exit. The CTA lives until its last thread does: what one of them knows
/// is before the end.
void Cta::settleUses(uint32_t mask) {
  auto known = [&](const Use &use) {
    for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
      if (checker_->knows(site(), lane, use.moment) ||
          checker_->knows(site(), lane, use.moment, View::Tensor))
        return true;
    }
    return false;
  };
  for (auto next = uses_.begin(); next != uses_.end();)
    next = known(next->second) ? uses_.erase(next) : std::next(next);
}

/// All threads have exited.
void Cta::reportUses() {
  for (const auto &[agent, use] : uses_) {
    bool own = use.by.cta == rank_;
    std::string line = std::to_string(use.by.line);
    std::string by = own ? "" : " of CTA rank " + std::to_string(use.by.cta);
    std::string message =
        use.copy ? "F14: the CTA ends and no thread of it has waited for the "
                   "copy of line " +
                       line + by + " into its shared memory"
                 : "F14: the CTA ends and nothing orders this after the access "
                   "of warp " +
                       std::to_string(use.by.warp) + by + ", line " + line +
                       ", to its shared memory; barrier.cluster must stand "
                       "between";
    report("early-exit", message, own ? static_cast<int>(use.lane) : -1,
           use.by.line, own ? static_cast<int>(use.by.warp) : -1);
  }
  uses_.clear();
}

void Cta::executeMapA(uint32_t mask) {
  bool generic = instruction_->space == Space::Generic;
  isUniformlyDefined(operand(2), mask, "a CTA rank");
  Lanes address, rank;
  fetch(operand(1), instruction_->type, address);
  fetch(operand(2), Type::U32, rank);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    uint64_t offset = address[lane];
    if (!sharedAddress(offset) || (generic && offset == address[lane]))
      return fault("out-of-bounds",
                   "mapa of " + hexadecimal(address[lane]) +
                       ", which is no address of shared memory",
                   static_cast<int>(lane));
    if (rank[lane] >= cluster_.size())
      return fault("cluster",
                   "mapa to CTA rank " + std::to_string(rank[lane]) +
                       " of a cluster of " + std::to_string(cluster_.size()),
                   static_cast<int>(lane));
    address[lane] = (generic ? SharedWindow : 0) |
                    (rank[lane] << SharedRankShift) |
                    (offset & SharedOffsetMask);
  }
  write(operand(0), address, mask,
        definedLanes(operand(1)) & definedLanes(operand(2)));
}

void Cta::executeGetCtaRank(uint32_t mask) {
  bool generic = instruction_->space == Space::Generic;
  Lanes address;
  fetch(operand(1), instruction_->type, address);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint64_t at = address[lane];
    bool shared = sharedAddress(at) && !(generic && at == address[lane]);
    if (((mask >> lane) & 1) && !shared)
      return fault("out-of-bounds",
                   "getctarank of " + hexadecimal(address[lane]) +
                       ", which is no address of shared memory",
                   static_cast<int>(lane));
    address[lane] = at >> SharedRankShift;
  }
  write(operand(0), address, mask, definedLanes(operand(1)));
}

//===----------------------------------------------------------------------===//
// barrier.cluster
//===----------------------------------------------------------------------===//

static uint32_t firstLane(uint32_t mask) {
  return static_cast<uint32_t>(__builtin_ctz(mask));
}

void Cta::executeClusterArrive(uint32_t mask) {
  uint32_t *arrivals = &clusterArrivals_[warp_->index * 32];
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    if (arrivals[lane] != 0)
      return fault("cluster-barrier",
                   "the thread arrives a second time without a "
                   "barrier.cluster.wait in between",
                   static_cast<int>(lane));
    arrivals[lane] = cluster_.barrierPhase() + 1;
  }
  if (checker_ && instruction_->order == Order::Relaxed)
    checker_->arriveRelaxed(site(), mask, cluster_.barrierSync());
  else if (checker_)
    checker_->arriveBarrier(site(), mask, cluster_.barrierSync());
  cluster_.arrive(static_cast<uint32_t>(__builtin_popcount(mask)));
}

void Cta::executeClusterWait(uint32_t mask) {
  uint32_t *arrivals = &clusterArrivals_[warp_->index * 32];
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    if (arrivals[lane] == 0)
      return fault("cluster-barrier",
                   "the thread waits without a barrier.cluster.arrive before",
                   static_cast<int>(lane));
    if (arrivals[lane] > cluster_.barrierPhase())
      return block(Wait::Cluster);
  }
  for (uint32_t lane = 0; lane < 32; ++lane)
    if ((mask >> lane) & 1)
      arrivals[lane] = 0;
  if (checker_ && instruction_->order != Order::Relaxed)
    checker_->acquire(site(), mask, cluster_.barrierSync());
}

/// Lanes exit.
void Cta::leaveClusterBarrier(uint32_t mask) {
  uint32_t *arrivals = &clusterArrivals_[warp_->index * 32];
  uint32_t unwaited = 0, current = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1) || arrivals[lane] == 0)
      continue;
    unwaited |= 1u << lane;
    current += arrivals[lane] == cluster_.barrierPhase() + 1;
    arrivals[lane] = 0;
  }
  if (unwaited != 0)
    report("cluster-barrier",
           "the thread exits after barrier.cluster.arrive without "
           "barrier.cluster.wait",
           static_cast<int>(firstLane(unwaited)), instruction_->line,
           static_cast<int>(warp_->index));
  cluster_.leave(static_cast<uint32_t>(__builtin_popcount(mask)), current);
}

//===----------------------------------------------------------------------===//
// st.async and red.async
//===----------------------------------------------------------------------===//

void Cta::executeAsyncStore(uint32_t mask) {
  if (!isUniformlyDefined(operand(0), mask, "an address") ||
      !isUniformlyDefined(operand(2), mask, "an mbarrier"))
    return fault("undefined-address", "a store needs defined addresses");
  if (cluster_.size() == 1)
    return fault("cluster", "the instruction needs a cluster of more than one "
                            "CTA");
  Lanes address, mbarrier, value[4];
  uint32_t defined[4];
  addresses(operand(0), address);
  addresses(operand(2), mbarrier);
  for (uint32_t i = 0; i < instruction_->count; ++i) {
    const Operand &from = element(operand(1), i);
    fetch(from, instruction_->type, value[i]);
    defined[i] = definedLanes(from);
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    AsyncStore store;
    store.instruction = instruction_;
    store.thread = warp_->index * 32 + lane;
    for (uint32_t i = 0; i < instruction_->count; ++i) {
      store.value[i] = value[i][lane];
      store.defined |= ((defined[i] >> lane) & 1) << i;
    }
    if (!issueAsyncStore(store, address[lane], mbarrier[lane], lane))
      return;
    asyncStores_.push_back(store);
  }
}

bool Cta::issueAsyncStore(AsyncStore &store, uint64_t address,
                          uint64_t mbarrier, uint32_t lane) {
  uint8_t *written = nullptr;
  if (!sharedAddress(address) || !sharedAddress(mbarrier)) {
    fault("out-of-bounds",
          "the destination and the mbarrier must be in the "
          "shared memory of the cluster",
          static_cast<int>(lane));
    return false;
  }
  if (address >> SharedRankShift != mbarrier >> SharedRankShift) {
    fault("mbarrier",
          "the destination is in CTA rank " +
              std::to_string(address >> SharedRankShift) +
              " and the mbarrier in rank " +
              std::to_string(mbarrier >> SharedRankShift) +
              "; both must be in the same CTA",
          static_cast<int>(lane));
    return false;
  }
  if (!resolve(Space::SharedCluster, address, store.bytes(), lane, true,
               written))
    return false;
  const MBarrier *barrier =
      findMBarrier(mbarrier, lane, /*remote=*/true, &store.target);
  if (!barrier)
    return false;
  if (!barrier->isLive()) {
    fault("mbarrier",
          "a store completes on an mbarrier that is not initialised in CTA "
          "rank " +
              std::to_string(store.target->rank_),
          static_cast<int>(lane));
    return false;
  }
  store.address = static_cast<uint32_t>(address) & SharedOffsetMask;
  store.mbarrier = static_cast<uint32_t>(mbarrier) & SharedOffsetMask;
  if (checker_) {
    uint32_t rank = store.target->rank_;
    store.op = checker_->beginOnMBarrier(site(), lane, rank, store.mbarrier,
                                         barrier->phase(), "st.async");
    store.op.generic = true;
    store.target->noteUse(site(), lane, checker_->moment(store.op), true);
    checker_->asyncWrite(store.op, rank, store.address, store.bytes());
  }
  // Until the store completes nobody may read.
  if (instruction_->op == Op::AsyncStore)
    std::memset(written, 0, store.bytes());
  return true;
}

void Cta::completeAsyncStore(size_t index) {
  AsyncStore store = asyncStores_[index];
  asyncStores_[index] = asyncStores_.back();
  asyncStores_.pop_back();
  writeAsyncStore(store);
  MBarrier &barrier = store.target->mbarriers_[store.mbarrier];
  uint64_t phases = barrier.phase();
  store.target->noteTransactions(
      store.mbarrier, false,
      {store.instruction->line, rank_, static_cast<int>(store.thread / 32)});
  if (checker_)
    checker_->endOnMBarrier(store.op);
  MBarrierError error = barrier.completeTransactions(store.bytes());
  watchPhase(*store.target, store.mbarrier, barrier, phases);
  if (error == MBarrierError::None)
    return;
  report("mbarrier",
         "completing " + std::to_string(store.bytes()) +
             " bytes: " + describe(error),
         static_cast<int>(store.thread % 32), store.instruction->line,
         static_cast<int>(store.thread / 32));
  faulted_ = true;
}

void Cta::writeAsyncStore(const AsyncStore &store) {
  const Instruction &instruction = *store.instruction;
  uint8_t *to = &store.target->shared_[store.address];
  uint8_t *written = &store.target->sharedWritten_[store.address];
  uint32_t bytes = store.elementBytes();
  if (instruction.op == Op::AsyncReduce) {
    uint64_t old = 0;
    std::memcpy(&old, to, bytes);
    if (instruction.type == Type::S32)
      old = static_cast<uint64_t>(
          static_cast<int64_t>(static_cast<int32_t>(old)));
    uint64_t value = combineAtomic(instruction, old, store.value[0], 0);
    std::memcpy(to, &value, bytes);
    if (std::memchr(written, 0, bytes))
      report("uninitialised-read", "an atomic on memory that nothing wrote",
             static_cast<int>(store.thread % 32), instruction.line,
             static_cast<int>(store.thread / 32));
    return;
  }
  for (uint32_t i = 0; i < instruction.count; ++i) {
    std::memcpy(to + i * bytes, &store.value[i], bytes);
    std::memset(written + i * bytes, (store.defined >> i) & 1, bytes);
  }
}
