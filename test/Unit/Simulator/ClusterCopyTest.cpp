//===- ClusterCopyTest.cpp - TMA into the memory of several CTAs ----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClusterSupport.h"
#include "dgemm/Simulator/TensorMap.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static const char *const clusterSync =
    "barrier.cluster.arrive.release.aligned;\n"
    "barrier.cluster.wait.acquire.aligned;\n";

static std::vector<uint8_t> image(const TensorMap &map) {
  TensorMap::Image bytes = map.encode();
  return {bytes.begin(), bytes.end()};
}

static std::vector<uint8_t> words(const std::vector<uint32_t> &values) {
  std::vector<uint8_t> bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// Replaces the only occurrence of `what`.
static std::string with(std::string text, const std::string &what,
                        const std::string &by) {
  size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  EXPECT_EQ(text.find(what, at + 1), std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

//===----------------------------------------------------------------------===//
// A pipeline of two CTAs: rank 0 loads A for both, each CTA its own B; a slot
// is free again when the consumers of both CTAs have arrived.
//===----------------------------------------------------------------------===//

namespace {

constexpr uint32_t blocks = 7, tile = 32;

/// Warp 0 produces, warp 1 consumes: out = sum over blocks of A * B.
const char *const pipeline = R"(
  mov.u32 %r2, full; mov.u32 %r3, empty; mov.u32 %r4, a; mov.u32 %r5, b;
  setp.ne.u32 %p1, %r0, 0;
  @%p1 bra INITIALISED;
  mbarrier.init.shared::cta.b64 [%r2], 1;
  mbarrier.init.shared::cta.b64 [%r2+8], 1;
  mbarrier.init.shared::cta.b64 [%r3], 2;
  mbarrier.init.shared::cta.b64 [%r3+8], 2;
  fence.mbarrier_init.release.cluster;
INITIALISED:
  barrier.cluster.arrive.release.aligned;
  barrier.cluster.wait.acquire.aligned;
  mov.u32 %r10, 0;
  shr.u32 %r11, %r0, 5;
  setp.eq.u32 %p2, %r11, 1;
  @%p2 bra CONSUME;

  mov.u64 %d5, mapA; cvta.param.u64 %d5, %d5;
  mov.u64 %d6, mapB; cvta.param.u64 %d6, %d6;
  mov.u16 %h1, 3;
PRODUCE:
  and.b32 %r12, %r10, 1; shr.u32 %r13, %r10, 1; and.b32 %r13, %r13, 1;
  xor.b32 %r14, %r13, 1;
  shl.b32 %r15, %r12, 3; shl.b32 %r16, %r12, 7;
  add.u32 %r17, %r3, %r15; add.u32 %r18, %r2, %r15;
  add.u32 %r19, %r4, %r16; add.u32 %r20, %r5, %r16;
  shl.b32 %r21, %r10, 5;
FREE:
  mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 %p3, [%r17], %r14;
  @!%p3 bra FREE;
  elect.sync _|%p4, -1;
  setp.eq.and.u32 %p5, %r30, 0, %p4;
  @%p4 mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r18], 256;
  @%p5 cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::complete_tx::bytes.multicast::cluster [%r19], [%d5, {%r21}], [%r18], %h1;
  @%p4 cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%r20], [%d6, {%r21, %r30}], [%r18];
  bar.warp.sync -1;
  add.u32 %r10, %r10, 1;
  setp.lt.u32 %p6, %r10, 7;
  @%p6 bra PRODUCE;
  // Both slots must be free: until then consumers of the peer arrive here.
DRAIN:
  and.b32 %r12, %r10, 1; shr.u32 %r13, %r10, 1; and.b32 %r13, %r13, 1;
  xor.b32 %r14, %r13, 1; shl.b32 %r15, %r12, 3; add.u32 %r17, %r3, %r15;
DRAINED:
  mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 %p3, [%r17], %r14;
  @!%p3 bra DRAINED;
  add.u32 %r10, %r10, 1;
  setp.lt.u32 %p6, %r10, 9;
  @%p6 bra DRAIN;
  ret;

CONSUME:
  mov.u32 %r1, 0; and.b32 %r22, %r0, 31; shl.b32 %r23, %r22, 2;
NEXT:
  and.b32 %r12, %r10, 1; shr.u32 %r13, %r10, 1; and.b32 %r13, %r13, 1;
  shl.b32 %r15, %r12, 3; shl.b32 %r16, %r12, 7;
  add.u32 %r17, %r3, %r15; add.u32 %r18, %r2, %r15;
  add.u32 %r19, %r4, %r16; add.u32 %r20, %r5, %r16;
  add.u32 %r19, %r19, %r23; add.u32 %r20, %r20, %r23;
ARRIVED:
  mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 %p3, [%r18], %r13;
  @!%p3 bra ARRIVED;
  ld.shared.u32 %r24, [%r19]; ld.shared.u32 %r25, [%r20];
  mad.lo.u32 %r1, %r24, %r25, %r1;
  bar.warp.sync -1;
  setp.lt.u32 %p7, %r22, 2;
  mapa.shared::cluster.u32 %r26, %r17, %r22;
  @%p7 mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r26];
  add.u32 %r10, %r10, 1;
  setp.lt.u32 %p6, %r10, 7;
  @%p6 bra NEXT;
  st.global.u32 [%d1], %r1;
)";

