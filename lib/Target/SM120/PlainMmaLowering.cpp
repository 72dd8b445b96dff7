//===- PlainMmaLowering.cpp - Products without scales ---------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MmaSync.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm120;

namespace {

/// All instructions of one K step of BF16.
struct PlainMmaPattern : KernelPattern<MmaOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(MmaOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    auto instruction = cast<MmaSyncAttr>(kernel.schedule.getInstruction());
    if (!isa<FragmentsType>(op.getA().getType()) ||
        !isa<FragmentsType>(op.getB().getType()) || op.getAScale() ||
        instruction.getKind() != MmaKind::BF16)
      return rewriter.notifyMatchFailure(
          op, "needs BF16 operands in registers and no scales");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    WarpTile tile(kernel.schedule);
    SmallVector<Value> sums(adaptor.getAccumulator());
    MutableArrayRef<Value> acc = sums;
    // Column by column: neighbours in time share B and differ in the sum.
    for (int64_t j = 0; j < tile.getTilesN(); ++j)
      for (int64_t i = 0; i < tile.getTilesM(); ++i)
        multiply(b, instruction,
                 adaptor.getA().slice(kRegistersA * i, kRegistersA),
                 adaptor.getB().slice(kRegistersB * j, kRegistersB),
                 acc.slice(tile.getIndex(i, j), kAccumulators));
    rewriter.replaceOpWithMultiple(op, {sums});
    return success();
  }

  static void multiply(ImplicitLocOpBuilder &b, MmaSyncAttr instruction,
                       ValueRange fa, ValueRange fb,
                       MutableArrayRef<Value> acc) {
    Type result = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(kAccumulators, b.getF32Type()));
    Value d = NVVM::MmaOp::create(
        b, result, fa, fb, acc,
        {instruction.getM(), instruction.getN(), instruction.getK()},
        /*b1Op=*/std::nullopt, /*intOverflow=*/std::nullopt,
        std::array<NVVM::MMATypes, 2>{NVVM::MMATypes::bf16,
                                      NVVM::MMATypes::bf16},
        std::array<NVVM::MMALayout, 2>{NVVM::MMALayout::row,
                                       NVVM::MMALayout::col});
    for (int64_t r = 0; r < kAccumulators; ++r)
      acc[r] = LLVM::ExtractValueOp::create(b, d, r);
  }
};

} // namespace

void sm120::populatePlainMmaPatterns(KernelLowering &kernel,
                                     const TypeConverter &converter,
                                     RewritePatternSet &patterns) {
  patterns.add<PlainMmaPattern>(kernel, converter, patterns.getContext());
}
