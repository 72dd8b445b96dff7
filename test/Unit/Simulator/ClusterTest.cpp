//===- ClusterTest.cpp - Distributed shared memory, cluster barriers ------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ClusterSupport.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

static const char *const clusterSync =
    "barrier.cluster.arrive.release.aligned;\n"
    "barrier.cluster.wait.acquire.aligned;\n";

/// The address of `data` in the next CTA of the ring, in %r5.
static const char *const nextCta = "add.u32 %r3, %r30, 1;\n"
                                   "rem.u32 %r3, %r3, %r31;\n"
                                   "mov.u32 %r4, data;\n"
                                   "shl.b32 %r6, %r0, 2;\n"
                                   "add.u32 %r4, %r4, %r6;\n"
                                   "mapa.shared::cluster.u32 %r5, %r4, %r3;\n";

static const char *const buffer = ".shared .align 16 .b8 data[128];\n";

/// Each thread gets the value of the same thread in the previous CTA.
static std::string ring(const std::string &access) {
  return clusterKernel(nextCta + std::string(clusterSync) +
                           "mad.lo.u32 %r7, %r30, 100, %r0;\n" + access +
                           clusterSync +
                           "ld.shared.u32 %r1, [%r4];\n"
                           "st.global.u32 [%d1], %r1;",
                       buffer);
}

static void expectRing(const Outcome &result, uint32_t size) {
  ASSERT_EQ(result.kind(), "0 findings");
  for (uint32_t cta = 0; cta < result.out.size() / 32; ++cta)
    for (uint32_t lane = 0; lane < 32; ++lane)
      EXPECT_EQ(result.out[cta * 32 + lane],
                (cta % size + size - 1) % size * 100 + lane);
}

TEST(Cluster, RingThroughEachOthersMemory) {
  ClusterLaunch shape;
  shape.ctas = 12;
  for (uint32_t size : {2, 3, 4, 6}) {
    shape.cluster = size;
    for (shape.seed = 0; shape.seed < 8; ++shape.seed) {
      expectRing(
          runCluster(ring("st.shared::cluster.u32 [%r5], %r7;\n"), shape),
          size);
      // The same through generic addresses.
      expectRing(runCluster(ring("cvt.u64.u32 %d2, %r4;\n"
                                 "cvta.shared.u64 %d3, %d2;\n"
                                 "mapa.u64 %d4, %d3, %r3;\n"
                                 "st.u32 [%d4], %r7;\n"),
                            shape),
                 size);
    }
  }
}

TEST(Cluster, RingByLoadsAndAtomics) {
  ClusterLaunch shape;
  shape.ctas = 4;
  shape.cluster = 4;
  std::string own = "mad.lo.u32 %r7, %r30, 100, %r0;\n"
                    "st.shared.u32 [%r4], %r7;\n";
  for (shape.seed = 0; shape.seed < 8; ++shape.seed) {
    Outcome loads =
        runCluster(clusterKernel(nextCta + own + clusterSync +
                                     "ld.shared::cluster.u32 %r1, [%r5];\n" +
                                     clusterSync + "st.global.u32 [%d1], %r1;",
                                 buffer),
                   shape);
    ASSERT_EQ(loads.kind(), "0 findings");
    EXPECT_EQ(loads.out[3 * 32 + 7], 7u);
    EXPECT_EQ(loads.out[5], 105u);
    Outcome atomics = runCluster(
        clusterKernel(nextCta + own + clusterSync +
                          "red.shared::cluster.add.u32 [%r5], 1000;\n"
                          "mov.u32 %r8, data; mov.u32 %r9, 0;\n"
                          "mapa.shared::cluster.u32 %r8, %r8, %r9;\n"
                          "atom.shared::cluster.max.u32 %r9, [%r8], 5000;\n" +
                          clusterSync +
                          "ld.shared.u32 %r1, [%r4];\n"
                          "st.global.u32 [%d1], %r1;",
                      buffer),
        shape);
    ASSERT_EQ(atomics.kind(), "0 findings");
    EXPECT_EQ(atomics.out[2 * 32 + 7], 1207u);
    EXPECT_GE(atomics.out[0], 5000u);
  }
}

