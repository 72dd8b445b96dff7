//===- TensorCopy.h - Which bytes a TMA or bulk copy moves ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_TENSORCOPY_H
#define DGEMM_SIMULATOR_TENSORCOPY_H

// A copy between global and shared memory becomes a list of chunks, each
// contiguous on both sides. The caller checks bounds and poison, moves the
// bytes in any order and in pieces, and completes `transactionBytes` on the
// mbarrier.

#include "dgemm/Simulator/TensorMap.h"

#include <vector>

namespace dgemm::sim {

struct CopyChunk {
  enum Kind : uint8_t {
    Data,
    /// Loads only: out of bounds, shared memory gets the plan's fill pattern.
    Fill,
    /// Loads only: padding of elements; the content of shared memory is
    /// undefined from here on.
    Poison
  };
  uint64_t global = 0; // 0 unless kind is Data
  uint32_t shared = 0;
  uint32_t bytes = 0;
  Kind kind = Data;
};

struct CopyPlan {
  std::vector<CopyChunk> chunks;
  /// What complete_tx counts (per destination CTA).
  uint64_t transactionBytes = 0;
  /// Repeated little-endian pattern of Fill chunks: 0 or 0x7FF7. Fill chunks
  /// start at even addresses if it is not 0.
  uint16_t fillPattern = 0;
  /// Stores of 16U6_ALIGN16B: each byte of shared memory has an element in its
  /// low 6 bits, global memory gets them packed.
  bool packSixBits = false;
  /// Round each 32-bit word of Data to TF32 (nearest even) on a load.
  bool roundToTF32 = false;

  /// How many bytes of global memory a chunk of `bytes` stands for.
  uint32_t globalBytes(uint32_t bytes) const {
    return packSixBits ? bytes / 4 * 3 : bytes;
  }
};

/// Why a copy cannot run: the message is complete except for where it happened.
/// `coordinates`: map.rank of them, innermost first, in elements. `shared`: the
/// address in the shared window of the executing CTA.
Expected<CopyPlan> planTensorLoad(const TensorMap &map,
                                  const int32_t *coordinates, uint32_t shared);
/// Also for reductions. Elements out of bounds are dropped.
Expected<CopyPlan> planTensorStore(const TensorMap &map,
                                   const int32_t *coordinates, uint32_t shared);
/// tile::gather4 / tile::scatter4: `coordinates` is x, y0, y1, y2, y3.
Expected<CopyPlan> planGather4(const TensorMap &map, const int32_t *coordinates,
                               uint32_t shared);
Expected<CopyPlan> planScatter4(const TensorMap &map,
                                const int32_t *coordinates, uint32_t shared);
/// cp.async.bulk between global and shared memory, either direction.
Expected<CopyPlan> planBulkCopy(uint64_t global, uint32_t shared,
                                uint32_t bytes);

/// Writes the bytes of a Fill chunk (or a part of it that starts at an even
/// address).
void writeFill(const CopyPlan &plan, uint8_t *shared, uint32_t bytes);
/// Packs `count` bytes of 6 bits each, a multiple of 4, in place.
void packSixBits(uint8_t *data, size_t count);
/// Rounds loaded Data in place where the plan says so. `bytes` is a multiple of
/// 4 then.
void transformLoaded(const CopyPlan &plan, uint8_t *data, uint32_t bytes);

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

enum class ReduceOp : uint8_t { Add, Min, Max, Inc, Dec, And, Or, Xor };
enum class ReduceType : uint8_t {
  F16,
  BF16,
  F32,
  /// Of tensor maps of FLOAT32_FTZ: sums without subnormal numbers.
  F32Ftz,
  F64,
  U32,
  S32,
  U64,
  S64
};

/// The element type that a tensor reduction works on.
Expected<ReduceType> reduceType(TensorMapType type);
unsigned byteWidth(ReduceType type);
/// Does cp.reduce.async.bulk{.tensor} have this combination?
Status validate(ReduceOp op, ReduceType type);
/// global[i] = op(global[i], shared[i]) for the elements in `bytes` bytes. The
/// caller serialises accesses to the same element. Floating-point results
/// round to nearest even, subnormals stay; NaNs are those of an H100.
void reduce(ReduceOp op, ReduceType type, uint8_t *global,
            const uint8_t *shared, uint32_t bytes);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_TENSORCOPY_H
