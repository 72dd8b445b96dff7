//===- Wgmma.h - wgmma.mma_async of a warpgroup -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_WGMMA_H
#define DGEMM_SIMULATOR_WGMMA_H

// D[64][N] = A[64][K] * B[K][N] + C with K = 32 bytes, as one function of the
// registers of four warps and of operand bytes that the caller fetched from
// shared memory. `operandAddresses` says from where.

#include "dgemm/Simulator/Matrix.h"
#include "dgemm/Simulator/Swizzle.h"

#include <vector>

namespace dgemm::sim {

/// The 64-bit shared-memory descriptor.
struct MatrixDescriptor {
  /// Bytes, multiples of 16 below 2^18.
  uint32_t start = 0;
  uint32_t leadingOffset = 0;
  uint32_t strideOffset = 0;
  /// Added to the phase of the swizzle: (start of the pattern >> 7) & 7.
  unsigned baseOffset = 0;
  /// None, B32, B64 or B128.
  Swizzle swizzle = Swizzle::None;

  /// Fails if a bit is set that has no meaning.
  static Expected<MatrixDescriptor> decode(uint64_t bits);
  uint64_t encode() const;

  /// Where the element lies: `mn` is a row of A or a column of B, `k` counts
  /// from the start of the instruction's K. `mnMajor`: elements that follow
  /// each other in memory differ in mn.
  uint32_t address(bool mnMajor, unsigned elementBytes, unsigned mn,
                   unsigned k) const;
};

struct WgmmaOp {
  MatrixType a = MatrixType::BF16;
  MatrixType b = MatrixType::BF16;
  AccumulatorType accumulator = AccumulatorType::F32;
  unsigned n = 8;
  bool registersA = false;
  /// imm-trans: the operand in shared memory is MN-major.
  bool transA = false, transB = false;
  /// imm-scale -1.
  bool negateA = false, negateB = false;
  /// scale-d: false means that C is not read and counts as zero.
  bool accumulate = true;

  static constexpr unsigned maxRegistersD = 128;

  unsigned elementBytes() const;
  unsigned k() const { return 32 / elementBytes(); }
  /// Registers of D (and C) in each lane.
  unsigned registersD() const {
    return accumulator == AccumulatorType::F32 ? n / 2 : n / 4;
  }
  /// Pieces of 16 bytes that make up an operand in shared memory.
  unsigned piecesA() const { return 64 * 2; }
  unsigned piecesB() const { return n * 2; }
};

Status validate(const WgmmaOp &op);

/// Addresses of the pieces of 16 bytes of A or B, in the order in which `wgmma`
/// takes them. They are multiples of 16.
std::vector<uint32_t> operandAddresses(const WgmmaOp &op, bool isA,
                                       const MatrixDescriptor &descriptor);

struct WgmmaOperands {
  /// A in registers: for each warp, 4 registers. Else null.
  const WarpRegister *registersA[4] = {};
  /// A and B from shared memory: piecesA() / piecesB() pieces one after
  /// another. sharedA is null if A is in registers.
  const uint8_t *sharedA = nullptr;
  const uint8_t *sharedB = nullptr;
};

/// d[w]: registersD() registers of warp w, C on entry (if op.accumulate) and D
/// on return.
///
/// The sum is that of H100, bit for bit, for all types:
/// lib/Simulator/MatrixSum.h has the model, docs/Conformance.md what it was
/// measured on. All products and C are aligned to the largest exponent,
/// truncated to F fraction bits, added exactly, and truncated to O fraction
/// bits (F, O = 13, 13 for 8-bit types, else 25, 23); f16 results round the
/// exact sum to nearest even. Sums beyond the range are infinite; with an
/// infinity or a NaN among the terms only those matter; NaN is 0x7FFFFFFF (f16:
/// 0x7FFF).
void wgmma(const WgmmaOp &op, const WgmmaOperands &in,
           WarpRegister *const d[4]);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_WGMMA_H
