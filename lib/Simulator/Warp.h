//===- Warp.h - Lanes, groups of lanes, frames of calls ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_WARP_H
#define DGEMM_LIB_SIMULATOR_WARP_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dgemm::sim {

struct WgmmaMember;

/// What an operand is in every lane, zero- or sign-extended.
struct alignas(64) Lanes {
  uint64_t v[32];
  uint64_t &operator[](size_t lane) { return v[lane]; }
  uint64_t operator[](size_t lane) const { return v[lane]; }
};

/// Why lanes do not go on. The instruction is tried again when it may.
enum class Wait : uint8_t {
  None,
  Converge,  // the other lanes of the warp, at an aligned instruction
  Barrier,   // a named barrier
  Cluster,   // the cluster barrier
  MBarrier,  // the phase of an mbarrier
  BulkGroup, // copies of the thread
  CopyGroup, // cp.async of the thread
  Registers, // setmaxnreg.inc
  Tmem,      // columns of tensor memory, or the other CTA of the pair
  Wgmma      // groups of wgmma
};

/// Lanes of a warp at the same instruction.
struct Group {
  uint32_t pc = 0;
  uint32_t mask = 0;
  Wait wait = Wait::None;
  uint32_t frame = 0;      // in Warp::frames
  uint64_t waitsSince = 0; // slice in which the wait began; 0: none
};

/// One call of a device function by some lanes, or (number 0) the kernel.
struct Frame {
  uint32_t caller = 0;   // frame
  uint32_t call = 0;     // index of the call instruction
  uint32_t function = 0; // in Kernel::functions
  uint32_t lanes = 0;    // that are in it or in what it calls; 0: free
  uint32_t depth = 0;
  uint32_t base = 0; // of its memory, in the local memory of each thread
  uint32_t end = 0;
  /// Of a frame whose lanes do not run; else Warp has them.
  std::vector<uint32_t> registers, defined;
};

struct Warp {
  uint32_t index = 0;
  uint32_t live = 0;
  std::vector<Group> groups;
  /// Of the frame whose lanes run: see Cta::enterFrame.
  std::vector<uint32_t> registers;
  /// A bit per lane for each register: it holds a defined value.
  std::vector<uint32_t> defined;
  uint32_t carry = 0;
  /// The try_wait that failed last for its time, not for its phase.
  uint32_t gaveUpAt = ~0u;
  uint32_t registerCount = 0;   // of setmaxnreg
  WgmmaMember *wgmma = nullptr; // once it uses wgmma
  std::vector<Frame> frames;
  uint32_t frame = 0; // whose registers these are
};

/// Local memory of a thread: as much as its calls have taken so far.
struct LocalMemory {
  std::vector<uint8_t> bytes, written;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_WARP_H
