//===- Checker.h - Finds accesses that nothing orders -----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_CHECKER_H
#define DGEMM_LIB_SIMULATOR_CHECKER_H

// One checker watches the CTAs of a cluster. Executors tell it of each access
// to memory and of each synchronisation; it reports two accesses that conflict
// and that no chain of synchronisation orders, whatever order this run
// happened to take. rules: F1 to F14, as docs/Simulator.md lists them.
//
// An agent is a warp (its lanes share a clock, VectorClock.h) or a timeline: a
// sequence of asynchronous operations that become known in order. There is one
// timeline for the copies that complete on an mbarrier, one for the bulk
// groups of a thread, one for the wgmma groups of a warp, and so on. An
// operation on a timeline is nobody's knowledge until it is published: by the
// completed phase of an mbarrier, or by the wait of a thread (learn).
//
// How an executor uses it, where `site` is the CTA's rank in its cluster, the
// warp within the CTA and the line of the PTX:
//   * generic loads and stores: read, write, atomic before the bytes move, for
//     each lane; readRows and writeRows for ldmatrix and stmatrix;
//   * loads that fill registers: loaded, after read, and uses for what later
//     instructions name (the executor calls it for every instruction);
//   * synchronisation: sync, arrive / acquire on a SyncId, mbarrier...;
//   * asynchronous operations: begin... makes an AsyncOp at issue, then
//     asyncRead and asyncWrite for each stretch of shared memory (still at
//     issue), globalRead and globalWrite for global memory.
// Addresses of shared memory are offsets in the window of the CTA that owns
// the bytes, which `cta` names.

#include "VectorClock.h"
#include "dgemm/Simulator/Program.h"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace dgemm::sim {

class SharedShadow;
class ReadStamp;
struct Access;
struct LoadedRow;

/// Where an instruction executes.
struct Site {
  uint32_t cta = 0;  // rank in the cluster
  uint32_t warp = 0; // in the CTA
  uint32_t line = 0; // of the PTX
};

/// A finding without what the launch adds to it.
struct CheckerFinding {
  std::string kind;
  std::string message;
  uint32_t cta = 0; // rank in the cluster
  int warp = -1;
  int lane = -1;
  uint32_t line = 0;
};

/// What belongs to a timeline. The key says which of its kind, in the CTA.
enum class TimelineKind : uint8_t {
  MBarrierCopy, // copies that complete bytes on an mbarrier; key: its address
  BulkRead,     // sources of the bulk groups of a thread; key: the thread
  BulkWrite,    // destinations of the bulk groups of a thread
  CpAsync,      // cp.async of a thread
  Wgmma,        // wgmma groups of a warpgroup; key: its number
  Tensor        // tcgen05.mma, cp, shift of a thread
};

/// An asynchronous operation at its issue.
struct AsyncOp {
  Site site;
  uint32_t lane = 0;
  uint32_t timeline = 0; // an agent
  uint32_t clock = 0;    // on it
  const char *what = ""; // "TMA load", "wgmma"
  /// cp.async goes through the generic proxy.
  bool generic = false;
};

/// Something that hands knowledge from those who arrive to those who acquire.
using SyncId = uint32_t;

class Checker {
public:
  struct Shape {
    uint32_t ctas = 1;      // of the cluster
    uint32_t warps = 1;     // of a CTA
    uint32_t threads = 32;  // of a CTA
    uint32_t sharedEnd = 0; // of the window of a CTA
    uint32_t registers = 0; // of the kernel
  };
  using Sink = std::function<void(CheckerFinding &&)>;

  Checker(const Shape &shape, Sink sink);
  ~Checker();

  //===------------------------------------------------------------------===//
  // Accesses of threads: shared memory, generic proxy
  //===------------------------------------------------------------------===//

  void read(const Site &site, uint32_t lane, uint32_t cta, uint32_t address,
            uint32_t bytes);
  void write(const Site &site, uint32_t lane, uint32_t cta, uint32_t address,
             uint32_t bytes);
  /// An atomic, or a ld / st that is relaxed, volatile or stronger: those of
  /// different threads do not race with each other.
  void atomic(const Site &site, uint32_t lane, uint32_t cta, uint32_t address,
              uint32_t bytes, bool writes, Order order);
  /// ldmatrix / stmatrix: a row of 16 bytes at each of `count` addresses, lane
  /// by lane. The warp as a whole reads or writes them.
  void readRows(const Site &site, const uint64_t *addresses, uint32_t count);
  void writeRows(const Site &site, const uint64_t *addresses, uint32_t count);

