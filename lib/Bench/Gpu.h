//===- Gpu.h - The GPU as a benchmark needs it ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Memory, launches and events through the driver that dgemm/Runtime opens. Work
// is queued and not waited for, which a timed loop needs.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_GPU_H
#define DGEMM_LIB_BENCH_GPU_H

#include "dgemm/Bench/Problem.h"
#include "dgemm/Runtime/Kernel.h"

#include <array>
#include <memory>

namespace dgemm::bench {

/// Device memory, given back at the end of its life.
class GpuMemory {
public:
  GpuMemory() = default;
  GpuMemory(const runtime::Driver &driver, uint64_t address, uint64_t bytes)
      : driver(&driver), address(address), bytes(bytes) {}
  GpuMemory(GpuMemory &&other) { *this = std::move(other); }
  GpuMemory &operator=(GpuMemory &&other);
  ~GpuMemory();

  uint64_t getAddress() const { return address; }
  uint64_t getBytes() const { return bytes; }

private:
  const runtime::Driver *driver = nullptr;
  uint64_t address = 0;
  uint64_t bytes = 0;
};

/// A kernel with its parameters, ready to be launched any number of times. The
/// memory that it names must live as long.
struct PreparedLaunch {
  std::unique_ptr<runtime::Kernel> kernel;
  runtime::EncodedLaunch encoded;
  GpuMemory workspace;
};

/// The first device of this machine.
class Gpu {
public:
  /// `driver` is what dlopen takes, empty for the usual name.
  static Expected<std::unique_ptr<Gpu>> open(const std::string &driver);

  const std::string &getName() const { return name; }
  int64_t getSmCount() const { return smCount; }
  /// "sm_90" for compute capability 9.0.
  const std::string &getArchitecture() const { return architecture; }

  Expected<GpuMemory> allocate(uint64_t bytes) const;
  /// These wait until the bytes are there.
  Status write(uint64_t address, const void *from, uint64_t bytes) const;
  Status read(uint64_t address, void *to, uint64_t bytes) const;
  /// These are queued.
  Status copy(uint64_t from, uint64_t to, uint64_t bytes) const;
  Status fill(uint64_t address, uint8_t value, uint64_t bytes) const;

  /// Loads a pack and lays out the parameters of one launch of its plan.
  Expected<std::unique_ptr<PreparedLaunch>>
  prepare(const pack::Pack &pack, const launch::Launch &launch) const;
  /// Queues it.
  Status run(PreparedLaunch &prepared) const;
  /// Waits for all that is queued, and says what went wrong in it.
  Status synchronize() const;

  /// Two points in the queue: `mark(0)`, work, `mark(1)`.
  Status mark(int which) const;
  /// Microseconds between them; waits for the second.
  Expected<double> getElapsed() const;

private:
  Gpu() = default;
  Status initialize(const std::string &path);

  std::shared_ptr<const runtime::Driver> driver;
  runtime::CuContext context = nullptr;
  std::array<runtime::CuEvent, 2> events{};
  std::string name, architecture;
  int64_t smCount = 0;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_GPU_H
