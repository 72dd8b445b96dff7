//===- ClusterBulkTest.cpp - Bulk copies between the CTAs of a cluster ----===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

/// Each CTA has a barrier at %r1 and a tile at %r2, %r20 is its rank and %r21
/// that of the next CTA; %a2 is its part of buffer 1.
static const char *const begin =
    "mov.u32 %r20, %cluster_ctarank; mov.u32 %r22, %cluster_nctarank;\n"
    "add.u32 %r21, %r20, 1; rem.u32 %r21, %r21, %r22;\n"
    "mov.u32 %r1, sm; add.u32 %r2, %r1, 1024;\n"
    "mul.wide.u32 %d20, %r20, 64; add.u64 %a2, %a1, %d20;\n"
    "setp.ne.u32 %p1, %r0, 0;\n"
    "@!%p1 mbarrier.init.shared.b64 [%r1], 1;\n"
    "@!%p1 fence.mbarrier_init.release.cluster;\n";

static const char *const synchronize =
    "barrier.cluster.arrive.release.aligned;\n"
    "barrier.cluster.wait.acquire.aligned;\n";

/// `offset` of the tile gets 16 words: 100 * rank + 3 * thread + `add`.
static std::string fillWords(const std::string &offset,
                             const std::string &add) {
  return "mul.lo.u32 %r23, %r20, 100; mad.lo.u32 %r23, %r0, 3, %r23;\n"
         "add.u32 %r23, %r23, " +
         add +
         "; shl.b32 %r24, %r0, 2; add.u32 %r24, %r24, %r2;\n"
         "st.shared.b32 [%r24+" +
         offset + "], %r23;\nfence.proxy.async;\n";
}

/// What every CTA of the kernel sees: 16 threads and words each.
static std::string run(const std::string &body, uint32_t ctas,
                       std::vector<uint32_t> &words, uint64_t seed = 0) {
  CopyBench bench;
  bench.cluster(ctas);
  std::vector<uint8_t> in(64);
  for (unsigned i = 0; i < 64; ++i)
    in[i] = static_cast<uint8_t>(i * 7);
  bench.buffer(in);
  bench.buffer(std::vector<uint8_t>(64 * ctas));
  std::string found = bench.run(begin + body, 16, seed);
  words.resize(16 * ctas);
  std::memcpy(words.data(), bench.bytes(1).data(), 64 * ctas);
  return found;
}

/// Tile 0 goes to tile `to` of the next CTA.
static std::string sendToNext(const std::string &instruction,
                              const std::string &bytes = "64") {
  return "@%p1 bra SENT;\n"
         "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], 64;\n"
         "mapa.shared::cluster.u32 %r25, %r2, %r21;\n"
         "mapa.shared::cluster.u32 %r26, %r1, %r21;\n" +
         instruction + " [%r25+128], [%r2], " + bytes + ", [%r26];\nSENT:\n";
}

static std::string receive(const std::string &at) {
  return std::string(awaitBarrier) +
         "shl.b32 %r24, %r0, 2; add.u32 %r27, %r24, %r2;\n"
         "ld.shared.b32 %r28, [%r27+" +
         at +
         "];\ncvt.u64.u32 %d21, %r24; add.u64 %d22, %a2, %d21;\n"
         "st.global.b32 [%d22], %r28;\n";
}

static const char *const copy =
    "cp.async.bulk.shared::cluster.shared::cta.mbarrier::complete_tx::bytes";

TEST(ClusterBulk, CopiesReachTheNextCta) {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    std::vector<uint32_t> words;
    EXPECT_EQ(run(fillWords("0", "5") + synchronize + sendToNext(copy) +
                      receive("128") + synchronize,
                  3, words, seed),
              "");
    for (uint32_t i = 0; i < words.size(); ++i)
      EXPECT_EQ(words[i], (i / 16 + 2) % 3 * 100 + i % 16 * 3 + 5);
  }
}