TEST(Cluster, OwnAddressesAreClusterAddressesToo) {
  // A shared::cta address lies in the shared::cluster window.
  ClusterLaunch shape;
  Outcome result = runCluster(
      clusterKernel("shl.b32 %r6, %r0, 2; mov.u32 %r4, data;\n"
                    "add.u32 %r4, %r4, %r6; add.u32 %r7, %r0, %r30;\n"
                    "st.shared::cluster.u32 [%r4], %r7;\n"
                    "mapa.shared::cluster.u32 %r5, %r4, %r30;\n"
                    "setp.ne.u32 %p1, %r4, %r5; @%p1 trap;\n"
                    "getctarank.shared::cluster.u32 %r8, %r5;\n"
                    "setp.ne.u32 %p1, %r8, %r30; @%p1 trap;\n"
                    "ld.shared.u32 %r1, [%r5]; st.global.u32 [%d1], %r1;",
                    buffer),
      shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[32 + 9], 10u);
}

TEST(Cluster, StateSpacesOfGenericAddresses) {
  ClusterLaunch shape;
  // A bit per answer: own address (cta, cluster), the peer's (cta, cluster),
  // global (cta, cluster, global).
  std::string ask;
  const std::pair<const char *, const char *> questions[] = {
      {"shared::cta", "%d3"}, {"shared::cluster", "%d3"},
      {"shared::cta", "%d4"}, {"shared::cluster", "%d4"},
      {"shared::cta", "%d0"}, {"shared::cluster", "%d0"},
      {"global", "%d0"},      {"local", "%d4"},
      {"global", "%d4"}};
  for (const auto &[space, address] : questions)
    ask += std::string("isspacep.") + space + " %p1, " + address +
           "; selp.u32 %r8, 1, 0, %p1; shl.b32 %r1, %r1, 1;"
           " or.b32 %r1, %r1, %r8;\n";
  Outcome result =
      runCluster(clusterKernel("xor.b32 %r3, %r30, 1; mov.u32 %r4, data;\n"
                               "cvt.u64.u32 %d2, %r4;\n"
                               "cvta.shared.u64 %d3, %d2;\n"
                               "mapa.u64 %d4, %d3, %r3; mov.u32 %r1, 0;\n" +
                                   ask +
                                   "getctarank.u64 %r8, %d4;\n"
                                   "mad.lo.u32 %r1, %r8, 1000, %r1;\n"
                                   "st.global.u32 [%d1], %r1;",
                               buffer),
                 shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[0], 0b110100100u + 1000u);
  EXPECT_EQ(result.out[32], 0b110100100u);
}

TEST(Cluster, SpecialRegisters) {
  std::string store;
  const char *registers[] = {"%clusterid.x",      "%clusterid.y",
                             "%nclusterid.x",     "%cluster_ctaid.x",
                             "%cluster_nctaid.x", "%cluster_nctaid.z",
                             "%cluster_ctarank",  "%cluster_nctarank"};
  for (const char *name : registers)
    store += std::string("mov.u32 %r8, ") + name +
             "; mad.lo.u32 %r1, %r1, 10, %r8;\n";
  std::string text = clusterKernel("mov.u32 %r1, 0;\n" + store +
                                   "mov.pred %p1, %is_explicit_cluster;\n"
                                   "selp.u32 %r8, 1, 0, %p1;\n"
                                   "mad.lo.u32 %r1, %r1, 10, %r8;\n"
                                   "st.global.u32 [%d1], %r1;");
  ClusterLaunch shape;
  shape.ctas = 6;
  shape.cluster = 3;
  Outcome result = runCluster(text, shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[5 * 32], 102231231u);
  shape.cluster = 0;
  result = runCluster(text, shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[5 * 32], 506011010u);
}

