//===- Checker.cpp - Who knows what: threads and barriers -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckerState.h"

#include <algorithm>

using namespace dgemm::sim;

Checker::Checker(const Shape &shape, Sink sink)
    : shape_(shape), sink_(std::move(sink)) {
  for (uint32_t cta = 0; cta < shape.ctas; ++cta) {
    shadows_.push_back(std::make_unique<SharedShadow>(shape.sharedEnd));
    for (uint32_t i = 0; i < shape.warps; ++i) {
      auto warp = std::make_unique<WarpState>();
      warp->agent = static_cast<uint32_t>(warps_.size());
      uint32_t lanes = std::min(32u, shape.threads - 32 * i);
      warp->live = lanes == 32 ? ~0u : (1u << lanes) - 1;
      warp->loadOf.resize(shape.registers);
      warps_.push_back(std::move(warp));
    }
  }
}

Checker::~Checker() = default;

void Checker::report(const Site &site, int lane, const char *kind,
                     const std::string &message) {
  CheckerFinding finding;
  finding.kind = kind;
  finding.message = message;
  finding.cta = site.cta;
  finding.warp = static_cast<int>(site.warp);
  finding.lane = lane;
  finding.line = site.line;
  sink_(std::move(finding));
}

//===----------------------------------------------------------------------===//
// Knowledge of lanes
//===----------------------------------------------------------------------===//

bool Checker::covers(const WarpState &warp, uint32_t lane, View view,
                     uint32_t agent, uint32_t agentLane, uint32_t clock) const {
  if (view == View::Generic && agent == warp.agent &&
      (agentLane == lane || agentLane == VectorClock::allLanes))
    return true;
  if (warp.common[view].covers(agent, agentLane, clock))
    return true;
  if (warp.ownMask == 0 || lane >= 32 || !((warp.ownMask >> lane) & 1))
    return false;
  return warp.own.at(lane)[view].covers(agent, agentLane, clock);
}

/// What `mask` of the warp would release now, into `out`.
void Checker::release(WarpState &warp, uint32_t mask, Knowledge &out) {
  out.join(warp.common);
  for (uint32_t lanes = warp.ownMask & mask; lanes != 0; lanes &= lanes - 1)
    out.join(warp.own.at(static_cast<uint32_t>(__builtin_ctz(lanes))));
  uint32_t clock = warp.released();
  VectorClock &generic = out[View::Generic];
  if ((warp.live & ~mask) == 0) {
    generic.raise(warp.agent, clock);
  } else {
    for (uint32_t lanes = warp.unsynced & mask; lanes != 0; lanes &= lanes - 1)
      generic.raiseLane(warp.agent, static_cast<uint32_t>(__builtin_ctz(lanes)),
                        clock);
  }
  warp.tick();
}

void Checker::learnAll(WarpState &warp, uint32_t mask,
                       const Knowledge &knowledge) {
  if ((warp.live & ~mask) == 0)
    return warp.common.join(knowledge);
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1)
    warp.own[static_cast<uint32_t>(__builtin_ctz(lanes))].join(knowledge);
  warp.ownMask |= mask;
}

void Checker::setLive(uint32_t cta, uint32_t warp, uint32_t live) {
  warps_[cta * shape_.warps + warp]->live = live;
}

void Checker::sync(const Site &site, uint32_t mask) {
  WarpState &state = warp(site);
  if ((state.unsynced | state.ownMask) == 0)
    return;
  if ((state.live & ~mask) != 0) {
    Knowledge all;
    release(state, mask, all);
    return learnAll(state, mask, all);
  }
  for (auto &[lane, knowledge] : state.own)
    state.common.join(knowledge);
  state.own.clear();
  state.ownMask = 0;
  state.common[View::Generic].raise(state.agent, state.released());
  state.tick();
  state.unsynced = 0;
}

//===----------------------------------------------------------------------===//
// Fences
//===----------------------------------------------------------------------===//

/// Own accesses so far become known in another view. Whether somebody knows
/// that the fence happened is the Generic view's matter, which is asked as
/// well: all lanes may share the entry.
void Checker::publish(WarpState &warp, uint32_t mask, View view) {
  VectorClock &clock = warp.common[view];
  uint32_t now = warp.released();
  if ((warp.live & ~mask) == 0) {
    clock.raise(warp.agent, now);
  } else {
    for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1)
      clock.raiseLane(warp.agent, static_cast<uint32_t>(__builtin_ctz(lanes)),
                      now);
  }
  // What cp.async wrote cannot be fenced before it has happened: whoever knows
  // of it may do so.
  uint32_t lane = static_cast<uint32_t>(__builtin_ctz(mask));
  for (uint32_t timeline : cpAsyncTimelines_)
    clock.raise(timeline, knownOf(warp, lane, timeline));
  warp.tick();
}