const char *const pipelineMemory =
    ".shared .align 8 .b8 full[16];\n.shared .align 8 .b8 empty[16];\n"
    ".shared .align 128 .b8 a[256];\n.shared .align 128 .b8 b[256];\n";

const char *const pipelineMaps =
    ", .param .align 64 .b8 mapA[128], .param .align 64 .b8 mapB[128]";

std::string pipelineKernel(const std::string &body = pipeline) {
  // Lanes above 1 do not arrive; mapa takes their rank modulo 2.
  return clusterKernel(with(body, "mapa.shared::cluster.u32 %r26, %r17, %r22;",
                            "and.b32 %r27, %r22, 1;\n"
                            "mapa.shared::cluster.u32 %r26, %r17, %r27;"),
                       pipelineMemory, "", pipelineMaps);
}

Outcome runPipeline(const std::string &text, uint64_t seed) {
  std::vector<uint32_t> a(blocks * tile), b(2 * blocks * tile);
  for (uint32_t i = 0; i < a.size(); ++i)
    a[i] = 3 * i + 1;
  for (uint32_t i = 0; i < b.size(); ++i)
    b[i] = 7 * i + 5;
  GlobalMemory memory;
  TensorMap mapA, mapB;
  mapA.type = mapB.type = TensorMapType::U32;
  mapA.address = memory.add("a", words(a), true);
  mapB.address = memory.add("b", words(b), true);
  mapA.dim[0] = mapB.dim[0] = blocks * tile;
  mapA.box[0] = mapB.box[0] = tile;
  mapB.rank = 2;
  mapB.dim[1] = 2;
  mapB.stride[0] = blocks * tile * 4;
  ClusterLaunch shape;
  shape.ctas = 4;
  shape.threads = 64;
  shape.seed = seed;
  shape.parameters = {image(mapA), image(mapB)};
  Outcome result = runCluster(text, shape, std::move(memory));
  if (result.kind() != "0 findings")
    return result;
  for (uint32_t cta = 0; cta < 4; ++cta) {
    for (uint32_t lane = 0; lane < tile; ++lane) {
      uint32_t sum = 0;
      for (uint32_t i = lane; i < a.size(); i += tile)
        sum += a[i] * b[(cta % 2) * blocks * tile + i];
      EXPECT_EQ(result.out[cta * 64 + 32 + lane], sum);
    }
  }
  return result;
}

/// How many of 20 schedules find `kind`.
unsigned schedules(const std::string &text, const std::string &kind) {
  unsigned count = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Outcome result = runPipeline(text, seed);
    EXPECT_EQ(result.error, "");
    bool found = false;
    for (const Finding &finding : result.findings)
      found |= finding.kind == kind;
    count += found;
  }
  return count;
}

} // namespace

