//===- BulkCopyTest.cpp - Plain bulk copies and reductions in kernels -----===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static std::string number(uint64_t value) { return std::to_string(value); }

/// A load of `bytes` at offset `offset` of buffer 0, announced as `expected`.
static std::string load(uint32_t offset, uint32_t bytes, uint32_t expected,
                        const std::string &space = "shared::cluster") {
  return std::string(makeBarrier) +
         "@%p1 bra SKIP;\n"
         "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], " +
         number(expected) + ";\nmov.u32 %r3, " + number(bytes) +
         "; add.u64 %d1, %a0, " + number(offset) + ";\ncp.async.bulk." + space +
         ".global.mbarrier::complete_tx::bytes [%r2], [%d1], %r3, [%r1];\n"
         "SKIP:\n";
}

TEST(BulkCopy, LoadsMoveTheirBytes) {
  for (const char *space : {"shared::cluster", "shared::cta"}) {
    for (uint32_t bytes : {16u, 48u, 4096u}) {
      SCOPED_TRACE(std::string(space) + " " + number(bytes));
      CopyBench bench;
      std::vector<uint8_t> source = Stream(bytes).bytes(8192);
      bench.buffer(source);
      bench.buffer(std::vector<uint8_t>(bytes));
      EXPECT_EQ(
          bench.run(load(32, bytes, bytes, space) + awaitAndDump(bytes / 4, 1),
                    bytes / 4 < 64 ? bytes / 4 : 64),
          "");
      EXPECT_EQ(std::memcmp(bench.bytes(1).data(), source.data() + 32, bytes),
                0);
      EXPECT_EQ(bench.statistics.bytesLoadedByCopies, bytes);
    }
  }
}

TEST(BulkCopy, MisusedLoads) {
  auto kind = [](const std::string &body, bool written = true) {
    return firstFinding([&](uint64_t seed) {
      CopyBench bench;
      bench.buffer(std::vector<uint8_t>(8192), written);
      bench.buffer(std::vector<uint8_t>(8192));
      return bench.run(body, 4, seed);
    });
  };
  // One word behind the end: nothing wrote it.
  EXPECT_EQ(
      kind(load(0, 16, 16) + "ld.shared.b32 %r5, [%r2+16];").substr(0, 18),
      "uninitialised-read");
  // A read that does not wait.
  EXPECT_EQ(kind(load(0, 16, 16) + "ld.shared.b32 %r5, [%r2];" + awaitBarrier)
                .substr(0, 13),
            "data-race: F3");
  EXPECT_EQ(kind(load(0, 24, 24) + awaitBarrier),
            "tensor-copy: the size of a bulk copy is 24, must be a multiple of "
            "16");
  EXPECT_NE(kind(load(8, 16, 16) + awaitBarrier).find("the global address"),
            std::string::npos);
  EXPECT_EQ(kind(load(8192 - 16, 32, 32) + awaitBarrier).substr(0, 13),
            "out-of-bounds");
  EXPECT_EQ(kind(load(0, 16, 32) + awaitBarrier).substr(0, 17),
            "transaction-bytes");
  EXPECT_EQ(kind(load(0, 16, 16) + awaitBarrier, false).substr(0, 18),
            "uninitialised-read");
  // Shared memory that a thread wrote without a fence.
  EXPECT_EQ(kind("mov.u32 %r2, sm; st.shared.b32 [%r2+1024], 1;\n"
                 "bar.warp.sync 15;\n" +
                 load(0, 16, 16) + awaitBarrier)
                .substr(0, 19),
            "missing-proxy-fence");
  EXPECT_EQ(kind(load(0, 1048592, 16) + awaitBarrier).substr(0, 13),
            "out-of-bounds");
}

/// Buffer 0 goes through the tile to buffer 1, by thread 0.
static std::string store(uint32_t words, const std::string &copy,
                         const std::string &wait) {
  return std::string(makeBarrier) + fillTile(words, 0) + "@%p1 bra SKIP;\n" +
         "mov.u32 %r3, " + number(4 * words) + ";\n" + copy + "\n" + wait +
         "\nSKIP:\n";
}

