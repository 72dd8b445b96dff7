//===- TensorExecutionTest.cpp - Tensor copies in kernels -----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

std::string number(int64_t value) { return std::to_string(value); }

std::string joined(const std::vector<int32_t> &coordinates) {
  std::string text;
  for (int32_t value : coordinates)
    text += (text.empty() ? "" : ", ") + number(value);
  return "{" + text + "}";
}

/// Thread 0 loads through map 0 at `coordinates` and announces `bytes`.
std::string load(unsigned rank, const std::vector<int32_t> &coordinates,
                 uint64_t bytes, const std::string &mode = ".tile",
                 const std::string &space = "shared::cluster") {
  return std::string(makeBarrier) +
         "@%p1 bra SKIP;\n"
         "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], " +
         number(int64_t(bytes)) + ";\ncp.async.bulk.tensor." + number(rank) +
         "d." + space + ".global" + mode +
         ".mbarrier::complete_tx::bytes [%r2], [%m0, " + joined(coordinates) +
         "], [%r1];\nSKIP:\n";
}

/// The tile, from buffer `from`, goes through map 0.
std::string store(const std::string &instruction, unsigned rank,
                  const std::vector<int32_t> &coordinates, unsigned words,
                  const std::string &modifiers, unsigned from) {
  return std::string(makeBarrier) + fillTile(words, from) + "@%p1 bra SKIP;\n" +
         instruction + ".async.bulk.tensor." + number(rank) +
         "d.global.shared::cta" + modifiers + ".bulk_group [%m0, " +
         joined(coordinates) +
         "], [%r2];\ncp.async.bulk.commit_group;\n"
         "cp.async.bulk.wait_group 0;\nSKIP:\n";
}

/// A packed tensor of these extents in a new buffer.
TensorMap tensor(CopyBench &bench, TensorMapType type,
                 const std::vector<uint64_t> &dims,
                 const std::vector<uint32_t> &box, Stream &random,
                 std::vector<uint8_t> *contents = nullptr) {
  TensorMap map;
  map.type = type;
  map.rank = static_cast<unsigned>(dims.size());
  uint64_t bytes = 0;
  for (unsigned d = 0; d < map.rank; ++d) {
    map.dim[d] = dims[d];
    map.box[d] = box[d];
    bytes = d == 0 ? (dims[0] * bitWidth(type) / 8 + 31) / 32 * 32
                   : bytes * dims[d];
    if (d + 1 < map.rank)
      map.stride[d] = bytes;
  }
  std::vector<uint8_t> data = contents ? *contents : random.bytes(bytes);
  data.resize(bytes);
  if (contents)
    *contents = data;
  map.address = bench.buffer(data);
  return map;
}

/// Calls `visit` with the indices of each element of a box, innermost first.
template <typename Visit>
void forBox(const std::vector<uint32_t> &box, Visit visit) {
  std::vector<uint32_t> index(box.size());
  size_t d = 0;
  while (d < box.size()) {
    visit(index);
    for (d = 0; d < box.size() && ++index[d] == box[d]; ++d)
      index[d] = 0;
  }
}

uint32_t swizzled(Swizzle mode, uint32_t address) {
  switch (mode) {
  case Swizzle::B32:
    return address ^ ((address >> 7 & 1) << 4);
  case Swizzle::B64:
    return address ^ ((address >> 7 & 3) << 4);
  case Swizzle::B128:
    return address ^ ((address >> 7 & 7) << 4);
  default:
    return address;
  }
}

/// Where element `index` of the box at `start` lies: in bytes of the buffer, or
/// -1 out of bounds.
int64_t place(const TensorMap &map, const std::vector<int32_t> &start,
              const std::vector<uint32_t> &index) {
  int64_t at = 0;
  for (size_t d = 0; d < index.size(); ++d) {
    int64_t x = int64_t(start[d]) + index[d];
    if (x < 0 || x >= int64_t(map.dim[d]))
      return -1;
    at += x * int64_t(d == 0 ? bitWidth(map.type) / 8 : map.stride[d - 1]);
  }
  return at;
}

uint32_t flat(const std::vector<uint32_t> &box,
              const std::vector<uint32_t> &index) {
  uint32_t at = 0;
  for (size_t d = box.size(); d-- > 0;)
    at = at * box[d] + index[d];
  return at;
}

struct Shape {
  std::vector<uint64_t> dims;
  std::vector<uint32_t> box;
  std::vector<int32_t> start;
};

