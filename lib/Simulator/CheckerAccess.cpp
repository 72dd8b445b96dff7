//===- CheckerAccess.cpp - Accesses to shared memory that race ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckerState.h"

#include <algorithm>

using namespace dgemm::sim;

//===----------------------------------------------------------------------===//
// Words for findings
//===----------------------------------------------------------------------===//

std::string Checker::hexAddress(uint64_t address) {
  char text[24];
  std::snprintf(text, sizeof(text), "0x%llx",
                static_cast<unsigned long long>(address));
  return text;
}

/// One finding of a kind for each line.
bool Checker::firstAt(const char *kind, const Site &site) {
  return reported_.insert({kind, site.line}).second;
}

/// "warp 3, lane 5 (line 12)"; names the CTA if it is another one.
std::string Checker::describeLane(const Site &site, uint32_t agent,
                                  uint32_t lane, uint32_t line) const {
  uint32_t cta = agent / shape_.warps;
  std::string text = "warp " + std::to_string(agent % shape_.warps);
  if (lane < 32)
    text += ", lane " + std::to_string(lane);
  if (cta != site.cta)
    text += " of CTA " + std::to_string(cta) + " of the cluster";
  return text + " (line " + std::to_string(line) + ")";
}

const char *Checker::nameOf(TimelineKind kind) {
  switch (kind) {
  case TimelineKind::MBarrierCopy:
    return "copy into shared memory";
  case TimelineKind::BulkRead:
  case TimelineKind::BulkWrite:
    return "copy out of shared memory";
  case TimelineKind::CpAsync:
    return "cp.async";
  case TimelineKind::Wgmma:
    return "wgmma";
  case TimelineKind::Tensor:
    return "tcgen05 operation";
  }
  return "asynchronous operation";
}

/// What a thread must wait with before an operation of the kind is done.
static const char *waitFor(TimelineKind kind) {
  switch (kind) {
  case TimelineKind::MBarrierCopy:
    return "a wait for the phase of the mbarrier that it completes on";
  case TimelineKind::BulkRead:
    return "cp.async.bulk.wait_group.read by the thread that issued it, then a "
           "barrier,";
  case TimelineKind::BulkWrite:
    return "cp.async.bulk.wait_group (not .read) by the thread that issued it";
  case TimelineKind::CpAsync:
    return "cp.async.wait_group (or an mbarrier), then a barrier,";
  case TimelineKind::Wgmma:
    return "wgmma.wait_group of each warp of the warpgroup, then a barrier,";
  case TimelineKind::Tensor:
    return "tcgen05.commit and a wait for its mbarrier";
  }
  return "a wait";
}

/// The rule of ptx-semantics that an operation of the kind brings with it.
static const char *ruleOf(TimelineKind kind) {
  switch (kind) {
  case TimelineKind::MBarrierCopy:
    return "F3";
  case TimelineKind::BulkRead:
    return "F7";
  case TimelineKind::BulkWrite:
    return "F6";
  case TimelineKind::CpAsync:
    return "F1";
  case TimelineKind::Wgmma:
    return "F9";
  case TimelineKind::Tensor:
    return "F10";
  }
  return "F1";
}

std::string Checker::describeAccess(const Site &site,
                                    const Access &access) const {
  if (!access.has(Access::Async))
    return describeLane(site, access.agent, access.lane, access.line);
  const Timeline &timeline = timelines_[access.agent - numWarps()];
  return std::string("the ") + nameOf(timeline.kind) + " issued by " +
         describeLane(site, access.issuer, access.lane, access.line);
}

//===----------------------------------------------------------------------===//
// Timelines
//===----------------------------------------------------------------------===//

uint32_t Checker::timeline(TimelineKind kind, uint32_t cta, uint32_t key) {
  auto [entry, isNew] = timelineOf_.insert(
      {{static_cast<uint32_t>(kind), cta, key},
       numWarps() + static_cast<uint32_t>(timelines_.size())});
  if (!isNew)
    return entry->second;
  timelines_.push_back({kind, cta, key});
  if (kind == TimelineKind::CpAsync)
    cpAsyncTimelines_.push_back(entry->second);
  return entry->second;
}

