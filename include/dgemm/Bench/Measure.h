//===- Measure.h - Times kernels on a GPU -----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_BENCH_MEASURE_H
#define DGEMM_BENCH_MEASURE_H

#include "dgemm/Bench/KernelSet.h"

#include <functional>

namespace dgemm::bench {

struct MeasureOptions {
  /// Folder of the kernels.
  std::string folder;
  /// Path of libcuda; empty for the usual name.
  std::string driver;
  /// Path of libcupti; empty to search, "none" for events.
  std::string cupti;
  /// Path of libcublasLt; empty to search, "none" for no baseline.
  std::string cublaslt;
  int64_t repetitions = 30;
  /// Bytes that a memset writes before every launch.
  uint64_t flushBytes = uint64_t(8) << 30;
  /// Random numbers of each type, which operands repeat.
  uint64_t poolBytes = (uint64_t(64) << 20) + 80;
  bool check = true;
};

/// What one entry took.
struct Measurement {
  KernelEntry entry;
  /// Microseconds of kernels alone: mean, median and least of all calls.
  double mean = 0;
  double median = 0;
  double least = 0;
  /// cuBLASLt on the same operands in the same run; 0 where it has none.
  double cublaslt = 0;
  /// Largest error over its bound among the elements that were checked; above
  /// 1 the result is wrong. Negative: not checked.
  double error = -1;
  /// Why there is no time, or what is wrong with the result.
  std::string problem;

  bool isMeasured() const { return mean > 0; }
  bool isWrong() const { return error > 1; }
  double getTflops() const {
    return entry.row.problem.getFlops() / mean * 1e-6;
  }
  double getGigabytes() const {
    return entry.row.problem.getBytes() / mean * 1e-3;
  }
};

/// Where and how measurements were made.
struct MachineInfo {
  std::string device;
  int64_t smCount = 0;
  /// "cupti" or "events".
  std::string method;
  /// Notes: why there is no CUPTI, no baseline.
  std::vector<std::string> notes;
};

struct MeasuredSet {
  MachineInfo machine;
  std::vector<Measurement> measurements;
};

/// Times every entry of the set, in its order. `report` is called with each
/// measurement as soon as it is there. Fails when there is no usable GPU; what
/// goes wrong with one entry stands in its measurement.
Expected<MeasuredSet>
measure(const KernelSet &set, const MeasureOptions &options,
        const std::function<void(const Measurement &)> &report);

} // namespace dgemm::bench

#endif // DGEMM_BENCH_MEASURE_H