  //===------------------------------------------------------------------===//
  // Loads in flight
  //===------------------------------------------------------------------===//

  /// The shared loads since the last call fill this register. They are in
  /// flight until an instruction of the warp names one of their registers, a
  /// lane that loaded executes fence.proxy.async, or the warp meets a barrier
  /// of the CTA.
  void loaded(const Site &site, const uint32_t *registers, size_t count);
  bool loadsInFlight(uint32_t cta, uint32_t warp) const;
  /// An instruction names the register.
  void uses(const Site &site, uint32_t reg);
  /// mov: whoever uses `to` waits for what fills `from`.
  void copies(const Site &site, uint32_t from, uint32_t to);

  //===------------------------------------------------------------------===//
  // Threads and warps
  //===------------------------------------------------------------------===//

  /// Lanes that still execute. Tell of it before an exit.
  void setLive(uint32_t cta, uint32_t warp, uint32_t live);
  /// bar.warp.sync, shfl.sync, .aligned instructions of these lanes: each is
  /// ordered after what the others did before.
  void sync(const Site &site, uint32_t mask);
  void fence(const Site &site, uint32_t mask, FenceKind kind);
  //===------------------------------------------------------------------===//
  // Barriers that are not mbarriers: named barriers, barrier.cluster
  //===------------------------------------------------------------------===//

  SyncId makeSync();
  /// The lanes release what they know into the current phase.
  void arrive(const Site &site, uint32_t mask, SyncId object);
  /// A barrier of threads also ends the loads in flight of the warp.
  void arriveBarrier(const Site &site, uint32_t mask, SyncId object);
  /// A relaxed arrival releases inits of mbarriers that the lanes have fenced,
  /// and nothing else.
  void arriveRelaxed(const Site &site, uint32_t mask, SyncId object);
  /// All have arrived: what they released is there for acquire.
  void completePhase(SyncId object);
  void acquire(const Site &site, uint32_t mask, SyncId object);

  //===------------------------------------------------------------------===//
  // mbarriers, by owner and address. Tell of each operation, after it, whether
  // it completed a phase.
  //===------------------------------------------------------------------===//

  void mbarrierInit(const Site &site, uint32_t lane, uint32_t cta,
                    uint32_t address);
  void mbarrierInval(const Site &site, uint32_t lane, uint32_t cta,
                     uint32_t address);
  /// arrive, arrive_drop, expect_tx; `release` is false for .relaxed and
  /// for expect_tx. Call before the object changes.
  void mbarrierArrive(const Site &site, uint32_t mask, uint32_t cta,
                      uint32_t address, bool release);
  /// The phase has completed: `phases` of them since init.
  void mbarrierPhase(uint32_t cta, uint32_t address, uint64_t phases);
  /// A wait succeeded. `acquire` is false for .relaxed.
  void mbarrierWaited(const Site &site, uint32_t mask, uint32_t cta,
                      uint32_t address, bool acquire);
  /// An asynchronous arrival (tcgen05.commit, cp.async.mbarrier.arrive)
  /// happens: the operations of the timeline up to `clock` are published with
  /// the phase. Before mbarrierPhase.
  void mbarrierPublish(uint32_t cta, uint32_t address, uint32_t timeline,
                       uint32_t clock);
  /// tcgen05.commit, at issue: what the lane issued up to now. Whoever sees the
  /// phase also knows what the lane knows now. Tell of the arrival with
  /// mbarrierPublish.
  void commitTensor(const Site &site, uint32_t lane, uint32_t cta,
                    uint32_t address);

  //===------------------------------------------------------------------===//
  // Asynchronous operations
  //===------------------------------------------------------------------===//

