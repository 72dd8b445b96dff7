//===- KernelTimes.cpp - How long kernels run -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelTimes.h"

#include "Cupti.h"

#include <algorithm>
#include <numeric>

using namespace dgemm::bench;

/// Without CUPTI a memset must outlast the queueing of a call.
static constexpr uint64_t kLeastFlush = uint64_t(64) << 20;
/// Calls that are not counted.
static constexpr int kWarmUp = 2;

Expected<std::unique_ptr<KernelTimer>>
KernelTimer::create(const Gpu &gpu, const std::string &cupti,
                    uint64_t flushBytes) {
  std::unique_ptr<KernelTimer> timer(new KernelTimer(gpu));
  Status status = cupti == "none" ? Status(Error{"CUPTI is not wanted"})
                                  : cupti::start(cupti);
  timer->method = status.ok() ? "cupti" : "events";
  timer->reason = status.message();
  if (!status.ok())
    flushBytes = std::max(flushBytes, kLeastFlush);
  if (flushBytes == 0)
    return timer;
  Expected<GpuMemory> memory = gpu.allocate(flushBytes);
  if (!memory)
    return memory.error();
  timer->flushed = std::move(*memory);
  return timer;
}

Status KernelTimer::flush() const {
  if (flushed.getBytes() == 0)
    return {};
  return gpu.fill(flushed.getAddress(), 0, flushed.getBytes());
}

Expected<std::vector<double>>
KernelTimer::measureByCupti(const std::function<Status()> &call,
                            int64_t repetitions) const {
  // What ran before is none of ours.
  if (auto before = cupti::take(); !before)
    return before.error();
  for (int64_t i = 0; i < repetitions; ++i) {
    Status status = flush();
    if (status.ok())
      status = call();
    if (!status.ok())
      return status.error();
  }
  if (Status status = gpu.synchronize(); !status.ok())
    return status.error();
  Expected<std::vector<cupti::KernelRecord>> records = cupti::take();
  if (!records)
    return records.error();
  if (records->empty() || records->size() % repetitions != 0)
    return Error{"CUPTI recorded " + std::to_string(records->size()) +
                 " kernels of " + std::to_string(repetitions) + " calls"};
  std::vector<double> out(repetitions);
  size_t each = records->size() / repetitions;
  for (size_t i = 0; i < records->size(); ++i)
    out[i / each] += ((*records)[i].end - (*records)[i].start) / 1000.0;
  return out;
}

Expected<std::vector<double>>
KernelTimer::measureByEvents(const std::function<Status()> &call,
                             int64_t repetitions) const {
  std::vector<double> out;
  for (int64_t i = 0; i < repetitions; ++i) {
    Status status = flush();
    if (status.ok())
      status = gpu.mark(0);
    if (status.ok())
      status = call();
    if (status.ok())
      status = gpu.mark(1);
    if (!status.ok())
      return status.error();
    Expected<double> elapsed = gpu.getElapsed();
    if (!elapsed)
      return elapsed.error();
    out.push_back(*elapsed);
  }
  return out;
}

Expected<Times> KernelTimer::measure(const std::function<Status()> &call,
                                     int64_t repetitions) const {
  Status status;
  for (int i = 0; status.ok() && i < kWarmUp; ++i)
    status = call();
  if (status.ok())
    status = gpu.synchronize();
  if (!status.ok())
    return status.error();
  Expected<std::vector<double>> times =
      method == "cupti" ? measureByCupti(call, repetitions)
                        : measureByEvents(call, repetitions);
  if (!times)
    return times.error();
  std::sort(times->begin(), times->end());
  Times out;
  out.mean = std::accumulate(times->begin(), times->end(), 0.0) / times->size();
  out.median = (*times)[times->size() / 2];
  out.least = times->front();
  return out;
}