TEST(Cluster, MBarriersOfThePeer) {
  // The CTAs hand a counter back and forth.
  std::string text = clusterKernel(
      "mov.u32 %r2, bar; mov.u32 %r4, data; xor.b32 %r3, %r30, 1;\n"
      "mapa.shared::cluster.u32 %r5, %r2, %r3;\n"
      "mapa.shared::cluster.u32 %r6, %r4, %r3;\n"
      "setp.ne.u32 %p1, %r0, 0; @%p1 bra READY;\n"
      "mbarrier.init.shared::cta.b64 [%r2], 1; st.shared.u32 [%r4], 0;\n"
      "fence.mbarrier_init.release.cluster;\n"
      "READY: " +
          std::string(clusterSync) +
          "@%p1 bra DONE;\n"
          "mov.u32 %r10, 0; setp.eq.u32 %p2, %r30, 0; @%p2 bra SEND;\n"
          "RECEIVE: and.b32 %r11, %r10, 1;\n"
          "WAIT: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 "
          "%p3, [%r2], %r11;\n"
          "@!%p3 bra WAIT;\n"
          "add.u32 %r10, %r10, 1;\n"
          "setp.ge.u32 %p4, %r10, 5; @%p4 bra LAST;\n"
          "SEND: ld.shared.u32 %r12, [%r4]; add.u32 %r12, %r12, 1;\n"
          "st.shared::cluster.u32 [%r6], %r12;\n"
          "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r5];\n"
          "bra RECEIVE;\n"
          "LAST: ld.shared.u32 %r1, [%r4]; st.global.u32 [%d1], %r1;\n"
          "@%p2 bra DONE;\n"
          "add.u32 %r1, %r1, 1; st.shared::cluster.u32 [%r6], %r1;\n"
          "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%r5];\n"
          "DONE: " +
          clusterSync,
      ".shared .align 8 .b64 bar;\n" + std::string(buffer));
  ClusterLaunch shape;
  for (shape.seed = 0; shape.seed < 16; ++shape.seed) {
    Outcome result = runCluster(text, shape);
    ASSERT_EQ(result.kind(), "0 findings") << result.findings[0].toString();
    EXPECT_EQ(result.out[0], 10u);
    EXPECT_EQ(result.out[32], 9u);
  }
}

/// Every thread sends to the same thread of the next CTA; `bytes` arrive.
static std::string sender(const std::string &send, const std::string &read,
                          unsigned bytes) {
  return clusterKernel(
      "mov.u32 %r2, bar; mov.u32 %r4, data;\n"
      "add.u32 %r3, %r30, 1; rem.u32 %r3, %r3, %r31;\n"
      "shl.b32 %r6, %r0, 4; add.u32 %r4, %r4, %r6;\n"
      "mapa.shared::cluster.u32 %r5, %r4, %r3;\n"
      "mapa.shared::cluster.u32 %r8, %r2, %r3;\n"
      "cvt.u64.u32 %d2, %r4; cvta.shared.u64 %d2, %d2; mapa.u64 %d3, %d2, %r3;"
      "\ncvt.u64.u32 %d2, %r2; cvta.shared.u64 %d2, %d2;\n"
      "mapa.u64 %d4, %d2, %r3;\n"
      "st.shared.u32 [%r4], 5;\n"
      "setp.ne.u32 %p1, %r0, 0; @%p1 bra READY;\n"
      "mbarrier.init.shared::cta.b64 [%r2], 1;\n"
      "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%r2], " +
          std::to_string(bytes * 32) +
          ";\nfence.mbarrier_init.release.cluster;\nREADY:\n" + clusterSync +
          "mad.lo.u32 %r7, %r30, 100, %r0; cvt.u64.u32 %d7, %r7;\n"
          "cvt.rn.f32.u32 %f1, %r7; cvt.rn.f64.u32 %g1, %r7;\n" +
          send +
          "\nWAIT: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 "
          "%p3, [%r2], 0;\n"
          "@!%p3 bra WAIT;\n" +
          read + "\nst.global.u32 [%d1], %r1;\n" + clusterSync,
      ".shared .align 8 .b64 bar;\n.shared .align 16 .b8 data[512];\n");
}

