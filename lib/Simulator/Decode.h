//===- Decode.h - Register elements to f64 ----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_DECODE_H
#define DGEMM_LIB_SIMULATOR_DECODE_H

// How the matrix units see the elements of their operands. Private to the
// library.

#include "dgemm/Simulator/Matrix.h"

#include <array>
#include <cstring>

namespace dgemm::sim {

/// By the byte of an 8-bit container: e2m1 sits in bits 5:2, e3m2 and e2m3 in
/// bits 5:0; the other bits are ignored.
using ByteTable = std::array<double, 256>;
/// For the types of at most 8 bits.
const ByteTable &byteTable(MatrixType type);
/// By the 4-bit code of packed e2m1.
const std::array<double, 16> &nibbleTable();
/// By the byte: 2^(x - 127), 0xFF is NaN; or e4m3 without a sign.
const ByteTable &scaleTable(ScaleType type);

inline double decodeBrain(uint32_t bits) {
  uint32_t word = bits << 16;
  float value;
  std::memcpy(&value, &word, 4);
  return value;
}

/// The low 13 bits do not take part.
inline double decodeTruncated(uint32_t bits) {
  uint32_t word = bits & 0xFFFFE000u;
  float value;
  std::memcpy(&value, &word, 4);
  return value;
}

inline double decodeHalf(uint32_t bits) {
  uint32_t magnitude = bits & 0x7FFF;
  // As an f32 the fields are right but for the exponent bias (127 - 15).
  uint32_t word = magnitude << 13;
  if (magnitude >= 0x7C00)
    word |= 0x7F800000u;
  word |= (bits & 0x8000u) << 16;
  float value;
  std::memcpy(&value, &word, 4);
  return magnitude >= 0x7C00 ? value : value * 0x1p112;
}

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_DECODE_H
