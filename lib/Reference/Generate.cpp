//===- Generate.cpp - Numbers to test with --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Generate.h"

#include "dgemm/Reference/Quantize.h"

#include <algorithm>
#include <cmath>
#include <iterator>

using namespace dgemm::reference;

/// Products are multiples of 2^-4 up to 2^4, so sums of 2^16 of them are exact
/// in f32.
static double exactNumber(const Random &random, uint64_t index) {
  static constexpr double numbers[] = {0, 0.5, -0.5, 1, -1, 2, -2};
  int64_t choice = random.integer(index, 0, int64_t(std::size(numbers)) - 1);
  int64_t exponent = random.integer(~(index / 32), -1, 1);
  return std::ldexp(numbers[choice], static_cast<int>(exponent));
}

void dgemm::reference::fillNumbers(const Parallel &parallel,
                                   const Random &random, NumberKind kind,
                                   const View &plain,
                                   const std::optional<View> &stored) {
  const int64_t chunk = 1 << 14;
  int64_t count = plain.numElements();
  parallel.forEach(ceilDiv(count, chunk), [&](int64_t part) {
    int64_t end = std::min(count, (part + 1) * chunk);
    for (int64_t i = part * chunk; i < end; ++i) {
      uint64_t index = static_cast<uint64_t>(i);
      double x = kind.factor * (kind.isExact ? exactNumber(random, index)
                                             : random.normal(index));
      if (kind.asBF16)
        x = decodeBF16(encodeBF16(x));
      plain.store(i, x);
      if (stored)
        stored->store(stored->atLinear(i), x);
    }
  });
}

void dgemm::reference::fillCodes(const Parallel &parallel, const Random &random,
                                 const View &view) {
  int64_t most = (int64_t(1) << bitWidth(view.type)) - 1;
  // Two f4 elements share a byte: a chunk must not end inside of one.
  const int64_t chunk = 1 << 12;
  int64_t count = view.numElements();
  parallel.forEach(ceilDiv(count, chunk), [&](int64_t part) {
    int64_t end = std::min(count, (part + 1) * chunk);
    for (int64_t i = part * chunk; i < end; ++i) {
      int64_t at = view.atLinear(i);
      uint64_t index = static_cast<uint64_t>(i);
      storeBits(view.type, view.data, at,
                static_cast<uint64_t>(random.integer(index, 0, most)));
      if (!std::isfinite(view.load(at)))
        view.store(at, 1);
    }
  });
}

void dgemm::reference::fillScaleCodes(const Random &random, const View &view) {
  bool isPacked = view.type == ElementType::I32;
  for (int64_t i = 0; i < view.numElements(); ++i) {
    uint64_t bits = 0;
    for (uint64_t byte = 0; byte < 4; ++byte)
      bits |= static_cast<uint64_t>(
                  random.integer(4 * static_cast<uint64_t>(i) + byte, 110, 129))
              << (8 * byte);
    int64_t at = view.atLinear(i);
    // Any finite code without a sign, not too small.
    uint64_t fine = 0x20 + (bits & 0x3f);
    if (isPacked)
      storeBits(view.type, view.data, at, bits);
    else if (view.type == ElementType::F8E4M3FN)
      storeBits(view.type, view.data, at, fine);
    else
      view.store(at, std::ldexp(1.0, static_cast<int>(bits & 0xff) - 127));
  }
}
