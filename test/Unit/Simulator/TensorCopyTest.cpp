//===- TensorCopyTest.cpp - TMA copies against an element-wise definition -===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/TensorCopy.h"
#include "SimTestSupport.h"

#include <cstring>
#include <map>

using namespace dgemm::sim;
using test::Stream;

namespace {

constexpr uint64_t globalBase = 0x7000001000;
/// The window of shared memory that tests look at.
constexpr uint32_t sharedBase = 0x400;

enum State : uint8_t { Untouched, Written, Filled, Poisoned };

struct SharedMemory {
  std::map<uint32_t, std::pair<State, uint8_t>> bytes;

  std::pair<State, uint8_t> at(uint32_t address) const {
    auto it = bytes.find(address);
    return it == bytes.end() ? std::make_pair(Untouched, uint8_t(0))
                             : it->second;
  }
};

unsigned bits(const TensorMap &map) { return bitWidth(map.type); }

bool isPadded(const TensorMap &map) {
  return map.type == TensorMapType::U4Align16 ||
         map.type == TensorMapType::U6Align16;
}

/// Visits each element of the box with its indices.
template <typename Visit>
void forEachElement(const TensorMap &map, Visit visit) {
  uint64_t total = 1;
  std::array<uint64_t, 5> count;
  for (unsigned d = 0; d < 5; ++d) {
    uint64_t stride = d == 0 ? 1 : map.elementStride[d];
    count[d] = d < map.rank ? (map.box[d] + stride - 1) / stride : 1;
    total *= count[d];
  }
  for (uint64_t linear = 0; linear < total; ++linear) {
    std::array<int64_t, 5> index;
    uint64_t rest = linear;
    for (unsigned d = 0; d < 5; ++d) {
      index[d] = static_cast<int64_t>(rest % count[d]);
      rest /= count[d];
    }
    visit(index, count);
  }
}

/// Where an element lies: in bits from globalBase, in bits of logical shared
/// memory, and whether it is in bounds.
struct Place {
  int64_t global;
  uint64_t shared;
  bool inBounds = true;
};

Place placeOf(const TensorMap &map, const int32_t *coordinates, uint32_t shared,
              const std::array<int64_t, 5> &index,
              const std::array<uint64_t, 5> &count) {
  Place place;
  int64_t x0 = coordinates[0] + index[0];
  place.global = 8 * static_cast<int64_t>(map.address - globalBase) +
                 x0 * static_cast<int64_t>(bits(map));
  place.inBounds = x0 >= 0 && x0 < static_cast<int64_t>(map.dim[0]);
  uint64_t row = 0, scale = 1;
  for (unsigned d = 1; d < map.rank; ++d) {
    int64_t x = coordinates[d] + index[d] * map.elementStride[d];
    place.global += 8 * x * static_cast<int64_t>(map.stride[d - 1]);
    place.inBounds &= x >= 0 && x < static_cast<int64_t>(map.dim[d]);
    row += scale * static_cast<uint64_t>(index[d]);
    scale *= count[d];
  }
  uint64_t pitch = swizzleSpan(map.swizzle);
  if (!pitch)
    pitch = isPadded(map) ? count[0] : count[0] * bits(map) / 8;
  uint64_t i = static_cast<uint64_t>(index[0]);
  uint64_t inner =
      isPadded(map) ? i / 16 * 128 + i % 16 * bits(map) : i * bits(map);
  place.shared = 8 * (shared + row * pitch) + inner;
  return place;
}

/// Physical bit of a logical bit.
uint64_t physical(const TensorMap &map, uint64_t bit) {
  return 8 * uint64_t(swizzle(map.swizzle, static_cast<uint32_t>(bit / 8))) +
         bit % 8;
}

bool getBit(const std::vector<uint8_t> &data, uint64_t bit) {
  return data[bit / 8] >> (bit % 8) & 1;
}

/// A load, bit by bit.
SharedMemory naiveLoad(const TensorMap &map, const int32_t *coordinates,
                       uint32_t shared, const std::vector<uint8_t> &global) {
  SharedMemory memory;
  forEachElement(map, [&](auto &index, auto &count) {
    Place place = placeOf(map, coordinates, shared, index, count);
    for (unsigned b = 0; b < bits(map); ++b) {
      uint64_t to = physical(map, place.shared + b);
      auto &byte = memory.bytes[static_cast<uint32_t>(to / 8)];
      bool value = false;
      if (place.inBounds)
        value = getBit(global, static_cast<uint64_t>(place.global + b));
      else if (map.fill == OutOfBounds::NaN)
        value = 0x7FF7 >> ((place.shared + b) % 16) & 1;
      byte.first = place.inBounds ? Written : Filled;
      byte.second |= static_cast<uint8_t>(value << (to % 8));
    }
  });
  return memory;
}

/// Carries out a plan; each byte of shared memory may be written once.
SharedMemory execute(const CopyPlan &plan, const std::vector<uint8_t> &global) {
  SharedMemory memory;
  auto put = [&](uint32_t address, State state, uint8_t value) {
    bool isNew =
        memory.bytes.emplace(address, std::make_pair(state, value)).second;
    EXPECT_TRUE(isNew) << "byte " << address << " written twice";
  };
  for (const CopyChunk &chunk : plan.chunks) {
    std::vector<uint8_t> data(chunk.bytes);
    State state = Poisoned;
    if (chunk.kind == CopyChunk::Data) {
      EXPECT_GE(chunk.global, globalBase);
      EXPECT_LE(chunk.global + chunk.bytes, globalBase + global.size());
      std::memcpy(data.data(), &global[chunk.global - globalBase], chunk.bytes);
      transformLoaded(plan, data.data(), chunk.bytes);
      state = Written;
    } else if (chunk.kind == CopyChunk::Fill) {
      writeFill(plan, data.data(), chunk.bytes);
      state = Filled;
    }
    for (uint32_t i = 0; i < chunk.bytes; ++i)
      put(chunk.shared + i, state, data[i]);
  }
  return memory;
}

/// A random legal map of at most 64 KiB of global memory, and coordinates of a
/// box that touches all borders now and then.
struct Case {
  TensorMap map;
  int32_t coordinates[5] = {};
  uint32_t shared = sharedBase;
  uint64_t globalBytes = 0;

