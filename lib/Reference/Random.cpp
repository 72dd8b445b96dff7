//===- Random.cpp - Random data that is the same everywhere ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Random.h"

#include <array>

using namespace dgemm::reference;

/// Philox 4x32 with 10 rounds (Salmon et al., "Parallel random numbers: as easy
/// as 1, 2, 3", 2011).
static std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      uint64_t seed) {
  uint32_t key0 = static_cast<uint32_t>(seed);
  uint32_t key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(0xD2511F53) * counter[0];
    uint64_t product1 = uint64_t(0xCD9E8D57) * counter[2];
    counter = {static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key0,
               static_cast<uint32_t>(product1),
               static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key1,
               static_cast<uint32_t>(product0)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

static std::array<uint32_t, 4> draw(uint64_t seed, uint32_t stream,
                                    uint64_t index, uint32_t part) {
  return philox({static_cast<uint32_t>(index),
                 static_cast<uint32_t>(index >> 32), stream, part},
                seed);
}

uint64_t Random::bits(uint64_t index) const {
  std::array<uint32_t, 4> words = draw(seed_, stream_, index, 0);
  return uint64_t(words[0]) << 32 | words[1];
}

double Random::uniform(uint64_t index) const {
  return static_cast<double>(bits(index) >> 11) * 0x1p-53;
}

int64_t Random::integer(uint64_t index, int64_t low, int64_t high) const {
  uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  uint64_t value = range ? bits(index) % range : bits(index);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + value);
}

double Random::normal(uint64_t index) const {
  // Four words give eight 16-bit numbers; the sum needs twelve.
  std::array<uint32_t, 4> first = draw(seed_, stream_, index, 1);
  std::array<uint32_t, 4> second = draw(seed_, stream_, index, 2);
  int64_t sum = 0;
  for (uint32_t word : first)
    sum += (word & 0xffff) + (word >> 16);
  for (uint32_t word : {second[0], second[1]})
    sum += (word & 0xffff) + (word >> 16);
  // Twelve numbers of mean 32767.5 and variance (2^32 - 1) / 12.
  return static_cast<double>(2 * sum - 12 * 65535) * 0x1p-17;
}
