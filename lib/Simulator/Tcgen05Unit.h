//===- Tcgen05Unit.h - The tensor core of a CTA -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_TCGEN05UNIT_H
#define DGEMM_LIB_SIMULATOR_TCGEN05UNIT_H

#include "Checker.h"
#include "TmemShadow.h"

#include <deque>

namespace dgemm::sim {

/// An mma, cp, shift or commit that a thread has issued. They execute in the
/// order of issue, at random later times.
struct Tcgen05Task {
  enum class Kind : uint8_t { Mma, Copy, Shift, Commit };
  Kind kind = Kind::Mma;
  uint32_t line = 0;
  uint32_t warp = 0;
  uint32_t lane = 0;
  Tcgen05Mma mma; // its `op` is of every kind
  MatrixDescriptor a, b;
  uint32_t d = 0; // address in tensor memory, also of cp and shift
  uint32_t tensorA = 0, scaleA = 0, scaleB = 0;
  bool accumulate = false;
  uint32_t scaleD = 0;
  /// Lanes of tensor memory (of both CTAs) that keep their values.
  uint32_t disabled[8] = {};
  uint64_t zeroColumns = 0; // .ws
  uint32_t mbarrier = 0;
  uint32_t ranks = 0;    // of .multicast::cluster
  uint32_t sequence = 0; // among those of its thread
  AsyncOp watched;       // for the checker

  bool isDisabled(const TmemCell &cell) const {
    unsigned bit = 128 * cell.cta + cell.lane;
    return (disabled[bit / 32] >> (bit % 32)) & 1;
  }
};

/// Registers that a tcgen05.ld fills until tcgen05.wait::ld.
struct Tcgen05Load {
  uint32_t warp = 0;
  uint32_t line = 0;
  std::vector<uint32_t> registers;
};

struct Tcgen05Unit {
  Tmem tmem;
  TmemShadow shadow;
  std::deque<Tcgen05Task> tasks;
  std::vector<Tcgen05Load> loads;
  /// Counts of cta_group::2 allocations in order, and how many were granted:
  /// both CTAs of the pair take part in each.
  std::vector<uint32_t> pairRequests;
  size_t pairGrants = 0;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_TCGEN05UNIT_H
