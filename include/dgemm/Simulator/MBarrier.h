//===- MBarrier.h - State of an mbarrier object -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_MBARRIER_H
#define DGEMM_SIMULATOR_MBARRIER_H

// One mbarrier, as the PTX ISA describes it:
//   arrive(n)     pending -= n; then the phase may complete
//   expect_tx(b)  tx += b (does not complete a phase)
//   complete_tx(b) tx -= b; then the phase may complete
//   a phase completes when pending == 0 and tx == 0: the phase number goes up
//   and pending becomes the expected count again
// What a GPU leaves undefined is an error here. An operation that fails leaves
// the object as it was.

#include <cstdint>

namespace dgemm::sim {

enum class MBarrierError : uint8_t {
  None,
  /// The expected count is not within 1 .. 2^20-1.
  InitCount,
  /// init over an object that was not invalidated.
  AlreadyInitialized,
  /// Any operation on an object that is not live.
  NotInitialized,
  /// An arrive of 0 or more than 2^20-1 arrivals.
  ArriveCount,
  /// More arrivals than the phase has left.
  PendingUnderflow,
  /// The transaction count leaves -(2^20-1) .. 2^20-1.
  TransactionRange,
  /// arrive.noComplete would complete the phase.
  WouldComplete,
  /// A state token of a phase that is neither the current nor the last one.
  StaleToken,
};

/// In words, without a final period.
const char *describe(MBarrierError error);

class MBarrier {
public:
  static constexpr uint32_t maxCount = (1u << 20) - 1;

  bool isLive() const { return live_; }
  uint32_t expected() const { return expected_; }
  uint32_t pending() const { return pending_; }
  int32_t transactions() const { return transactions_; }
  /// How many phases have completed since init.
  uint64_t phase() const { return phase_; }
  /// Of the current phase: the bytes that were expected, and those that
  /// completed. Their difference is transactions().
  uint64_t expectedBytes() const { return expectedBytes_; }
  uint64_t completedBytes() const { return completedBytes_; }
  bool parity() const { return phase_ & 1; }

  [[nodiscard]] MBarrierError init(uint32_t count);
  [[nodiscard]] MBarrierError invalidate();
  [[nodiscard]] MBarrierError arrive(uint32_t count = 1);
  [[nodiscard]] MBarrierError expectTransactions(uint32_t bytes);
  /// arrive.expect_tx: the expectation comes first.
  [[nodiscard]] MBarrierError arriveExpect(uint32_t bytes, uint32_t count = 1);
  [[nodiscard]] MBarrierError completeTransactions(uint32_t bytes);
  /// Leaves the barrier: later phases expect `count` fewer arrivals.
  [[nodiscard]] MBarrierError arriveDrop(uint32_t count = 1);
  /// arrive.noComplete and arrive_drop.noComplete: the phase must stay.
  [[nodiscard]] MBarrierError arriveNoComplete(uint32_t count, bool drop);
  /// arrive_drop.expect_tx.
  [[nodiscard]] MBarrierError arriveDropExpect(uint32_t bytes,
                                               uint32_t count = 1);
  /// cp.async.mbarrier.arrive without .noinc: one more arrival is pending in
  /// the current phase; the arrive follows when the copies are done.
  [[nodiscard]] MBarrierError addPending();

  /// {test,try}_wait.parity: has the phase of this parity completed? A fresh
  /// barrier answers true to parity 1.
  [[nodiscard]] MBarrierError testParity(bool parity, bool &done) const;

  /// The 64-bit state that an arrive returns: take it before the arrive.
  uint64_t token() const;
  /// {test,try}_wait with a state.
  [[nodiscard]] MBarrierError testToken(uint64_t token, bool &done) const;
  /// Set in the states of .noComplete: pending_count takes no others.
  static constexpr uint64_t countable = uint64_t(1) << 63;
  /// mbarrier.pending_count of a state.
  static uint32_t tokenPending(uint64_t token);

private:
  MBarrierError checkArrive(uint32_t count) const;
  MBarrierError checkTransactions(int64_t change) const;
  void tryComplete();

  uint64_t phase_ = 0;
  uint32_t expected_ = 0;
  uint32_t pending_ = 0;
  int32_t transactions_ = 0;
  uint64_t expectedBytes_ = 0;
  uint64_t completedBytes_ = 0;
  bool live_ = false;
};

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_MBARRIER_H