  uint32_t timeline(TimelineKind kind, uint32_t cta, uint32_t key);
  /// An operation at `clock` (from 1 on) of a timeline: for a group, how many
  /// groups were committed before, plus 1.
  AsyncOp begin(const Site &site, uint32_t lane, TimelineKind kind,
                uint32_t cta, uint32_t key, uint32_t clock, const char *what);
  /// A copy that completes bytes on an mbarrier (of `cta`) that has completed
  /// `phases` phases so far.
  AsyncOp beginOnMBarrier(const Site &site, uint32_t lane, uint32_t cta,
                          uint32_t address, uint64_t phases, const char *what);
  /// It has completed its bytes. Before mbarrierPhase.
  void endOnMBarrier(const AsyncOp &op);
  /// Reads and writes of shared memory by the operation: at issue.
  void asyncRead(const AsyncOp &op, uint32_t cta, uint32_t address,
                 uint32_t bytes);
  void asyncWrite(const AsyncOp &op, uint32_t cta, uint32_t address,
                  uint32_t bytes);
  /// tcgen05.mma, cp, shift and commit of a lane. Each has a time of its own.
  AsyncOp beginTensor(const Site &site, uint32_t lane);
  /// cp.async of a lane: its timeline moves on with each commit_group, and with
  /// each wait_all and cp.async.mbarrier.arrive. The latter returns what
  /// mbarrierPublish makes known when the arrival happens.
  AsyncOp beginCpAsync(const Site &site, uint32_t lane);
  void commitCpAsync(const Site &site, uint32_t mask);
  void waitCpAsync(const Site &site, uint32_t lane, bool all, uint32_t pending);
  uint32_t arriveCpAsync(const Site &site, uint32_t lane, uint32_t address);
  /// The lanes waited for the operations of the timeline up to `clock`.
  void learn(const Site &site, uint32_t mask, uint32_t timeline,
             uint32_t clock);

  //===------------------------------------------------------------------===//
  // Global memory: against what the same cluster wrote
  //===------------------------------------------------------------------===//

  void globalRead(const Site &site, uint32_t lane, uint64_t address,
                  uint32_t bytes);
  void globalWrite(const Site &site, uint32_t lane, uint64_t address,
                   uint32_t bytes);
  void globalAtomic(const Site &site, uint32_t lane, uint64_t address,
                    uint32_t bytes, bool writes, Order order);
  /// By an asynchronous operation.
  void globalAsyncRead(const AsyncOp &op, uint64_t address, uint32_t bytes);
  void globalAsyncWrite(const AsyncOp &op, uint64_t address, uint32_t bytes,
                        bool reduction = false);
  /// The last plain writer of a stretch.
  struct GlobalWrite {
    uint64_t begin = 0, end = 0;
    uint32_t agent = 0; // rank * warps + warp
    uint32_t lane = 0;
    uint32_t line = 0;
  };
  /// In the order of addresses, without those of strong accesses.
  std::vector<GlobalWrite> globalWrites() const;
  /// Some access to global memory was strong: it may have been ordered after
  /// what other clusters do.
  bool mayFollowOthers() const { return strongGlobal_; }

  //===------------------------------------------------------------------===//
  // For what executors check themselves (TMEM, registers of wgmma)
  //===------------------------------------------------------------------===//

  /// Something that happens now: keep it, and ask later who knows it.
  struct Moment {
    uint32_t agent = 0;
    uint32_t lane = 0;
    uint32_t clock = 0;
  };
  /// An access by the lane at this point of its program.
  Moment now(const Site &site, uint32_t lane);
  Moment moment(const AsyncOp &op) const;
  /// Does it happen before what the lane does now? In the Tensor view: with
  /// tcgen05.fence before the arrival and after the wait.
  bool knows(const Site &site, uint32_t lane, const Moment &moment,
             View view = View::Generic) const;
  void report(const Site &site, int lane, const char *kind,
              const std::string &message);

private:
  struct WarpState;
  struct InFlightLoad;
  struct SyncObject;
  struct MBarrierState;
  struct CpAsyncState;
  struct Timeline {
    TimelineKind kind;
    uint32_t cta;
    uint32_t key;
  };

  uint32_t numWarps() const { return static_cast<uint32_t>(warps_.size()); }
  uint32_t agentOf(const Site &site) const {
    return site.cta * shape_.warps + site.warp;
  }
  WarpState &warp(const Site &site) { return *warps_[agentOf(site)]; }
  const WarpState &warp(const Site &site) const {
    return *warps_[agentOf(site)];
  }

