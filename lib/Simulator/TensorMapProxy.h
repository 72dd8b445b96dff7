//===- TensorMapProxy.h - What copies see of tensor maps --------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_TENSORMAPPROXY_H
#define DGEMM_LIB_SIMULATOR_TENSORMAPPROXY_H

// Copies read tensor maps through a proxy of their own. A map that the kernel
// changes in global memory reaches it in two steps: the writer releases it
// (fence.proxy.tensormap::generic.release or tensormap.cp_fenceproxy), the user
// acquires it. Until then copies see the map as it was at the launch.

#include "Checker.h"
#include "dgemm/Simulator/Machine.h"
#include "dgemm/Simulator/TensorMap.h"

#include <map>
#include <mutex>

namespace dgemm::sim {

/// Shared by the CTAs of a launch.
class TensorMapProxy {
public:
  using Image = TensorMap::Image;
  struct Release {
    Image image = {};
    /// Whose moment it is: that of a thread which this checker watches, or
    /// null.
    const Checker *checker = nullptr;
    Checker::Moment moment;
  };

  /// Remembers the maps that are in global memory now.
  void rememberMaps(const GlobalMemory &memory);
  /// The map at the launch, or null.
  const Image *atLaunch(uint64_t address) const;

  void release(uint64_t address, const Release &release);
  /// The latest release; false if nothing released a map there.
  bool released(uint64_t address, Release &release) const;

private:
  std::map<uint64_t, Image> atLaunch_;
  mutable std::mutex mutex_;
  std::map<uint64_t, Release> released_;
};

/// A map that threads of a CTA acquired, and when they did.
struct AcquiredMap {
  TensorMap::Image image = {};
  std::vector<Checker::Moment> moments;

  /// The same thread acquires it often: its first time counts.
  void add(const Checker::Moment &moment);
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_TENSORMAPPROXY_H
