//===- TensorMapChangeTest.cpp - Tensor maps that a kernel changes --------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

// Buffer 0: the tensor, 4 rows of 64 bytes. Buffer 1: a map of it at offset 0,
// room for another at 128. Buffer 2: the result.

static const char *const release =
    "fence.proxy.tensormap::generic.release.gpu;\n";
static const char *const acquire =
    "fence.proxy.tensormap::generic.acquire.gpu [%a1], 128;\n";
static const char *const moveDown = // two rows
    "add.u64 %d5, %a0, 128;\n"
    "@!%p1 tensormap.replace.tile.global_address.global.b1024.b64 [%a1], "
    "%d5;\n";

/// Loads row 0 of the map at `map` and writes it to buffer 2.
static std::string load(const std::string &map = "%a1",
                        const std::string &label = "L") {
  return "@%p1 bra " + label +
         ";\n"
         "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], 64;\n"
         "cp.async.bulk.tensor.2d.shared::cluster.global.tile"
         ".mbarrier::complete_tx::bytes [%r2], [" +
         map + ", {0, 0}], [%r1];\n" + label + ":\n";
}

static TensorMap rows(uint64_t address) {
  TensorMap map;
  map.type = TensorMapType::U8;
  map.rank = 2;
  map.address = address;
  map.dim[0] = 64;
  map.dim[1] = 4;
  map.stride[0] = 64;
  map.box[0] = 64;
  return map;
}

namespace {
struct Outcome {
  std::string found;
  int row = -1; // of buffer 0 that came
};
} // namespace

static Outcome run(const std::string &body, const char *target = "sm_90a",
                   uint32_t threads = 32) {
  CopyBench bench(target);
  std::vector<uint8_t> source = Stream(5).bytes(256);
  TensorMap map = rows(bench.buffer(source));
  TensorMap::Image image = map.encode();
  std::vector<uint8_t> maps(256);
  std::copy(image.begin(), image.end(), maps.begin());
  bench.buffer(maps);
  bench.buffer(std::vector<uint8_t>(64));
  bench.map(map);
  Outcome result;
  result.found = bench.run(makeBarrier + body + awaitAndDump(16, 2), threads);
  for (int row = 0; row < 4; ++row)
    if (std::equal(bench.bytes(2).begin(), bench.bytes(2).end(),
                   source.begin() + 64 * row))
      result.row = row;
  return result;
}

static std::string kind(const std::string &found) {
  return found.substr(0, found.find(':'));
}

TEST(TensorMapChange, InPlace) {
  Outcome good = run(moveDown + std::string(release) + acquire + load());
  EXPECT_EQ(good.found, "");
  EXPECT_EQ(good.row, 2);
  // Without either fence the copy uses the old map.
  Outcome noRelease = run(moveDown + std::string(acquire) + load());
  EXPECT_EQ(kind(noRelease.found), "stale-tensor-map");
  EXPECT_NE(noRelease.found.find("nothing released it"), std::string::npos);
  EXPECT_EQ(noRelease.row, 0);
  Outcome noAcquire = run(moveDown + std::string(release) + load());
  EXPECT_EQ(kind(noAcquire.found), "stale-tensor-map");
  EXPECT_NE(noAcquire.found.find("acquire is missing"), std::string::npos);
  EXPECT_EQ(noAcquire.row, 0);
  // The wrong order, and a second change without new fences.
  EXPECT_EQ(kind(run(moveDown + std::string(acquire) + release + load()).found),
            "stale-tensor-map");
  Outcome again = run(moveDown + std::string(release) + acquire +
                      "add.u64 %d5, %a0, 64;\n"
                      "@!%p1 tensormap.replace.tile.global_address.global"
                      ".b1024.b64 [%a1], %d5;\n" +
                      load());
  EXPECT_EQ(kind(again.found), "stale-tensor-map");
  EXPECT_EQ(again.row, 2);
}

TEST(TensorMapChange, OtherThreadsMustBeOrdered) {
  // Thread 0 changes and uses the map, warp 1 acquires it.
  std::string sync = "bar.sync 0;\n";
  std::string acquireByWarp1 =
      "setp.ge.u32 %p4, %r0, 32;\n@%p4 " + std::string(acquire);
  auto found = [](const std::string &body) {
    return kind(run(body, "sm_90a", 64).found);
  };
  std::string change = moveDown + std::string(release);
  EXPECT_EQ(found(change + sync + acquireByWarp1 + sync + load()), "");
  EXPECT_EQ(found(change + sync + acquireByWarp1 + load()), "stale-tensor-map");
  EXPECT_EQ(found(change + acquireByWarp1 + sync + load()), "stale-tensor-map");
  // A release before it knows of the change: by warp 1.
  std::string releaseByWarp1 =
      "setp.ge.u32 %p4, %r0, 32;\n@%p4 " + std::string(release);
  EXPECT_EQ(found(moveDown + sync + releaseByWarp1 + sync + acquire + load()),
            "");
  EXPECT_EQ(found(moveDown + releaseByWarp1 + sync + acquire + load()),
            "stale-tensor-map");
}

