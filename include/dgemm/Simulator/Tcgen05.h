//===- Tcgen05.h - Forms, descriptors and layouts of tcgen05 ----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_TCGEN05_H
#define DGEMM_SIMULATOR_TCGEN05_H

// The fifth-generation tensor core of sm_100a as pure functions: what the
// modifiers and descriptors of an instruction say, and which cell of tensor
// memory (128 lanes x 512 columns of 32 bits) or byte of shared memory an
// element lies in. Nothing here holds state; Tmem.h does.

#include "dgemm/Simulator/Matrix.h"
#include "dgemm/Simulator/Wgmma.h"

namespace dgemm::sim {

/// What the modifiers of a tcgen05 instruction say.
struct Tcgen05Op {
  enum class Kind : uint8_t { F16, TF32, F8F6F4, I8, MXF8F6F4, MXF4, MXF4NVF4 };
  enum class Shape : uint8_t {
    // ld and st
    L32x32b,
    L16x64b,
    L16x128b,
    L16x256b,
    L16x32bx2,
    // cp
    C128x256b,
    C4x256b,
    C128x128b,
    C64x128b02_13, // .warpx2::02_13
    C64x128b01_23, // .warpx2::01_23
    C32x128b       // .warpx4
  };
  /// cp: what the bytes of shared memory are expanded from.
  enum class Unpack : uint8_t { None, B4x16P64, B6x16P32 };

  Kind kind = Kind::F16;
  Shape shape = Shape::L32x32b;
  Unpack unpack = Unpack::None;
  unsigned ctas = 1;        // of .cta_group
  unsigned count = 1;       // .xN
  unsigned scaleVector = 0; // scales per row and instruction: 1, 2, 4; 0: none
  bool weightStationary = false; // .ws
  bool tensorA = false;          // A is in tensor memory
  bool pack16 = false;           // .pack::16b, .unpack::16b
  bool multicast = false;        // of commit

  bool isScaled() const { return scaleVector != 0; }
};

const char *name(Tcgen05Op::Kind kind);

/// A cell of tensor memory. `cta`: 0 or 1 within a pair.
struct TmemCell {
  unsigned cta = 0;
  unsigned lane = 0;
  unsigned column = 0;
  bool operator==(const TmemCell &other) const {
    return cta == other.cta && lane == other.lane && column == other.column;
  }
};

//===----------------------------------------------------------------------===//
// ld, st, cp
//===----------------------------------------------------------------------===//

/// 32-bit registers of one lane.
unsigned registerCount(const Tcgen05Op &op);
/// Where register `index` of `lane` lies, relative to the address: without
/// .pack::16b. `offset` is the immediate of .16x32bx2.
TmemCell registerCell(Tcgen05Op::Shape shape, unsigned index, unsigned lane,
                      int offset = 0);
/// Lanes of tensor memory that a warp's access of this shape spans: 32 or 16.
unsigned laneCount(Tcgen05Op::Shape shape);
/// Columns that an access touches, counted from that of the address (without
/// the second half of .16x32bx2).
unsigned columnCount(const Tcgen05Op &op);

/// A copy reads `rows` rows of `rowBytes` (after expansion) bytes.
struct TmemCopyShape {
  unsigned rows = 0;
  unsigned rowBytes = 0;
};
TmemCopyShape copyShape(Tcgen05Op::Shape shape);
/// Lanes that row `row` goes to; returns how many (1, 2 or 4).
unsigned copyLanes(Tcgen05Op::Shape shape, unsigned row, unsigned (&lanes)[4]);
/// Expands 16 bytes of shared memory: 16 elements of 4 or 6 bits, then padding.
/// Each becomes a byte: e2m1 in bits 5:2 (as in registers), 6 bits in bits 5:0.
void expandPacked(Tcgen05Op::Unpack unpack, const uint8_t *in, uint8_t *out);

//===----------------------------------------------------------------------===//
// mma
//===----------------------------------------------------------------------===//

enum class TmemAccumulator : uint8_t { F16, F32, S32 };

/// One tcgen05.mma: its modifiers with the fields of its instruction
/// descriptor.
struct Tcgen05Mma {
  Tcgen05Op op;
  MatrixType a = MatrixType::BF16;
  MatrixType b = MatrixType::BF16;
  TmemAccumulator accumulator = TmemAccumulator::F32;
  ScaleType scaleType = ScaleType::UE8M0;
  bool signedA = false, signedB = false; // of .kind::i8
  bool saturate = false;
  bool negateA = false, negateB = false;
  bool mnMajorA = false, mnMajorB = false;
  unsigned scaleIdA = 0, scaleIdB = 0;
  unsigned m = 128; // of the CTA or the pair
  unsigned n = 8;
  unsigned k = 16;

