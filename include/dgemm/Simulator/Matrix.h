//===- Matrix.h - ldmatrix, stmatrix and mma.sync of a warp -----*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_MATRIX_H
#define DGEMM_SIMULATOR_MATRIX_H

// Warp-wide matrix instructions as functions of the registers of 32 lanes.
// Register operands are arrays of WarpRegister: register-major, lane-minor.
// Nothing here knows of memory: rows of shared memory come as pointers to 16
// bytes, and the caller checks addresses and poison.

#include "dgemm/Simulator/Status.h"

#include <cstdint>

namespace dgemm::sim {

/// One 32-bit register of all lanes of a warp.
using WarpRegister = uint32_t[32];

//===----------------------------------------------------------------------===//
// ldmatrix and stmatrix
//===----------------------------------------------------------------------===//

/// Shape and element type of one matrix. A row is always 16 bytes.
enum class MatrixForm : uint8_t {
  M8N8B16,
  /// ldmatrix only: .b8x16.b4x16_p64, 8 data bytes then 8 of padding.
  M8N16B4,
  /// ldmatrix only: .b8x16.b6x16_p32, 12 data bytes then 4 of padding.
  M8N16B6,
  /// ldmatrix only; .trans is mandatory in the three of them.
  M16N16B8,
  M16N16B4,
  M16N16B6,
  /// stmatrix only; .trans is mandatory.
  M16N8B8,
};

struct MatrixMove {
  MatrixForm form = MatrixForm::M8N8B16;
  /// .x1, .x2, .x4
  unsigned count = 1;
  bool trans = false;

  /// Lanes 0 .. n-1 supply the addresses of rows; the others are ignored.
  unsigned addressLanes() const;
  /// 32-bit registers per lane of the other operand.
  unsigned registers() const;
  /// Leading bytes of a row that are read; the rest is padding.
  unsigned rowBytes() const;
};

/// Does such an ldmatrix / stmatrix exist?
Status validateLoad(const MatrixMove &op);
Status validateStore(const MatrixMove &op);

/// rows[i] points to the 16 bytes at the address of lane i, for i <
/// op.addressLanes(). Writes op.registers() registers. Every result bit depends
/// on the bytes it comes from only, so with rows of poison (0xFF where poison)
/// the result is non-zero where a result is poison.
void loadMatrix(const MatrixMove &op, const uint8_t *const rows[32],
                WarpRegister *out);
/// The inverse. If rows overlap, the row of the higher lane wins.
void storeMatrix(const MatrixMove &op, const WarpRegister *in,
                 uint8_t *const rows[32]);

//===----------------------------------------------------------------------===//
// mma.sync
//===----------------------------------------------------------------------===//

enum class MatrixType : uint8_t {
  BF16,
  F16,
  TF32,
  E4M3,
  E5M2,
  E3M2,
  E2M3,
  E2M1
};
/// PTX spelling, e.g. "e4m3".
const char *name(MatrixType type);

/// How mma.sync adds. Exact: products and sums in f64, rounded once, to nearest
/// even; of targets whose rounding is not known. H100: as measured there, bit
/// for bit (MmaOp of Plain kind only).
enum class MmaRounding : uint8_t { Exact, H100 };

enum class MmaKind : uint8_t { Plain, F8F6F4, MXF8F6F4, MXF4, MXF4NVF4 };
enum class AccumulatorType : uint8_t { F32, F16 };
enum class ScaleType : uint8_t { UE8M0, UE4M3 };

/// An m16n8kK instruction, .row.col.
struct MmaOp {
  MmaKind kind = MmaKind::Plain;
  MatrixType a = MatrixType::BF16;
  MatrixType b = MatrixType::BF16;
  /// Of C and of D.
  AccumulatorType accumulator = AccumulatorType::F32;
  unsigned k = 16;
  /// 1, 2, 4 for .scale_vec::1X, 2X, 4X; 0 without .block_scale.
  unsigned scaleVector = 0;
  ScaleType scaleType = ScaleType::UE8M0;
  MmaRounding rounding = MmaRounding::Exact;

  bool isScaled() const { return scaleVector != 0; }
  /// Width of an element in a register: 32, 16, 8 (also for the narrower types
  /// of f8f6f4, in 8-bit containers) or 4 (mxf4, mxf4nvf4).
  unsigned containerBits() const;
  unsigned registersA() const;
  unsigned registersB() const;
  /// Of C and of D.
  unsigned registersD() const;
};

/// Immediates of the scale operands: byte-id and thread-id.
struct ScaleSelector {
  unsigned byteA = 0, threadA = 0, byteB = 0, threadB = 0;
};

struct MmaScales {
  const WarpRegister *a = nullptr;
  const WarpRegister *b = nullptr;
  ScaleSelector select;

  /// Lanes whose scale register is read. The others may hold anything.
  uint32_t lanesA() const { return 0x33333333u << (2 * select.threadA); }
  uint32_t lanesB() const { return 0x11111111u << select.threadB; }
};

/// Does such an instruction exist (on sm_120a, the union of all targets)?
Status validate(const MmaOp &op);
/// Is the selector in the table of the instruction's scale_vec? Requires a
/// valid op with scales.
Status validate(const MmaOp &op, const ScaleSelector &select);

/// Bits that must be zero and are not: around 4- and 6-bit elements in 8-bit
/// containers, bit 7 of ue4m3 scales. Hardware's behaviour is not known.
Status checkOperandBits(const MmaOp &op, const WarpRegister *a,
                        const WarpRegister *b, const MmaScales *scales);

/// D = A * B + C, or with scales D[m][n] = C[m][n] + sum over blocks j of
/// SFA[m][j] * SFB[n][j] * (sum over k in j of A[m][k] * B[k][n]).
/// With MmaRounding::Exact products are exact, sums are taken in f64 in the
/// order of k, and the result is rounded once, to nearest even. TF32 operands
/// are truncated. A NaN scale makes each output that uses it NaN; NaN is
/// 0x7FFFFFFF (f16: 0x7FFF). `scales` is null without .block_scale. d may be c.
/// Requires a valid op and selector.
void mma(const MmaOp &op, const WarpRegister *a, const WarpRegister *b,
         const WarpRegister *c, WarpRegister *d,
         const MmaScales *scales = nullptr);

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_MATRIX_H