/// One per rank, tails and negative coordinates in each dimension.
const Shape loads[] = {
    {{72}, {32}, {56}},
    {{48, 10}, {32, 6}, {-16, 7}},
    {{32, 5, 4}, {32, 3, 2}, {8, -1, 3}},
    {{32, 3, 4, 3}, {32, 2, 2, 2}, {0, 2, -1, 2}},
    {{32, 3, 2, 3, 2}, {32, 2, 2, 2, 2}, {16, -1, 1, 2, -1}}};

void checkLoad(const Shape &shape, Swizzle swizzle, OutOfBounds fill,
               const std::string &space) {
  SCOPED_TRACE(number(int64_t(shape.dims.size())) + "d, swizzle " +
               number(int64_t(swizzle)) + ", " + space);
  Stream random(shape.dims.size());
  CopyBench bench;
  TensorMap map =
      tensor(bench, TensorMapType::BF16, shape.dims, shape.box, random);
  std::vector<uint8_t> source = bench.bytes(0);
  map.swizzle = swizzle;
  map.fill = fill;
  uint32_t bytes = static_cast<uint32_t>(map.transactionBytes());
  bench.buffer(std::vector<uint8_t>(bytes));
  bench.map(map);
  EXPECT_EQ(bench.run(load(map.rank, shape.start, bytes, ".tile", space) +
                          awaitAndDump(bytes / 4, 1),
                      32, 5),
            "");
  unsigned outside = 0;
  forBox(shape.box, [&](const std::vector<uint32_t> &index) {
    int64_t from = place(map, shape.start, index);
    uint16_t want = fill == OutOfBounds::NaN ? 0x7ff7 : 0;
    if (from >= 0)
      std::memcpy(&want, &source[size_t(from)], 2);
    outside += from < 0;
    uint32_t at = swizzled(swizzle, flat(shape.box, index) * 2);
    EXPECT_EQ(bench.at<uint16_t>(1, at / 2), want) << at;
  });
  EXPECT_NE(outside, 0u);
}

} // namespace

TEST(TensorExecution, LoadsOfEveryRank) {
  for (const Shape &shape : loads) {
    checkLoad(shape, Swizzle::None, OutOfBounds::Zero, "shared::cluster");
    checkLoad(shape, Swizzle::B64, OutOfBounds::NaN, "shared::cta");
  }
}

TEST(TensorExecution, StoresOfEveryRank) {
  for (const Shape &shape : loads) {
    SCOPED_TRACE(shape.dims.size());
    Stream random(3);
    CopyBench bench;
    TensorMap map =
        tensor(bench, TensorMapType::BF16, shape.dims, shape.box, random);
    std::vector<uint8_t> want = bench.bytes(0);
    map.swizzle = Swizzle::B64;
    uint32_t bytes = static_cast<uint32_t>(map.transactionBytes());
    std::vector<uint8_t> tile = random.bytes(bytes);
    bench.buffer(tile);
    bench.map(map);
    std::vector<int32_t> start = shape.start;
    for (int32_t &value : start)
      value = std::max(value, 0);
    EXPECT_EQ(bench.run(store("cp", map.rank, start, bytes / 4, ".tile", 1)),
              "");
    forBox(shape.box, [&](const std::vector<uint32_t> &index) {
      int64_t to = place(map, start, index);
      uint32_t at = swizzled(map.swizzle, flat(shape.box, index) * 2);
      if (to >= 0)
        std::memcpy(&want[size_t(to)], &tile[at], 2);
    });
    EXPECT_EQ(bench.bytes(0), want);
    start.back() = -16;
    EXPECT_NE(bench.run(store("cp", map.rank, start, bytes / 4, ".tile", 1))
                  .find("a store needs coordinates of at least 0"),
              std::string::npos);
  }
}

static uint32_t reduced(const std::string &op, uint32_t x, uint32_t y) {
  if (op == "add")
    return x + y;
  if (op == "min")
    return x < y ? x : y;
  if (op == "max")
    return x < y ? y : x;
  if (op == "inc")
    return x >= y ? 0 : x + 1;
  if (op == "dec")
    return x == 0 || x > y ? y : x - 1;
  return op == "and" ? x & y : op == "or" ? x | y : x ^ y;
}