TEST(Cluster, AsyncStores) {
  struct Case {
    std::string send, read;
    unsigned bytes;
    uint32_t result; // thread 7 of rank 0, from rank 1
  };
  std::string st = "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes";
  std::string red =
      "red.async.relaxed.cluster.shared::cluster.mbarrier::complete_tx::bytes";
  std::string load = "ld.shared.u32 %r1, [%r4];";
  const Case cases[] = {
      {st + ".u32 [%r5], %r7, [%r8];", load, 4, 107},
      {st + ".b64 [%r5], %d7, [%r8];", load, 8, 107},
      {st + ".v2.s32 [%r5], {%r0, %r7}, [%r8];", "ld.shared.u32 %r1, [%r4+4];",
       8, 107},
      {st + ".v4.b32 [%r5], {%r0, %r0, %r0, %r7}, [%r8];",
       "ld.shared.u32 %r1, [%r4+12];", 16, 107},
      {st + ".v2.u64 [%r5], {%d0, %d7}, [%r8];", "ld.shared.u32 %r1, [%r4+8];",
       16, 107},
      {st + ".f32 [%r5], %f1, [%r8];",
       "ld.shared.f32 %f2, [%r4]; cvt.rni.u32.f32 %r1, %f2;", 4, 107},
      {st + ".f64 [%r5], %g1, [%r8];",
       "ld.shared.f64 %g2, [%r4]; cvt.rni.u32.f64 %r1, %g2;", 8, 107},
      {"st.async.mbarrier::complete_tx::bytes.u32 [%d3], %r7, [%d4];", load, 4,
       107},
      {red + ".add.u32 [%r5], %r7, [%r8];", load, 4, 112},
      {red + ".add.s32 [%r5], -6, [%r8];", load, 4, uint32_t(-1)},
      {red + ".inc.u32 [%r5], %r7, [%r8];", load, 4, 6},
      {red + ".dec.u32 [%r5], %r7, [%r8];", load, 4, 4},
      {red + ".min.s32 [%r5], -3, [%r8];", load, 4, uint32_t(-3)},
      {red + ".max.u32 [%r5], %r7, [%r8];", load, 4, 107},
      {red + ".and.b32 [%r5], 4, [%r8];", load, 4, 4},
      {red + ".or.b32 [%r5], 8, [%r8];", load, 4, 13},
      {red + ".xor.b32 [%r5], 4, [%r8];", load, 4, 1},
  };
  ClusterLaunch shape;
  for (const Case &test : cases) {
    SCOPED_TRACE(test.send);
    for (shape.seed = 0; shape.seed < 4; ++shape.seed) {
      Outcome result =
          runCluster(sender(test.send, test.read, test.bytes), shape);
      ASSERT_EQ(result.kind(), "0 findings");
      EXPECT_EQ(result.out[7], test.result);
    }
  }
  // 64-bit addition: the memory above the 5 must be written too.
  Outcome result = runCluster(sender("st.shared.u32 [%r4+4], 0;\n" +
                                         std::string(clusterSync) + red +
                                         ".add.u64 [%r5], %d7, [%r8];",
                                     load, 8),
                              shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.out[7], 112u);
}

