//===- Gpu.h - The GPU as a benchmark needs it ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Memory, launches and events of the CUDA driver, loaded at run time: no
// toolkit. Work is queued and not waited for, which a timed loop needs.
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_GPU_H
#define DGEMM_LIB_BENCH_GPU_H

#include "dgemm/Bench/Problem.h"
#include "dgemm/Launch/Evaluate.h"

#include <array>
#include <memory>

namespace dgemm::bench {

struct DriverFunctions;

/// Device memory, given back at the end of its life.
class GpuMemory {
public:
  GpuMemory() = default;
  GpuMemory(const DriverFunctions &functions, uint64_t address, uint64_t bytes)
      : functions(&functions), address(address), bytes(bytes) {}
  GpuMemory(GpuMemory &&other) { *this = std::move(other); }
  GpuMemory &operator=(GpuMemory &&other);
  ~GpuMemory();

  uint64_t getAddress() const { return address; }
  uint64_t getBytes() const { return bytes; }

private:
  const DriverFunctions *functions = nullptr;
  uint64_t address = 0;
  uint64_t bytes = 0;
};

/// A kernel with its parameters, ready to be launched any number of times. The
/// memory that it names must live as long.
class PreparedLaunch {
public:
  const launch::Launch &getLaunch() const { return launch; }

private:
  friend class Gpu;
  struct alignas(64) Map {
    std::array<uint64_t, 16> words{};
  };

  std::shared_ptr<void> module;
  void *function = nullptr;
  launch::Launch launch;
  GpuMemory workspace;
  std::vector<Map> maps;
  std::vector<void *> parameters;
};

/// The first device of this machine.
class Gpu {
public:
  static Expected<std::unique_ptr<Gpu>> open();
  ~Gpu();

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

  /// Loads a cubin and lays out the parameters of one launch of `plan`.
  Expected<std::unique_ptr<PreparedLaunch>>
  prepare(const std::string &cubin, const launch::LaunchPlan &plan,
          const launch::Launch &launch) const;
  /// Queues it.
  Status run(PreparedLaunch &prepared) const;
  /// Waits for all that is queued, and says what went wrong in it.
  Status synchronize() const;

  /// Two points in the queue: `mark(0)`, work, `mark(1)`.
  Status mark(int which) const;
  /// Microseconds between them; waits for the second.
  Expected<double> getElapsed() const;

private:
  Gpu();
  Status initialize();
  Status encode(const launch::TensorMapValue &value,
                PreparedLaunch::Map &map) const;
  /// Gives the launch the zeros that it wants for itself.
  Status addWorkspace(PreparedLaunch &prepared) const;

  std::unique_ptr<DriverFunctions> functions;
  void *context = nullptr;
  std::array<void *, 2> events{};
  std::string name, architecture;
  int64_t smCount = 0;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_GPU_H