AsyncOp Checker::begin(const Site &site, uint32_t lane, TimelineKind kind,
                       uint32_t cta, uint32_t key, uint32_t clock,
                       const char *what) {
  AsyncOp op;
  op.site = site;
  op.lane = lane;
  op.timeline = timeline(kind, cta, key);
  op.clock = clock;
  op.what = what;
  op.generic = kind == TimelineKind::CpAsync;
  return op;
}

AsyncOp Checker::beginOnMBarrier(const Site &site, uint32_t lane, uint32_t cta,
                                 uint32_t address, uint64_t phases,
                                 const char *what) {
  MBarrierState &barrier = mbarrier(cta, address);
  checkInit(site, lane, barrier, address);
  checkInitFence(site, lane, barrier, address);
  AsyncOp op = begin(site, lane, TimelineKind::MBarrierCopy, cta, address,
                     static_cast<uint32_t>(phases) + 1, what);
  barrier.timeline = op.timeline;
  barrier.outstanding.push_back(op.clock);
  return op;
}

/// F4: has the init reached the async proxy?
void Checker::checkInitFence(const Site &site, uint32_t lane,
                             const MBarrierState &barrier, uint32_t address) {
  const Moment &init = barrier.init;
  if (init.clock == 0)
    return;
  const WarpState &state = warp(site);
  if (barrier.initFence != 0 && knowsInit(state, lane, init, barrier.initFence))
    return;
  if (!firstAt("mbarrier-init", site))
    return;
  report(site, static_cast<int>(lane), "mbarrier-init",
         "F4: a copy completes on the mbarrier at shared address " +
             hexAddress(address) + ", which " +
             describeLane(site, init.agent, init.lane, barrier.initLine) +
             " initialised without a fence after it; it needs "
             "fence.mbarrier_init.release.cluster (or fence.proxy.async), then "
             "a barrier");
}

void Checker::endOnMBarrier(const AsyncOp &op) {
  const Timeline &timeline = timelines_[op.timeline - numWarps()];
  std::vector<uint32_t> &outstanding =
      mbarrier(timeline.cta, timeline.key).outstanding;
  auto found = std::find(outstanding.begin(), outstanding.end(), op.clock);
  if (found == outstanding.end())
    return;
  *found = outstanding.back();
  outstanding.pop_back();
}

