//===- CheckerState.h - What the checker knows of each warp -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_CHECKERSTATE_H
#define DGEMM_LIB_SIMULATOR_CHECKERSTATE_H

// Private to the Checker*.cpp files.

#include "Checker.h"
#include "SharedShadow.h"

#include <deque>

namespace dgemm::sim {

/// A stretch of shared memory that a load reads.
struct LoadedRow {
  uint32_t cta;
  uint32_t address;
  uint16_t bytes;
  uint8_t lane;
};

/// A load whose registers no instruction has named yet.
struct Checker::InFlightLoad {
  std::vector<LoadedRow> rows;
  std::vector<uint32_t> registers;
  uint32_t line = 0;
  /// Lanes that have not fenced since.
  uint32_t lanes = 0;
  /// Its warp arrived at an mbarrier meanwhile.
  bool released = false;
};

/// The timeline of the cp.async of a thread.
struct Checker::CpAsyncState {
  static constexpr size_t maxGroups = 256; // that a wait can leave pending

  uint32_t timeline = 0;
  uint32_t clock = 1;
  std::deque<uint32_t> commits; // the clocks of the latest groups
};

/// Warps and the lanes' own knowledge. `clock` is the time of accesses now; it
/// moves on when some of them have been handed to somebody else.
struct Checker::WarpState {
  /// What `touched` of the latest clocks was.
  static constexpr uint32_t historySize = 1024;

  uint32_t agent = 0;
  uint32_t live = ~0u;
  uint32_t clock = 1;
  uint32_t touched = 0;              // lanes that accessed memory at this clock
  uint32_t unsynced = 0;             // and since all lanes last met
  Knowledge common;                  // of all lanes
  std::map<uint32_t, Knowledge> own; // of single lanes, beyond that
  uint32_t ownMask = 0;              // lanes in `own`
  /// What a lane knew when it last executed a fence: what its relaxed writes
  /// release. What relaxed reads saw: what its next fence acquires.
  std::map<uint32_t, Knowledge> fenced, seen;
  /// The Tensor view as of tcgen05.fence::after_thread_sync.
  std::map<uint32_t, VectorClock> tensor;
  std::map<uint32_t, uint32_t> tensorClock; // of its lanes' tcgen05
  std::map<uint32_t, CpAsyncState> cpAsync; // of its lanes
  std::vector<uint32_t> history = std::vector<uint32_t>(historySize);

  std::vector<LoadedRow> recent; // read, but not yet a load in flight
  uint32_t recentLine = 0;
  std::vector<InFlightLoad> loads; // without rows: free
  std::vector<uint16_t> freeLoads;
  uint32_t numLoads = 0;
  std::vector<uint16_t> loadOf; // of each register, its index in loads plus 1

  void touch(uint32_t mask) {
    touched |= mask;
    unsynced |= mask;
    history[clock % historySize] = touched;
  }
  void tick() {
    if (touched == 0)
      return;
    ++clock;
    touched = 0;
    history[clock % historySize] = 0;
  }
  /// The time up to which all accesses are done with: to be released.
  uint32_t released() const { return touched != 0 ? clock : clock - 1; }
};

struct Checker::SyncObject {
  Knowledge arriving, completed;
};

struct Checker::MBarrierState {
  SyncObject sync;
  uint32_t timeline = ~0u;           // of its copies
  std::vector<uint32_t> outstanding; // clocks of copies under way
  // The init: by whom, when, and when the lane fenced after it.
  Moment init;
  uint32_t initLine = 0;
  uint32_t initFence = 0;
  uint16_t initAgent = 0;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_CHECKERSTATE_H