  Case(Stream &random, bool isStore) {
    do
      chooseType(random, isStore);
    while (!chooseRow(random));
    map.rank = static_cast<unsigned>(random.integer(1, 5));
    map.address = globalBase + 32 * static_cast<uint64_t>(random.integer(0, 3));
    chooseOuter(random);
    unsigned unit = isPadded(map) ? 128 : 128 / bits(map);
    int64_t units = static_cast<int64_t>(map.dim[0] / unit);
    coordinates[0] = static_cast<int32_t>(
        unit * random.integer(isStore ? 0 : -2, units + 1));
    for (unsigned d = 1; d < map.rank; ++d)
      coordinates[d] = static_cast<int32_t>(random.integer(
          isStore ? 0 : -3, static_cast<int64_t>(map.dim[d]) + 1));
    shared += 128 * static_cast<uint32_t>(random.integer(0, 15));
  }

  void chooseType(Stream &random, bool isStore) {
    map.type = static_cast<TensorMapType>(random.integer(0, isStore ? 13 : 15));
    map.swizzle = static_cast<Swizzle>(random.integer(0, 6));
    map.fill = isFloat(map.type) && random.flip() ? OutOfBounds::NaN
                                                  : OutOfBounds::Zero;
  }

  /// False if no row of this type fits the swizzle.
  bool chooseRow(Stream &random) {
    unsigned unit = 128 / bits(map); // elements of 16 bytes
    if (isPadded(map)) {
      map.box[0] = 128;
      map.dim[0] = 128 * static_cast<uint64_t>(random.integer(1, 3));
      return map.swizzle == Swizzle::None || map.swizzle == Swizzle::B128 ||
             map.swizzle == Swizzle::B128Atom32;
    }
    uint32_t span = swizzleSpan(map.swizzle);
    uint32_t most = std::min<uint32_t>(span ? span / 16 : 12, 256 / unit);
    map.box[0] = unit * static_cast<uint32_t>(random.integer(1, most));
    map.dim[0] = static_cast<uint64_t>(random.integer(1, 3 * map.box[0]));
    if (map.type == TensorMapType::U4Align8)
      map.dim[0] += map.dim[0] % 2;
    return true;
  }

