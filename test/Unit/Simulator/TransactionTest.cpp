//===- TransactionTest.cpp - Wrong byte counts of mbarriers ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CopyBench.h"

using namespace dgemm::sim;
using namespace dgemm::sim::test;

namespace {

/// One thread announces bytes and loads boxes of 64 words by TMA. In the text
/// of the kernel the announcement is line 15, the copies follow.
struct Load {
  uint32_t expected = 256;
  uint32_t copies = 1;
  uint32_t arrivals = 1;
  std::string after = awaitBarrier;

  std::string body() const {
    std::string text = "mov.u32 %r1, sm; add.u32 %r2, %r1, 1024;\n"
                       "mbarrier.init.shared.b64 [%r1], " +
                       std::to_string(arrivals) +
                       ";\nfence.mbarrier_init.release.cluster;\n"
                       "mbarrier.arrive.expect_tx.shared.b64 _, [%r1], " +
                       std::to_string(expected) + ";\n";
    for (uint32_t i = 0; i < copies; ++i)
      text += "cp.async.bulk.tensor.1d.shared::cluster.global.mbarrier::"
              "complete_tx::bytes [%r2+" +
              std::to_string(256 * i) + "], [%m0, {0}], [%r1];\n";
    return text + after;
  }

  /// Everything found in one order.
  std::string run(uint64_t seed = 0) const {
    CopyBench bench;
    TensorMap map;
    map.type = TensorMapType::U32;
    map.rank = 1;
    map.dim[0] = map.box[0] = 64;
    map.address = bench.buffer(std::vector<uint8_t>(256));
    bench.map(map);
    return bench.run(body(), 1, seed);
  }
};

} // namespace

static void expectContains(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

TEST(Transactions, RightCountsOfOneAndTwoCopies) {
  Load load;
  EXPECT_EQ(load.run(), "");
  load.copies = 2;
  load.expected = 512;
  EXPECT_EQ(load.run(), "");
}

TEST(Transactions, TooManyBytesExpected) {
  Load load;
  load.expected = 512;
  std::string found = load.run();
  std::string phase = "phase 0: 1 of 1 arrivals, 512 bytes expected (last by "
                      "line 15), 256 seen (last by line 16)";
  EXPECT_EQ(found.substr(0, 18), "transaction-bytes:");
  expectContains(found,
                 "the mbarrier at shared address 0x400 stays in " + phase);
  // The deadlock says the same.
  expectContains(found, "\ndeadlock: no warp can go on: warp 0 waits at line");
  expectContains(found, "(" + phase + ")");
}

TEST(Transactions, TooFewBytesExpected) {
  Load load;
  load.expected = 128;
  std::string found = load.run();
  EXPECT_EQ(found.substr(0, 18), "transaction-bytes:");
  expectContains(found, "phase 0: 1 of 1 arrivals, 128 bytes expected (last by "
                        "line 15), 256 seen (last by line 16)");
}

TEST(Transactions, TheFirstOfTwoCopiesEndsThePhase) {
  Load load;
  load.copies = 2;
  for (uint64_t seed = 0; seed < 4; ++seed)
    expectContains(load.run(seed),
                   "transaction-bytes: the mbarrier at shared address 0x400 "
                   "ends in phase 1: 0 of 1 arrivals, 0 bytes expected (last "
                   "by line 15 in phase 0), 256 seen (last by line 1");
}

TEST(Transactions, NobodyWaits) {
  Load load;
  load.expected = 512;
  load.after = "";
  expectContains(load.run(), "0x400 ends in phase 0: 1 of 1 arrivals, 512");
}

// The kernel says that it is done with this one.
TEST(Transactions, Invalidated) {
  Load load;
  load.copies = 0;
  load.after = "mbarrier.inval.shared.b64 [%r1];\n";
  EXPECT_EQ(load.run(), "");
}

TEST(Transactions, MissingArrivals) {
  Load load;
  load.arrivals = 2;
  std::string found = load.run();
  expectContains(found, "missing-arrivals: the mbarrier at shared address "
                        "0x400 stays in phase 0: 1 of 2 arrivals, 256 bytes "
                        "expected (last by line 15), 256 seen");
  expectContains(found, "\ndeadlock:");
}

TEST(Transactions, ALoopThatTestsIsStuckToo) {
  Load load;
  load.expected = 512;
  load.after = "WAIT: mbarrier.test_wait.parity.shared.b64 %p2, [%r1], 0;\n"
               "@!%p2 bra WAIT;\n";
  std::string finding = load.run();
  EXPECT_EQ(finding.substr(0, 18), "instruction-limit:");
  EXPECT_NE(finding.find("512 bytes expected"), std::string::npos) << finding;
}