TEST(ClusterBulk, ReductionsInTheNextCta) {
  for (std::string op : {"add.u32", "add.s32", "min.s32", "max.u32", "and.b32",
                         "or.b32", "xor.b32", "inc.u32", "dec.u32"}) {
    SCOPED_TRACE(op);
    std::vector<uint32_t> words;
    EXPECT_EQ(
        run(fillWords("0", "5") + fillWords("128", "20") + synchronize +
                sendToNext("cp.reduce.async.bulk.shared::cluster.shared::cta"
                           ".mbarrier::complete_tx::bytes." +
                           op) +
                receive("128") + synchronize,
            2, words),
        "");
    for (uint32_t i = 0; i < words.size(); ++i) {
      uint32_t old = i / 16 * 100 + i % 16 * 3 + 20;
      uint32_t value = (1 - i / 16) * 100 + i % 16 * 3 + 5;
      uint32_t want = op == "min.s32"   ? std::min(old, value)
                      : op == "max.u32" ? std::max(old, value)
                      : op == "and.b32" ? old & value
                      : op == "or.b32"  ? old | value
                      : op == "xor.b32" ? old ^ value
                      : op == "inc.u32" ? (old >= value ? 0 : old + 1)
                      : op == "dec.u32"
                          ? (old == 0 || old > value ? value : old - 1)
                          : old + value;
      EXPECT_EQ(words[i], want);
    }
  }
  std::vector<uint32_t> words;
  EXPECT_EQ(firstFinding([&](uint64_t seed) {
              return run(fillWords("0", "5") + synchronize +
                             sendToNext("cp.reduce.async.bulk.shared::cluster"
                                        ".shared::cta.mbarrier::complete_tx"
                                        "::bytes.add.u32") +
                             receive("128") + synchronize,
                         2, words, seed);
            }).substr(0, 61),
            "uninitialised-read: a reduction on shared memory that nothing");
}

TEST(ClusterBulk, Multicast) {
  for (uint64_t seed = 0; seed < 8; ++seed) {
    // Rank 1 loads for ranks 0 and 2, which wait.
    std::string load =
        "setp.eq.u32 %p4, %r20, 1; @%p4 bra ISSUE;\n"
        "@!%p1 mbarrier.arrive.expect_tx.shared.b64 _, [%r1], 64;\n" +
        receive("0") +
        "bra END;\nISSUE: mov.b16 %h1, 5;\n"
        "@!%p1 cp.async.bulk.shared::cluster.global"
        ".mbarrier::complete_tx::bytes.multicast::cluster [%r2], [%a0], 64, "
        "[%r1], %h1;\nEND:\n";
    std::vector<uint32_t> words;
    EXPECT_EQ(run(synchronize + load + synchronize, 3, words, seed), "");
    for (unsigned i = 0; i < 64; ++i) {
      uint8_t byte = static_cast<uint8_t>(i * 7);
      for (unsigned rank = 0; rank < 3; ++rank)
        EXPECT_EQ(words[rank * 16 + i / 4] >> (8 * (i % 4)) & 255,
                  rank == 1 ? 0 : byte);
    }
  }
}

TEST(ClusterBulk, Misuse) {
  auto kind = [](const std::string &body) {
    std::vector<uint32_t> words;
    std::string found =
        firstFinding([&](uint64_t seed) { return run(body, 2, words, seed); });
    return found.substr(0, found.find(':'));
  };
  std::string fill = fillWords("0", "5");
  // The destination is read without a wait.
  EXPECT_EQ(kind(fill + synchronize + sendToNext(copy) +
                 "ld.shared.b32 %r5, [%r2+128];\n" + awaitBarrier +
                 synchronize),
            "uninitialised-read");
  EXPECT_EQ(kind(fill + synchronize + sendToNext(copy) +
                 "st.shared.b32 [%r2], 1;\n" + awaitBarrier + synchronize),
            "overwritten-source");
  EXPECT_EQ(kind(synchronize + sendToNext(copy) + awaitBarrier + synchronize),
            "uninitialised-read");
  // Nobody keeps the peer until the data is there.
  EXPECT_EQ(kind(fill + synchronize + sendToNext(copy)),
            "exit-with-pending-copy");
  EXPECT_EQ(kind(fill + sendToNext(copy) + awaitBarrier + synchronize),
            "cluster-start");
  EXPECT_EQ(kind(fill + synchronize +
                 "@!%p1 mapa.shared::cluster.u32 %r25, %r2, %r21;\n"
                 "@!%p1 cp.async.bulk.shared::cluster.shared::cta"
                 ".mbarrier::complete_tx::bytes [%r25], [%r2], 64, [%r1];\n" +
                 synchronize),
            "mbarrier");
  EXPECT_EQ(kind(fill + synchronize +
                 "@!%p1 mapa.shared::cluster.u32 %r25, %r2, %r21;\n"
                 "@!%p1 cp.async.bulk.global.shared::cta.bulk_group [%a1], "
                 "[%r25], 64;\n" +
                 synchronize),
            "out-of-bounds");
}
