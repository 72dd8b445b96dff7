//===- TensorCopy.cpp - Which bytes a TMA or bulk copy moves ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/TensorCopy.h"

#include <algorithm>
#include <cstring>

using namespace dgemm::sim;

namespace {

enum class Direction { Load, Store };

/// Builds the chunks of one copy, row by row of the box.
class Planner {
public:
  Planner(const TensorMap &map, Direction direction, int64_t x, uint32_t shared)
      : map_(map), direction_(direction), shared_(shared),
        unit_(swizzleUnit(map.swizzle)) {
    int64_t count = map.count(0);
    int64_t dim = static_cast<int64_t>(map.dim[0]);
    low_ = std::clamp<int64_t>(-x, 0, count);
    high_ = std::clamp<int64_t>(dim - x, low_, count);
    plan_.transactionBytes = map.transactionBytes();
    if (map.fill == OutOfBounds::NaN)
      plan_.fillPattern = 0x7FF7;
    plan_.roundToTF32 =
        direction == Direction::Load &&
        (map.type == TensorMapType::TF32 || map.type == TensorMapType::TF32Ftz);
    plan_.packSixBits =
        direction == Direction::Store && map.type == TensorMapType::U6Align16;
    // Only elements in bounds have an address, so this never goes below base.
    rowStart_ = map.address + static_cast<uint64_t>(
                                  (x + low_) * int64_t(bitWidth(map.type)) / 8);
    if (direction == Direction::Store && high_ > low_)
      high_ = roundUp(high_);
  }

  /// The next row of the box in shared memory. `offset`: of the row's indices
  /// 1 and up in global memory; `inBounds`: they are within the tensor.
  void row(uint64_t offset, bool inBounds) {
    if (map_.type == TensorMapType::U4Align16 ||
        map_.type == TensorMapType::U6Align16)
      paddedRow(rowStart_ + offset, inBounds);
    else
      denseRow(rowStart_ + offset, inBounds);
    // H100 leaves the gap behind a row that is narrower than the swizzle's span
    // as it was.
    line_ += map_.rowPitch();
  }

  CopyPlan take() { return std::move(plan_); }

private:
  /// H100 writes units of 16 bytes: of the last one of a row also what lies
  /// behind the tensor, as far as the box has it.
  int64_t roundUp(int64_t high) const {
    uint64_t end = rowStart_ + bytes(high - low_);
    uint64_t behind = (16 - end % 16) % 16;
    return std::min<int64_t>(
        map_.count(0),
        high + static_cast<int64_t>(behind * 8 / bitWidth(map_.type)));
  }

  uint32_t bytes(int64_t elements) const {
    return static_cast<uint32_t>(elements * bitWidth(map_.type) / 8);
  }

  void denseRow(uint64_t global, bool inBounds) {
    int64_t low = inBounds ? low_ : 0;
    int64_t high = inBounds ? high_ : 0;
    fill(0, bytes(low));
    add(CopyChunk::Data, global, bytes(low), bytes(high - low));
    fill(bytes(high), bytes(map_.count(0) - high));
  }

  /// Groups of 16 elements, each 16 bytes of shared memory. Rules on the
  /// dimension, the box and the coordinate put a row in or out of bounds as a
  /// whole.
  void paddedRow(uint64_t global, bool inBounds) {
    uint32_t group = bytes(16);
    bool data = inBounds && high_ > low_;
    for (uint32_t at = 0; at < map_.rowBytes(); at += 16) {
      if (direction_ == Direction::Store) {
        uint32_t logical = shared_ + line_ + at;
        if (data)
          append({global + at / 16 * group, swizzle(map_.swizzle, logical), 16,
                  CopyChunk::Data});
        continue;
      }
      if (data)
        add(CopyChunk::Data, global + at / 16 * group, at, group);
      else
        fill(at, group);
      add(CopyChunk::Poison, 0, at + group, 16 - group);
    }
  }

  void fill(uint32_t offset, uint32_t bytes) {
    if (direction_ == Direction::Load)
      add(CopyChunk::Fill, 0, offset, bytes);
  }