uint32_t Checker::knownOf(const WarpState &warp, uint32_t lane,
                          uint32_t timeline) const {
  uint32_t known = warp.common[View::Generic].get(timeline);
  if ((warp.ownMask >> lane) & 1)
    known = std::max(known, warp.own.at(lane)[View::Generic].get(timeline));
  return known;
}

void Checker::fence(const Site &site, uint32_t mask, FenceKind kind) {
  WarpState &state = warp(site);
  switch (kind) {
  case FenceKind::None:
    return;
  case FenceKind::Thread:
    return fenceThreads(state, mask);
  case FenceKind::ProxyAsync:
    publish(state, mask, View::AsyncShared);
    publish(state, mask, View::AsyncGlobal);
    retireLanes(state, mask);
    return fenceInits(state, mask);
  case FenceKind::ProxyAsyncShared:
    publish(state, mask, View::AsyncShared);
    retireLanes(state, mask);
    return fenceInits(state, mask);
  case FenceKind::ProxyAsyncGlobal:
    return publish(state, mask, View::AsyncGlobal);
  case FenceKind::MBarrierInit:
    return fenceInits(state, mask);
  case FenceKind::TensorBeforeSync:
    return publish(state, mask, View::Tensor);
  case FenceKind::TensorAfterSync:
    for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
      uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
      VectorClock &usable = state.tensor[lane];
      usable.join(state.common[View::Tensor]);
      if ((state.ownMask >> lane) & 1)
        usable.join(state.own.at(lane)[View::Tensor]);
    }
    return;
  }
}

/// Relaxed reads before the fence acquire; relaxed writes after it release.
void Checker::fenceThreads(WarpState &warp, uint32_t mask) {
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    auto seen = warp.seen.find(lane);
    if (seen == warp.seen.end())
      continue;
    learnAll(warp, 1u << lane, seen->second);
    warp.seen.erase(seen);
  }
  // The lanes stand for themselves: no lane releases what another one did.
  uint32_t clock = warp.released();
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    uint32_t lane = static_cast<uint32_t>(__builtin_ctz(lanes));
    Knowledge &fenced = warp.fenced[lane];
    fenced.join(warp.common);
    if ((warp.ownMask >> lane) & 1)
      fenced.join(warp.own.at(lane));
    fenced[View::Generic].raiseLane(warp.agent, lane, clock);
  }
  warp.tick();
}

/// Inits of mbarriers that these lanes did reach the async proxy, and whoever
/// waits for a relaxed arrival of theirs at the cluster's barrier (PTX ISA,
/// "membar, fence": fence.mbarrier_init).
void Checker::fenceInits(WarpState &warp, uint32_t mask) {
  for (auto &[key, barrier] : mbarriers_) {
    if (barrier->init.agent != warp.agent || barrier->initFence != 0 ||
        barrier->init.clock == 0 || !((mask >> barrier->init.lane) & 1))
      continue;
    warp.touch(1u << barrier->init.lane);
    barrier->initFence = warp.clock;
    warp.own[barrier->init.lane][View::MBarrierInit].raiseLane(
        warp.agent, barrier->init.lane, warp.clock);
    warp.ownMask |= 1u << barrier->init.lane;
  }
  warp.tick();
}

//===----------------------------------------------------------------------===//
// Barriers
//===----------------------------------------------------------------------===//

SyncId Checker::makeSync() {
  syncs_.push_back(std::make_unique<SyncObject>());
  return static_cast<SyncId>(syncs_.size() - 1);
}

void Checker::arrive(const Site &site, uint32_t mask, SyncId object) {
  release(warp(site), mask, syncs_[object]->arriving);
}

void Checker::arriveBarrier(const Site &site, uint32_t mask, SyncId object) {
  WarpState &state = warp(site);
  sync(site, mask);
  retireLanes(state, ~0u);
  release(state, mask, syncs_[object]->arriving);
}

void Checker::arriveRelaxed(const Site &site, uint32_t mask, SyncId object) {
  const WarpState &state = warp(site);
  VectorClock &inits = syncs_[object]->arriving[View::MBarrierInit];
  inits.join(state.common[View::MBarrierInit]);
  for (uint32_t lanes = state.ownMask & mask; lanes != 0; lanes &= lanes - 1)
    inits.join(state.own.at(
        static_cast<uint32_t>(__builtin_ctz(lanes)))[View::MBarrierInit]);
}

