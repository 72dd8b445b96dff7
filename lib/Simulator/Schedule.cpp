//===- Schedule.cpp - Which lanes run next --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"
#include "Tcgen05Unit.h"

#include <algorithm>

using namespace dgemm::sim;

Cta::Cta(Cluster &cluster, const uint32_t *id, uint32_t rank)
    : cluster_(cluster), context_(cluster.context()), kernel_(context_.kernel),
      id_{id[0], id[1], id[2]}, rank_(rank), checker_(cluster.checker()),
      random_(cluster.random()), warps_(context_.warps),
      shared_(context_.sharedEnd), sharedWritten_(context_.sharedEnd),
      bulkCommits_(context_.warps * 32), clusterArrivals_(context_.warps * 32),
      smallCommits_(context_.warps * 32) {
  const LaunchContext &context = context_;
  local_.resize(context.threads);
  for (LocalMemory &memory : local_) {
    memory.bytes.resize(kernel_.localBytes);
    memory.written.resize(kernel_.localBytes);
  }
  for (uint32_t i = 0; i < context.warps; ++i) {
    Warp &warp = warps_[i];
    uint32_t lanes = std::min(32u, context.threads - 32 * i);
    warp.index = i;
    warp.live = lanes == 32 ? ~0u : (1u << lanes) - 1;
    warp.groups.push_back({0, warp.live, Wait::None, 0});
    Frame frame;
    frame.lanes = warp.live;
    frame.end = kernel_.localBytes;
    warp.frames.push_back(std::move(frame));
    warp.registers.resize(kernel_.registerWords);
    warp.defined.resize(kernel_.numRegisters);
    warp.registerCount = context.registersAtLaunch;
  }
  liveWarps_ = context.warps;
  if (!kernel_.tcgen05.empty())
    tcgen05_ = std::make_unique<Tcgen05Unit>();
  statistics_.executed.resize(context.roles.size());
  for (std::vector<uint64_t> &role : statistics_.executed)
    role.resize(kernel_.code.size());
  statistics_.counts.resize(kernel_.code.size());
  statistics_.ctas = 1;
}

Cta::~Cta() = default;

uint32_t Cta::index() const {
  const uint32_t *grid = context_.launch.grid;
  return id_[0] + grid[0] * (id_[1] + grid[1] * id_[2]);
}

bool Cta::runSlice() {
  ++slice_;
  bool copied = hasCopies() && random_.below(4) == 0;
  if (copied)
    completeSomeCopy();
  if (wgmma_.ready != 0 && random_.below(4) == 0)
    executeSomeWgmma();
  if (hasTcgen05Tasks() && random_.below(2) == 0) {
    runTcgen05Task();
    copied = true;
  }
  uint32_t count = static_cast<uint32_t>(warps_.size());
  uint32_t start = random_.below(count);
  uint32_t steps = 1 + random_.below(48);
  for (uint32_t i = 0; i < count && !faulted_; ++i) {
    Warp &warp = warps_[(start + i) % count];
    if (warp.live != 0 && runWarp(warp, steps))
      return true;
  }
  // A copy or a commit may be what a peer waits for.
  if (faulted_ || copied)
    return true;
  bool tasks = hasTcgen05Tasks();
  if (tasks && (!hasCopies() || random_.below(2) == 0)) {
    runTcgen05Task();
    return true;
  }
  if (!hasCopies() && wgmma_.ready == 0)
    return false;
  if (!hasCopies() || (wgmma_.ready != 0 && random_.below(2) == 0))
    executeSomeWgmma();
  else
    completeSomeCopy();
  return true;
}

/// Tries again what lanes of the warp wait for. True if some need not wait.
bool Cta::retryWaiting(Warp &warp) {
  bool progress = false;
  for (size_t i = 0; i < warp.groups.size() && !faulted_; ++i) {
    Group &group = warp.groups[i];
    if (group.wait == Wait::Converge && warp.groups.size() == 1) {
      // The other lanes have ended since.
      group.wait = Wait::None;
      continue;
    }
    if (group.wait == Wait::None || group.wait == Wait::Converge ||
        group.wait == Wait::Barrier)
      continue;
    group.wait = Wait::None;
    step(warp, group);
    progress |= !blocked_;
  }
  return progress;
}

/// Up to `steps` instructions of a warp. False if it cannot do any.
bool Cta::runWarp(Warp &warp, uint32_t steps) {
  bool progress = retryWaiting(warp);
  while (steps != 0 && !faulted_ && warp.live != 0) {
    Group *group = selectGroup(warp);
    if (!group)
      break;
    step(warp, *group);
    // Lanes that start to wait do not use up the slice: others may go on.
    steps -= !blocked_;
    progress |= !blocked_;
  }
  return progress;
}

/// Lanes that meet at an instruction go on together.
void Cta::mergeGroups(Warp &warp) {
  std::vector<Group> &groups = warp.groups;
  for (size_t i = 0; i < groups.size(); ++i) {
    for (size_t j = groups.size(); j-- > i + 1;) {
      auto free = [](Wait wait) {
        return wait == Wait::None || wait == Wait::Converge;
      };
      if (groups[i].pc != groups[j].pc || groups[i].frame != groups[j].frame ||
          !free(groups[i].wait) || !free(groups[j].wait))
        continue;
      groups[i].mask |= groups[j].mask;
      groups[i].wait = Wait::None;
      groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(j));
    }
  }
}