TEST(ClusterCopy, MulticastPipeline) {
  std::string text = pipelineKernel();
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Outcome result = runPipeline(text, seed);
    ASSERT_EQ(result.kind(), "0 findings") << result.findings[0].toString();
    // Of two clusters: A once for both CTAs, B for each.
    EXPECT_EQ(result.statistics.bytesLoadedByCopies, 2u * blocks * 128 * 3);
  }
}

TEST(ClusterCopy, BrokenPipelines) {
  std::string text = pipeline;
  auto found = [](const std::string &body, const char *kind) {
    return schedules(pipelineKernel(body), kind);
  };
  // Only rank 0 gets A.
  EXPECT_EQ(found(with(text, "mov.u16 %h1, 3", "mov.u16 %h1, 1"), "deadlock"),
            20u);
  // A rank that the cluster does not have.
  EXPECT_EQ(found(with(text, "mov.u16 %h1, 3", "mov.u16 %h1, 7"), "multicast"),
            20u);
  EXPECT_EQ(found(with(text, "mov.u16 %h1, 3", "mov.u16 %h1, 0"), "multicast"),
            20u);
  // Both bytes counts are wrong.
  EXPECT_EQ(found(with(text, "[%r18], 256", "[%r18], 128"), "0 findings"), 0u);
  EXPECT_EQ(found(with(text, "[%r18], 256", "[%r18], 384"), "deadlock"), 20u);
  // The consumers tell their own producer only.
  EXPECT_EQ(found(with(text, "setp.lt.u32 %p7, %r22, 2",
                       "setp.eq.u32 %p7, %r22, %r30"),
                  "deadlock"),
            20u);
  // A slot is taken as free when one of the two CTAs has left it.
  std::string early = with(text, "mbarrier.init.shared::cta.b64 [%r3], 2",
                           "mbarrier.init.shared::cta.b64 [%r3], 1");
  early = with(early, "mbarrier.init.shared::cta.b64 [%r3+8], 2",
               "mbarrier.init.shared::cta.b64 [%r3+8], 1");
  unsigned clean = 0;
  for (uint64_t seed = 0; seed < 20; ++seed)
    clean += runPipeline(pipelineKernel(early), seed).kind() == "0 findings";
  EXPECT_LT(clean, 20u);
  // No cluster barrier before the first copies: the peer's barriers may not
  // exist.
  std::string unordered = with(text,
                               "  barrier.cluster.arrive.release.aligned;\n"
                               "  barrier.cluster.wait.acquire.aligned;\n",
                               "bar.sync 0;\n");
  EXPECT_GT(found(unordered, "cluster-start"), 15u);
  // F14: the producer leaves while the peer's consumers still arrive.
  std::string hasty =
      with(text, "setp.lt.u32 %p6, %r10, 9", "setp.lt.u32 %p6, %r10, 0");
  hasty = with(hasty, "@!%p3 bra DRAINED;", "");
  hasty = with(hasty,
               "DRAINED:\n  mbarrier.try_wait.parity.acquire.cluster."
               "shared::cta.b64 %p3, [%r17], %r14;",
               "");
  EXPECT_GT(found(hasty, "exited-cta"), 0u);
  EXPECT_GT(found(hasty, "early-exit"), 0u);
}

//===----------------------------------------------------------------------===//
// Single copies
//===----------------------------------------------------------------------===//

