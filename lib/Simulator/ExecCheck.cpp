//===- ExecCheck.cpp - What the executor tells the checker ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

using namespace dgemm::sim;

Site Cta::site() const { return {rank_, warp_->index, instruction_->line}; }

/// An access of a lane that has been resolved.
void Cta::watch(Space space, uint64_t address, uint32_t bytes, uint32_t lane,
                Touch touch) {
  if (!checker_)
    return;
  if (space == Space::Generic) {
    uint64_t window = address >> 32 << 32;
    space = window == SharedWindow                           ? Space::Shared
            : window == LocalWindow || window == ParamWindow ? Space::Local
                                                             : Space::Global;
    if (space == Space::Shared)
      address -= SharedWindow;
  }
  Order order = instruction_->order;
  bool strong = touch == Touch::Atomic || order != Order::Weak;
  if (touch == Touch::Atomic && order == Order::Weak)
    order = Order::Relaxed;
  bool writes = touch != Touch::Read;
  if (space == Space::Shared || space == Space::SharedCluster) {
    uint32_t rank = static_cast<uint32_t>(address >> SharedRankShift);
    uint32_t offset = static_cast<uint32_t>(address) & SharedOffsetMask;
    if (strong)
      return checker_->atomic(site(), lane, rank, offset, bytes, writes, order);
    return writes ? checker_->write(site(), lane, rank, offset, bytes)
                  : checker_->read(site(), lane, rank, offset, bytes);
  }
  if (space != Space::Global)
    return;
  if (strong)
    return checker_->globalAtomic(site(), lane, address, bytes, writes, order);
  return writes ? checker_->globalWrite(site(), lane, address, bytes)
                : checker_->globalRead(site(), lane, address, bytes);
}

/// The registers that a load fills.
void Cta::watchLoaded(const Operand &to) {
  if (!checker_)
    return;
  uint32_t registers[8];
  size_t count = 0;
  uint32_t elements = to.kind == Operand::Kind::Vector ? to.count : 1;
  for (uint32_t i = 0; i < elements && count < 8; ++i)
    if (element(to, i).kind == Operand::Kind::Register)
      registers[count++] = element(to, i).reg;
  checker_->loaded(site(), registers, count);
}

void Cta::watchUse(const Operand &operand) {
  if (operand.kind == Operand::Kind::Register)
    return checker_->uses(site(), operand.reg);
  if (operand.kind != Operand::Kind::Vector &&
      operand.kind != Operand::Kind::Address)
    return;
  for (uint32_t i = 0; i < operand.count; ++i)
    watchUse(kernel_.operands[operand.first + i]);
}

/// What an instruction names waits for the loads that fill it. A move is no
/// instruction of the machine: its result waits in its place.
void Cta::watchUses() {
  bool move = instruction_->op == Op::Mov &&
              operand(0).kind == Operand::Kind::Register &&
              operand(1).kind == Operand::Kind::Register;
  if (move)
    return checker_->copies(site(), operand(1).reg, operand(0).reg);
  for (uint32_t i = 0; i < instruction_->numOperands; ++i)
    watchUse(operand(i));
}

void Cta::executeFence(uint32_t mask) {
  if (!checker_)
    return;
  checker_->fence(site(), mask, static_cast<FenceKind>(instruction_->mode));
}

SyncId Cta::namedBarrierSync(const NamedBarrier &barrier) {
  size_t index = static_cast<size_t>(&barrier - barriers_);
  if (barrierSyncs_.empty())
    for (size_t i = 0; i < std::size(barriers_); ++i)
      barrierSyncs_.push_back(checker_->makeSync());
  return barrierSyncs_[index];
}

/// The lanes of `mask` from `lane` on that name the same mbarrier. 0 if an
/// earlier one does.
static uint32_t sameAddress(const Lanes &address, uint32_t mask,
                            uint32_t lane) {
  uint32_t same = 0;
  for (uint32_t other = 0; other < 32; ++other) {
    if (!((mask >> other) & 1) || address[other] != address[lane])
      continue;
    if (other < lane)
      return 0;
    same |= 1u << other;
  }
  return same;
}

/// Before an operation on an mbarrier; the first lane speaks for those that
/// operate on the same one.
void Cta::watchArrive(const Cta &owner, const Lanes &address, uint32_t mask,
                      uint32_t lane) {
  if (!checker_)
    return;
  uint32_t same = sameAddress(address, mask, lane);
  if (same == 0)
    return;
  bool releases = instruction_->op == Op::MBarArrive &&
                  instruction_->order != Order::Relaxed;
  for (uint32_t lane = 0; releases && &owner != this && lane < 32; ++lane)
    if ((same >> lane) & 1)
      cluster_.cta(owner.rank_)
          .noteUse(site(), lane, checker_->now(site(), lane), false);
  checker_->mbarrierArrive(
      site(), same, owner.rank_,
      static_cast<uint32_t>(address[lane]) & SharedOffsetMask, releases);
}

void Cta::watchInit(const Cta &owner, uint64_t address, uint32_t lane) {
  if (!checker_)
    return;
  uint32_t offset = static_cast<uint32_t>(address) & SharedOffsetMask;
  if (instruction_->op == Op::MBarInit)
    checker_->mbarrierInit(site(), lane, owner.rank_, offset);
  if (instruction_->op == Op::MBarInval)
    checker_->mbarrierInval(site(), lane, owner.rank_, offset);
}

/// After an operation on one that had completed `before` phases.
void Cta::watchPhase(const Cta &owner, uint64_t address,
                     const MBarrier &barrier, uint64_t before) {
  if (checker_ && barrier.phase() != before)
    checker_->mbarrierPhase(owner.rank_,
                            static_cast<uint32_t>(address) & SharedOffsetMask,
                            barrier.phase());
}

void Cta::watchWaited(const Lanes &address, uint32_t done) {
  if (!checker_)
    return;
  bool acquires = instruction_->order != Order::Relaxed;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint32_t same = (done >> lane) & 1 ? sameAddress(address, done, lane) : 0;
    if (same != 0)
      checker_->mbarrierWaited(
          site(), same, rank_,
          static_cast<uint32_t>(address[lane]) & SharedOffsetMask, acquires);
  }
}

/// The lanes waited until at most `pending` of their bulk groups are left.
void Cta::watchBulkWait(uint32_t mask, const Lanes &pending, bool read) {
  if (!checker_)
    return;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    uint32_t thread = warp_->index * 32 + lane;
    uint32_t left = static_cast<uint32_t>(pending[lane]);
    if (!((mask >> lane) & 1) || bulkCommits_[thread] <= left)
      continue;
    uint32_t done = bulkCommits_[thread] - left, self = 1u << lane;
    checker_->learn(site(), self,
                    checker_->timeline(TimelineKind::BulkRead, rank_, thread),
                    done);
    if (!read)
      checker_->learn(
          site(), self,
          checker_->timeline(TimelineKind::BulkWrite, rank_, thread), done);
  }
}