void Checker::completePhase(SyncId object) {
  SyncObject &sync = *syncs_[object];
  sync.completed.join(sync.arriving);
  sync.arriving.clear();
}

void Checker::acquire(const Site &site, uint32_t mask, SyncId object) {
  learnAll(warp(site), mask, syncs_[object]->completed);
}

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

Checker::MBarrierState &Checker::mbarrier(uint32_t cta, uint32_t address) {
  std::unique_ptr<MBarrierState> &state = mbarriers_[{cta, address}];
  if (!state)
    state = std::make_unique<MBarrierState>();
  return *state;
}

void Checker::mbarrierInit(const Site &site, uint32_t lane, uint32_t cta,
                           uint32_t address) {
  // The object is written as memory is: by the last write of its bytes.
  write(site, lane, cta, address, 8);
  MBarrierState &barrier = mbarrier(cta, address);
  uint32_t timeline = barrier.timeline;
  barrier = MBarrierState();
  barrier.timeline = timeline;
  barrier.init = now(site, lane);
  barrier.initLine = site.line;
}

void Checker::mbarrierInval(const Site &site, uint32_t lane, uint32_t cta,
                            uint32_t address) {
  write(site, lane, cta, address, 8);
  mbarrier(cta, address).init = Moment();
}

bool Checker::knowsInit(const WarpState &warp, uint32_t lane,
                        const Moment &init, uint32_t clock) const {
  return covers(warp, lane, View::Generic, init.agent, init.lane, clock) ||
         covers(warp, lane, View::MBarrierInit, init.agent, init.lane, clock);
}

/// F4: does the lane know of the init?
void Checker::checkInit(const Site &site, uint32_t lane,
                        const MBarrierState &barrier, uint32_t address) {
  const Moment &init = barrier.init;
  if (init.clock == 0 || knowsInit(warp(site), lane, init, init.clock))
    return;
  if (!firstAt("mbarrier-init", site))
    return;
  report(site, static_cast<int>(lane), "mbarrier-init",
         "F4: uses the mbarrier at shared address " + hexAddress(address) +
             ", but nothing orders this after its init by " +
             describeLane(site, init.agent, init.lane, barrier.initLine) +
             "; bar.sync (in a cluster: barrier.cluster) must stand between");
}

void Checker::mbarrierArrive(const Site &site, uint32_t mask, uint32_t cta,
                             uint32_t address, bool releases) {
  MBarrierState &barrier = mbarrier(cta, address);
  WarpState &state = warp(site);
  checkInit(site, static_cast<uint32_t>(__builtin_ctz(mask)), barrier, address);
  if (!releases)
    return;
  markReleased(state);
  release(state, mask, barrier.sync.arriving);
}

void Checker::mbarrierPhase(uint32_t cta, uint32_t address, uint64_t phases) {
  MBarrierState &barrier = mbarrier(cta, address);
  SyncObject &sync = barrier.sync;
  if (barrier.timeline != ~0u) {
    // A copy that is still under way is not known to anybody.
    uint32_t known = static_cast<uint32_t>(phases);
    for (uint32_t clock : barrier.outstanding)
      known = std::min(known, clock - 1);
    sync.arriving[View::Generic].raise(barrier.timeline, known);
  }
  sync.completed.join(sync.arriving);
  sync.arriving.clear();
}

void Checker::mbarrierWaited(const Site &site, uint32_t mask, uint32_t cta,
                             uint32_t address, bool acquires) {
  MBarrierState &barrier = mbarrier(cta, address);
  checkInit(site, static_cast<uint32_t>(__builtin_ctz(mask)), barrier, address);
  if (acquires)
    learnAll(warp(site), mask, barrier.sync.completed);
}

void Checker::mbarrierPublish(uint32_t cta, uint32_t address, uint32_t timeline,
                              uint32_t clock) {
  Knowledge &arriving = mbarrier(cta, address).sync.arriving;
  arriving[View::Generic].raise(timeline, clock);
  arriving[View::Tensor].raise(timeline, clock);
}

void Checker::commitTensor(const Site &site, uint32_t lane, uint32_t cta,
                           uint32_t address) {
  MBarrierState &barrier = mbarrier(cta, address);
  WarpState &state = warp(site);
  checkInit(site, lane, barrier, address);
  // What was over before the instructions were issued is over when they are.
  for (View view :
       {View::Generic, View::AsyncShared, View::AsyncGlobal, View::Tensor}) {
    VectorClock &arriving = barrier.sync.arriving[view];
    arriving.join(state.common[view]);
    if ((state.ownMask >> lane) & 1)
      arriving.join(state.own.at(lane)[view]);
  }
}
