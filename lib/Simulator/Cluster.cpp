//===- Cluster.cpp - The CTAs that share one worker -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cluster.h"

using namespace dgemm::sim;

Cluster::Cluster(const LaunchContext &context, uint32_t index)
    : context_(context), index_(index),
      random_(context.options.seed * 0x9e3779b97f4a7c15u + index),
      liveThreads_(context.threads * context.clusterSize) {
  if (context.options.check)
    makeChecker();
  const uint32_t *size = context.cluster;
  uint32_t clusters[3], first[3];
  for (unsigned i = 0; i < 3; ++i)
    clusters[i] = context.launch.grid[i] / size[i];
  first[0] = index % clusters[0] * size[0];
  first[1] = index / clusters[0] % clusters[1] * size[1];
  first[2] = index / clusters[0] / clusters[1] * size[2];
  for (uint32_t rank = 0; rank < context.clusterSize; ++rank) {
    uint32_t id[3] = {first[0] + rank % size[0],
                      first[1] + rank / size[0] % size[1],
                      first[2] + rank / size[0] / size[1]};
    ctas_.push_back(std::make_unique<Cta>(*this, id, rank));
  }
}

void Cluster::makeChecker() {
  Checker::Shape shape;
  shape.ctas = context_.clusterSize;
  shape.warps = context_.warps;
  shape.threads = context_.threads;
  shape.sharedEnd = context_.sharedEnd;
  shape.registers = context_.kernel.numRegisters;
  auto sink = [this](CheckerFinding &&finding) {
    ctas_[finding.cta]->report(finding.kind.c_str(), finding.message,
                               finding.lane, finding.line, finding.warp);
  };
  checker_ = std::make_unique<Checker>(shape, sink);
  barrierSync_ = checker_->makeSync();
}

bool Cluster::run(uint64_t slices) {
  while (slices-- != 0) {
    bool live = false;
    for (const std::unique_ptr<Cta> &cta : ctas_) {
      if (cta->hasFaulted())
        return false;
      live |= !cta->hasEnded() || cta->hasCopies() || cta->hasTcgen05Tasks();
    }
    if (!live) {
      for (const std::unique_ptr<Cta> &cta : ctas_)
        cta->reportLeftTransactions();
      return false;
    }
    if (!runSlice()) {
      reportDeadlock();
      return false;
    }
    for (const std::unique_ptr<Cta> &cta : ctas_) {
      if (cta->executed() <= context_.options.maxInstructions)
        continue;
      cta->report("instruction-limit",
                  "the CTA executed more than " +
                      std::to_string(context_.options.maxInstructions) +
                      " warp instructions" + cta->describeOpenTransactions(),
                  -1, 0, -1);
      return false;
    }
  }
  return true;
}

/// Any CTA, but for some time rather the same one: what goes wrong only if one
/// CTA is far ahead of another is found as well.
uint32_t Cluster::nextCta() {
  if (favouriteSlices_ == 0) {
    favourite_ = random_.below(size());
    favouriteSlices_ = 1 + random_.below(256);
  }
  --favouriteSlices_;
  return random_.below(2) == 0 ? favourite_ : random_.below(size());
}

/// Lets one CTA make progress. False if none can.
bool Cluster::runSlice() {
  uint32_t start = size() == 1 ? 0 : nextCta();
  for (uint32_t i = 0; i < size(); ++i) {
    Cta &cta = *ctas_[(start + i) % size()];
    bool lived = !cta.hasEnded();
    if (!cta.runSlice())
      continue;
    if (lived && cta.hasEnded() && !cta.hasFaulted())
      cta.finish();
    return true;
  }
  return false;
}

void Cluster::reportDeadlock() {
  for (const std::unique_ptr<Cta> &cta : ctas_)
    cta->reportStuckTransactions();
  std::string message = "no warp can go on:", waits;
  bool diverged = false;
  uint32_t line = 0;
  Cta *place = nullptr;
  for (const std::unique_ptr<Cta> &cta : ctas_) {
    if (cta->hasEnded())
      continue;
    bool misses = false;
    uint32_t where = 0;
    std::string text = cta->describeWaits(where, misses);
    if (size() > 1)
      text = " CTA rank " + std::to_string(cta->rank()) + ":" + text;
    waits += text;
    if (!place || (misses && !diverged)) {
      place = cta.get();
      line = where;
    }
    diverged |= misses;
  }
  waits.pop_back();
  place->report(diverged ? "divergence" : "deadlock", message + waits, -1, line,
                -1);
}

//===----------------------------------------------------------------------===//
// barrier.cluster
//===----------------------------------------------------------------------===//

void Cluster::completeBarrier() {
  if (barrierArrived_ != liveThreads_ || liveThreads_ == 0)
    return;
  ++barrierPhase_;
  barrierArrived_ = 0;
  if (checker_)
    checker_->completePhase(barrierSync_);
}

void Cluster::arrive(uint32_t threads) {
  barrierArrived_ += threads;
  completeBarrier();
}

void Cluster::leave(uint32_t threads, uint32_t arrived) {
  barrierArrived_ -= arrived;
  liveThreads_ -= threads;
  if (barrierArrived_ != 0)
    completeBarrier();
}