TEST(TensorExecution, ReductionsOfEveryRank) {
  const char *const ops[] = {"add", "min", "max", "inc",
                             "dec", "and", "or",  "xor"};
  unsigned next = 0;
  for (unsigned round = 0; round < 8; ++round) {
    for (const Shape &shape : loads) {
      std::string op = ops[next++ % 8];
      SCOPED_TRACE(op + " " + number(int64_t(shape.dims.size())));
      Stream random(round);
      CopyBench bench;
      TensorMap map =
          tensor(bench, TensorMapType::U32, shape.dims, shape.box, random);
      std::vector<uint8_t> want = bench.bytes(0);
      uint32_t bytes = static_cast<uint32_t>(map.transactionBytes());
      std::vector<uint8_t> tile = random.bytes(bytes);
      bench.buffer(tile);
      bench.map(map);
      std::vector<int32_t> start = shape.start;
      for (int32_t &value : start)
        value = std::max(value, 0);
      EXPECT_EQ(bench.run(store("cp.reduce", map.rank, start, bytes / 4,
                                "." + op + ".tile", 1),
                          32, round),
                "");
      forBox(shape.box, [&](const std::vector<uint32_t> &index) {
        int64_t to = place(map, start, index);
        if (to < 0)
          return;
        uint32_t old, value;
        std::memcpy(&old, &want[size_t(to)], 4);
        std::memcpy(&value, &tile[flat(shape.box, index) * 4], 4);
        old = reduced(op, old, value);
        std::memcpy(&want[size_t(to)], &old, 4);
      });
      EXPECT_EQ(bench.bytes(0), want);
    }
  }
}