AsyncOp Checker::beginTensor(const Site &site, uint32_t lane) {
  uint32_t clock = ++warp(site).tensorClock[lane];
  return begin(site, lane, TimelineKind::Tensor, site.cta,
               site.warp * 32 + lane, clock, "tcgen05 instruction");
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

Checker::CpAsyncState &Checker::cpAsync(const Site &site, uint32_t lane) {
  auto [entry, isNew] = warp(site).cpAsync.try_emplace(lane);
  if (isNew)
    entry->second.timeline =
        timeline(TimelineKind::CpAsync, site.cta, site.warp * 32 + lane);
  return entry->second;
}

AsyncOp Checker::beginCpAsync(const Site &site, uint32_t lane) {
  const CpAsyncState &state = cpAsync(site, lane);
  AsyncOp op;
  op.site = site;
  op.lane = lane;
  op.timeline = state.timeline;
  op.clock = state.clock;
  op.what = "cp.async";
  op.generic = true;
  return op;
}

void Checker::commitCpAsync(const Site &site, uint32_t mask) {
  for (uint32_t lanes = mask; lanes != 0; lanes &= lanes - 1) {
    CpAsyncState &state =
        cpAsync(site, static_cast<uint32_t>(__builtin_ctz(lanes)));
    state.commits.push_back(state.clock++);
    if (state.commits.size() > CpAsyncState::maxGroups)
      state.commits.pop_front();
  }
}

void Checker::waitCpAsync(const Site &site, uint32_t lane, bool all,
                          uint32_t pending) {
  CpAsyncState &state = cpAsync(site, lane);
  if (all)
    return learn(site, 1u << lane, state.timeline, state.clock++);
  if (state.commits.size() > pending)
    learn(site, 1u << lane, state.timeline,
          state.commits[state.commits.size() - 1 - pending]);
}

uint32_t Checker::arriveCpAsync(const Site &site, uint32_t lane,
                                uint32_t address) {
  checkInit(site, lane, mbarrier(site.cta, address), address);
  return cpAsync(site, lane).clock++;
}

void Checker::learn(const Site &site, uint32_t mask, uint32_t timeline,
                    uint32_t clock) {
  Knowledge done;
  done[View::Generic].raise(timeline, clock);
  learnAll(warp(site), mask, done);
}

Checker::Moment Checker::now(const Site &site, uint32_t lane) {
  WarpState &state = warp(site);
  state.touch(lane < 32 ? 1u << lane : state.live);
  return {state.agent, lane, state.clock};
}

Checker::Moment Checker::moment(const AsyncOp &op) const {
  return {op.timeline, VectorClock::allLanes, op.clock};
}

bool Checker::knows(const Site &site, uint32_t lane, const Moment &moment,
                    View view) const {
  const WarpState &state = warp(site);
  if (view != View::Tensor)
    return covers(state, lane, view, moment.agent, moment.lane, moment.clock);
  if (moment.agent == state.agent && moment.lane == lane)
    return true;
  auto usable = state.tensor.find(lane);
  return usable != state.tensor.end() &&
         usable->second.covers(moment.agent, moment.lane, moment.clock);
}

//===----------------------------------------------------------------------===//
// Generic proxy
//===----------------------------------------------------------------------===//

bool Checker::knowsWrite(const WarpState &warp, uint32_t lane,
                         const Access &access) const {
  return access.clock == 0 ||
         covers(warp, lane, View::Generic, access.agent,
                access.has(Access::Async) ? VectorClock::allLanes : access.lane,
                access.clock);
}

void Checker::reportRace(const Site &site, uint32_t lane, const char *what,
                         uint32_t address, const Access &access) {
  if (!firstAt("data-race", site))
    return;
  std::string rule, missing = "a barrier between the two";
  if (access.has(Access::Async)) {
    TimelineKind kind = timelines_[access.agent - numWarps()].kind;
    rule = std::string(ruleOf(kind)) + ": ";
    missing = std::string(waitFor(kind)) + " before this";
  } else if (access.agent == agentOf(site)) {
    missing = "bar.warp.sync between the two";
  }
  report(site, lane < 32 ? static_cast<int>(lane) : -1, "data-race",
         rule + what + " shared address " + hexAddress(address) + ", which " +
             describeAccess(site, access) +
             " wrote, and nothing orders the two: " + missing + " is missing");
}

void Checker::read(const Site &site, uint32_t lane, uint32_t cta,
                   uint32_t address, uint32_t bytes) {
  WarpState &state = warp(site);
  SharedShadow &shadow = *shadows_[cta];
  state.touch(1u << lane);
  shadow.forWriters(address, bytes,
                    [&](const Access &access, uint32_t at, uint32_t) {
                      if (!knowsWrite(state, lane, access))
                        reportRace(site, lane, "reads", at, access);
                    });
  shadow.noteRead(state.agent, address, bytes, state.clock, lane, site.line);
  noteLoaded(
      state, site,
      {cta, address, static_cast<uint16_t>(bytes), static_cast<uint8_t>(lane)});
}

void Checker::readRows(const Site &site, const uint64_t *addresses,
                       uint32_t count) {
  WarpState &state = warp(site);
  SharedShadow &shadow = *shadows_[site.cta];
  state.touch(state.live);
  Access known;
  ReadStamp stamp(state.clock, ReadStamp::collective, 15, site.line);
  for (uint32_t lane = 0; lane < count; ++lane) {
    uint32_t address =
        static_cast<uint32_t>(addresses[lane]) & SharedOffsetMask;
    const Access *whole = shadow.wholeCell(address);
    if (!whole || !(*whole == known)) {
      shadow.forWriters(address, 16,
                        [&](const Access &access, uint32_t at, uint32_t) {
                          if (!knowsWrite(state, lane, access))
                            reportRace(site, lane, "reads", at, access);
                        });
      known = whole ? *whole : Access();
    }
    shadow.setReads(state.agent, address, 16, stamp);
    noteLoaded(state, site, {site.cta, address, 16, ReadStamp::collective});
  }
}

void Checker::write(const Site &site, uint32_t lane, uint32_t cta,
                    uint32_t address, uint32_t bytes) {
  writeAs(site, lane, cta, address, bytes, 0);
}

void Checker::writeAs(const Site &site, uint32_t lane, uint32_t cta,
                      uint32_t address, uint32_t bytes, uint8_t flags) {
  WarpState &state = warp(site);
  SharedShadow &shadow = *shadows_[cta];
  state.touch(1u << lane);
  shadow.forWriters(
      address, bytes, [&](const Access &access, uint32_t at, uint32_t) {
        // Lanes of one instruction may write the same place; one of them wins.
        bool together = access.agent == state.agent &&
                        access.clock == state.clock && access.line == site.line;
        bool strong = (access.flags & flags & Access::Strong) != 0;
        if (!strong && !together && !knowsWrite(state, lane, access))
          reportRace(site, lane, "writes", at, access);
      });
  checkReaders(site, lane, cta, address, bytes, nullptr);
  Access access;
  access.clock = state.clock;
  access.line = site.line;
  access.agent = access.issuer = static_cast<uint16_t>(state.agent);
  access.lane = static_cast<uint8_t>(lane);
  access.flags = flags;
  shadow.setWriter(address, bytes, access);
}

void Checker::writeRows(const Site &site, const uint64_t *addresses,
                        uint32_t count) {
  for (uint32_t lane = 0; lane < count; ++lane)
    write(site, lane, site.cta,
          static_cast<uint32_t>(addresses[lane]) & SharedOffsetMask, 16);
}

void Checker::atomic(const Site &site, uint32_t lane, uint32_t cta,
                     uint32_t address, uint32_t bytes, bool writes,
                     Order order) {
  WarpState &state = warp(site);
  auto location = std::make_pair(cta, uint64_t(address));
  synchronise(state, lane, strong_[location], writes, order);
  if (writes)
    return writeAs(site, lane, cta, address, bytes, Access::Strong);
  state.touch(1u << lane);
  shadows_[cta]->forWriters(
      address, bytes, [&](const Access &access, uint32_t at, uint32_t) {
        if (!access.has(Access::Strong) && !knowsWrite(state, lane, access))
          reportRace(site, lane, "reads", at, access);
      });
}

/// A strong access reads what earlier ones of the location released, and
/// releases itself.
void Checker::synchronise(WarpState &warp, uint32_t lane, SyncObject &location,
                          bool writes, Order order) {
  bool acquires = order == Order::Acquire || order == Order::AcquireRelease;
  bool releases = order == Order::Release || order == Order::AcquireRelease;
  if (acquires)
    learnAll(warp, 1u << lane, location.completed);
  else if (order != Order::Release)
    warp.seen[lane].join(location.completed);
  if (!writes)
    return;
  if (releases) {
    markReleased(warp);
    Knowledge &out = location.completed;
    out.join(warp.common);
    if ((warp.ownMask >> lane) & 1)
      out.join(warp.own.at(lane));
    out[View::Generic].raiseLane(warp.agent, lane, warp.released());
    return warp.tick();
  }
  auto fenced = warp.fenced.find(lane);
  if (fenced != warp.fenced.end())
    location.completed.join(fenced->second);
}

//===----------------------------------------------------------------------===//
// Writes after reads
//===----------------------------------------------------------------------===//

/// Does the lane know of the read, whichever lanes did it?
bool Checker::knowsRead(const WarpState &warp, uint32_t lane, uint32_t agent,
                        ReadStamp stamp) const {
  if (agent >= numWarps() || stamp.lane() < 32)
    return covers(warp, lane, View::Generic, agent,
                  agent < numWarps() ? stamp.lane() : VectorClock::allLanes,
                  stamp.clock());
  if (agent == warp.agent)
    return true;
  if (stamp.lane() != VectorClock::allLanes) {
    // Of bytes of several lanes, at least one is known to be read.
    const Knowledge *own =
        (warp.ownMask >> lane) & 1 ? &warp.own.at(lane) : nullptr;
    return warp.common[View::Generic].coversAny(agent, stamp.clock()) ||
           (own && (*own)[View::Generic].coversAny(agent, stamp.clock()));
  }
  const WarpState &reader = *warps_[agent];
  if (stamp.clock() > reader.clock)
    return false;
  if (reader.clock - stamp.clock() >= WarpState::historySize)
    return true;
  uint32_t lanes = reader.history[stamp.clock() % WarpState::historySize];
  bool known = true;
  for (; lanes != 0; lanes &= lanes - 1)
    known &= covers(warp, lane, View::Generic, agent,
                    static_cast<uint32_t>(__builtin_ctz(lanes)), stamp.clock());
  return known;
}

/// The bytes of a word that a stretch has.
static uint32_t byteMask(uint32_t word, uint32_t address, uint32_t bytes) {
  uint32_t first = std::max(address, word * 4) - word * 4;
  uint32_t last = std::min(address + bytes, word * 4 + 4) - word * 4;
  return ((1u << last) - 1) & ~((1u << first) - 1);
}

/// Everybody who reads these bytes must be done before they are written.
void Checker::checkReaders(const Site &site, uint32_t lane, uint32_t cta,
                           uint32_t address, uint32_t bytes,
                           const AsyncOp *op) {
  const WarpState &state = warp(site);
  const SharedShadow &shadow = *shadows_[cta];
  uint32_t begin = address / 4, end = (address + bytes + 3) / 4;
  for (uint32_t agent = 0; agent < shadow.numReaders(); ++agent) {
    const uint64_t *words = shadow.reads(agent);
    if (!words)
      continue;
    uint64_t limit = ReadStamp::limit(knownOf(state, lane, agent) + 1);
    uint64_t latest = 0;
    for (uint32_t word = begin; word < end; ++word)
      latest = std::max(latest, words[word]);
    if (latest < limit)
      continue;
    for (uint32_t word = begin; word < end; ++word) {
      ReadStamp stamp(words[word]);
      if (stamp.bits() < limit ||
          (stamp.mask() & byteMask(word, address, bytes)) == 0 ||
          knowsRead(state, lane, agent, stamp) || (!op && stamp.late()))
        continue;
      reportOverwrite(site, lane, word * 4, agent, stamp, op);
      break;
    }
  }
}

void Checker::reportOverwrite(const Site &site, uint32_t lane, uint32_t address,
                              uint32_t agent, ReadStamp stamp,
                              const AsyncOp *op) {
  std::string what = op ? std::string("the ") + op->what + " overwrites"
                        : std::string("writes");
  what += " shared address " + hexAddress(address) + ", which ";
  int at = lane < 32 ? static_cast<int>(lane) : -1;
  if (agent >= numWarps()) {
    const Timeline &timeline = timelines_[agent - numWarps()];
    if (firstAt("overwritten-source", site))
      report(site, at, "overwritten-source",
             std::string(ruleOf(timeline.kind)) + ": " + what + "the " +
                 nameOf(timeline.kind) + " of line " +
                 std::to_string(stamp.line()) + " may still read: " +
                 waitFor(timeline.kind) + " must come before");
    return;
  }
  std::string reader = describeLane(site, agent, stamp.lane(), stamp.line());
  if (stamp.late()) {
    if (firstAt("read-in-flight", site))
      report(site, at, "read-in-flight",
             "F2: " + what + reader +
                 " loads: the load was in flight when the warp arrived at the "
                 "mbarrier, and the arrival does not wait for it; each lane "
                 "that loads needs fence.proxy.async before the arrival (or "
                 "must use the loaded registers before it)");
    return;
  }
  if (firstAt("data-race", site))
    report(site, at, "data-race",
           (op ? "F2: " : "") + what + reader +
               " reads, and nothing orders the two: an arrival after the read "
               "and a wait for it before this are missing");
}

//===----------------------------------------------------------------------===//
// Async proxy
//===----------------------------------------------------------------------===//

/// A generic write that an asynchronous operation meets.
void Checker::checkProxy(const AsyncOp &op, uint32_t address,
                         const Access &access, bool reads) {
  const WarpState &state = warp(op.site);
  int lane = static_cast<int>(op.lane);
  std::string what = std::string("the ") + op.what +
                     (reads ? " reads" : " overwrites") + " shared address " +
                     hexAddress(address) + ", which ";
  const char *rule = reads ? "F1: " : "F2: ";
  if (!knowsWrite(state, op.lane, access)) {
    if (firstAt("data-race", op.site))
      report(op.site, lane, "data-race",
             rule + what + describeAccess(op.site, access) +
                 " wrote, and nothing orders the two: fence.proxy.async by the "
                 "writer and a barrier to the issuer are missing");
    return;
  }
  uint32_t by = access.has(Access::Async) ? VectorClock::allLanes : access.lane;
  if (op.generic ||
      covers(state, op.lane, View::AsyncShared, access.agent, by, access.clock))
    return;
  if (firstAt("missing-proxy-fence", op.site))
    report(op.site, lane, "missing-proxy-fence",
           rule + what + describeAccess(op.site, access) +
               " wrote without fence.proxy.async since: the writer must "
               "execute it before the barrier to the issuer");
}

void Checker::checkWriters(const AsyncOp &op, uint32_t cta, uint32_t address,
                           uint32_t bytes, bool reads) {
  const WarpState &state = warp(op.site);
  Access known;
  shadows_[cta]->forWriters(
      address, bytes, [&](const Access &access, uint32_t at, uint32_t) {
        if (access.clock == 0 || access == known)
          return;
        known = access;
        bool async =
            access.has(Access::Async) && !access.has(Access::GenericCopy);
        if (!async)
          return checkProxy(op, at, access, reads);
        bool ordered = knowsWrite(state, op.lane, access) ||
                       (access.agent == op.timeline &&
                        access.clock == op.clock && access.line == 0);
        if (!ordered)
          reportRace(op.site, op.lane,
                     (std::string("the ") + op.what +
                      (reads ? " reads" : " overwrites"))
                         .c_str(),
                     at, access);
      });
}

void Checker::asyncRead(const AsyncOp &op, uint32_t cta, uint32_t address,
                        uint32_t bytes) {
  checkWriters(op, cta, address, bytes, /*reads=*/true);
  ReadStamp stamp(op.clock, 0, 15, op.site.line);
  shadows_[cta]->setReads(op.timeline, address, bytes, stamp);
}

void Checker::asyncWrite(const AsyncOp &op, uint32_t cta, uint32_t address,
                         uint32_t bytes) {
  checkWriters(op, cta, address, bytes, /*reads=*/false);
  checkReaders(op.site, op.lane, cta, address, bytes, &op);
  checkOwnLoads(op, cta, address, bytes);
  Access access;
  access.clock = op.clock;
  access.line = op.site.line;
  access.agent = static_cast<uint16_t>(op.timeline);
  access.issuer = static_cast<uint16_t>(agentOf(op.site));
  access.lane = static_cast<uint8_t>(op.lane);
  access.flags = Access::Async | (op.generic ? Access::GenericCopy : 0);
  shadows_[cta]->setWriter(address, bytes, access);
}
