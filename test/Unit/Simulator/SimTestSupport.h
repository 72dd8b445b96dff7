//===- SimTestSupport.h - Random data of the simulator's tests --*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_UNIT_SIMULATOR_SIMTESTSUPPORT_H
#define DGEMM_TEST_UNIT_SIMULATOR_SIMTESTSUPPORT_H

#include "dgemm/Reference/Random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace dgemm::sim::test {

/// A stream of random numbers. Tests print the seed with SCOPED_TRACE.
class Stream {
public:
  explicit Stream(uint64_t seed) : random_(seed, /*stream=*/0) {}

  uint64_t bits() { return random_.bits(index_++); }
  uint32_t word() { return static_cast<uint32_t>(bits()); }
  /// Within [low, high].
  int64_t integer(int64_t low, int64_t high) {
    return random_.integer(index_++, low, high);
  }
  bool flip() { return bits() & 1; }
  std::vector<uint8_t> bytes(size_t count) {
    std::vector<uint8_t> result(count);
    for (uint8_t &byte : result)
      byte = static_cast<uint8_t>(bits());
    return result;
  }

private:
  reference::Random random_;
  uint64_t index_ = 0;
};

} // namespace dgemm::sim::test

#endif // DGEMM_TEST_UNIT_SIMULATOR_SIMTESTSUPPORT_H