TEST(TensorExecution, ReductionsOfFloats) {
  // 1.5 + 2.25, and subnormals.
  std::vector<float> old(32, 1.5f), values(32, 2.25f);
  old[3] = values[3] = 0x1p-130f;
  auto raw = [](const std::vector<float> &from) {
    const uint8_t *first = reinterpret_cast<const uint8_t *>(from.data());
    return std::vector<uint8_t>(first, first + from.size() * 4);
  };
  Stream random(1);
  CopyBench bench;
  std::vector<uint8_t> contents = raw(old);
  bench.map(tensor(bench, TensorMapType::F32, {32}, {32}, random, &contents));
  bench.buffer(raw(values));
  EXPECT_EQ(bench.run(store("cp.reduce", 1, {0}, 32, ".add", 1)), "");
  for (unsigned i = 0; i < 32; ++i)
    EXPECT_EQ(bench.at<float>(0, i), i == 3 ? 0x1p-129f : 3.75f);
  EXPECT_NE(bench.run(store("cp.reduce", 1, {0}, 32, ".min", 1))
                .find("no reduction .min of .f32"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Four rows
//===----------------------------------------------------------------------===//

TEST(TensorExecution, Gather4) {
  for (auto [target, space] : {std::pair("sm_100a", "shared::cluster"),
                               std::pair("sm_100a", "shared::cta"),
                               std::pair("sm_120a", "shared::cta")}) {
    SCOPED_TRACE(target);
    Stream random(2);
    CopyBench bench(target);
    TensorMap map =
        tensor(bench, TensorMapType::BF16, {40, 9}, {32, 1}, random);
    bench.buffer(std::vector<uint8_t>(256));
    bench.map(map);
    const std::vector<int32_t> at = {16, 8, -1, 0, 9};
    EXPECT_EQ(bench.run(load(2, at, 256, ".tile::gather4", space) +
                        awaitAndDump(64, 1)),
              "");
    for (int row = 0; row < 4; ++row)
      for (int x = 0; x < 32; ++x) {
        int y = at[size_t(row) + 1];
        bool inside = y >= 0 && y < 9 && x + 16 < 40;
        uint16_t want = 0;
        if (inside)
          std::memcpy(
              &want,
              &bench.bytes(0)[size_t(y) * map.stride[0] + size_t(x + 16) * 2],
              2);
        EXPECT_EQ(bench.at<uint16_t>(1, size_t(row * 32 + x)), want);
      }
  }
}

TEST(TensorExecution, Scatter4) {
  Stream random(2);
  CopyBench bench("sm_100a");
  TensorMap map = tensor(bench, TensorMapType::BF16, {40, 9}, {32, 1}, random);
  std::vector<uint8_t> want = bench.bytes(0), tile = random.bytes(256);
  bench.buffer(tile);
  bench.map(map);
  const std::vector<int32_t> at = {16, 8, 3, 0, 9};
  EXPECT_EQ(bench.run(store("cp", 2, at, 64, ".tile::scatter4", 1)), "");
  for (size_t row = 0; row < 3; ++row) // row 3 is out of bounds
    std::memcpy(&want[size_t(at[row + 1]) * map.stride[0] + 32],
                &tile[row * 64], 48);
  EXPECT_EQ(bench.bytes(0), want);
}

//===----------------------------------------------------------------------===//
// Types below a byte
//===----------------------------------------------------------------------===//

/// Loads one row of 128 elements and copies `words` words out of each group of
/// 16 bytes of shared memory.
static std::string paddedLoad(unsigned words, unsigned bytes) {
  std::string body = load(2, {0, 1}, bytes, "", "shared::cta") + awaitBarrier +
                     "setp.ge.u32 %p3, %r0, 8; @%p3 exit;\n"
                     "shl.b32 %r41, %r0, 4; add.u32 %r42, %r2, %r41;\n"
                     "cvt.u64.u32 %d30, %r41; add.u64 %d31, %a1, %d30;\n";
  for (unsigned i = 0; i < words; ++i)
    body += "ld.shared.b32 %r44, [%r42+" + number(4 * i) +
            "]; st.global.b32 [%d31+" + number(4 * i) + "], %r44;\n";
  return body;
}

TEST(TensorExecution, PaddedTypes) {
  for (TensorMapType type :
       {TensorMapType::U4Align16, TensorMapType::U6Align16}) {
    unsigned bits = bitWidth(type);
    for (const char *target : {"sm_100a", "sm_120a"}) {
      SCOPED_TRACE(target + std::string(" ") + number(bits));
      auto run = [&](CopyBench &bench, unsigned words) {
        Stream random(4);
        TensorMap map = tensor(bench, type, {128, 2}, {128, 1}, random);
        bench.buffer(std::vector<uint8_t>(128));
        bench.map(map);
        return bench.run(paddedLoad(words, 16 * bits));
      };
      CopyBench bench(target), pad(target);
      EXPECT_EQ(run(bench, bits / 2), "");
      for (unsigned group = 0; group < 8; ++group)
        for (unsigned i = 0; i < 2 * bits; ++i)
          EXPECT_EQ(bench.bytes(1)[16 * group + i],
                    bench.bytes(0)[16 * bits + 2 * bits * group + i]);
      // The bytes behind each group have no value.
      EXPECT_EQ(run(pad, bits / 2 + 1).substr(0, 18), "uninitialised-read");
    }
  }
}

TEST(TensorExecution, StoresOfSixBits) {
  Stream random(4);
  CopyBench bench("sm_100a");
  TensorMap map =
      tensor(bench, TensorMapType::U6Align16, {256, 3}, {128, 2}, random);
  std::vector<uint8_t> want = bench.bytes(0), tile = random.bytes(256);
  map.swizzle = Swizzle::B128;
  bench.buffer(tile);
  bench.map(map);
  EXPECT_EQ(bench.run(store("cp", 2, {128, 2}, 64, "", 1)), "");
  // Row 1 of the box is out of bounds. Element i of row 0 is the low 6 bits of
  // byte i, and bits 6 i and up of its part of the row.
  for (unsigned i = 0; i < 128; ++i)
    for (unsigned bit = 0; bit < 6; ++bit) {
      unsigned at = 128 * 6 + 6 * i + bit;
      uint8_t &byte = want[2 * map.stride[0] + at / 8];
      byte = static_cast<uint8_t>(byte & ~(1u << (at % 8)));
      byte |= static_cast<uint8_t>((tile[i] >> bit & 1) << (at % 8));
    }
  EXPECT_EQ(bench.bytes(0), want);
}

TEST(TensorExecution, StoresThatDoNotExist) {
  auto found = [](TensorMapType type, Swizzle swizzle) {
    Stream random(4);
    CopyBench bench("sm_100a");
    TensorMap map = tensor(bench, type, {128, 2}, {128, 1}, random);
    map.box[0] = type == TensorMapType::BF16 ? 64 : 128;
    map.swizzle = swizzle;
    bench.buffer(std::vector<uint8_t>(128));
    bench.map(map);
    return bench.run(store("cp", 2, {0, 0}, 32, "", 1));
  };
  EXPECT_NE(found(TensorMapType::U4Align16, Swizzle::None)
                .find("16U4_ALIGN16B are for loads only"),
            std::string::npos);
  EXPECT_NE(found(TensorMapType::BF16, Swizzle::B128Atom32Flip8)
                .find("128B_ATOM_32B_FLIP_8B is for loads only"),
            std::string::npos);
}

TEST(TensorExecution, PackedNibbles) {
  Stream random(4);
  CopyBench bench("sm_120a");
  TensorMap map =
      tensor(bench, TensorMapType::U4Align8, {96, 3}, {64, 2}, random);
  bench.buffer(std::vector<uint8_t>(64));
  bench.map(map);
  EXPECT_EQ(
      bench.run(load(2, {64, 2}, 64, "", "shared::cta") + awaitAndDump(16, 1)),
      "");
  for (unsigned i = 0; i < 64; ++i)
    EXPECT_EQ(bench.bytes(1)[i],
              i < 16 ? bench.bytes(0)[2 * map.stride[0] + 32 + i] : 0);
}

//===----------------------------------------------------------------------===//
// What the target or the map does not have
//===----------------------------------------------------------------------===//

TEST(TensorExecution, TargetsLackForms) {
  auto error = [](const char *target, const std::string &mode,
                  const std::string &space) {
    Stream random(4);
    CopyBench bench(target);
    bench.map(tensor(bench, TensorMapType::BF16, {32, 2}, {32, 1}, random));
    return bench.run(load(2, {0, 0, 0, 0, 0}, 256, mode, space));
  };
  EXPECT_NE(
      error("sm_120a", ".tile::gather4", "shared::cluster")
          .find("'sm_120a' has no tile::gather4 with .shared::cluster as "
                "destination; it needs sm_100a, or spell it .shared::cta"),
      std::string::npos);
  EXPECT_NE(error("sm_90a", ".tile::gather4", "shared::cta")
                .find("'sm_90a' has no tile::gather4"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", ".tile", "shared::cta")
                .find("has 5 coordinates, must have 2"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", ".im2col", "shared::cluster")
                .find("modifier '.im2col': tensor copies are simulated in tile "
                      "mode only"),
            std::string::npos);
  Stream random(4);
  CopyBench pairs("sm_120a"), scatter("sm_120a");
  EXPECT_NE(pairs.run(load(1, {0}, 16, ".tile.cta_group::2"))
                .find("'sm_120a' has no .cta_group; it needs sm_100a"),
            std::string::npos);
  EXPECT_NE(
      scatter.run(store("cp", 2, {0, 0, 0, 0, 0}, 4, ".tile::scatter4", 0))
          .find("'sm_120a' has no tile::scatter4; it needs sm_100a"),
      std::string::npos);
}

TEST(TensorExecution, TargetsLackMaps) {
  auto found = [](const char *target, const char *space, TensorMapType type,
                  Swizzle swizzle) {
    Stream random(4);
    CopyBench bench(target);
    TensorMap map = tensor(bench, type, {128, 2}, {128, 1}, random);
    map.swizzle = swizzle;
    map.box[0] = type == TensorMapType::BF16 ? 64 : 128;
    bench.map(map);
    return bench.run(load(2, {0, 0}, map.transactionBytes(), "", space) +
                     awaitBarrier);
  };
  EXPECT_NE(
      found("sm_90a", "shared::cta", TensorMapType::U4Align16, Swizzle::None)
          .find("dataType 16U4_ALIGN16B needs sm_100 or later"),
      std::string::npos);
  EXPECT_NE(found("sm_120a", "shared::cluster", TensorMapType::U4Align16,
                  Swizzle::None)
                .find("'sm_120a' loads no sub-byte types into "
                      ".shared::cluster; spell the destination .shared::cta"),
            std::string::npos);
  EXPECT_NE(found("sm_120a", "shared::cluster", TensorMapType::BF16,
                  Swizzle::B128Atom32)
                .find("'sm_120a' loads no swizzles 4 to 6"),
            std::string::npos);
  EXPECT_EQ(
      found("sm_120a", "shared::cta", TensorMapType::BF16, Swizzle::B128Atom32),
      "");
  EXPECT_EQ(found("sm_100a", "shared::cluster", TensorMapType::U4Align16,
                  Swizzle::None),
            "");
}

TEST(TensorExecution, Prefetches) {
  auto found = [](const std::string &body) {
    Stream random(4);
    CopyBench bench("sm_100a");
    bench.map(tensor(bench, TensorMapType::BF16, {32, 2}, {32, 1}, random));
    return bench.run(body, 1);
  };
  std::string start = "cp.async.bulk.prefetch.tensor.2d.L2.global";
  EXPECT_EQ(found(start + ".tile [%m0, {-16, 1}];\n" + start +
                  ".tile::gather4 [%m0, {0, 1, 0, 1, 0}];\n"
                  "mov.b64 %d1, 0; " +
                  start +
                  ".tile.L2::cache_hint [%m0, {0, 0}], %d1;\n"
                  "prefetch.tensormap [%m0]; prefetch.param.tensormap [t0];"),
            "");
  EXPECT_NE(found(start + " [%m0, {1, 1}];").find("coordinate 0 is 1"),
            std::string::npos);
  EXPECT_NE(found("cp.async.bulk.prefetch.tensor.1d.L2.global [%m0, {0}];")
                .find("the copy has 1 dimensions, the tensor map 2"),
            std::string::npos);
  EXPECT_EQ(found("prefetch.tensormap [%a0];").substr(0, 10), "tensor-map");
}
