//===- Random.h - Random data that is the same everywhere -------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_RANDOM_H
#define DGEMM_REFERENCE_RANDOM_H

// Counter-based (Philox 4x32-10): element i of stream s under a seed is a pure
// function of (seed, s, i). So data do not depend on the machine, on the number
// of threads, or on which other arrays were made before. The normal
// distribution uses integers only, because libm differs between machines.

#include <cstdint>

namespace dgemm::reference {

class Random {
public:
  Random(uint64_t seed, uint32_t stream) : seed_(seed), stream_(stream) {}

  /// 64 random bits.
  uint64_t bits(uint64_t index) const;
  /// Uniform in [0, 1), a multiple of 2^-53.
  double uniform(uint64_t index) const;
  /// Uniform in [low, high], both included. Requires low <= high.
  int64_t integer(uint64_t index, int64_t low, int64_t high) const;
  /// Mean 0, variance 1, within [-6, 6]: the sum of twelve uniform 16-bit
  /// numbers. Exact in f64.
  double normal(uint64_t index) const;

private:
  uint64_t seed_;
  uint32_t stream_;
};

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_RANDOM_H
