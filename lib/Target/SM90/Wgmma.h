//===- Wgmma.h - Products of a warpgroup ------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_TARGET_SM90_WGMMA_H
#define DGEMM_LIB_TARGET_SM90_WGMMA_H

// wgmma reads operands from shared memory by descriptor and keeps accumulators
// in registers. It knows no scales: `dgk.promote` applies them to partial
// products. Private to this folder.

#include "../Fragments/Fragments.h"

namespace dgk::sm90 {

/// Registers of one thread that hold `type`: scales of its rows (A), of its
/// columns (B), or of blocks of them, as f32 or words.
int64_t getScaleRegisters(ScheduleAttr schedule, ScalesType type);

/// The f32 registers `values` behind the instructions `text`, which must not be
/// moved and which these registers must not cross in either direction.
llvm::SmallVector<mlir::Value> passThrough(mlir::ImplicitLocOpBuilder &b,
                                           mlir::ValueRange values,
                                           llvm::StringRef text);

void populateMmaPatterns(KernelLowering &kernel,
                         const mlir::TypeConverter &converter,
                         mlir::RewritePatternSet &patterns);
void populateScalePatterns(KernelLowering &kernel,
                           const mlir::TypeConverter &converter,
                           mlir::RewritePatternSet &patterns);

} // namespace dgk::sm90

#endif // DGEMM_LIB_TARGET_SM90_WGMMA_H
