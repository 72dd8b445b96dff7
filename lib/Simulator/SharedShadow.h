//===- SharedShadow.h - Last accesses to shared memory ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_SHAREDSHADOW_H
#define DGEMM_LIB_SIMULATOR_SHAREDSHADOW_H

#include "VectorClock.h"

#include <algorithm>
#include <array>
#include <memory>

namespace dgemm::sim {

/// The last write of some bytes.
struct Access {
  enum : uint8_t {
    Async = 1,      // on a timeline: agent is one
    Strong = 2,     // atomic, or ordered: does not race with others of its kind
    GenericCopy = 4 // on a timeline, but through the generic proxy
  };

  uint32_t clock = 0; // 0: nobody wrote
  uint32_t line = 0;
  uint16_t agent = 0;
  uint16_t issuer = 0; // the warp's agent
  uint8_t lane = 0;
  uint8_t flags = 0;

  bool has(uint8_t flag) const { return (flags & flag) != 0; }
  bool operator==(const Access &other) const {
    return clock == other.clock && line == other.line && agent == other.agent &&
           issuer == other.issuer && lane == other.lane && flags == other.flags;
  }
};

/// The last read of a word of shared memory by one agent, in 64 bits that
/// compare as their clocks do.
class ReadStamp {
public:
  static constexpr unsigned clockShift = 37;
  /// Later than anything known: a load that is still in flight.
  static constexpr uint32_t never = (1u << (64 - clockShift)) - 1;
  /// Several lanes read the word, but not all of them the same bytes. With
  /// VectorClock::allLanes, they did.
  static constexpr uint32_t mixedLanes = 33;
  /// One instruction of the whole warp (ldmatrix): every lane's arrival stands
  /// for it.
  static constexpr uint32_t collective = 34;

  ReadStamp() = default;
  explicit ReadStamp(uint64_t bits) : bits_(bits) {}
  ReadStamp(uint32_t clock, uint32_t lane, uint32_t mask, uint32_t line,
            bool late = false)
      : bits_(uint64_t(clock) << clockShift | uint64_t(late) << 36 |
              uint64_t(lane) << 30 | uint64_t(mask) << 26 |
              (line & 0x3ffffff)) {}

  uint64_t bits() const { return bits_; }
  uint32_t clock() const { return static_cast<uint32_t>(bits_ >> clockShift); }
  /// Its warp had arrived at a barrier before the load returned.
  bool late() const { return (bits_ >> 36) & 1; }
  uint32_t lane() const { return (bits_ >> 30) & 63; }
  uint32_t mask() const { return (bits_ >> 26) & 15; }
  uint32_t line() const { return bits_ & 0x3ffffff; }
  /// All stamps with an earlier clock are below.
  static uint64_t limit(uint32_t clock) {
    return uint64_t(clock) << clockShift;
  }

private:
  uint64_t bits_ = 0;
};

/// Who wrote and who read the shared memory of a CTA last. Writers are kept for
/// cells of 16 bytes, or for each byte where a cell has several; readers for
/// each agent, by word.
class SharedShadow {
public:
  static constexpr uint32_t cellBytes = 16;

  explicit SharedShadow(uint32_t end)
      : end_(end), cells_(end / cellBytes + 1) {}

  /// Calls `visit(access, address, bytes)` for stretches with one writer.
  template <typename F>
  void forWriters(uint32_t address, uint32_t bytes, F visit) const {
    uint32_t end = address + bytes;
    while (address < end) {
      uint32_t index = address / cellBytes;
      uint32_t stop = std::min(end, (index + 1) * cellBytes);
      const Cell &cell = cells_[index];
      if (cell.split < 0) {
        visit(cell.whole, address, stop - address);
        address = stop;
        continue;
      }
      const Bytes &split = *splits_[static_cast<size_t>(cell.split)];
      while (address < stop) {
        const Access &access = split[address % cellBytes];
        uint32_t first = address++;
        while (address < stop && split[address % cellBytes] == access)
          ++address;
        visit(access, first, address - first);
      }
    }
  }
  /// The writer of all bytes of a cell, or null.
  const Access *wholeCell(uint32_t address) const {
    const Cell &cell = cells_[address / cellBytes];
    return cell.split < 0 ? &cell.whole : nullptr;
  }
  void setWriter(uint32_t address, uint32_t bytes, const Access &access);

  /// Notes a read of up to 16 bytes within a cell.
  void noteRead(uint32_t agent, uint32_t address, uint32_t bytes,
                uint32_t clock, uint32_t lane, uint32_t line);
  /// The same of all of the cells that the stretch touches, whatever was there.
  void setReads(uint32_t agent, uint32_t address, uint32_t bytes,
                ReadStamp stamp);
  /// The words [address / 4, ...) of an agent that read anything, or null.
  const uint64_t *reads(uint32_t agent) const {
    return agent < reads_.size() ? reads_[agent].get() : nullptr;
  }
  uint32_t numReaders() const { return static_cast<uint32_t>(reads_.size()); }

private:
  using Bytes = std::array<Access, cellBytes>;
  struct Cell {
    Access whole;
    int32_t split = -1;
  };

  uint64_t *readsOf(uint32_t agent);

  uint32_t end_;
  std::vector<Cell> cells_;
  std::vector<std::unique_ptr<Bytes>> splits_;
  std::vector<int32_t> freeSplits_;
  std::vector<std::unique_ptr<uint64_t[]>> reads_; // by agent, by word
};

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_SHAREDSHADOW_H