  /// A piece of the current row, which the swizzle tears apart.
  void add(CopyChunk::Kind kind, uint64_t global, uint32_t offset,
           uint32_t bytes) {
    while (bytes) {
      uint32_t logical = shared_ + line_ + offset;
      uint32_t piece = unit_ ? std::min(bytes, unit_ - logical % unit_) : bytes;
      append({global, swizzle(map_.swizzle, logical), piece, kind});
      if (kind == CopyChunk::Data)
        global += piece;
      offset += piece;
      bytes -= piece;
    }
  }

  void append(const CopyChunk &next) {
    if (!plan_.chunks.empty()) {
      CopyChunk &last = plan_.chunks.back();
      uint64_t expected =
          last.kind == CopyChunk::Data ? last.global + last.bytes : 0;
      if (last.kind == next.kind && last.shared + last.bytes == next.shared &&
          expected == next.global) {
        last.bytes += next.bytes;
        return;
      }
    }
    plan_.chunks.push_back(next);
  }

  const TensorMap &map_;
  Direction direction_;
  uint32_t shared_;
  uint32_t unit_;
  /// Offset of the current row from shared_.
  uint32_t line_ = 0;
  /// Elements low_ .. high_ - 1 of a row are in bounds.
  int64_t low_;
  int64_t high_;
  /// Global address of element low_ at index 0 of the other dimensions.
  uint64_t rowStart_;
  CopyPlan plan_;
};

Error bad(const std::string &what, int64_t value, const std::string &rule) {
  return Error{what + " is " + std::to_string(value) + ", " + rule};
}

/// `rows`: how many rows of the box the copy moves, 0 for all.
Status checkCopy(const TensorMap &map, Direction direction, int64_t x,
                 uint32_t shared, uint32_t rows) {
  if (Status s = validate(map); !s.ok())
    return s;
  if (map.interleave != Interleave::None)
    return Error{"the tensor map is interleaved; only INTERLEAVE_NONE is "
                 "simulated"};
  bool padded = map.type == TensorMapType::U4Align16 ||
                map.type == TensorMapType::U6Align16;
  bool store = direction == Direction::Store;
  if (store && map.type == TensorMapType::U4Align16)
    return Error{"tensor maps of type 16U4_ALIGN16B are for loads only; stores "
                 "take 16U4_ALIGN8B"};
  if (store && map.swizzle == Swizzle::B128Atom32Flip8)
    return Error{"swizzle 128B_ATOM_32B_FLIP_8B is for loads only"};
  if (shared % 128)
    return bad("the shared-memory address", shared,
               "must be a multiple of 128");
  uint64_t bytes = rows ? uint64_t(rows) * map.rowPitch() : map.sharedBytes();
  if (shared + bytes > uint64_t(1) << 32)
    return bad("the shared-memory address", shared,
               "the box does not end within 32 bits");
  if (padded && x % 128)
    return bad("coordinate 0", x, "must be a multiple of 128 for this type");
  if (x * int64_t(bitWidth(map.type)) % 128)
    return bad("coordinate 0", x,
               "must be a multiple of 16 bytes: of " +
                   std::to_string(128 / bitWidth(map.type)) + " elements");
  return {};
}

Expected<CopyPlan> planTile(const TensorMap &map, Direction direction,
                            const int32_t *coordinates, uint32_t shared) {
  if (Status s = checkCopy(map, direction, coordinates[0], shared, /*rows=*/0);
      !s.ok())
    return s.error();
  for (unsigned d = 0; direction == Direction::Store && d < map.rank; ++d)
    if (coordinates[d] < 0)
      return bad("coordinate " + std::to_string(d), coordinates[d],
                 "a store needs coordinates of at least 0");
  Planner planner(map, direction, coordinates[0], shared);
  std::array<uint32_t, 5> index = {};
  while (true) {
    uint64_t offset = 0;
    bool inBounds = true;
    for (unsigned d = 1; d < map.rank; ++d) {
      int64_t x = coordinates[d] + int64_t(index[d]) * map.elementStride[d];
      if (x < 0 || static_cast<uint64_t>(x) >= map.dim[d])
        inBounds = false;
      else
        offset += static_cast<uint64_t>(x) * map.stride[d - 1];
    }
    planner.row(offset, inBounds);
    unsigned d = 1;
    for (; d < map.rank && ++index[d] == map.count(d); ++d)
      index[d] = 0;
    if (d >= map.rank)
      return planner.take();
  }
}

/// Four rows of a matrix, stacked in shared memory.
Expected<CopyPlan> planRows4(const TensorMap &map, Direction direction,
                             const int32_t *coordinates, uint32_t shared) {
  if (Status s = checkCopy(map, direction, coordinates[0], shared, /*rows=*/4);
      !s.ok())
    return s.error();
  if (map.rank != 2 || map.box[1] != 1)
    return Error{"tile::gather4 and tile::scatter4 need a tensor map of rank "
                 "2 with a box of one row, this one has rank " +
                 std::to_string(map.rank) +
                 " and boxDim[1] = " + std::to_string(map.box[1])};
  if (direction == Direction::Store && coordinates[0] < 0)
    return bad("coordinate 0", coordinates[0],
               "a store needs coordinates of at least 0");
  Planner planner(map, direction, coordinates[0], shared);
  for (unsigned i = 1; i <= 4; ++i) {
    int64_t y = coordinates[i];
    bool inBounds = y >= 0 && static_cast<uint64_t>(y) < map.dim[1];
    planner.row(inBounds ? static_cast<uint64_t>(y) * map.stride[0] : 0,
                inBounds);
  }
  CopyPlan plan = planner.take();
  plan.transactionBytes *= 4;
  return plan;
}

uint32_t roundToTF32(uint32_t bits) {
  if ((bits & 0x7F800000u) == 0x7F800000u)
    return bits & 0x007FFFFFu ? 0x7FFFE000u : bits;
  return (bits + 0xFFF + (bits >> 13 & 1)) & 0xFFFFE000u;
}

} // namespace

