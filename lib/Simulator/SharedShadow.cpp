//===- SharedShadow.cpp - Last accesses to shared memory ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SharedShadow.h"

using namespace dgemm::sim;

void SharedShadow::setWriter(uint32_t address, uint32_t bytes,
                             const Access &access) {
  uint32_t end = address + bytes;
  while (address < end) {
    Cell &cell = cells_[address / cellBytes];
    uint32_t begin = address / cellBytes * cellBytes;
    uint32_t stop = std::min(end, begin + cellBytes);
    if (stop - address == cellBytes || cell.whole == access) {
      // `whole` of a cell that is split matches no access.
      if (cell.split >= 0)
        freeSplits_.push_back(cell.split);
      cell.split = -1;
      cell.whole = access;
      address = stop;
      continue;
    }
    if (cell.split < 0) {
      if (freeSplits_.empty()) {
        freeSplits_.push_back(static_cast<int32_t>(splits_.size()));
        splits_.push_back(std::make_unique<Bytes>());
      }
      cell.split = freeSplits_.back();
      freeSplits_.pop_back();
      splits_[static_cast<size_t>(cell.split)]->fill(cell.whole);
      cell.whole = Access();
    }
    Bytes &split = *splits_[static_cast<size_t>(cell.split)];
    for (; address < stop; ++address)
      split[address % cellBytes] = access;
  }
}

uint64_t *SharedShadow::readsOf(uint32_t agent) {
  if (agent >= reads_.size())
    reads_.resize(agent + 1);
  if (!reads_[agent])
    reads_[agent] = std::make_unique<uint64_t[]>(end_ / 4 + 8);
  return reads_[agent].get();
}

/// Whom a word of two reads stands for.
static uint32_t mergeLanes(ReadStamp old, uint32_t lane, uint32_t mask) {
  if (old.lane() == lane)
    return lane;
  bool mixed = old.lane() == ReadStamp::mixedLanes || old.mask() != mask;
  return mixed ? ReadStamp::mixedLanes : VectorClock::allLanes;
}

void SharedShadow::noteRead(uint32_t agent, uint32_t address, uint32_t bytes,
                            uint32_t clock, uint32_t lane, uint32_t line) {
  uint64_t *words = readsOf(agent);
  uint32_t end = address + bytes;
  for (uint32_t word = address / 4; word * 4 < end; ++word) {
    uint32_t first = std::max(address, word * 4) % 4;
    uint32_t last = std::min(end, word * 4 + 4) - word * 4;
    uint32_t mask = ((1u << last) - 1) & ~((1u << first) - 1);
    ReadStamp old(words[word]);
    uint32_t by = lane;
    // Reads between two releases stand together; earlier ones are forgotten
    // (whoever knows this read knows them, but not the other way round).
    if (old.clock() == clock) {
      by = mergeLanes(old, lane, mask);
      mask |= old.mask();
    }
    words[word] = ReadStamp(clock, by, mask, line).bits();
  }
}

void SharedShadow::setReads(uint32_t agent, uint32_t address, uint32_t bytes,
                            ReadStamp stamp) {
  uint64_t *words = readsOf(agent);
  std::fill(words + address / 4, words + (address + bytes + 3) / 4,
            stamp.bits());
}
