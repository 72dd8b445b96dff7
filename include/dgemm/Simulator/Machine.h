//===- Machine.h - Running a kernel -----------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_MACHINE_H
#define DGEMM_SIMULATOR_MACHINE_H

// A grid of CTAs over the cores of the host. Warps interleave and asynchronous
// copies complete in a random order that follows from the seed alone: a CTA
// behaves the same however many host threads there are. The CTAs of a cluster
// run interleaved on one host thread, under one such order.

#include "dgemm/Simulator/Program.h"

#include <memory>

namespace dgemm::sim {

/// Global memory: buffers far apart, so that an access beside one is found.
class GlobalMemory {
public:
  struct Buffer {
    std::string name;
    uint64_t address = 0;
    std::vector<uint8_t> bytes;
    /// One flag per byte that something wrote it; empty if all were written
    /// before the launch.
    std::vector<uint8_t> written;
  };

  /// Adds a buffer and returns its address, a multiple of 512.
  uint64_t add(std::string name, std::vector<uint8_t> bytes, bool written);
  /// The same at a given address above all others so far.
  void addAt(uint64_t address, std::string name, std::vector<uint8_t> bytes);

  /// Removes the buffer at this address. False if there is none.
  bool remove(uint64_t address);

  /// The buffer that holds all of [address, address + size), or null.
  Buffer *find(uint64_t address, uint64_t size);
  const Buffer *find(uint64_t address, uint64_t size) const {
    return const_cast<GlobalMemory *>(this)->find(address, size);
  }
  const Buffer *find(const std::string &name) const;
  const std::vector<std::unique_ptr<Buffer>> &buffers() const {
    return buffers_;
  }
  /// "12 bytes behind the end of 'd' (4096 bytes)", for diagnostics.
  std::string describe(uint64_t address) const;

private:
  std::vector<std::unique_ptr<Buffer>> buffers_; // by address
  uint64_t next_ = BufferWindow;
};

/// Warps with a common job. Roles follow each other from warp 0 on.
struct Role {
  std::string name;
  uint32_t warps = 0;
};

struct Launch {
  std::string entry;
  uint32_t grid[3] = {1, 1, 1};
  uint32_t block[3] = {1, 1, 1};
  /// CTAs of a cluster; zeros mean what the kernel requires, or one CTA.
  uint32_t cluster[3] = {0, 0, 0};
  /// More than 8 CTAs per cluster, as the function attribute of CUDA allows.
  bool nonPortableCluster = false;
  uint32_t sharedBytes = 0; // dynamic
  uint32_t smCount = 1;
  /// One per parameter of the kernel, of its size.
  std::vector<std::vector<uint8_t>> parameters;
  /// For statistics and findings; may be empty.
  std::vector<Role> roles;
};

struct Options {
  uint64_t seed = 0;
  /// Host threads; 0 means one per core.
  unsigned threads = 0;
  /// Warp instructions that one CTA may execute.
  uint64_t maxInstructions = uint64_t(1) << 32;
  /// Findings that are kept.
  size_t maxFindings = 64;
  /// Look for races, missing fences and the like (lib/Simulator/Checker.h).
  bool check = true;
  /// Bytes of shared memory that one CTA may have, static and dynamic. 0: as
  /// many as the module's target (Chip::sharedMemoryLimit).
  uint32_t sharedLimit = 0;
};

/// Something that a GPU would punish, perhaps, and only sometimes.
struct Finding {
  std::string kind; // "out-of-bounds", "uninitialised-read", "deadlock", ...
  std::string message;
  std::string kernel;
  uint32_t line = 0; // of the PTX; 0 if none
  uint32_t cta[3] = {0, 0, 0};
  int warp = -1;
  int lane = -1;

  std::string toString() const;
};

/// What one instruction of the kernel's code met, in all warps.
struct InstructionCounts {
  uint64_t sharedAccesses = 0;
  /// Passes over the banks that they took, and how many of these would have
  /// been spared without bank conflicts.
  uint64_t wavefronts = 0, bankConflicts = 0;
  /// How often lanes had to wait here (for a barrier, copies, registers,
  /// wgmma), and slices of the CTA's schedule until they went on. A slice is up
  /// to 48 instructions of one warp.
  uint64_t waits = 0, waitSlices = 0;
};

struct Statistics {
  /// Executed warp instructions: by role (see `allRoles`), then by index in the
  /// kernel's code.
  std::vector<std::vector<uint64_t>> executed;
  /// By index in the kernel's code.
  std::vector<InstructionCounts> counts;
  uint64_t multiplyAccumulates = 0;
  uint64_t warpgroupMatrices = 0; // wgmma.mma_async of warpgroups
  /// Reads of their operands, 128 bytes each: no layout has bank conflicts.
  uint64_t operandWavefronts = 0;
  uint64_t bytesLoadedByCopies = 0;
  uint64_t bytesStoredByCopies = 0;
  uint64_t ctas = 0;

  void merge(const Statistics &other);
};

struct Result {
  std::vector<Finding> findings;
  Statistics statistics;
  double seconds = 0;
  /// What ran, and its roles with their warps: those of the launch and, for the
  /// warps behind them, a role for each.
  std::string kernel;
  std::vector<Role> roles;
};

/// The roles that statistics tell apart, for a CTA of `warps` warps.
std::vector<Role> allRoles(const Launch &launch, uint32_t warps);

/// Runs a kernel to its end, or to the first fault of each CTA. Fails if the
/// launch does not fit the kernel.
Expected<Result> simulate(const Program &program, const Launch &launch,
                          GlobalMemory &memory, const Options &options);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_MACHINE_H