Expected<CopyPlan> dgemm::sim::planTensorLoad(const TensorMap &map,
                                              const int32_t *coordinates,
                                              uint32_t shared) {
  return planTile(map, Direction::Load, coordinates, shared);
}

Expected<CopyPlan> dgemm::sim::planTensorStore(const TensorMap &map,
                                               const int32_t *coordinates,
                                               uint32_t shared) {
  return planTile(map, Direction::Store, coordinates, shared);
}

Expected<CopyPlan> dgemm::sim::planGather4(const TensorMap &map,
                                           const int32_t *coordinates,
                                           uint32_t shared) {
  return planRows4(map, Direction::Load, coordinates, shared);
}

Expected<CopyPlan> dgemm::sim::planScatter4(const TensorMap &map,
                                            const int32_t *coordinates,
                                            uint32_t shared) {
  return planRows4(map, Direction::Store, coordinates, shared);
}

Expected<CopyPlan> dgemm::sim::planBulkCopy(uint64_t global, uint32_t shared,
                                            uint32_t bytes) {
  auto check = [](const char *what, uint64_t value) {
    return Error{std::string(what) + " of a bulk copy is " +
                 std::to_string(value) + ", must be a multiple of 16"};
  };
  if (bytes % 16)
    return check("the size", bytes);
  if (global % 16)
    return check("the global address", global);
  if (shared % 16)
    return check("the shared-memory address", shared);
  CopyPlan plan;
  if (bytes)
    plan.chunks.push_back({global, shared, bytes, CopyChunk::Data});
  plan.transactionBytes = bytes;
  return plan;
}

void dgemm::sim::writeFill(const CopyPlan &plan, uint8_t *shared,
                           uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; ++i)
    shared[i] = static_cast<uint8_t>(plan.fillPattern >> (8 * (i & 1)));
}

void dgemm::sim::packSixBits(uint8_t *data, size_t count) {
  for (size_t i = 0; i + 4 <= count; i += 4) {
    uint32_t packed = 0;
    for (unsigned j = 0; j < 4; ++j)
      packed |= (data[i + j] & 0x3Fu) << (6 * j);
    for (unsigned j = 0; j < 3; ++j)
      data[i / 4 * 3 + j] = static_cast<uint8_t>(packed >> (8 * j));
  }
}

void dgemm::sim::transformLoaded(const CopyPlan &plan, uint8_t *data,
                                 uint32_t bytes) {
  if (!plan.roundToTF32)
    return;
  for (uint32_t i = 0; i + 4 <= bytes; i += 4) {
    uint32_t word;
    std::memcpy(&word, data + i, 4);
    word = roundToTF32(word);
    std::memcpy(data + i, &word, 4);
  }
}
