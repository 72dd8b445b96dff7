//===- MmaSync.h - Operand fragments of mma.sync ----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_SM120_MMASYNC_H
#define DGEMM_LIB_TARGET_SM120_MMASYNC_H

// mma.sync reads its operands from registers: PTX ISA, "Matrix fragments for
// mma.m16n8k32". Private to this folder.

#include "../Fragments/Fragments.h"

namespace dgk::sm120 {

/// Registers of one thread for a 16 x 32-byte piece of A and an 8 x 32-byte
/// piece of B.
constexpr int64_t kRegistersA = 4;
constexpr int64_t kRegistersB = 2;

/// `ldmatrix` leaves expanded e2m1 elements in bits 0 to 3 of their bytes; the
/// product wants them in bits 2 to 5. The others are zero, so one shift moves
/// all four (CUTLASS, `fp4_shift_A` and `fp4_shift_B`).
constexpr int64_t kExpandedShift = 2;

/// Words of a row of scales that are spread over the lanes of a quad.
constexpr int64_t kSpreadWords = 4;

/// Elements of a warp's tile, 64 x 64, beside whose accumulators registers are
/// short.
constexpr int64_t kLargeWarpTile = 64 * 64;

/// Rows of instructions of A, or columns of B, whose scale words are in the
/// same registers of different lanes: two where an instruction takes whole
/// words, the warp's tile is large and their number even, else 1.
int64_t getSpread(ScheduleAttr schedule, ScalesType type);

/// Which of a row's registers has its `word`-th word, where `thread` is what
/// the selector calls the lanes that hold it.
constexpr int64_t getSpreadWord(int64_t word, int64_t thread) {
  return word ^ (2 * thread);
}

/// Products with block scales, their scale words, and operands with K
/// innermost.
void populateMmaPatterns(KernelLowering &kernel,
                         const mlir::TypeConverter &converter,
                         mlir::RewritePatternSet &patterns);
/// Operands with K outermost.
void populateColumnPatterns(KernelLowering &kernel,
                            const mlir::TypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
/// Products without scales.
void populatePlainMmaPatterns(KernelLowering &kernel,
                              const mlir::TypeConverter &converter,
                              mlir::RewritePatternSet &patterns);

} // namespace dgk::sm120

#endif // DGEMM_LIB_TARGET_SM120_MMASYNC_H
