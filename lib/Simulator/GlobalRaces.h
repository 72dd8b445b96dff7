//===- GlobalRaces.h - Clusters that write the same memory ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_GLOBALRACES_H
#define DGEMM_LIB_SIMULATOR_GLOBALRACES_H

#include "Checker.h"

namespace dgemm::sim {

class Cluster;

/// Only strong accesses to global memory can order what different clusters of
/// a launch do. Two clusters that made none, and wrote the same byte, race in
/// whatever order they ran.
class GlobalRaces {
public:
  /// What a cluster wrote, once it has ended.
  void add(Cluster &cluster);

  struct Write {
    uint64_t begin = 0, end = 0;
    uint32_t cluster = 0;
    uint32_t cta = 0; // index in the grid
    uint32_t warp = 0;
    uint32_t lane = 0;
    uint32_t line = 0;
  };
  /// A write, and the one of another cluster that it overlaps.
  using Race = std::pair<Write, Write>;
  /// One for each pair of lines, in the order of addresses. Ends the
  /// collection.
  std::vector<Race> find();

private:
  std::vector<Write> writes_;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_GLOBALRACES_H