/// Rank 0 loads 32 words for whom `copy` says; rank `waiter` waits.
static Outcome single(const std::string &copy, uint32_t waiter = 1,
                      uint64_t seed = 0, const char *target = "sm_90a",
                      uint32_t bytes = 128) {
  std::string text = clusterKernel(
      "mov.u32 %r2, bar; mov.u32 %r4, a; mov.u32 %r10, 1;\n"
      "mapa.shared::cluster.u32 %r5, %r4, %r10;\n"
      "mapa.shared::cluster.u32 %r3, %r2, %r10;\n"
      "mov.u64 %d5, mapA; cvta.param.u64 %d5, %d5; mov.u16 %h1, 3;\n"
      "and.b32 %r11, %r2, 0xfeffffff;\n"
      "setp.ne.u32 %p1, %r0, 0; @%p1 bra READY;\n"
      "mbarrier.init.shared::cta.b64 [%r2], 1;\n"
      "fence.mbarrier_init.release.cluster;\n"
      "READY:" +
          std::string(clusterSync) +
          "setp.ne.u32 %p2, %r30, 0; or.pred %p3, %p1, %p2;\n"
          "setp.ne.u32 %p4, %r30, " +
          std::to_string(waiter) +
          "; @%p4 bra SEND; @%p1 bra SEND;\n"
          "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r2], " +
          std::to_string(bytes) +
          ";\n"
          "SEND: bar.warp.sync -1;\n@!%p3 " +
          copy +
          "\n@%p4 bra DONE;\n"
          "WAIT: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 "
          "%p5, [%r2], 0;\n@!%p5 bra WAIT;\n"
          "shl.b32 %r6, %r0, 2; add.u32 %r6, %r6, %r4;\n"
          "ld.shared.u32 %r1, [%r6]; st.global.u32 [%d1], %r1;\nDONE:" +
          clusterSync,
      ".shared .align 8 .b64 bar;\n.shared .align 128 .b8 a[256];\n", "",
      ", .param .align 64 .b8 mapA[128]");
  text = with(text, "sm_90a", target);
  std::vector<uint32_t> values(32);
  for (uint32_t i = 0; i < 32; ++i)
    values[i] = 10 + i;
  GlobalMemory memory;
  TensorMap map;
  map.type = TensorMapType::U32;
  map.address = memory.add("a", words(values), true);
  map.dim[0] = map.box[0] = 32;
  ClusterLaunch shape;
  shape.seed = seed;
  shape.parameters = {image(map)};
  return runCluster(text, shape, std::move(memory));
}

TEST(ClusterCopy, IntoThePeer) {
  std::string load = "cp.async.bulk.tensor.1d.shared::cluster.global."
                     "mbarrier::complete_tx::bytes ";
  for (uint64_t seed = 0; seed < 4; ++seed) {
    Outcome result = single(load + "[%r5], [%d5, {0}], [%r3];", 1, seed);
    ASSERT_EQ(result.kind(), "0 findings") << result.findings[0].toString();
    EXPECT_EQ(result.out[32 + 5], 15u);
    result = single(load + "[%r4], [%d5, {0}], [%r2];", 0, seed);
    ASSERT_EQ(result.kind(), "0 findings");
    EXPECT_EQ(result.out[5], 15u);
  }
  // The mbarrier belongs to the destination.
  EXPECT_EQ(single(load + "[%r5], [%d5, {0}], [%r2];").kind(), "mbarrier");
  EXPECT_EQ(single(load + "[%r5+128], [%d5, {32}], [%r3+8];").kind(),
            "mbarrier");
  EXPECT_EQ(single(load + "[%r5+16384], [%d5, {0}], [%r3];").kind(),
            "out-of-bounds");
  // .shared::cta is the executing CTA.
  EXPECT_EQ(single("cp.async.bulk.tensor.1d.shared::cta.global."
                   "mbarrier::complete_tx::bytes [%r5], [%d5, {0}], [%r3];")
                .kind(),
            "out-of-bounds");
}

TEST(ClusterCopy, PairsShareAnMBarrier) {
  // sm_100: rank 0 loads for both; both halves complete on one barrier.
  std::string load = "cp.async.bulk.tensor.1d.cta_group::2.shared::cluster."
                     "global.mbarrier::complete_tx::bytes";
  // Data in rank 1, mbarrier in rank 0.
  EXPECT_EQ(single(load + " [%r5], [%d5, {0}], [%r2];", 0, 0, "sm_100a").kind(),
            "uninitialised-read");
  // The even CTA by its address with the lowest bit of the rank cleared.
  Outcome result =
      single(load + " [%r4], [%d5, {0}], [%r11];", 0, 0, "sm_100a");
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[9], 19u);
  // Multicast: 128 bytes for each of the two, all on the odd CTA's barrier.
  result = single(load + ".multicast::cluster [%r4], [%d5, {0}], [%r3], %h1;",
                  1, 0, "sm_100a", 256);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[32 + 9], 19u);
}