  /// Width of an element in shared memory; padded e2m1 and 6-bit types count as
  /// 8. A row of K is always 32 bytes.
  unsigned containerBits() const { return 256 / k; }
  /// Rows of A, and of D, that one CTA holds; columns of B.
  unsigned rowsA() const { return m / op.ctas; }
  unsigned columnsB() const { return n / op.ctas; }
  /// Columns of tensor memory that D takes.
  unsigned accumulatorColumns() const;
  /// Does each accumulator row sit in one lane of 128 (M = 128 or 256)?
  bool usesAllLanes() const;
};

/// The 32-bit instruction descriptor. An error names the field, its bits and
/// what they may be.
Expected<Tcgen05Mma> decodeInstructionDescriptor(uint32_t bits,
                                                 const Tcgen05Op &op);

/// The 64-bit shared-memory descriptor of sm_100. An error names the field.
Expected<MatrixDescriptor> decodeSharedDescriptor(uint64_t bits);
uint64_t encodeSharedDescriptor(const MatrixDescriptor &descriptor);
/// Does a descriptor of this swizzle fit an operand? (128B with 32-byte atoms
/// is for MN-major 32-bit elements.)
Status checkOperandLayout(const Tcgen05Mma &mma, bool isA,
                          const MatrixDescriptor &descriptor);

/// Where 16 bytes of a K-major operand start, of row `mn`: `byte` is 0 or 16
/// (any multiple of 16 for cp).
uint32_t sharedAddressK(const MatrixDescriptor &descriptor, unsigned mn,
                        unsigned byte);
/// Where an element of an MN-major operand lies.
uint32_t sharedAddressMN(const MatrixDescriptor &descriptor, unsigned bytes,
                         unsigned mn, unsigned k);
/// The 16-byte pieces of an operand of one CTA: mn-major order [k][mn] if it is
/// MN-major, else [mn][k].
std::vector<uint32_t> operandPieces(const Tcgen05Mma &mma, bool isA,
                                    const MatrixDescriptor &descriptor);

/// The cell of D[m][n], relative to D's address.
TmemCell accumulatorCell(const Tcgen05Mma &mma, unsigned m, unsigned n);
/// The lane of row `m` of A in tensor memory, relative to A's address, in CTA
/// m / rowsA(). Its 32 bytes of K take 8 columns. `copy` 1 is the duplicate 64
/// lanes up of cta_group::2 with M = 128.
TmemCell operandACell(const Tcgen05Mma &mma, unsigned m, unsigned copy = 0);
unsigned operandACopies(const Tcgen05Mma &mma);

/// Cell and byte of a scale factor, relative to the address of the operand.
/// `index` is a row of A (of its CTA) or a column of B, `j` counts blocks of K.
struct ScaleCell {
  unsigned lane = 0; // the copies lie at multiples of `stride` above, below 128
  unsigned stride = 32;
  unsigned lanesEnd = 128;
  unsigned column = 0;
  unsigned byte = 0;
};
ScaleCell scaleCell(const Tcgen05Mma &mma, bool isA, unsigned index,
                    unsigned j);

/// Operands as numbers. `a` is [m][k]; `b` is [n / 8][k][n % 8]; scales are
/// [row][j] and [column][j], null without .block_scale.
struct Tcgen05Operands {
  const double *a = nullptr;
  const double *b = nullptr;
  const double *scaleA = nullptr;
  const double *scaleB = nullptr;
};

/// Eight columns of a row of D, from column `n`: 8 words of tensor memory, read
/// if `accumulate` and written. Sums of a block of K are taken in f64 in the
/// order of K; products are exact, and so are scaled block sums but for the
/// rounding of f64. D = round(C * 2^-scaleD + sum), once, to nearest even;
/// NaN is 0x7FFFFFFF (f16: 0x7FFF, in the low half of the word; the other half
/// stays). s32 wraps, or saturates if the descriptor says so.
void multiplyRow(const Tcgen05Mma &mma, const Tcgen05Operands &in, unsigned m,
                 unsigned n, bool accumulate, unsigned scaleD, uint32_t *d);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_TCGEN05_H
