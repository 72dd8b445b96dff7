//===- CopyForm.h - What the modifiers of a copy say ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_COPYFORM_H
#define DGEMM_SIMULATOR_COPYFORM_H

// The asynchronous copies of PTX as data: cp.async.bulk, cp.async.bulk.tensor,
// their reductions and prefetches, cp.async, and tensormap.replace.

#include "dgemm/Simulator/TensorCopy.h"

#include <string_view>

namespace dgemm::sim {

/// `.target` in numbers: sm_120a is 120 and 'a', sm_100f is 100 and 'f'.
struct Chip {
  unsigned number = 0;
  char suffix = 0;

  bool hasSuffix() const { return suffix == 'a' || suffix == 'f'; }
  /// Features of the sm_100 family alone, sm_120 lacks them: cta_group, tile
  /// modes with four rows in .shared::cluster.
  bool isDatacenterBlackwell() const {
    return number >= 100 && number < 120 && hasSuffix();
  }
  /// Types 13 to 15 and swizzles 4 to 6 of tensor maps.
  bool hasSubByteMaps() const { return number >= 100; }
  /// Bytes of shared memory that a CTA may have, static and dynamic: the
  /// table of compute capabilities in the CUDA C++ Programming Guide.
  uint32_t sharedMemoryLimit() const;
};

/// A name that is not sm_N gives number 0.
Chip parseChip(std::string_view target);

/// A bulk copy. Operands are indices into those of the instruction, -1 where
/// there is none.
struct CopyForm {
  enum class Path : uint8_t {
    GlobalToShared,  // completes on an mbarrier
    SharedToGlobal,  // completes in a bulk group
    SharedToCluster, // completes on an mbarrier beside the destination
    Prefetch         // into L2: no effect
  };
  enum class Mode : uint8_t { Bulk, Tile, Gather4, Scatter4 };
  Path path = Path::GlobalToShared;
  Mode mode = Mode::Bulk;
  uint8_t rank = 0;       // of the tensor
  bool toCluster = false; // the destination is spelt .shared::cluster
  bool multicast = false; // to the CTAs of a mask
  bool byteMask = false;  // .cp_mask
  uint8_t ctaGroup = 0;   // .cta_group::N, or 0
  bool reduces = false;   // the destination combines with the source
  ReduceOp reduceOp = ReduceOp::Add;
  ReduceType reduceType = ReduceType::U32; // plain copies: the map has it else

  int8_t shared = -1; // address in the CTA's own shared memory
  int8_t remote = -1; // destination in the cluster (SharedToCluster)
  int8_t global = -1; // address, or tensor map with coordinates
  int8_t size = -1;   // bytes
  int8_t mbarrier = -1;
  int8_t ctaMask = -1;
  int8_t bytes = -1; // 16-bit mask of .cp_mask

  /// Coordinates of the instruction.
  unsigned coordinates() const {
    return mode == Mode::Gather4 || mode == Mode::Scatter4 ? 5 : rank;
  }
};

/// What cp.async copies of its bytes. The rest of the destination gets zeros.
enum class SmallCopySource : uint8_t {
  All,
  Size,  // operand 3 is a number of bytes
  Ignore // operand 3 is a predicate: none where it is true
};

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_COPYFORM_H
