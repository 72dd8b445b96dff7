//===- AccumulatorLowering.cpp - Accumulators as registers ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What does not depend on where a fragment's elements lie.
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/KernelLowering.h"

#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace dgk;

namespace {

struct ZeroPattern : KernelPattern<ZeroOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ZeroOp op, OneToNOpAdaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Type> types;
    if (failed(getTypeConverter()->convertType(op.getType(), types)))
      return failure();
    Value zero = arith::ConstantOp::create(rewriter, op.getLoc(),
                                           rewriter.getZeroAttr(types.front()));
    rewriter.replaceOpWithMultiple(op,
                                   {SmallVector<Value>(types.size(), zero)});
    return success();
  }
};

/// f32 to bf16 in pairs: one instruction rounds two.
struct ConvertPattern : KernelPattern<ConvertOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(ConvertOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ValueRange inputs = adaptor.getInput();
    Type from = op.getInput().getType().getElementType();
    Type to = op.getType().getElementType();
    if (!from.isF32() || !to.isBF16() || inputs.size() % 2 != 0)
      return rewriter.notifyMatchFailure(op,
                                         "only f32 to bf16 is an instruction");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    auto wide = VectorType::get(2, from), narrow = VectorType::get(2, to);
    SmallVector<Value> results;
    for (size_t i = 0; i < inputs.size(); i += 2) {
      Value pair = vector::FromElementsOp::create(
          b, wide, ValueRange{inputs[i], inputs[i + 1]});
      Value rounded = arith::TruncFOp::create(b, narrow, pair);
      for (int64_t j = 0; j < 2; ++j)
        results.push_back(vector::ExtractOp::create(b, rounded, j));
    }
    rewriter.replaceOpWithMultiple(op, {results});
    return success();
  }
};

/// The body once for each register. Broadcast operands have other fragments
/// and belong to the instruction's family.
struct MapPattern : KernelPattern<MapOp> {
  using KernelPattern::KernelPattern;

  LogicalResult
  matchAndRewrite(MapOp op, OneToNOpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    ArrayRef<int64_t> shape = op.getType().getShape();
    for (Value input : op.getInputs())
      if (cast<AccumulatorType>(input.getType()).getShape() != shape)
        return rewriter.notifyMatchFailure(op, "has a broadcast operand");
    SmallVector<Value> results;
    Block &body = op.getBody().front();
    for (size_t i = 0; i < adaptor.getInputs().front().size(); ++i) {
      IRMapping mapping;
      for (auto [argument, values] :
           llvm::zip(body.getArguments(), adaptor.getInputs()))
        mapping.map(argument, values[i]);
      for (Operation &nested : body.without_terminator())
        rewriter.clone(nested, mapping);
      results.push_back(
          mapping.lookupOrDefault(body.getTerminator()->getOperand(0)));
    }
    rewriter.replaceOpWithMultiple(op, {results});
    return success();
  }
};

} // namespace

void dgk::populateAccumulatorPatterns(KernelLowering &kernel,
                                      const TypeConverter &converter,
                                      RewritePatternSet &patterns) {
  patterns.add<ZeroPattern, ConvertPattern, MapPattern>(kernel, converter,
                                                        patterns.getContext());
}
