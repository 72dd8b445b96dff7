//===- ExecAsync.cpp - mbarriers
//-------------------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

/// The object at a shared (or generic) address; one that is not live is made
/// for init to start. Null after a fault. `remote`: it may be of another CTA of
/// the cluster, `holder`.
MBarrier *Cta::findMBarrier(uint64_t address, uint32_t lane, bool remote,
                            Cta **holder) {
  bool shared = sharedAddress(address);
  uint32_t at = static_cast<uint32_t>(address) & SharedOffsetMask;
  if (!shared || at < SharedBase || at + 8 > context_.sharedEnd) {
    fault("out-of-bounds",
          "an mbarrier at shared address " + hexadecimal(address),
          static_cast<int>(lane));
    return nullptr;
  }
  if (at % 8 != 0) {
    fault("misaligned", "an mbarrier at shared address " + hexadecimal(address),
          static_cast<int>(lane));
    return nullptr;
  }
  Cta *owner = findOwner(address, lane, remote);
  if (!owner)
    return nullptr;
  if (holder)
    *holder = owner;
  owner->mbarrierBegin_ = std::min(owner->mbarrierBegin_, at);
  owner->mbarrierEnd_ = std::max(owner->mbarrierEnd_, at + 8);
  return &owner->mbarriers_[at];
}

MBarrierError Cta::operateMBarrier(MBarrier &barrier, uint32_t value,
                                   uint32_t count) {
  bool drop = instruction_->has(FlagDrop);
  switch (instruction_->op) {
  case Op::MBarInit:
    return barrier.init(value);
  case Op::MBarInval:
    return barrier.invalidate();
  case Op::MBarExpectTx:
    return barrier.expectTransactions(value);
  case Op::MBarCompleteTx:
    return barrier.completeTransactions(value);
  default:
    break;
  }
  if (instruction_->has(FlagNoComplete))
    return barrier.arriveNoComplete(count, drop);
  if (instruction_->has(FlagExpectTx))
    return drop ? barrier.arriveDropExpect(value) : barrier.arriveExpect(value);
  return drop ? barrier.arriveDrop(count) : barrier.arrive(count);
}

void Cta::executeMBarrier(uint32_t mask) {
  bool arrive = instruction_->op == Op::MBarArrive;
  uint32_t memory = arrive ? 1 : 0;
  if (!isUniformlyDefined(operand(memory), mask, "an address"))
    return fault("undefined-address", "an mbarrier needs a defined address");
  Lanes address, value, token = {};
  addresses(operand(memory), address);
  std::fill_n(value.v, 32, 1);
  if (numOperands() > memory + 1) {
    fetch(operand(memory + 1), Type::U32, value);
    isUniformlyDefined(operand(memory + 1), mask, "a count of an mbarrier");
  }
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    Cta *owner = this;
    MBarrier *barrier =
        findMBarrier(address[lane], lane,
                     instruction_->space == Space::SharedCluster, &owner);
    if (!barrier)
      return;
    watchArrive(*owner, address, mask, lane);
    token[lane] = barrier->token();
    if (instruction_->has(FlagNoComplete))
      token[lane] |= MBarrier::countable;
    uint64_t phases = barrier->phase();
    uint32_t number = static_cast<uint32_t>(value[lane]);
    noteTransactionsOf(*owner, address[lane]);
    MBarrierError error = operateMBarrier(*barrier, number, number);
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       hexadecimal(address[lane]) + ")",
                   static_cast<int>(lane));
    watchInit(*owner, address[lane], lane);
    watchPhase(*owner, address[lane], *barrier, phases);
  }
  if (arrive)
    write(operand(0), token, mask);
}

void Cta::executePendingCount(uint32_t mask) {
  if (!isUniformlyDefined(operand(1), mask, "a state"))
    return;
  Lanes state, count = {};
  fetch(operand(1), Type::U64, state);
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    if (!(state[lane] & MBarrier::countable))
      return fault("mbarrier",
                   "pending_count needs a state of an arrive with .noComplete",
                   static_cast<int>(lane));
    count[lane] = MBarrier::tokenPending(state[lane]);
  }
  write(operand(0), count, mask);
}

/// try_wait waits for a time that nobody promises, then fails. Here it fails at
/// most once at a place until a wait succeeds, so that a deadlock stays one.
bool Cta::givesUp() {
  if (warp_->gaveUpAt == group_->pc || random_.below(8) != 0)
    return false;
  warp_->gaveUpAt = group_->pc;
  return true;
}

/// Waits only if no lane's phase has completed; try_wait may fail for a while.
void Cta::executeMBarrierWait(uint32_t mask) {
  if (!isUniformlyDefined(operand(1), mask, "an address") ||
      !isUniformlyDefined(operand(2), mask, "a phase"))
    return fault("undefined-address", "a wait needs a defined mbarrier");
  bool parity = instruction_->has(FlagParity);
  Lanes address, state;
  addresses(operand(1), address);
  fetch(operand(2), parity ? Type::U32 : Type::U64, state);
  uint32_t done = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    if (!((mask >> lane) & 1))
      continue;
    MBarrier *barrier = findMBarrier(address[lane], lane);
    if (!barrier)
      return;
    bool complete = false;
    MBarrierError error = parity
                              ? barrier->testParity(state[lane] & 1, complete)
                              : barrier->testToken(state[lane], complete);
    if (error != MBarrierError::None)
      return fault("mbarrier",
                   std::string(describe(error)) + " (shared address " +
                       hexadecimal(address[lane]) + ")",
                   static_cast<int>(lane));
    done |= uint32_t(complete) << lane;
  }
  if (done == 0 && instruction_->op == Op::MBarTryWait && !givesUp())
    return block(Wait::MBarrier);
  if (done != 0)
    warp_->gaveUpAt = ~0u;
  watchWaited(address, done);
  writePredicate(operand(0), done, mask);
}