TEST(ClusterFindings, AsyncStores) {
  std::string st = "st.async.shared::cluster.mbarrier::complete_tx::bytes.u32 ";
  std::string load = "ld.shared.u32 %r1, [%r4];";
  ClusterLaunch shape;
  auto kind = [&](const std::string &text) {
    return runCluster(text, shape).kind();
  };
  // transaction-bytes and deadlock.
  EXPECT_EQ(kind(sender(st + "[%r5], %r7, [%r8];", load, 8)), "2 findings");
  EXPECT_NE(kind(sender(st + "[%r5], %r7, [%r8];", load, 2)), "0 findings");
  EXPECT_EQ(kind(sender(st + "[%r5], %r7, [%r2];", load, 4)), "mbarrier");
  EXPECT_EQ(kind(sender(st + "[%r5+2], %r7, [%r8];", load, 4)), "misaligned");
  EXPECT_EQ(kind(sender(st + "[%r5+512], %r7, [%r8];", load, 4)),
            "out-of-bounds");
  // Reading before the wait: a race, whether the store has arrived or not.
  for (shape.seed = 0; shape.seed < 10; ++shape.seed)
    EXPECT_NE(kind(sender(st + "[%r5], %r7, [%r8]; " + load, load, 4)),
              "0 findings");
  shape.ctas = shape.cluster = 1;
  EXPECT_EQ(kind(sender(st + "[%r5], %r7, [%r8];", load, 4)), "cluster");
  EXPECT_NE(kind(sender("st.async.shared::cluster.mbarrier::complete_tx::bytes"
                        ".v4.b64 [%r5], {%d1, %d1, %d1, %d1}, [%r8];",
                        load, 4))
                .find("unsupported type"),
            std::string::npos);
  EXPECT_NE(kind(sender("red.async.relaxed.cluster.shared::cluster.mbarrier::"
                        "complete_tx::bytes.min.b32 [%r5], 4, [%r8];",
                        load, 4))
                .find("unsupported type"),
            std::string::npos);
}

TEST(Cluster, HostThreadsDoNotMatter) {
  std::string text = ring("st.shared::cluster.u32 [%r5], %r7;\n");
  ClusterLaunch shape;
  shape.ctas = 64;
  shape.cluster = 4;
  shape.seed = 11;
  Outcome one = runCluster(text, shape);
  shape.hostThreads = 3;
  Outcome three = runCluster(text, shape);
  EXPECT_EQ(one.out, three.out);
  EXPECT_EQ(one.statistics.executed, three.statistics.executed);
}

TEST(Cluster, LaunchesThatDoNotFit) {
  std::string text = clusterKernel("");
  ClusterLaunch shape;
  shape.ctas = 3;
  EXPECT_EQ(runCluster(text, shape).error,
            "dimension 0 of the cluster is 2, which does not divide the "
            "grid's 3");
  shape.ctas = shape.cluster = 16;
  EXPECT_EQ(runCluster(text, shape).error,
            "the cluster has 16 CTAs, at most 8 are allowed; "
            "'non_portable_cluster' allows 16");
  shape.ctas = shape.cluster = 2;
  EXPECT_EQ(
      runCluster(clusterKernel("", "", ".reqnctapercluster 4"), shape).error,
      "dimension 0 of the cluster is 2, .reqnctapercluster says 4");
  shape.cluster = 0;
  EXPECT_EQ(runCluster(clusterKernel("", "", ".explicitcluster"), shape).error,
            "kernel 'k' is .explicitcluster: the launch must give 'cluster'");
  EXPECT_EQ(
      runCluster(clusterKernel("", "", ".reqnctapercluster 2"), shape).kind(),
      "0 findings");
  shape.ctas = shape.cluster = 4;
  EXPECT_EQ(runCluster(clusterKernel("", "", ".maxclusterrank 2"), shape).error,
            "the cluster has 4 CTAs, at most 2 are allowed (.maxclusterrank)");
}

TEST(Cluster, GridsOfClusters) {
  ClusterLaunch shape;
  shape.ctas = 3;
  shape.cluster = 0;
  std::string directives = ".reqntid 32 .reqnctapercluster 2 ";
  Outcome result = runCluster(
      clusterKernel("", "", directives + ".blocksareclusters"), shape);
  ASSERT_EQ(result.kind(), "0 findings");
  EXPECT_EQ(result.statistics.ctas, 6u);
  EXPECT_NE(runCluster(clusterKernel("", "", ".blocksareclusters"), shape)
                .error.find("needs .reqntid"),
            std::string::npos);
}

//===----------------------------------------------------------------------===//
// Findings
//===----------------------------------------------------------------------===//

