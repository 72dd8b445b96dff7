//===- Swizzle.h - Where a byte of a swizzled tile lies ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_SWIZZLE_H
#define DGEMM_SIMULATOR_SWIZZLE_H

// A swizzle permutes 16-byte units (32 or 64 in the "atom" modes) within a line
// of shared memory. It is an XOR on bits of the absolute shared-memory address,
// never of an offset into a tile, and its own inverse.

#include <cstdint>

namespace dgemm::sim {

/// Values as in the driver's tensor-map encoder.
enum class Swizzle : uint8_t {
  None = 0,
  B32 = 1,
  B64 = 2,
  B128 = 3,
  B128Atom32 = 4,
  B128Atom32Flip8 = 5,
  B128Atom64 = 6
};

/// The physical address of logical address `a`, and the other way round.
constexpr uint32_t swizzle(Swizzle mode, uint32_t a) {
  switch (mode) {
  case Swizzle::None:
    return a;
  case Swizzle::B32:
    return a ^ (((a >> 7) & 1) << 4);
  case Swizzle::B64:
    return a ^ (((a >> 7) & 3) << 4);
  case Swizzle::B128:
    return a ^ (((a >> 7) & 7) << 4);
  case Swizzle::B128Atom32:
    return a ^ (((a >> 7) & 3) << 5);
  case Swizzle::B128Atom32Flip8:
    return a ^ (((a >> 7) & 3) << 5) ^ (((a >> 7) & 1) << 3);
  case Swizzle::B128Atom64:
    return a ^ (((a >> 7) & 1) << 6);
  }
  return a;
}

/// Bytes of one row of a swizzled tile in shared memory; 0 without swizzle.
constexpr uint32_t swizzleSpan(Swizzle mode) {
  switch (mode) {
  case Swizzle::None:
    return 0;
  case Swizzle::B32:
    return 32;
  case Swizzle::B64:
    return 64;
  default:
    return 128;
  }
}

/// Bytes that stay contiguous and in order: addresses within an aligned unit of
/// this size move together. 0 means that all do.
constexpr uint32_t swizzleUnit(Swizzle mode) {
  switch (mode) {
  case Swizzle::None:
    return 0;
  case Swizzle::B128Atom32:
    return 32;
  case Swizzle::B128Atom32Flip8:
    return 8;
  case Swizzle::B128Atom64:
    return 64;
  default:
    return 16;
  }
}

/// The pattern repeats after this many bytes. A tile that starts at a multiple
/// of it may be addressed relative to its start. 16 without swizzle.
constexpr uint32_t swizzleRepeat(Swizzle mode) {
  switch (mode) {
  case Swizzle::None:
    return 16;
  case Swizzle::B32:
  case Swizzle::B128Atom64:
    return 256;
  case Swizzle::B128:
    return 1024;
  default:
    return 512;
  }
}

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_SWIZZLE_H
