//===- Fragments.h - Where mma.sync keeps its elements ----------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_SM120_FRAGMENTS_H
#define DGEMM_LIB_TARGET_SM120_FRAGMENTS_H

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

namespace dgk::sm120 {

/// Sizes of one mma.sync m16n8 instruction.
constexpr int64_t kInstructionM = 16;
constexpr int64_t kInstructionN = 8;
/// Registers of one lane for one instruction: accumulator, A and B.
constexpr int64_t kAccumulators = 4;
constexpr int64_t kRegistersA = 4;
constexpr int64_t kRegistersB = 2;

/// The part of the output tile that one math warp computes, in instructions.
///
/// Register r of instruction (i, j) is element r + 4 * (i * nTiles + j) of the
/// lane's accumulators; it is row 16 i + lane / 4 + 8 * (r / 2) and column
/// 8 j + 2 * (lane % 4) + r % 2 of the warp's tile (PTX ISA, "Matrix fragments
/// for mma.m16n8k32").
struct WarpTile {
  explicit WarpTile(ScheduleAttr schedule)
      : rows(schedule.getWarpTileM()), columns(schedule.getWarpTileN()),
        gridN(schedule.getWarpGrid()[1]) {}

  int64_t getTilesM() const { return rows / kInstructionM; }
  int64_t getTilesN() const { return columns / kInstructionN; }
  int64_t getElements() const {
    return kAccumulators * getTilesM() * getTilesN();
  }

  /// First row and first column of the warp's tile.
  mlir::Value getFirstRow(mlir::ImplicitLocOpBuilder &b,
                          mlir::Value warp) const;
  mlir::Value getFirstColumn(mlir::ImplicitLocOpBuilder &b,
                             mlir::Value warp) const;

  int64_t rows, columns, gridN;
};

/// Bytes of address `row` * pitch within an atom whose row pitch is the
/// swizzle's span, and the XOR that the swizzle applies to bits 4 and up of
/// every address in this row. Both as i32.
struct SwizzledRow {
  mlir::Value offset, pattern;
};
SwizzledRow getSwizzledRow(mlir::ImplicitLocOpBuilder &b, mlir::Value row,
                           int64_t span);

void populateMmaPatterns(KernelLowering &kernel,
                         const mlir::TypeConverter &converter,
                         mlir::RewritePatternSet &patterns);
void populateStorePatterns(KernelLowering &kernel,
                           const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);

} // namespace dgk::sm120

#endif // DGEMM_LIB_TARGET_SM120_FRAGMENTS_H