static const char *const bulkStore =
    "cp.async.bulk.global.shared::cta.bulk_group [%a1], [%r2], %r3;\n"
    "cp.async.bulk.commit_group;";

TEST(BulkCopy, StoresMoveTheirBytes) {
  CopyBench bench;
  std::vector<uint8_t> source = Stream(1).bytes(1024);
  bench.buffer(source);
  bench.buffer(std::vector<uint8_t>(1040), false);
  EXPECT_EQ(bench.run(store(256, bulkStore, "cp.async.bulk.wait_group 0;"), 64),
            "");
  EXPECT_EQ(std::memcmp(bench.bytes(1).data(), source.data(), 1024), 0);
  EXPECT_EQ(bench.bytes(1)[1024], 0);
  EXPECT_EQ(bench.statistics.bytesStoredByCopies, 1024u);
}

TEST(BulkCopy, GroupsAreWaitedFor) {
  auto found = [](const std::string &wait, const std::string &after,
                  uint64_t seed, const std::string &copy = bulkStore) {
    CopyBench bench;
    bench.buffer(Stream(1).bytes(64));
    bench.buffer(std::vector<uint8_t>(64), false);
    return bench.run(store(16, copy, wait + "\n" + after), 16, seed)
        .substr(0, 20);
  };
  std::string wait = "cp.async.bulk.wait_group 0;";
  std::string read = "cp.async.bulk.wait_group.read 0;";
  std::string overwrite = "st.shared.b32 [%r2], 0;";
  std::string use = "ld.global.b32 %r5, [%a1];";
  bool overwritten = false, pending = false;
  for (uint64_t seed = 0; seed < 16; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_EQ(found(wait, overwrite + use, seed), "");
    EXPECT_EQ(found(read, overwrite, seed), "");
    overwritten |= found("", overwrite + wait, seed) == "overwritten-source: ";
    // .read does not wait for the writes (F6).
    EXPECT_EQ(found(read, use, seed).substr(0, 13), "data-race: F6");
    // One group may stay under way.
    pending |= found("cp.async.bulk.wait_group 1;", overwrite + wait, seed) ==
               "overwritten-source: ";
  }
  EXPECT_TRUE(overwritten);
  EXPECT_TRUE(pending);
  // A copy that no commit closed is in no group.
  EXPECT_EQ(firstFinding([&](uint64_t seed) {
              return found(wait, "", seed,
                           "cp.async.bulk.global.shared::cta.bulk_group "
                           "[%a1], [%r2], %r3;");
            }),
            "exit-with-pending-co");
}

TEST(BulkCopy, ByteMasks) {
  for (uint32_t mask : {0x0000u, 0x8001u, 0xa5f0u, 0xffffu}) {
    SCOPED_TRACE(mask);
    CopyBench bench("sm_100a");
    std::vector<uint8_t> source = Stream(mask).bytes(64);
    std::vector<uint8_t> target = Stream(mask + 1).bytes(64);
    bench.buffer(source);
    bench.buffer(target);
    EXPECT_EQ(
        bench.run(store(16,
                        "mov.b16 %h1, " + number(mask) +
                            "; mov.b64 %d5, 0;\n"
                            "cp.async.bulk.global.shared::cta.bulk_group"
                            ".L2::cache_hint.cp_mask [%a1], [%r2], %r3, %d5, "
                            "%h1;\ncp.async.bulk.commit_group;",
                        "cp.async.bulk.wait_group 0;"),
                  16),
        "");
    for (unsigned i = 0; i < 64; ++i)
      EXPECT_EQ(bench.bytes(1)[i],
                (mask >> (i % 16)) & 1 ? source[i] : target[i]);
  }
}

