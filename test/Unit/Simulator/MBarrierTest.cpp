//===- MBarrierTest.cpp - The mbarrier state machine ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/MBarrier.h"
#include "SimTestSupport.h"

#include <cstdlib>

using namespace dgemm::sim;
using E = MBarrierError;

namespace {

MBarrier make(uint32_t count) {
  MBarrier barrier;
  EXPECT_EQ(barrier.init(count), E::None);
  return barrier;
}

bool passes(const MBarrier &barrier, bool parity) {
  bool done = false;
  EXPECT_EQ(barrier.testParity(parity, done), E::None);
  return done;
}

TEST(SimMBarrier, FreshBarrierPassesParityOne) {
  MBarrier barrier = make(2);
  EXPECT_TRUE(passes(barrier, true));
  EXPECT_FALSE(passes(barrier, false));
  EXPECT_EQ(barrier.pending(), 2u);
}

TEST(SimMBarrier, CompletesAtTheLastArrival) {
  MBarrier barrier = make(3);
  EXPECT_EQ(barrier.arrive(), E::None);
  EXPECT_EQ(barrier.phase(), 0u);
  EXPECT_EQ(barrier.arrive(2), E::None);
  EXPECT_EQ(barrier.phase(), 1u);
  EXPECT_EQ(barrier.pending(), 3u);
  EXPECT_TRUE(passes(barrier, false));
  EXPECT_FALSE(passes(barrier, true));
}

TEST(SimMBarrier, WaitsForTransactionsInEitherOrder) {
  MBarrier first = make(1);
  EXPECT_EQ(first.arriveExpect(256), E::None);
  EXPECT_EQ(first.phase(), 0u);
  EXPECT_EQ(first.completeTransactions(128), E::None);
  EXPECT_EQ(first.completeTransactions(128), E::None);
  EXPECT_EQ(first.phase(), 1u);

  // Data may be there before it is expected: the count goes below zero.
  MBarrier early = make(1);
  EXPECT_EQ(early.completeTransactions(256), E::None);
  EXPECT_EQ(early.transactions(), -256);
  EXPECT_EQ(early.phase(), 0u);
  EXPECT_EQ(early.arriveExpect(256), E::None);
  EXPECT_EQ(early.phase(), 1u);
}

TEST(SimMBarrier, ExpectAloneIsNoArrival) {
  MBarrier barrier = make(1);
  EXPECT_EQ(barrier.expectTransactions(16), E::None);
  EXPECT_EQ(barrier.completeTransactions(16), E::None);
  EXPECT_EQ(barrier.phase(), 0u);
  EXPECT_EQ(barrier.arrive(), E::None);
  EXPECT_EQ(barrier.phase(), 1u);
}

TEST(SimMBarrier, ArrivingTooOftenIsAnError) {
  MBarrier barrier = make(2);
  EXPECT_EQ(barrier.arrive(3), E::PendingUnderflow);
  EXPECT_EQ(barrier.pending(), 2u);
  // Pending is zero, but the bytes are missing.
  EXPECT_EQ(barrier.arriveExpect(16, 2), E::None);
  EXPECT_EQ(barrier.arrive(), E::PendingUnderflow);
  EXPECT_EQ(barrier.arriveExpect(16), E::PendingUnderflow);
  EXPECT_EQ(barrier.transactions(), 16);
  EXPECT_EQ(barrier.arrive(0), E::ArriveCount);
  EXPECT_EQ(barrier.arrive(MBarrier::maxCount + 1), E::ArriveCount);
}

TEST(SimMBarrier, TransactionCountHasLimits) {
  MBarrier barrier = make(1);
  EXPECT_EQ(barrier.expectTransactions(MBarrier::maxCount), E::None);
  EXPECT_EQ(barrier.expectTransactions(1), E::TransactionRange);
  EXPECT_EQ(barrier.arriveExpect(1), E::TransactionRange);
  EXPECT_EQ(barrier.pending(), 1u);
  EXPECT_EQ(barrier.completeTransactions(2 * MBarrier::maxCount), E::None);
  EXPECT_EQ(barrier.transactions(), -static_cast<int>(MBarrier::maxCount));
  EXPECT_EQ(barrier.completeTransactions(1), E::TransactionRange);
  EXPECT_EQ(barrier.completeTransactions(~0u), E::TransactionRange);
}

TEST(SimMBarrier, DropLowersLaterPhases) {
  MBarrier barrier = make(3);
  EXPECT_EQ(barrier.arriveDrop(), E::None);
  EXPECT_EQ(barrier.pending(), 2u);
  EXPECT_EQ(barrier.arrive(2), E::None);
  EXPECT_EQ(barrier.phase(), 1u);
  EXPECT_EQ(barrier.pending(), 2u);
  EXPECT_EQ(barrier.arriveDropExpect(32, 2), E::None);
  EXPECT_EQ(barrier.completeTransactions(32), E::None);
  EXPECT_EQ(barrier.phase(), 2u);
  EXPECT_EQ(barrier.expected(), 0u);
  EXPECT_EQ(barrier.arrive(), E::PendingUnderflow);
}

TEST(SimMBarrier, FailedDropChangesNothing) {
  MBarrier barrier = make(2);
  EXPECT_EQ(barrier.addPending(), E::None);
  EXPECT_EQ(barrier.arriveDrop(3), E::PendingUnderflow);
  EXPECT_EQ(barrier.arriveDropExpect(16, 3), E::PendingUnderflow);
  EXPECT_EQ(barrier.expected(), 2u);
  EXPECT_EQ(barrier.pending(), 3u);
  EXPECT_EQ(barrier.transactions(), 0);
}

TEST(SimMBarrier, PendingCopiesHoldThePhase) {
  MBarrier barrier = make(1);
  EXPECT_EQ(barrier.addPending(), E::None);
  EXPECT_EQ(barrier.arrive(), E::None);
  EXPECT_EQ(barrier.phase(), 0u);
  EXPECT_EQ(barrier.arrive(), E::None);
  EXPECT_EQ(barrier.phase(), 1u);
  EXPECT_EQ(barrier.pending(), 1u);
}

TEST(SimMBarrier, InitAndInvalidate) {
  MBarrier barrier;
  EXPECT_EQ(barrier.init(0), E::InitCount);
  EXPECT_EQ(barrier.init(MBarrier::maxCount + 1), E::InitCount);
  EXPECT_EQ(barrier.init(MBarrier::maxCount), E::None);
  EXPECT_EQ(barrier.addPending(), E::ArriveCount);
  EXPECT_EQ(barrier.init(1), E::AlreadyInitialized);
  EXPECT_EQ(barrier.invalidate(), E::None);
  EXPECT_EQ(barrier.init(1), E::None);
  EXPECT_EQ(barrier.phase(), 0u);
}

TEST(SimMBarrier, NothingWorksBeforeInit) {
  MBarrier barrier;
  bool done;
  EXPECT_EQ(barrier.invalidate(), E::NotInitialized);
  EXPECT_EQ(barrier.arrive(), E::NotInitialized);
  EXPECT_EQ(barrier.expectTransactions(16), E::NotInitialized);
  EXPECT_EQ(barrier.arriveExpect(16), E::NotInitialized);
  EXPECT_EQ(barrier.completeTransactions(16), E::NotInitialized);
  EXPECT_EQ(barrier.arriveDrop(), E::NotInitialized);
  EXPECT_EQ(barrier.arriveDropExpect(16), E::NotInitialized);
  EXPECT_EQ(barrier.addPending(), E::NotInitialized);
  EXPECT_EQ(barrier.testParity(false, done), E::NotInitialized);
  EXPECT_EQ(barrier.testToken(0, done), E::NotInitialized);
}

TEST(SimMBarrier, TokensNameTheirPhase) {
  MBarrier barrier = make(2);
  uint64_t token = barrier.token();
  EXPECT_EQ(MBarrier::tokenPending(token), 2u);
  bool done = true;
  EXPECT_EQ(barrier.testToken(token, done), E::None);
  EXPECT_FALSE(done);
  EXPECT_EQ(barrier.arrive(2), E::None);
  EXPECT_EQ(barrier.testToken(token, done), E::None);
  EXPECT_TRUE(done);
  EXPECT_EQ(barrier.arrive(2), E::None);
  EXPECT_EQ(barrier.testToken(token, done), E::StaleToken);
  EXPECT_EQ(barrier.testToken(token + (uint64_t(9) << 20), done),
            E::StaleToken);
}

TEST(SimMBarrier, EveryErrorHasItsOwnText) {
  for (int i = 0; i <= int(E::StaleToken); ++i)
    for (int j = 0; j < i; ++j)
      EXPECT_STRNE(describe(E(i)), describe(E(j)));
}

// Any order of the arrivals and of the pieces of the copies ends each phase
// exactly once, and only after all of them.
TEST(SimMBarrier, RandomOrdersCompleteOnce) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    test::Stream random(seed);
    uint32_t count = static_cast<uint32_t>(random.integer(1, 8));
    MBarrier barrier = make(count);
    for (uint64_t phase = 0; phase < 6; ++phase) {
      uint32_t arrivals = count;
      uint32_t expected = static_cast<uint32_t>(16 * random.integer(0, 64));
      uint32_t toExpect = expected, toComplete = expected;
      while (arrivals || toComplete) {
        EXPECT_EQ(barrier.phase(), phase);
        if (toComplete && random.flip()) {
          uint32_t piece = static_cast<uint32_t>(random.integer(1, toComplete));
          // All but the last byte may be early; a real producer expects them
          // before its own arrival.
          ASSERT_EQ(barrier.completeTransactions(piece), E::None);
          toComplete -= piece;
          continue;
        }
        if (!arrivals)
          continue;
        ASSERT_EQ(barrier.arriveExpect(toExpect), E::None);
        toExpect = 0;
        --arrivals;
      }
      ASSERT_EQ(barrier.phase(), phase + 1);
      ASSERT_EQ(barrier.pending(), count);
      ASSERT_EQ(barrier.transactions(), 0);
    }
  }
}

} // namespace