/// Copies the parameter's map to shared memory, changes it there, and puts it
/// at offset 128 of buffer 1.
static std::string through(const std::string &changes,
                           const std::string &fence) {
  return "add.u32 %r10, %r2, 1024; shl.b32 %r11, %r0, 2;\n"
         "cvt.u64.u32 %d6, %r11; add.u64 %d7, %m0, %d6;\n"
         "ld.b32 %r12, [%d7]; add.u32 %r13, %r10, %r11;\n"
         "st.shared.b32 [%r13], %r12; bar.warp.sync -1;\n"
         "add.u64 %d8, %a1, 128;\n" +
         changes + "bar.warp.sync -1;\n" + fence;
}

static const char *const copyFence =
    "tensormap.cp_fenceproxy.global.shared::cta.tensormap::generic.release.gpu"
    ".sync.aligned [%d8], [%r10], 128;\n";
static const char *const acquireNew =
    "fence.proxy.tensormap::generic.acquire.gpu [%d8], 128;\n";
static const char *const changeShared =
    "add.u64 %d5, %a0, 64;\n"
    "@!%p1 tensormap.replace.tile.global_address.shared::cta.b1024.b64 "
    "[%r10], %d5;\n";

TEST(TensorMapChange, ThroughSharedMemory) {
  Outcome good =
      run(through(changeShared, copyFence) + acquireNew + load("%d8"));
  EXPECT_EQ(good.found, "");
  EXPECT_EQ(good.row, 1);
  // There was no map before.
  Outcome stale = run(through(changeShared, copyFence) + load("%d8"));
  EXPECT_EQ(kind(stale.found), "stale-tensor-map");
  EXPECT_NE(stale.found.find("there is no tensor map"), std::string::npos);
  EXPECT_EQ(kind(run(through(changeShared, "add.u64 %d8, %d8, 32;\n" +
                                               std::string(copyFence)))
                     .found),
            "misaligned");
  EXPECT_EQ(kind(run(through(changeShared, "@!%p1 add.u32 %r10, %r10, 128;\n" +
                                               std::string(copyFence)))
                     .found),
            "divergence");
}

TEST(TensorMapChange, ByPlainStores) {
  // The map moves from the parameter to offset 128 of buffer 1.
  std::string copy = "shl.b32 %r11, %r0, 2; cvt.u64.u32 %d6, %r11;\n"
                     "add.u64 %d7, %m0, %d6; ld.b32 %r12, [%d7];\n"
                     "add.u64 %d8, %a1, 128; add.u64 %d9, %d8, %d6;\n"
                     "st.global.b32 [%d9], %r12; bar.warp.sync -1;\n";
  Outcome good = run(copy + release + acquireNew + load("%d8"));
  EXPECT_EQ(good.found, "");
  EXPECT_EQ(good.row, 0);
  EXPECT_EQ(kind(run(copy + acquireNew + load("%d8")).found),
            "stale-tensor-map");
  // Also where the kernel has no fence at all.
  EXPECT_EQ(kind(run(copy + load("%d8")).found), "stale-tensor-map");
}