TEST(BulkCopy, PrefetchesCheckTheirOperands) {
  auto found = [](const std::string &body) {
    CopyBench bench;
    bench.buffer(std::vector<uint8_t>(64));
    return bench.run(body, 1).substr(0, 11);
  };
  EXPECT_EQ(found("cp.async.bulk.prefetch.L2.global [%a0], 64;"), "");
  EXPECT_EQ(found("mov.u32 %r1, 24; cp.async.bulk.prefetch.L2.global [%a0], "
                  "%r1;"),
            "tensor-copy");
  EXPECT_EQ(found("cp.async.bulk.prefetch.L2.global [%a0], %r1;"),
            "undefined-r");
}

TEST(BulkCopy, TargetsAndModifiers) {
  auto error = [](const char *target, const std::string &body) {
    CopyBench bench(target);
    return bench.run(body);
  };
  EXPECT_NE(error("sm_90a", "cp.async.bulk.global.shared::cta.bulk_group"
                            ".cp_mask [%d1], [%r1], 16, %h1;")
                .find("'sm_90a' has no .cp_mask; it needs sm_100"),
            std::string::npos);
  EXPECT_NE(error("sm_80", "cp.async.bulk.prefetch.L2.global [%d1], 16;")
                .find("'sm_80' has no bulk copies"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", "cp.async.bulk.shared::cta.global"
                            ".mbarrier::complete_tx::bytes.multicast::cluster "
                            "[%r1], [%d1], 16, [%r3], %h1;")
                .find(".multicast::cluster needs .shared::cluster.global"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", "cp.async.bulk.shared::cluster.global [%r1], "
                            "[%d1], 16, [%r3];")
                .find("expected .mbarrier::complete_tx::bytes"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", "cp.async.bulk.global.shared::cta.bulk_group "
                            "[%d1], [%r1], 100;")
                .find("copies 100 bytes, must be a multiple of 16"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", "cp.reduce.async.bulk.global.shared::cta"
                            ".bulk_group.min.f32 [%d1], [%r1], 16;")
                .find("no such reduction of .f32 in .global"),
            std::string::npos);
  EXPECT_NE(error("sm_90a", "cp.reduce.async.bulk.global.shared::cta"
                            ".bulk_group.add.bf16 [%d1], [%r1], 16;")
                .find("an addition of .bf16 needs .noftz"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

namespace {

/// What the reduction makes of two elements, not by the code under test.
template <typename T> T expected(const std::string &op, T x, T y) {
  using U = std::make_unsigned_t<T>;
  if (op == "add")
    return static_cast<T>(static_cast<U>(x) + static_cast<U>(y));
  if (op == "min")
    return x < y ? x : y;
  if (op == "max")
    return x < y ? y : x;
  if (op == "inc")
    return x >= y ? T(0) : T(x + 1);
  if (op == "dec")
    return x == 0 || x > y ? y : T(x - 1);
  return op == "and" ? x & y : op == "or" ? x | y : x ^ y;
}

template <> float expected(const std::string &, float x, float y) {
  return static_cast<float>(static_cast<double>(x) + static_cast<double>(y));
}
template <> double expected(const std::string &, double x, double y) {
  return x + y;
}
template <> _Float16 expected(const std::string &op, _Float16 x, _Float16 y) {
  if (op == "add")
    return static_cast<_Float16>(static_cast<double>(x) +
                                 static_cast<double>(y));
  return (op == "min") == (x < y) ? x : y;
}

struct Brain {
  uint16_t bits;
  bool operator==(const Brain &other) const { return bits == other.bits; }
};

double decode(Brain value) {
  uint32_t word = uint32_t(value.bits) << 16;
  float wide;
  std::memcpy(&wide, &word, 4);
  return wide;
}

template <> Brain expected(const std::string &op, Brain x, Brain y) {
  if (op != "add")
    return (op == "min") == (decode(x) < decode(y)) ? x : y;
  float sum = static_cast<float>(decode(x) + decode(y));
  uint32_t word;
  std::memcpy(&word, &sum, 4);
  return {static_cast<uint16_t>((word + 0x7fff + (word >> 16 & 1)) >> 16)};
}

template <typename T>
void fill(std::vector<T> &values, Stream &random, bool small) {
  for (T &value : values) {
    if constexpr (std::is_same_v<T, Brain>)
      value = {static_cast<uint16_t>(random.integer(0x3000, 0x4f00) |
                                     (random.flip() ? 0x8000 : 0))};
    else if constexpr (std::is_integral_v<T>)
      value = static_cast<T>(small ? random.integer(0, 5) : random.bits());
    else
      value =
          static_cast<T>(static_cast<double>(random.integer(-2000, 2000)) / 64);
  }
}

template <typename T>
void checkReduction(const std::string &op, const std::string &type) {
  SCOPED_TRACE(op + "." + type);
  Stream random(7);
  std::vector<T> source(64), target(64);
  fill(source, random, op == "inc" || op == "dec");
  fill(target, random, op == "inc" || op == "dec");
  if constexpr (std::is_same_v<T, float>) {
    source[0] = 0x1p-130f;
    target[0] = 0x1p-130f;
    source[1] = 0x1.8p-126f;
    target[1] = -0x1p-126f;
  }
  if constexpr (std::is_same_v<T, _Float16>) // .noftz
    source[0] = target[0] = static_cast<_Float16>(0x1p-24);
  uint32_t bytes = static_cast<uint32_t>(64 * sizeof(T));
  auto raw = [&](const std::vector<T> &values) {
    const uint8_t *first = reinterpret_cast<const uint8_t *>(values.data());
    return std::vector<uint8_t>(first, first + bytes);
  };
  CopyBench bench;
  bench.buffer(raw(source));
  bench.buffer(raw(target));
  std::string half = op == "add" && sizeof(T) == 2 ? ".noftz" : "";
  EXPECT_EQ(bench.run(store(bytes / 4,
                            "cp.reduce.async.bulk.global.shared::cta"
                            ".bulk_group." +
                                op + half + "." + type +
                                " [%a1], [%r2], %r3;\n"
                                "cp.async.bulk.commit_group;",
                            "cp.async.bulk.wait_group 0;"),
                      32),
            "");
  for (size_t i = 0; i < source.size(); ++i) {
    T want = expected<T>(op, target[i], source[i]);
    T got = bench.at<T>(1, i);
    EXPECT_EQ(std::memcmp(&want, &got, sizeof(T)), 0) << i;
  }
}

} // namespace

TEST(BulkReduce, EveryTypeAndOperation) {
  checkReduction<uint32_t>("add", "u32");
  checkReduction<int32_t>("add", "s32");
  checkReduction<uint64_t>("add", "u64");
  checkReduction<float>("add", "f32");
  checkReduction<double>("add", "f64");
  checkReduction<_Float16>("add", "f16");
  checkReduction<Brain>("add", "bf16");
  for (const char *op : {"min", "max"}) {
    checkReduction<uint32_t>(op, "u32");
    checkReduction<int32_t>(op, "s32");
    checkReduction<uint64_t>(op, "u64");
    checkReduction<int64_t>(op, "s64");
    checkReduction<_Float16>(op, "f16");
    checkReduction<Brain>(op, "bf16");
  }
  checkReduction<uint32_t>("inc", "u32");
  checkReduction<uint32_t>("dec", "u32");
  for (const char *op : {"and", "or", "xor"}) {
    checkReduction<uint32_t>(op, "b32");
    checkReduction<uint64_t>(op, "b64");
  }
}

TEST(BulkReduce, TheTargetMustHaveValues) {
  CopyBench bench;
  bench.buffer(Stream(1).bytes(64));
  bench.buffer(std::vector<uint8_t>(64), false);
  EXPECT_EQ(bench
                .run(store(16,
                           "cp.reduce.async.bulk.global.shared::cta"
                           ".bulk_group.add.u32 [%a1], [%r2], %r3;\n"
                           "cp.async.bulk.commit_group;",
                           "cp.async.bulk.wait_group 0;"),
                     16)
                .substr(0, 18),
            "uninitialised-read");
}