/// What two CTAs find that run `body`.
static std::string finding(const std::string &body, uint64_t seed = 0) {
  ClusterLaunch shape;
  shape.seed = seed;
  return runCluster(
             clusterKernel(nextCta + body, ".shared .align 8 .b64 bar;\n" +
                                               std::string(buffer)),
             shape)
      .kind();
}

TEST(ClusterFindings, ClusterBarrier) {
  std::string s = clusterSync;
  EXPECT_EQ(finding(s + s), "0 findings");
  EXPECT_EQ(finding("barrier.cluster.arrive; barrier.cluster.wait;"),
            "0 findings");
  EXPECT_EQ(finding("barrier.cluster.arrive.relaxed.aligned;\n"
                    "barrier.cluster.arrive.aligned;"),
            "cluster-barrier");
  EXPECT_EQ(finding("barrier.cluster.wait.aligned;"), "cluster-barrier");
  EXPECT_EQ(finding("barrier.cluster.arrive.aligned;"), "cluster-barrier");
  // One CTA, or one thread, does not come.
  EXPECT_EQ(finding("setp.eq.u32 %p1, %r30, 0; @%p1 bra L;\n" + s +
                    "ret; L: setp.eq.u32 %p3, %r0, 0;\n"
                    "@%p3 mbarrier.init.shared.b64 [bar], 1; bar.sync 0;\n"
                    "W: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;\n"
                    "@!%p2 bra W;"),
            "deadlock");
  EXPECT_EQ(
      finding("setp.eq.u32 %p1, %r0, 3; @%p1 bra L;\n" + s + "ret; L:" + s),
      "divergence");
  // Threads that exit do not count.
  EXPECT_EQ(finding("setp.eq.u32 %p1, %r30, 0; @%p1 ret;\n" + s), "0 findings");
}

TEST(ClusterFindings, DeadlockNamesAllCtas) {
  Outcome result = runCluster(
      clusterKernel("setp.eq.u32 %p1, %r30, 0; @%p1 bra L;\n" +
                        std::string(clusterSync) +
                        "ret; L: setp.eq.u32 %p2, %r0, 0;\n"
                        "@%p2 mbarrier.init.shared.b64 [bar], 1; bar.sync 0;\n"
                        "W: mbarrier.try_wait.parity.shared.b64 %p2, [bar], 0;"
                        "\n@!%p2 bra W;",
                    ".shared .align 8 .b64 bar;\n"),
      ClusterLaunch());
  ASSERT_EQ(result.kind(), "deadlock");
  const std::string &message = result.findings[0].message;
  EXPECT_NE(message.find("CTA rank 0: warp 0 waits"), std::string::npos);
  EXPECT_NE(message.find("CTA rank 1: warp 0 waits at line 15 for the cluster "
                         "barrier (32 of 64 threads arrived)"),
            std::string::npos)
      << message;
}

TEST(ClusterFindings, Addresses) {
  std::string s = clusterSync, write = "st.shared::cluster.u32 [%r5], %r0;\n";
  EXPECT_EQ(finding(s + write + s), "0 findings");
  // No cluster barrier: the peer may not have started.
  EXPECT_EQ(finding(write + s), "cluster-start");
  EXPECT_EQ(finding(s + "st.shared::cta.u32 [%r5], %r0;\n" + s),
            "out-of-bounds");
  EXPECT_EQ(finding(s + "st.shared::cluster.u32 [%r5+1024], %r0;\n" + s),
            "out-of-bounds");
  EXPECT_EQ(finding("mov.u32 %r3, 2;\n"
                    "mapa.shared::cluster.u32 %r5, %r4, %r3;"),
            "cluster");
  EXPECT_EQ(finding(s + "add.u32 %r5, %r5, 0x2000000;\n" + write + s),
            "out-of-bounds");
  EXPECT_EQ(finding(s + "ld.shared::cluster.u32 %r1, [%r5];\n" + s),
            "uninitialised-read");
}

