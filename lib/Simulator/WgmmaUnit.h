//===- WgmmaUnit.h - wgmma of a CTA from issue to wait ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_WGMMAUNIT_H
#define DGEMM_LIB_SIMULATOR_WGMMAUNIT_H

#include "dgemm/Simulator/Program.h"

#include <array>
#include <deque>

namespace dgemm::sim {

/// A wgmma.mma_async under way. The four warps of its warpgroup issue it one
/// after another; then it executes at some time, and at the latest when a warp
/// waits for it.
struct AsyncWgmma {
  /// With its run-time flag: accumulate.
  WgmmaOp op;
  const Instruction *instruction = nullptr;
  uint32_t issued = 0;                 // mask of warps
  std::array<uint32_t, 4> frames = {}; // of each warp, whose registers it uses
  uint64_t descriptors[2] = {0, 0};
  /// Of the pieces of 16 bytes that it reads.
  std::vector<uint32_t> addresses[2];
};

/// One register of a warp, as wgmma sees it. The numbers of wgmmas count from
/// one in each warpgroup.
struct WgmmaRegister {
  /// Fences of the warp, plus one, when another instruction last used it.
  uint32_t touched = 0;
  /// The last wgmma with the register in D, its shape (N), and the fences of
  /// the warp by then.
  uint32_t writer = 0;
  uint32_t shape = 0;
  uint32_t fences = 0;
  /// The last wgmma with the register in A.
  uint32_t reader = 0;
};

/// One of the four warps.
struct WgmmaMember {
  uint64_t events = 0; // wgmma instructions of any kind that it passed
  uint32_t fences = 0;
  uint32_t commits = 0;
  uint32_t issued = 0; // number of its last wgmma
  uint32_t waited = 0; // its wgmmas up to this one are complete
  uint32_t frame = 0;  // that last executed a wgmma instruction
  std::vector<WgmmaRegister> registers; // of that frame
};

/// Four consecutive warps, the first a multiple of four.
struct Warpgroup {
  static constexpr uint32_t size = 4;
  static constexpr uint32_t all = (1u << size) - 1;

  /// Instructions that some but not all warps have passed.
  struct Event {
    const Instruction *instruction = nullptr;
    uint32_t passed = 0;
  };
  std::deque<Event> events;
  uint64_t firstEvent = 0;
  /// From number `released` + 1 on: those that not all warps waited for.
  std::deque<AsyncWgmma> operations;
  uint32_t released = 0;
  uint32_t executed = 0;
  /// The last wgmma of each group from number `firstCommit` on.
  std::deque<uint32_t> commits;
  uint32_t firstCommit = 0;
  std::array<WgmmaMember, size> members;

  AsyncWgmma &operation(uint32_t number) {
    return operations[number - released - 1];
  }
};

/// The warpgroups of a CTA.
struct WgmmaUnit {
  std::vector<Warpgroup> groups;
  /// Wgmmas that all warps issued and that did not execute.
  uint32_t ready = 0;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_WGMMAUNIT_H
