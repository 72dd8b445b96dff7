//===- Cluster.h - The CTAs that share one worker ---------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_CLUSTER_H
#define DGEMM_LIB_SIMULATOR_CLUSTER_H

// All CTAs of a cluster run on one host thread, interleaved in a random order.
// They reach each other's shared memory and mbarriers through here. A launch
// without clusters has clusters of one CTA.

#include "Cta.h"

namespace dgemm::sim {

class Cluster {
public:
  /// `index`: in the grid of clusters, x fastest.
  Cluster(const LaunchContext &context, uint32_t index);

  /// Executes up to `slices` slices. False when all CTAs have ended.
  bool run(uint64_t slices);

  const LaunchContext &context() const { return context_; }
  uint32_t index() const { return index_; }
  uint32_t size() const { return static_cast<uint32_t>(ctas_.size()); }
  Cta &cta(uint32_t rank) { return *ctas_[rank]; }
  Random &random() { return random_; }
  Checker *checker() { return checker_.get(); }

  //===--------------------------------------------------------------------===//
  // barrier.cluster: a phase ends when all threads that have not exited have
  // arrived. The CTAs keep which thread has arrived.
  //===--------------------------------------------------------------------===//

  /// Of barrier.cluster, in the checker.
  SyncId barrierSync() const { return barrierSync_; }
  uint32_t barrierPhase() const { return barrierPhase_; }
  uint32_t barrierArrived() const { return barrierArrived_; }
  uint32_t liveThreads() const { return liveThreads_; }
  void arrive(uint32_t threads);
  /// Threads exit; `arrived` of them have arrived at the current phase.
  void leave(uint32_t threads, uint32_t arrived);

private:
  bool runSlice();
  uint32_t nextCta();
  void finishCtas();
  void reportDeadlock();
  void completeBarrier();
  void makeChecker();

  const LaunchContext &context_;
  uint32_t index_;
  Random random_;
  std::unique_ptr<Checker> checker_;
  SyncId barrierSync_ = 0;
  std::vector<std::unique_ptr<Cta>> ctas_;
  uint32_t barrierPhase_ = 0;
  uint32_t barrierArrived_ = 0;
  uint32_t liveThreads_ = 0;
  /// A CTA that runs ahead of the others for a while.
  uint32_t favourite_ = 0;
  uint32_t favouriteSlices_ = 0;
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_CLUSTER_H
