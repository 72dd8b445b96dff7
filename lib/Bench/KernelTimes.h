//===- KernelTimes.h - How long kernels run ---------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_KERNELTIMES_H
#define DGEMM_LIB_BENCH_KERNELTIMES_H

#include "Gpu.h"

#include <functional>

namespace dgemm::bench {

/// Kernel times of one call, in microseconds.
struct Times {
  double mean = 0;
  double median = 0;
  double least = 0;
};

/// Measures calls that each launch one kernel or more, with the L2 cache
/// flushed in front of each.
///
/// With CUPTI the times are those that the GPU writes down when a kernel begins
/// and ends, summed over the kernels of a call: no launch, no gap, and
/// no memset is in them, as in torch.profiler. Without it, events around the
/// call serve, which add about 3 us; the memset that goes before keeps the GPU
/// busy until everything is queued.
class KernelTimer {
public:
  /// `cupti` is the path of libcupti, empty to search, "none" for events. With
  /// `flushBytes` 0 nothing is flushed.
  static Expected<std::unique_ptr<KernelTimer>>
  create(const Gpu &gpu, const std::string &cupti, uint64_t flushBytes);

  /// "cupti" or "events", and why there is no CUPTI.
  const std::string &getMethod() const { return method; }
  const std::string &getReason() const { return reason; }

  /// Times `repetitions` calls after two that are not counted.
  Expected<Times> measure(const std::function<Status()> &call,
                          int64_t repetitions) const;

private:
  explicit KernelTimer(const Gpu &gpu) : gpu(gpu) {}
  Status flush() const;
  Expected<std::vector<double>>
  measureByCupti(const std::function<Status()> &call,
                 int64_t repetitions) const;
  Expected<std::vector<double>>
  measureByEvents(const std::function<Status()> &call,
                  int64_t repetitions) const;

  const Gpu &gpu;
  GpuMemory flushed;
  std::string method, reason;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_KERNELTIMES_H
