//===- TensorMap.h - What cuTensorMapEncodeTiled encodes --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_TENSORMAP_H
#define DGEMM_SIMULATOR_TENSORMAP_H

// A tensor map and its 128-byte image in simulated memory. The image holds the
// whole map by value behind a magic number and a checksum, so that programs may
// copy it and tensormap.replace may edit a copy. Its layout is the simulator's
// own, not the driver's.

#include "dgemm/Simulator/Status.h"
#include "dgemm/Simulator/Swizzle.h"

#include <array>
#include <cstdint>

namespace dgemm::sim {

/// Values as in the driver's CUtensorMapDataType. (The codes of
/// tensormap.replace differ: see replaceField.)
enum class TensorMapType : uint8_t {
  U8 = 0,
  U16 = 1,
  U32 = 2,
  S32 = 3,
  U64 = 4,
  S64 = 5,
  F16 = 6,
  F32 = 7,
  F64 = 8,
  BF16 = 9,
  F32Ftz = 10,
  TF32 = 11,
  TF32Ftz = 12,
  /// Packed 4-bit elements, without gaps in shared memory.
  U4Align8 = 13,
  /// 16 elements of 4 bits, then 8 bytes of padding, in shared memory.
  U4Align16 = 14,
  /// 16 elements of 6 bits, then 4 bytes of padding, in shared memory.
  U6Align16 = 15
};

/// Bits of one element in global memory.
unsigned bitWidth(TensorMapType type);
bool isFloat(TensorMapType type);

enum class Interleave : uint8_t { None = 0, B16 = 1, B32 = 2 };
enum class OutOfBounds : uint8_t { Zero = 0, NaN = 1 };

struct TensorMap {
  static constexpr unsigned imageBytes = 128;
  static constexpr unsigned imageAlignment = 64;
  using Image = std::array<uint8_t, imageBytes>;

  TensorMapType type = TensorMapType::U8;
  unsigned rank = 1;
  uint64_t address = 0;
  /// Elements, innermost first: 1 .. 2^32.
  std::array<uint64_t, 5> dim = {1, 1, 1, 1, 1};
  /// Bytes from one index of dimension d + 1 to the next (rank - 1 of them).
  std::array<uint64_t, 4> stride = {0, 0, 0, 0};
  std::array<uint32_t, 5> box = {1, 1, 1, 1, 1};
  std::array<uint32_t, 5> elementStride = {1, 1, 1, 1, 1};
  Interleave interleave = Interleave::None;
  Swizzle swizzle = Swizzle::None;
  OutOfBounds fill = OutOfBounds::Zero;

  /// Elements that a copy moves along dimension d.
  uint32_t count(unsigned d) const;
  /// Bytes that complete_tx counts for one copy: the whole box, out-of-bounds
  /// elements included, in the packing of global memory.
  uint64_t transactionBytes() const;
  /// Bytes of one row of the box in shared memory (padding of U4/U6 included),
  /// and from one row to the next.
  uint32_t rowBytes() const;
  uint32_t rowPitch() const;
  /// Bytes of shared memory that the box spans.
  uint64_t sharedBytes() const;

  Image encode() const;
  /// Does an image begin at these 8 bytes?
  static bool isImage(const uint8_t *bytes);
  /// Fails if the bytes are not an image that `encode` made.
  static Expected<TensorMap> decode(const uint8_t *image);
};

/// The rules of cuTensorMapEncodeTiled. `subByte`: the chip has the types 13 to
/// 15 and the swizzles 4 to 6 (sm_100 and later). The message names the
/// parameter, its value and what it may be.
Status validate(const TensorMap &map, bool subByte = true);

/// Fields of tensormap.replace.
enum class TensorMapField : uint8_t {
  GlobalAddress,
  Rank, // the value is rank - 1
  BoxDim,
  GlobalDim,
  GlobalStride, // bytes
  ElementStride,
  ElemType, // codes of tensormap.replace
  InterleaveLayout,
  SwizzleMode,
  SwizzleAtomicity,
  FillMode
};

/// tensormap.replace on a decoded map: `ordinal` for the fields that have one.
/// The result need not be valid yet; a copy that uses it validates it.
Status replaceField(TensorMap &map, TensorMapField field, unsigned ordinal,
                    uint64_t value);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_TENSORMAP_H
