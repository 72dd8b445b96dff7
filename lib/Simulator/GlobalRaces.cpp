//===- GlobalRaces.cpp - Clusters that write the same memory --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GlobalRaces.h"
#include "Cluster.h"

#include <algorithm>
#include <tuple>

using namespace dgemm::sim;

void GlobalRaces::add(Cluster &cluster) {
  const Checker *checker = cluster.checker();
  if (!checker || checker->mayFollowOthers())
    return;
  uint32_t warps = cluster.context().warps;
  for (const Checker::GlobalWrite &write : checker->globalWrites())
    writes_.push_back({write.begin, write.end, cluster.index(),
                       cluster.cta(write.agent / warps).index(),
                       write.agent % warps, write.lane, write.line});
}

std::vector<GlobalRaces::Race> GlobalRaces::find() {
  std::sort(writes_.begin(), writes_.end(), [](const Write &a, const Write &b) {
    return std::tie(a.begin, a.cluster, a.end) <
           std::tie(b.begin, b.cluster, b.end);
  });
  std::vector<Race> races;
  std::set<std::pair<uint32_t, uint32_t>> seen;
  // Of the writes so far, that which reaches furthest, and the same without
  // its cluster.
  const Write *first = nullptr, *second = nullptr;
  for (const Write &write : writes_) {
    const Write *other =
        first && first->cluster == write.cluster ? second : first;
    if (other && other->end > write.begin &&
        seen.insert(std::minmax(other->line, write.line)).second)
      races.push_back({write, *other});
    if (!first || write.cluster == first->cluster) {
      if (!first || write.end > first->end)
        first = &write;
    } else if (write.end > first->end) {
      second = first;
      first = &write;
    } else if (!second || write.end > second->end) {
      second = &write;
    }
  }
  return races;
}
