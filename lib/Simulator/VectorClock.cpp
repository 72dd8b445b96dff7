//===- VectorClock.cpp - What a thread knows to have happened -------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorClock.h"

#include <algorithm>

using namespace dgemm::sim;

void VectorClock::clear() {
  clocks_.clear();
  lanes_.clear();
}

bool VectorClock::coversLane(uint32_t agent, uint32_t lane,
                             uint32_t clock) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [=](const LaneClock &entry) {
    return entry.agent == agent && entry.lane == lane && clock <= entry.clock;
  });
}

bool VectorClock::coversAny(uint32_t agent, uint32_t clock) const {
  return clock <= get(agent) ||
         std::any_of(lanes_.begin(), lanes_.end(), [=](const LaneClock &entry) {
           return entry.agent == agent && clock <= entry.clock;
         });
}

void VectorClock::raise(uint32_t agent, uint32_t clock) {
  if (clock <= get(agent))
    return;
  if (agent >= clocks_.size())
    clocks_.resize(agent + 1);
  clocks_[agent] = clock;
  if (lanes_.empty())
    return;
  lanes_.erase(std::remove_if(lanes_.begin(), lanes_.end(),
                              [=](const LaneClock &entry) {
                                return entry.agent == agent &&
                                       entry.clock <= clock;
                              }),
               lanes_.end());
}

void VectorClock::raiseLane(uint32_t agent, uint32_t lane, uint32_t clock) {
  if (lane == allLanes)
    return raise(agent, clock);
  if (clock <= get(agent))
    return;
  for (LaneClock &entry : lanes_) {
    if (entry.agent != agent || entry.lane != lane)
      continue;
    if (clock <= entry.clock)
      return;
    entry.clock = clock;
    return fold(agent);
  }
  lanes_.push_back({agent, lane, clock});
  fold(agent);
}

/// Entries of all lanes of a warp become one of the warp.
void VectorClock::fold(uint32_t agent) {
  if (lanes_.size() < 32)
    return;
  uint32_t seen = 0, least = ~0u;
  for (const LaneClock &entry : lanes_) {
    if (entry.agent != agent)
      continue;
    seen |= 1u << entry.lane;
    least = std::min(least, entry.clock);
  }
  if (seen == ~0u)
    raise(agent, least);
}

void VectorClock::join(const VectorClock &other) {
  if (other.clocks_.size() > clocks_.size())
    clocks_.resize(other.clocks_.size());
  bool drop = false;
  for (size_t i = 0; i < other.clocks_.size(); ++i) {
    drop |= other.clocks_[i] > clocks_[i];
    clocks_[i] = std::max(clocks_[i], other.clocks_[i]);
  }
  if (drop && !lanes_.empty())
    lanes_.erase(std::remove_if(lanes_.begin(), lanes_.end(),
                                [this](const LaneClock &entry) {
                                  return entry.clock <= get(entry.agent);
                                }),
                 lanes_.end());
  for (const LaneClock &entry : other.lanes_)
    raiseLane(entry.agent, entry.lane, entry.clock);
}