  // Checker.cpp: who knows what.
  bool covers(const WarpState &warp, uint32_t lane, View view, uint32_t agent,
              uint32_t agentLane, uint32_t clock) const;
  uint32_t knownOf(const WarpState &warp, uint32_t lane, uint32_t agent) const;
  void release(WarpState &warp, uint32_t mask, Knowledge &out);
  void learnAll(WarpState &warp, uint32_t mask, const Knowledge &knowledge);
  void publish(WarpState &warp, uint32_t mask, View view);
  void fenceThreads(WarpState &warp, uint32_t mask);
  void fenceInits(WarpState &warp, uint32_t mask);
  MBarrierState &mbarrier(uint32_t cta, uint32_t address);
  /// Whether the lane knows what the init's lane had done to it by `clock`.
  bool knowsInit(const WarpState &warp, uint32_t lane, const Moment &init,
                 uint32_t clock) const;
  void checkInit(const Site &site, uint32_t lane, const MBarrierState &barrier,
                 uint32_t address);

  // CheckerAccess.cpp: shared memory.
  static std::string hexAddress(uint64_t address);
  static const char *nameOf(TimelineKind kind);
  bool firstAt(const char *kind, const Site &site);
  std::string describeLane(const Site &site, uint32_t agent, uint32_t lane,
                           uint32_t line) const;
  std::string describeAccess(const Site &site, const Access &access) const;
  CpAsyncState &cpAsync(const Site &site, uint32_t lane);
  void checkInitFence(const Site &site, uint32_t lane,
                      const MBarrierState &barrier, uint32_t address);
  bool knowsWrite(const WarpState &warp, uint32_t lane,
                  const Access &access) const;
  bool knowsRead(const WarpState &warp, uint32_t lane, uint32_t agent,
                 ReadStamp stamp) const;
  void writeAs(const Site &site, uint32_t lane, uint32_t cta, uint32_t address,
               uint32_t bytes, uint8_t flags);
  void synchronise(WarpState &warp, uint32_t lane, SyncObject &location,
                   bool writes, Order order);
  void checkReaders(const Site &site, uint32_t lane, uint32_t cta,
                    uint32_t address, uint32_t bytes, const AsyncOp *op);
  void checkWriters(const AsyncOp &op, uint32_t cta, uint32_t address,
                    uint32_t bytes, bool reads);
  void checkProxy(const AsyncOp &op, uint32_t address, const Access &access,
                  bool reads);
  void reportRace(const Site &site, uint32_t lane, const char *what,
                  uint32_t address, const Access &access);
  void reportOverwrite(const Site &site, uint32_t lane, uint32_t address,
                       uint32_t agent, ReadStamp stamp, const AsyncOp *op);

  // CheckerGlobal.cpp
  template <typename F>
  void forPages(uint64_t address, uint32_t bytes, bool make, F visit);
  void reportGlobal(const Site &site, uint32_t lane, const std::string &what,
                    uint64_t address, const Access &access,
                    const char *missing);
  void checkGlobal(const Site &site, uint32_t lane, uint64_t address,
                   uint32_t bytes, bool writes, uint8_t flags);
  void checkGlobalCopy(const AsyncOp &op, SharedShadow &page, uint32_t at,
                       uint32_t bytes, uint64_t base, const char *verb,
                       uint8_t flags);

  // CheckerLoads.cpp: loads in flight.
  void noteLoaded(WarpState &warp, const Site &site, const LoadedRow &row);
  bool joinOtherLanes(WarpState &warp, const Site &site, uint32_t reg);
  void retire(WarpState &warp, uint32_t index);
  void retireLanes(WarpState &warp, uint32_t mask);
  void markReleased(WarpState &warp);
  void checkOwnLoads(const AsyncOp &op, uint32_t cta, uint32_t address,
                     uint32_t bytes);

  Shape shape_;
  std::map<uint64_t, std::unique_ptr<SharedShadow>> pages_; // of global memory
  bool strongGlobal_ = false;
  Sink sink_;
  std::vector<std::unique_ptr<WarpState>> warps_;      // by agent
  std::vector<std::unique_ptr<SharedShadow>> shadows_; // by rank
  std::vector<std::unique_ptr<SyncObject>> syncs_;
  std::map<std::pair<uint32_t, uint32_t>, std::unique_ptr<MBarrierState>>
      mbarriers_; // by rank and address
  std::map<std::array<uint32_t, 3>, uint32_t> timelineOf_;
  std::vector<uint32_t> cpAsyncTimelines_;
  std::vector<Timeline> timelines_; // agents from numWarps() on
  std::map<std::pair<uint32_t, uint64_t>, SyncObject> strong_;
  std::set<std::pair<std::string, uint32_t>> reported_;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_CHECKER_H