  void chooseOuter(Stream &random) {
    uint64_t pitch = (map.dim[0] * bits(map) + 7) / 8;
    for (unsigned d = 1; d < map.rank; ++d) {
      pitch = (pitch + 31) / 32 * 32;
      if (random.integer(0, 3) == 0)
        pitch += 32; // padding between rows
      map.stride[d - 1] = pitch;
      map.dim[d] =
          static_cast<uint64_t>(random.integer(1, map.rank <= 2 ? 20 : 4));
      map.box[d] =
          static_cast<uint32_t>(random.integer(1, map.rank <= 2 ? 20 : 4));
      map.elementStride[d] = random.integer(0, 2)
                                 ? 1
                                 : static_cast<uint32_t>(random.integer(2, 8));
      pitch *= map.dim[d];
    }
    globalBytes = pitch + 128;
  }
};

bool isTF32(const TensorMap &map) {
  return map.type == TensorMapType::TF32 || map.type == TensorMapType::TF32Ftz;
}

TEST(SimTensorCopy, RandomLoadsMatchTheDefinition) {
  unsigned filled = 0, padded = 0;
  for (uint64_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream random(seed);
    Case c(random, /*isStore=*/false);
    std::vector<uint8_t> global = random.bytes(c.globalBytes);
    // Zeros in the low bits, so that rounding to TF32 changes nothing.
    if (isTF32(c.map))
      for (size_t i = 0; i + 4 <= global.size(); i += 4) {
        global[i] = 0;
        global[i + 1] &= 0xE0;
        global[i + 3] &= 0x3F;
      }
    Expected<CopyPlan> plan = planTensorLoad(c.map, c.coordinates, c.shared);
    ASSERT_TRUE(bool(plan)) << plan.message();
    SharedMemory expected = naiveLoad(c.map, c.coordinates, c.shared, global);
    SharedMemory actual = execute(*plan, global);
    for (const auto &[address, byte] : expected.bytes) {
      ASSERT_EQ(actual.at(address), byte) << "byte " << address;
      filled += byte.first == Filled;
    }
    // All else that is touched is padding of elements.
    uint64_t padding = actual.bytes.size() - expected.bytes.size();
    for (const auto &[address, byte] : actual.bytes)
      if (byte.first == Poisoned) {
        ASSERT_EQ(expected.at(address).first, Untouched);
        --padding;
        ++padded;
      }
    ASSERT_EQ(padding, 0u);
    ASSERT_TRUE(isPadded(c.map) ||
                actual.bytes.size() == expected.bytes.size());
    uint64_t elements = 0;
    forEachElement(c.map, [&](auto &, auto &) { ++elements; });
    ASSERT_EQ(plan->transactionBytes, elements * bits(c.map) / 8);
  }
  EXPECT_GT(filled, 1000u);
  EXPECT_GT(padded, 1000u);
}

/// Whether a store writes the element though it lies behind the tensor: units
/// of 16 bytes are written whole.
bool isInLastUnit(const TensorMap &map, const int32_t *coordinates,
                  const std::array<int64_t, 5> &index) {
  auto dim = static_cast<int64_t>(map.dim[0]);
  auto width = static_cast<int64_t>(bits(map));
  int64_t x = coordinates[0] + index[0];
  bool inOthers = true;
  for (unsigned d = 1; d < map.rank; ++d) {
    int64_t at = coordinates[d] + index[d] * map.elementStride[d];
    inOthers &= at >= 0 && at < static_cast<int64_t>(map.dim[d]);
  }
  return inOthers && coordinates[0] < dim && x >= dim &&
         x * width / 128 == (dim * width - 1) / 128;
}

TEST(SimTensorCopy, RandomStoresMatchTheDefinition) {
  unsigned dropped = 0;
  for (uint64_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Stream random(seed);
    Case c(random, /*isStore=*/true);
    if (c.map.swizzle == Swizzle::B128Atom32Flip8)
      continue; // for loads only
    std::vector<uint8_t> before = random.bytes(c.globalBytes);
    std::vector<uint8_t> shared =
        random.bytes(c.shared + c.map.sharedBytes() + 4096);
    std::vector<uint8_t> expected = before, actual = before;
    forEachElement(c.map, [&](auto &index, auto &count) {
      Place place = placeOf(c.map, c.coordinates, c.shared, index, count);
      dropped += !place.inBounds;
      place.inBounds |= isInLastUnit(c.map, c.coordinates, index);
      for (unsigned b = 0; place.inBounds && b < bits(c.map); ++b) {
        uint64_t to = static_cast<uint64_t>(place.global + b);
        uint8_t mask = static_cast<uint8_t>(1u << (to % 8));
        expected[to / 8] &= static_cast<uint8_t>(~mask);
        if (getBit(shared, physical(c.map, place.shared + b)))
          expected[to / 8] |= mask;
      }
    });
    Expected<CopyPlan> plan = planTensorStore(c.map, c.coordinates, c.shared);
    ASSERT_TRUE(bool(plan)) << plan.message();
    for (const CopyChunk &chunk : plan->chunks) {
      ASSERT_EQ(chunk.kind, CopyChunk::Data);
      ASSERT_GE(chunk.global, globalBase);
      ASSERT_LE(chunk.global + chunk.bytes, globalBase + actual.size());
      std::memcpy(&actual[chunk.global - globalBase], &shared[chunk.shared],
                  chunk.bytes);
    }
    ASSERT_EQ(actual, expected);
  }
  EXPECT_GT(dropped, 1000u);
}

/// f32, box 32 x 8 in a 40 x 10 matrix.
TensorMap simpleMap() {
  TensorMap map;
  map.type = TensorMapType::F32;
  map.rank = 2;
  map.address = globalBase;
  map.dim[0] = 40;
  map.dim[1] = 10;
  map.stride[0] = 160;
  map.box[0] = 32;
  map.box[1] = 8;
  map.swizzle = Swizzle::B128;
  return map;
}

TEST(SimTensorCopy, NegativeCoordinateFillsWithNaN) {
  TensorMap map = simpleMap();
  map.swizzle = Swizzle::None;
  map.fill = OutOfBounds::NaN;
  int32_t at[] = {-4, 0};
  Expected<CopyPlan> plan = planTensorLoad(map, at, 0);
  ASSERT_TRUE(bool(plan));
  EXPECT_EQ(plan->transactionBytes, 1024u);
  ASSERT_EQ(plan->chunks.size(), 16u);
  EXPECT_EQ(plan->chunks[0].kind, CopyChunk::Fill);
  EXPECT_EQ(plan->chunks[0].bytes, 16u);
  EXPECT_EQ(plan->chunks[1].global, globalBase);
  uint32_t word[2];
  writeFill(*plan, reinterpret_cast<uint8_t *>(word), 8);
  EXPECT_EQ(word[0], 0x7FF77FF7u);
  EXPECT_EQ(word[1], 0x7FF77FF7u);
}

TEST(SimTensorCopy, DenseRowsAreOneChunk) {
  TensorMap map = simpleMap();
  map.swizzle = Swizzle::None;
  map.dim[0] = 32;
  map.stride[0] = 128;
  int32_t at[] = {0, 1};
  Expected<CopyPlan> plan = planTensorLoad(map, at, 256);
  ASSERT_TRUE(bool(plan));
  ASSERT_EQ(plan->chunks.size(), 1u);
  EXPECT_EQ(plan->chunks[0].global, globalBase + 128);
  EXPECT_EQ(plan->chunks[0].shared, 256u);
  EXPECT_EQ(plan->chunks[0].bytes, 1024u);
}

TEST(SimTensorCopy, FarCoordinatesAreOutOfBounds) {
  TensorMap map = simpleMap();
  for (int32_t x : {INT32_MIN, -1024, 40, 1024, INT32_MAX & ~3})
    for (int32_t y : {INT32_MIN, 0, INT32_MAX}) {
      int32_t at[] = {x, y};
      Expected<CopyPlan> plan = planTensorLoad(map, at, 0);
      ASSERT_TRUE(bool(plan));
      for (const CopyChunk &chunk : plan->chunks)
        ASSERT_EQ(chunk.kind, CopyChunk::Fill);
    }
}

TEST(SimTensorCopy, TF32LoadsRoundToNearestEven) {
  TensorMap map = simpleMap();
  map.type = TensorMapType::TF32;
  int32_t at[] = {0, 0};
  Expected<CopyPlan> plan = planTensorLoad(map, at, 0);
  ASSERT_TRUE(bool(plan));
  const std::pair<uint32_t, uint32_t> cases[] = {
      {0x3F800FFF, 0x3F800000}, {0x3F801000, 0x3F800000},
      {0x3F801001, 0x3F802000}, {0x3F803000, 0x3F804000},
      {0xBF803000, 0xBF804000}, {0x00002FFF, 0x00002000},
      {0x7F7FFFFF, 0x7F800000}, {0x7F800000, 0x7F800000}};
  for (auto [in, out] : cases) {
    uint32_t word = in;
    transformLoaded(*plan, reinterpret_cast<uint8_t *>(&word), 4);
    EXPECT_EQ(word, out) << std::hex << in;
  }
  uint32_t nan = 0x7F800001;
  transformLoaded(*plan, reinterpret_cast<uint8_t *>(&nan), 4);
  EXPECT_GT(nan, 0x7F800000u);
  EXPECT_FALSE(planTensorStore(map, at, 0)->roundToTF32);
}

TEST(SimTensorCopy, GatherStacksFourRows) {
  TensorMap map = simpleMap();
  map.box[1] = 1;
  std::vector<uint8_t> global = Stream(9).bytes(1600);
  int32_t at[] = {16, 7, 3, -1, 9};
  Expected<CopyPlan> plan = planGather4(map, at, 1024);
  ASSERT_TRUE(bool(plan)) << plan.message();
  EXPECT_EQ(plan->transactionBytes, 512u);
  SharedMemory memory = execute(*plan, global);
  ASSERT_EQ(memory.bytes.size(), 512u);
  for (unsigned row = 0; row < 4; ++row)
    for (unsigned i = 0; i < 128; ++i) {
      auto byte = memory.at(swizzle(Swizzle::B128, 1024 + 128 * row + i));
      bool inBounds = at[row + 1] >= 0 && 64 + i < 160;
      ASSERT_EQ(byte.first, inBounds ? Written : Filled);
      ASSERT_EQ(byte.second,
                inBounds
                    ? global[160 * static_cast<size_t>(at[row + 1]) + 64 + i]
                    : 0);
    }
  Expected<CopyPlan> scatter = planScatter4(map, at, 1024);
  ASSERT_TRUE(bool(scatter));
  uint64_t stored = 0;
  for (const CopyChunk &chunk : scatter->chunks)
    stored += chunk.bytes;
  EXPECT_EQ(stored, 3u * 96);
  map.box[1] = 2;
  EXPECT_FALSE(bool(planGather4(map, at, 1024)));
}

void expectError(const Expected<CopyPlan> &plan, const char *part) {
  ASSERT_FALSE(bool(plan)) << part;
  EXPECT_NE(plan.message().find(part), std::string::npos) << plan.message();
}

TEST(SimTensorCopy, RejectsWhatHardwareTraps) {
  TensorMap map = simpleMap();
  int32_t odd[] = {1, 0}, negative[] = {0, -1}, zero[] = {0, 0};
  expectError(planTensorLoad(map, odd, 0),
              "coordinate 0 is 1, must be a multiple of 16 bytes: of 4");
  expectError(planTensorStore(map, negative, 0), "coordinate 1 is -1");
  expectError(planTensorLoad(map, zero, 64), "multiple of 128");
  expectError(planTensorLoad(map, zero, 0xFFFFFF80), "32 bits");
  map.rank = 7;
  expectError(planTensorLoad(map, zero, 0), "tensorRank");
  map = simpleMap();
  map.elementStride[1] = 0;
  expectError(planTensorLoad(map, zero, 0), "elementStrides[1]");
  map = simpleMap();
  map.rank = 3;
  map.interleave = Interleave::B16;
  expectError(planTensorLoad(map, zero, 0), "interleaved");
  map = simpleMap();
  map.type = TensorMapType::U4Align16;
  map.dim[0] = map.box[0] = 128;
  int32_t half[] = {64, 0};
  expectError(planTensorLoad(map, half, 0), "multiple of 128");
  expectError(planTensorStore(map, zero, 0), "loads only");
}

TEST(SimTensorCopy, BulkCopies) {
  Expected<CopyPlan> plan = planBulkCopy(0x1010, 0x20, 48);
  ASSERT_TRUE(bool(plan));
  ASSERT_EQ(plan->chunks.size(), 1u);
  EXPECT_EQ(plan->transactionBytes, 48u);
  EXPECT_EQ(plan->chunks[0].bytes, 48u);
  EXPECT_TRUE(planBulkCopy(0x1010, 0x20, 0)->chunks.empty());
  expectError(planBulkCopy(0x1008, 0x20, 48), "global address");
  expectError(planBulkCopy(0x1010, 0x28, 48), "shared-memory address");
  expectError(planBulkCopy(0x1010, 0x20, 40), "size");
}

} // namespace