TEST(TensorMapChange, EveryField) {
  // A map of rank 1 becomes one of rank 2 and halves its box.
  std::string space = ".shared::cta.b1024.";
  std::string begin = "@!%p1 tensormap.replace.tile.";
  std::string changes =
      "mov.u32 %r15, 1; mov.u32 %r16, 32; mov.u64 %d9, 128; mov.u32 %r17, 2;\n"
      "add.u64 %d5, %a0, 64;\n" +
      begin + "global_address" + space + "b64 [%r10], %d5;\n" + begin + "rank" +
      space + "b32 [%r10], %r15;\n" + begin + "box_dim" + space +
      "b32 [%r10], 0, %r16;\n" + begin + "box_dim" + space +
      "b32 [%r10], 1, %r17;\n" + begin + "global_dim" + space +
      "b32 [%r10], 0, %r16;\n" + begin + "global_dim" + space +
      "b32 [%r10], 1, %r17;\n" + begin + "global_stride" + space +
      "b64 [%r10], 0, %d9;\n" + begin + "element_stride" + space +
      "b32 [%r10], 1, %r15;\n" + begin + "elemtype" + space +
      "b32 [%r10], 0;\n" + begin + "interleave_layout" + space +
      "b32 [%r10], 0;\n" + begin + "swizzle_mode" + space + "b32 [%r10], 1;\n" +
      begin + "fill_mode" + space + "b32 [%r10], 0;\n";
  CopyBench bench;
  std::vector<uint8_t> source = Stream(5).bytes(256);
  TensorMap map = rows(bench.buffer(source));
  bench.buffer(std::vector<uint8_t>(256));
  bench.buffer(std::vector<uint8_t>(64));
  map.rank = 1;
  bench.map(map);
  EXPECT_EQ(bench.run(makeBarrier + through(changes, copyFence) + acquireNew +
                      load("%d8") + awaitAndDump(16, 2)),
            "");
  // Rows 1 and 3, 32 bytes of each; 32B swizzle: nothing moves in line 0.
  for (size_t i = 0; i < 64; ++i)
    EXPECT_EQ(bench.bytes(2)[i], source[64 + i / 32 * 128 + i % 32]) << i;
}

TEST(TensorMapChange, Misuse) {
  auto found = [](const std::string &changes, const char *target = "sm_90a") {
    return run(through(changes, copyFence) + acquireNew + load("%d8"), target)
        .found;
  };
  EXPECT_NE(found("mov.u32 %r15, 5;\n@!%p1 tensormap.replace.tile.rank"
                  ".shared::cta.b1024.b32 [%r10], %r15;\n")
                .find("value 5 is not rank - 1, within 0 to 4"),
            std::string::npos);
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.rank.shared::cta.b1024.b32 "
                  "[%r10], 2;\n")
                .find("the copy has 2 dimensions, the tensor map 3"),
            std::string::npos);
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.elemtype.shared::cta.b1024"
                  ".b32 [%r10], 13;\n")
                .find("'sm_90a' has no type 13"),
            std::string::npos);
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.swizzle_atomicity.shared::cta"
                  ".b1024.b32 [%r10], 1;\n")
                .find("'sm_90a' has no .swizzle_atomicity"),
            std::string::npos);
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.rank.shared::cta.b1024.b32 "
                  "[%r10], 1;\n",
                  "sm_90")
                .find("'sm_90' has no tensormap.replace"),
            std::string::npos);
  // Atomicity of a map that has no 128-byte swizzle.
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.swizzle_atomicity.shared::cta"
                  ".b1024.b32 [%r10], 1;\n",
                  "sm_120a")
                .find("replace swizzle_mode first"),
            std::string::npos);
  EXPECT_NE(found("st.shared.b32 [%r10+64], 7;\n").find("was written over"),
            std::string::npos);
  EXPECT_NE(found("@!%p1 tensormap.replace.tile.box_dim.shared::cta.b1024.b32 "
                  "[%r10], %r0, 1;\n")
                .find("the ordinal must be a constant"),
            std::string::npos);
  EXPECT_NE(run("fence.proxy.tensormap::generic.acquire.gpu [%a1], 64;")
                .found.find("the size must be the constant 128"),
            std::string::npos);
}

TEST(TensorMapChange, MapsInConstantMemoryAndGlobals) {
  // As parameters and globals: what nobody changed needs no fence.
  EXPECT_EQ(run(load("%m0")).row, 0);
  Outcome global = run(load("%a1"));
  EXPECT_EQ(global.found, "");
  EXPECT_EQ(global.row, 0);
  // The same in a variable of the module.
  CopyBench bench;
  std::vector<uint8_t> source = Stream(5).bytes(256);
  TensorMap::Image image = rows(bench.buffer(source)).encode();
  bench.buffer({0});
  bench.buffer(std::vector<uint8_t>(64));
  bench.module = ".const .align 64 .b8 map[128] = {";
  for (uint8_t byte : image)
    bench.module += std::to_string(byte) + ", ";
  bench.module.resize(bench.module.size() - 2);
  bench.module += "};\n";
  EXPECT_EQ(bench.run(makeBarrier +
                      std::string("mov.u64 %d8, map; cvta.const.u64 %d8, "
                                  "%d8;\nprefetch.const.tensormap [map];\n"
                                  "prefetch.tensormap [%d8];\n") +
                      load("%d8") + awaitAndDump(16, 2)),
            "");
  EXPECT_TRUE(
      std::equal(bench.bytes(2).begin(), bench.bytes(2).end(), source.begin()));
}
