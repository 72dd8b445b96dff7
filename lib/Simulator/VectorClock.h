//===- VectorClock.h - What a thread knows to have happened -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_VECTORCLOCK_H
#define DGEMM_LIB_SIMULATOR_VECTORCLOCK_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dgemm::sim {

/// For each agent (a warp, or a timeline of asynchronous operations) the time
/// up to which everything that it did is known to have happened. The lanes of a
/// warp share one clock; where more is known of some lanes than of the others,
/// an entry of its own says so.
class VectorClock {
public:
  static constexpr uint32_t allLanes = 32;

  bool empty() const { return clocks_.empty() && lanes_.empty(); }
  void clear();

  /// What is known of every lane of the agent.
  uint32_t get(uint32_t agent) const {
    return agent < clocks_.size() ? clocks_[agent] : 0;
  }
  /// Is what `lane` (or every lane: allLanes) of the agent did at `clock`
  /// known?
  bool covers(uint32_t agent, uint32_t lane, uint32_t clock) const {
    return clock <= get(agent) ||
           (!lanes_.empty() && coversLane(agent, lane, clock));
  }

  /// The same of at least one lane.
  bool coversAny(uint32_t agent, uint32_t clock) const;

  void raise(uint32_t agent, uint32_t clock);
  void raiseLane(uint32_t agent, uint32_t lane, uint32_t clock);
  void join(const VectorClock &other);

private:
  struct LaneClock {
    uint32_t agent;
    uint32_t lane;
    uint32_t clock;
  };

  bool coversLane(uint32_t agent, uint32_t lane, uint32_t clock) const;
  void fold(uint32_t agent);

  std::vector<uint32_t> clocks_; // by agent; those behind the end are at 0
  std::vector<LaneClock> lanes_;
};

/// The ways in which an access may be known. Knowing that it was performed in
/// the generic proxy is not enough for an access through another one.
enum class View : uint8_t {
  Generic,
  AsyncShared, // fence.proxy.async of shared memory came after it
  AsyncGlobal, // fence.proxy.async of global memory came after it
  Tensor,      // tcgen05.fence::before_thread_sync came after it
  MBarrierInit // fence.mbarrier_init came after it; inits of mbarriers only
};

/// All that an arrival hands over to those who wait for it.
struct Knowledge {
  static constexpr size_t numViews = 5;
  VectorClock clocks[numViews];

  VectorClock &operator[](View view) {
    return clocks[static_cast<size_t>(view)];
  }
  const VectorClock &operator[](View view) const {
    return clocks[static_cast<size_t>(view)];
  }
  void join(const Knowledge &other) {
    for (size_t i = 0; i < numViews; ++i)
      clocks[i].join(other.clocks[i]);
  }
  void clear() {
    for (VectorClock &clock : clocks)
      clock.clear();
  }
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_VECTORCLOCK_H