/// Does some thread of a CTA have to know of what others did to its memory?
static unsigned earlyExits(const std::string &body) {
  ClusterLaunch shape;
  unsigned found = 0;
  for (shape.seed = 0; shape.seed < 20; ++shape.seed) {
    Outcome result = runCluster(
        clusterKernel(nextCta + body,
                      ".shared .align 8 .b64 bar;\n" + std::string(buffer)),
        shape);
    EXPECT_EQ(result.error, "");
    bool exits = false;
    for (const Finding &finding : result.findings)
      exits |= finding.kind == "early-exit" || finding.kind == "exited-cta";
    found += exits;
  }
  return found;
}

TEST(ClusterFindings, ExitBeforeThePeerIsDone) {
  // F14, in every order: with or without the peer being late in this run.
  std::string s = clusterSync, write = "st.shared::cluster.u32 [%r5], %r0;\n";
  EXPECT_EQ(earlyExits(s + write), 20u);
  EXPECT_EQ(earlyExits(s + write + s), 0u);
  // One thread that knows is enough: the CTA lives as long as it does.
  EXPECT_EQ(earlyExits(s + write +
                       "barrier.cluster.arrive.release.aligned;\n"
                       "setp.ne.u32 %p1, %r0, 9; @%p1 bra END;\n"
                       "barrier.cluster.wait.acquire; END:"),
            0u);
  // A relaxed arrival says nothing of what was before it.
  EXPECT_EQ(earlyExits(s + write +
                       "barrier.cluster.arrive.relaxed.aligned;\n"
                       "barrier.cluster.wait.aligned;"),
            20u);
  // Arrivals at a barrier that its CTA does not wait for, and does.
  std::string arrive = "setp.ne.u32 %p1, %r0, 0; mov.u32 %r8, bar;\n"
                       "mapa.shared::cluster.u32 %r9, %r8, %r3;\n"
                       "@!%p1 mbarrier.init.shared::cta.b64 [%r8], 1;\n"
                       "@!%p1 fence.mbarrier_init.release.cluster;\n" +
                       s +
                       "@!%p1 mbarrier.arrive.release.cluster.shared::cluster"
                       ".b64 _, [%r9];\n";
  EXPECT_EQ(earlyExits(arrive), 20u);
  EXPECT_EQ(earlyExits(arrive + "W: mbarrier.try_wait.parity.acquire.cluster."
                                "shared::cta.b64 %p2, [%r8], 0;\n@!%p2 bra W;"),
            0u);
}

TEST(ClusterFindings, RemoteMBarriers) {
  std::string s = clusterSync;
  std::string init = "setp.ne.u32 %p1, %r0, 0;\n"
                     "@!%p1 mbarrier.init.shared.b64 [bar], 1;\n"
                     "mov.u32 %r8, bar;\n"
                     "mapa.shared::cluster.u32 %r9, %r8, %r3;\n" +
                     s;
  EXPECT_EQ(finding(init +
                    "@!%p1 mbarrier.arrive.shared::cluster.b64 _, [%r9];\n" +
                    s),
            "0 findings");
  EXPECT_EQ(
      finding(init + "mbarrier.arrive.shared::cluster.b64 _, [%r9];\n" + s),
      "0 findings");
  EXPECT_EQ(finding(init + "mbarrier.arrive.shared::cta.b64 _, [%r9];\n" + s),
            "out-of-bounds");
  EXPECT_NE(finding("mbarrier.arrive.shared::cluster.b64 %d2, [%r9];")
                .find("must be '_'"),
            std::string::npos);
  EXPECT_NE(finding("mbarrier.try_wait.parity.shared::cluster.b64 %p2, [%r9],"
                    " 0;")
                .find("can be arrived at"),
            std::string::npos);
  EXPECT_EQ(finding("mov.u32 %r8, bar;\n"
                    "mapa.shared::cluster.u32 %r9, %r8, %r3;\n" +
                    s + "mbarrier.arrive.shared::cluster.b64 _, [%r9];"),
            "mbarrier");
}