/// The lanes in the innermost call, and of those the ones that are least far.
/// Now and then others, so that lanes that spin cannot keep them from what they
/// spin for.
Group *Cta::selectGroup(Warp &warp) {
  if (warp.groups.size() == 1)
    return warp.groups[0].wait == Wait::None ? &warp.groups[0] : nullptr;
  mergeGroups(warp);
  Group *best = nullptr;
  bool any = random_.below(16) == 0;
  auto before = [&](const Group &a, const Group &b) {
    uint32_t x = warp.frames[a.frame].depth, y = warp.frames[b.frame].depth;
    return x != y ? x > y : a.pc < b.pc;
  };
  for (Group &group : warp.groups) {
    if (group.wait != Wait::None)
      continue;
    if (!best || (any ? random_.below(2) == 0 : before(group, *best)))
      best = &group;
  }
  return best;
}

/// Copies of any CTA of the cluster that use this one's shared memory.
void Cta::reportPendingCopies() {
  for (uint32_t rank = 0; rank < cluster_.size(); ++rank) {
    const Cta &issuer = cluster_.cta(rank);
    for (const AsyncCopy &copy : issuer.copies_) {
      bool reads = &issuer == this && copy.readsShared() &&
                   copy.state == AsyncCopy::State::Issued;
      bool writes =
          !copy.inGroup() && (copy.target == this || copy.signal == this);
      if (!reads && !writes)
        continue;
      std::string by = &issuer == this
                           ? "a copy"
                           : "a copy of CTA rank " + std::to_string(rank);
      report("exit-with-pending-copy",
             "the CTA ended while " + by +
                 (reads ? " still reads its shared memory; wait with "
                          "cp.async.bulk.wait_group.read 0"
                        : " still writes its shared memory; wait on its "
                          "mbarrier"),
             -1, copy.line, static_cast<int>(copy.thread / 32));
    }
    for (const AsyncStore &store : issuer.asyncStores_)
      if (store.target == this)
        report(
            "exit-with-pending-copy",
            "the CTA ended while a store of CTA rank " + std::to_string(rank) +
                " is on its way to its shared memory; wait on its mbarrier",
            -1, store.instruction->line, static_cast<int>(store.thread / 32));
  }
  for (const SmallCopy &copy : smallCopies_)
    report("exit-with-pending-copy",
           "the CTA ended while cp.async still writes its shared memory; wait "
           "with cp.async.wait_all",
           -1, copy.line, static_cast<int>(copy.warp));
}

void Cta::finish() {
  reportPendingCopies();
  finishTcgen05();
  while (!smallCopies_.empty() && !faulted_)
    completeSmallCopy();
  while (!faulted_) {
    auto own = std::find_if(
        copies_.begin(), copies_.end(), [&](const AsyncCopy &copy) {
          bool reads =
              copy.readsShared() && copy.state == AsyncCopy::State::Issued;
          return reads || copy.target == this;
        });
    if (own == copies_.end())
      return;
    completeBulkCopy(static_cast<size_t>(own - copies_.begin()));
  }
}

std::string Cta::describeWait(Warp &warp, const Group &group) {
  const Instruction &instruction = kernel_.code[group.pc];
  std::string role =
      context_.launch.roles.empty()
          ? ""
          : " (" + context_.roles[context_.roleOfWarp[warp.index]].name + ")";
  std::string at = "warp " + std::to_string(warp.index) + role +
                   " waits at line " + std::to_string(instruction.line) +
                   " for ";
  warp_ = &warp;
  instruction_ = &instruction;
  enterFrame(warp, group.frame);
  switch (group.wait) {
  case Wait::None:
    return at + "nothing";
  case Wait::Converge:
    return at + "lanes that are elsewhere";
  case Wait::Barrier: {
    Lanes id;
    fetch(operand(instruction.op == Op::BarRed ? 1 : 0), Type::U32, id);
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(group.mask));
    const NamedBarrier &barrier = barriers_[id[lane] & 15];
    return at + "named barrier " + std::to_string(id[lane]) + " (" +
           std::to_string(barrier.arrived) + " of " +
           std::to_string(barrier.expected) + " threads arrived)";
  }
  case Wait::Cluster:
    return at + "the cluster barrier (" +
           std::to_string(cluster_.barrierArrived()) + " of " +
           std::to_string(cluster_.liveThreads()) + " threads arrived)";
  case Wait::MBarrier: {
    Lanes address;
    addresses(operand(1), address);
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(group.mask));
    auto found = mbarriers_.find(
        static_cast<uint32_t>(address[lane] & SharedOffsetMask));
    std::string text =
        at + "the mbarrier at shared address " + std::to_string(address[lane]);
    if (found == mbarriers_.end())
      return text;
    return text + " (" + describeTransactions(found->first, found->second) +
           ")";
  }
  case Wait::BulkGroup:
    return at + "its bulk copies";
  case Wait::Wgmma:
    return at + describeWgmmaWait(warp);
  case Wait::CopyGroup:
    return at + "its copies by cp.async";
  case Wait::Tmem:
    return at + "columns of tensor memory (" +
           tcgen05_->tmem.allocator.describe() + " allocated)";
  case Wait::Registers:
    return at + "registers (" + std::to_string(freeRegisters_) + " are free)";
  }
  return at;
}

std::string Cta::describeWaits(uint32_t &line, bool &diverged) {
  std::string message;
  for (Warp &warp : warps_) {
    for (const Group &group : warp.groups) {
      message += " " + describeWait(warp, group) + ";";
      if (line == 0 || group.wait == Wait::Converge)
        line = kernel_.code[group.pc].line;
      diverged |= group.wait == Wait::Converge;
    }
  }
  return message;
}
