//===- Tmem.h - Tensor memory of a CTA --------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_SIMULATOR_TMEM_H
#define DGEMM_LIB_SIMULATOR_TMEM_H

#include "dgemm/Simulator/Tcgen05.h"

#include <cstring>
#include <vector>

namespace dgemm::sim {

/// An address of tensor memory: lane in the upper half, column in the lower.
struct TmemAddress {
  explicit TmemAddress(uint32_t bits)
      : lane(bits >> 16), column(bits & 0xFFFF) {}
  unsigned lane;
  unsigned column;
};

/// Which columns belong to allocations. All functions return an empty string,
/// or what is wrong.
class TmemAllocator {
public:
  static constexpr unsigned columns = 512, unit = 32;
  struct Allocation {
    uint32_t column = 0;
    uint32_t count = 0;
    uint32_t line = 0;
  };

  /// May a CTA ask for so many columns now?
  std::string checkRequest(uint32_t count) const;
  /// Takes the lowest columns that are free. False if there are none.
  bool allocate(uint32_t count, uint32_t line, uint32_t &column);
  std::string release(uint32_t column, uint32_t count);
  std::string relinquish();

  /// Do all of these columns lie in one allocation?
  bool contains(uint32_t column, uint32_t count) const;
  const std::vector<Allocation> &live() const { return live_; }
  /// "columns 0 to 63 and 128 to 255 are", or "nothing is".
  std::string describe() const;

private:
  std::vector<Allocation> live_;
  uint32_t lastCount_ = columns;
  bool relinquished_ = false;
};

/// 128 lanes x 512 columns of 32 bits, each with a flag that something wrote
/// it.
class Tmem {
public:
  static constexpr unsigned lanes = 128, columns = TmemAllocator::columns;

  uint32_t *row(unsigned lane) { return &words_[size_t(lane) * columns]; }
  uint8_t *written(unsigned lane) { return &written_[size_t(lane) * columns]; }
  /// The columns hold no values any more.
  void poison(uint32_t column, uint32_t count) {
    for (unsigned lane = 0; lane < lanes; ++lane)
      std::memset(written(lane) + column, 0, count);
  }

  TmemAllocator allocator;

private:
  std::vector<uint32_t> words_ = std::vector<uint32_t>(lanes * columns);
  std::vector<uint8_t> written_ = std::vector<uint8_t>(lanes * columns);
};

/// Operands of one mma as numbers, collected from memory.
class OperandBuffer {
public:
  explicit OperandBuffer(const Tcgen05Mma &mma);

  /// 16 bytes of shared memory of the CTA: piece `index` of operandPieces.
  void setPiece(bool isA, unsigned cta, unsigned index, const uint8_t *bytes);
  /// A row of A in tensor memory: 8 columns.
  void setRowA(unsigned m, const uint32_t *words);
  void setScale(bool isA, unsigned index, unsigned j, uint8_t code);

  Tcgen05Operands operands() const;

private:
  void set(bool isA, unsigned mn, unsigned k, double value);

  Tcgen05Mma mma_;
  std::vector<double> a_, b_, scaleA_, scaleB_;
};

/// Leading bytes of each 16 that hold elements; the others are padding.
unsigned pieceDataBytes(const Tcgen05Mma &mma, bool isA);

} // namespace dgemm::sim

#endif // DGEMM_LIB_SIMULATOR_TMEM_H
