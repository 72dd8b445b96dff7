//===- Cupti.cpp - Times that the GPU writes down -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Cupti.h"

#include "SharedLibrary.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>

using namespace dgemm::bench;
using cupti::KernelRecord;

// CUpti_ActivityKind, and CUPTI_ACTIVITY_FLAG_FLUSH_FORCED.
static constexpr int kConcurrentKernel = 10;
static constexpr uint32_t kFlushForced = 1;
static constexpr size_t kBufferBytes = size_t(1) << 20;
static constexpr size_t kBufferAlignment = 8;
/// Where start and end lie in a record of a kernel, in every version of the
/// record from CUpti_ActivityKernel3 to CUpti_ActivityKernel10.
static constexpr size_t kStartOffset = 16;
static constexpr size_t kEndOffset = 24;

namespace {

struct Collector {
  SharedLibrary cupti;
  int (*enable)(int) = nullptr;
  int (*flush)(uint32_t) = nullptr;
  int (*registerCallbacks)(void (*)(uint8_t **, size_t *, size_t *),
                           void (*)(void *, uint32_t, uint8_t *, size_t,
                                    size_t)) = nullptr;
  int (*next)(uint8_t *, size_t, uint8_t **) = nullptr;
  bool isStarted = false;

  std::mutex mutex;
  std::vector<KernelRecord> records;
};

} // namespace

/// State of the process, not of a caller: see `cupti::start`.
static Collector &getCollector() {
  static Collector collector;
  return collector;
}

static void giveBuffer(uint8_t **buffer, size_t *size, size_t *maxRecords) {
  *buffer = static_cast<uint8_t *>(
      std::aligned_alloc(kBufferAlignment, kBufferBytes));
  *size = *buffer ? kBufferBytes : 0;
  *maxRecords = 0;
}

static void takeBuffer(void *, uint32_t, uint8_t *buffer, size_t,
                       size_t validBytes) {
  Collector &collector = getCollector();
  std::lock_guard<std::mutex> lock(collector.mutex);
  uint8_t *record = nullptr;
  while (validBytes > 0 && collector.next(buffer, validBytes, &record) == 0) {
    uint32_t kind = 0;
    KernelRecord kernel;
    std::memcpy(&kind, record, sizeof(kind));
    std::memcpy(&kernel.start, record + kStartOffset, sizeof(uint64_t));
    std::memcpy(&kernel.end, record + kEndOffset, sizeof(uint64_t));
    if (kind == kConcurrentKernel)
      collector.records.push_back(kernel);
  }
  std::free(buffer);
}

static std::vector<std::string> getNames(const std::string &path) {
  if (!path.empty())
    return {path};
  std::vector<std::string> names;
  for (const char *variable : {"CUDA_HOME", "CUDA_PATH"})
    if (const char *home = std::getenv(variable))
      for (const char *folder :
           {"/extras/CUPTI/lib64/libcupti.so", "/lib64/libcupti.so"})
        names.push_back(std::string(home) + folder);
  for (const char *name : {"libcupti.so", "libcupti.so.13", "libcupti.so.12",
                           "/usr/local/cuda/extras/CUPTI/lib64/libcupti.so",
                           "/usr/local/cuda/lib64/libcupti.so"})
    names.push_back(name);
  return names;
}

Status cupti::start(const std::string &path) {
  Collector &collector = getCollector();
  if (collector.isStarted)
    return {};
  Status status = collector.cupti.open(getNames(path));
  auto find = [&](const char *name, auto *&function) {
    if (status.ok())
      status = collector.cupti.find(name, function);
  };
  find("cuptiActivityRegisterCallbacks", collector.registerCallbacks);
  find("cuptiActivityEnable", collector.enable);
  find("cuptiActivityFlushAll", collector.flush);
  find("cuptiActivityGetNextRecord", collector.next);
  if (!status.ok())
    return status;
  int result = collector.registerCallbacks(giveBuffer, takeBuffer);
  if (result == 0)
    result = collector.enable(kConcurrentKernel);
  if (result != 0)
    return Error{"CUPTI refuses to record kernels: error " +
                 std::to_string(result)};
  collector.isStarted = true;
  return {};
}

Expected<std::vector<KernelRecord>> cupti::take() {
  Collector &collector = getCollector();
  if (int result = collector.flush(kFlushForced))
    return Error{"CUPTI gives no records: error " + std::to_string(result)};
  std::lock_guard<std::mutex> lock(collector.mutex);
  std::vector<KernelRecord> records = std::move(collector.records);
  collector.records.clear();
  std::sort(records.begin(), records.end(),
            [](const KernelRecord &x, const KernelRecord &y) {
              return x.start < y.start;
            });
  return records;
}
