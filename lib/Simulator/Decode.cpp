//===- Decode.cpp - Register elements to f64 --------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decode.h"

#include "dgemm/Reference/Formats.h"

#include <cmath>
#include <limits>

using namespace dgemm;
using namespace dgemm::sim;

namespace {

/// A finite format without specials: sign, `exponentBits`, `mantissaBits`.
double decodeFinite(unsigned code, int exponentBits, int mantissaBits,
                    int bias) {
  int mantissa = static_cast<int>(code & ((1u << mantissaBits) - 1));
  int exponent =
      static_cast<int>((code >> mantissaBits) & ((1u << exponentBits) - 1));
  bool negative = (code >> (exponentBits + mantissaBits)) & 1;
  if (exponent != 0)
    mantissa += 1 << mantissaBits;
  double value =
      std::ldexp(mantissa, std::max(exponent, 1) - bias - mantissaBits);
  return negative ? -value : value;
}

template <typename Function> ByteTable makeTable(Function decode) {
  ByteTable table;
  for (unsigned code = 0; code < 256; ++code)
    table[code] = decode(static_cast<uint8_t>(code));
  return table;
}

} // namespace

const ByteTable &dgemm::sim::byteTable(MatrixType type) {
  static const ByteTable e4m3 = makeTable(reference::decodeE4M3);
  static const ByteTable e5m2 = makeTable(reference::decodeE5M2);
  static const ByteTable e3m2 =
      makeTable([](uint8_t x) { return decodeFinite(x & 63, 3, 2, 3); });
  static const ByteTable e2m3 =
      makeTable([](uint8_t x) { return decodeFinite(x & 63, 2, 3, 1); });
  static const ByteTable e2m1 =
      makeTable([](uint8_t x) { return reference::decodeE2M1((x >> 2) & 15); });
  switch (type) {
  case MatrixType::E5M2:
    return e5m2;
  case MatrixType::E3M2:
    return e3m2;
  case MatrixType::E2M3:
    return e2m3;
  case MatrixType::E2M1:
    return e2m1;
  default:
    return e4m3;
  }
}

const std::array<double, 16> &dgemm::sim::nibbleTable() {
  static const std::array<double, 16> table = [] {
    std::array<double, 16> values;
    for (unsigned code = 0; code < 16; ++code)
      values[code] = reference::decodeE2M1(static_cast<uint8_t>(code));
    return values;
  }();
  return table;
}

const ByteTable &dgemm::sim::scaleTable(ScaleType type) {
  static const ByteTable ue8m0 = makeTable(reference::decodeE8M0);
  static const ByteTable ue4m3 =
      makeTable([](uint8_t x) { return reference::decodeE4M3(x & 127); });
  return type == ScaleType::UE8M0 ? ue8m0 : ue4m3;
}
