//===- ExecTransactions.cpp - Bytes that mbarriers expect and get ---------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A wrong byte count is no error when it happens: a phase ends too early, or
// never. It shows when a kernel cannot go on, or in what is left at its end.
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

using namespace dgemm::sim;

/// Before bytes are added to, or taken from, what an mbarrier of this CTA
/// expects.
void Cta::noteTransactions(uint32_t mbarrier, bool expects,
                           TransactionSite by) {
  by.phase = mbarriers_[mbarrier].phase();
  TransactionSites &sites = transactions_[mbarrier];
  (expects ? sites.expects : sites.completes) = by;
}

/// The same of an mbarrier instruction in execution.
void Cta::noteTransactionsOf(Cta &owner, uint64_t address) {
  uint32_t offset = static_cast<uint32_t>(address) & SharedOffsetMask;
  bool expects =
      instruction_->op == Op::MBarExpectTx || instruction_->has(FlagExpectTx);
  if (instruction_->op == Op::MBarInit)
    owner.transactions_.erase(offset);
  if (expects || instruction_->op == Op::MBarCompleteTx)
    owner.noteTransactions(
        offset, expects,
        {instruction_->line, rank_, static_cast<int>(warp_->index)});
}

/// "phase 0, 1 of 1 arrivals pending, 512 bytes expected, the last by line 9,
/// 256 seen, the last by line 12".
std::string Cta::describeTransactions(uint32_t mbarrier,
                                      const MBarrier &barrier) {
  const TransactionSites &sites = transactions_[mbarrier];
  auto last = [&](const TransactionSite &site) -> std::string {
    if (site.line == 0)
      return "";
    std::string text = " (last by line " + std::to_string(site.line);
    if (site.rank != rank_)
      text += " of CTA rank " + std::to_string(site.rank);
    if (site.phase != barrier.phase())
      text += " in phase " + std::to_string(site.phase);
    return text + ")";
  };
  uint32_t arrived = barrier.expected() - barrier.pending();
  return "phase " + std::to_string(barrier.phase()) + ": " +
         std::to_string(arrived) + " of " + std::to_string(barrier.expected()) +
         " arrivals, " + std::to_string(barrier.expectedBytes()) +
         " bytes expected" + last(sites.expects) + ", " +
         std::to_string(barrier.completedBytes()) + " seen" +
         last(sites.completes);
}

void Cta::reportTransactions(uint32_t mbarrier, const MBarrier &barrier,
                             const std::string &when) {
  if (!barrier.isLive() || barrier.transactions() == 0)
    return;
  const TransactionSites &sites = transactions_[mbarrier];
  // Too many bytes came, or too many are awaited: where that was said last.
  bool early =
      sites.expects.line == 0 || (sites.completes.line != 0 &&
                                  sites.completes.phase > sites.expects.phase);
  const TransactionSite &place = early ? sites.completes : sites.expects;
  report("transaction-bytes",
         "the mbarrier at shared address " +
             hexadecimal(sharedWindow() | mbarrier) + " " + when + " in " +
             describeTransactions(mbarrier, barrier) +
             "; expect_tx must be given the bytes of all copies of a phase, "
             "with those that TMA fills",
         -1, place.line, place.rank == rank_ ? place.warp : -1);
}

bool Cta::isWaitedFor(uint32_t mbarrier) {
  for (Warp &warp : warps_) {
    for (const Group &group : warp.groups) {
      if (group.wait != Wait::MBarrier)
        continue;
      warp_ = &warp;
      instruction_ = &kernel_.code[group.pc];
      enterFrame(warp, group.frame);
      Lanes address;
      addresses(operand(1), address);
      for (uint32_t lane = 0; lane < 32; ++lane)
        if (((group.mask >> lane) & 1) &&
            (address[lane] & SharedOffsetMask) == mbarrier)
          return true;
    }
  }
  return false;
}

void Cta::reportStuckTransactions() {
  for (const auto &[mbarrier, barrier] : mbarriers_) {
    reportTransactions(mbarrier, barrier, "stays");
    bool some =
        barrier.pending() != 0 && barrier.pending() < barrier.expected();
    if (!barrier.isLive() || barrier.transactions() != 0 || !some ||
        !isWaitedFor(mbarrier))
      continue;
    report("missing-arrivals",
           "the mbarrier at shared address " +
               hexadecimal(sharedWindow() | mbarrier) + " stays in " +
               describeTransactions(mbarrier, barrier),
           -1, instruction_->line, static_cast<int>(warp_->index));
  }
}

/// Where the run was cut off: a loop that tests such a barrier may be what did
/// not end, or the copies would have come later.
std::string Cta::describeOpenTransactions() {
  std::string text;
  for (const auto &[mbarrier, barrier] : mbarriers_)
    if (barrier.isLive() && barrier.transactions() != 0)
      text += "; the mbarrier at shared address " +
              hexadecimal(sharedWindow() | mbarrier) + " is in " +
              describeTransactions(mbarrier, barrier);
  return text;
}

void Cta::reportLeftTransactions() {
  for (const auto &[mbarrier, barrier] : mbarriers_)
    reportTransactions(mbarrier, barrier, "ends");
}
