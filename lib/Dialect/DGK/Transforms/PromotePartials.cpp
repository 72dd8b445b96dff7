//===- PromotePartials.cpp - Scales outside of the product ----------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"

using namespace mlir;

namespace dgk {
#define GEN_PASS_DEF_DGKPROMOTEPARTIALSPASS
#include "dgemm/Dialect/DGK/Transforms/Passes.h.inc"
} // namespace dgk

using namespace dgk;

static bool isInRegisters(Value scale) {
  auto scales = dyn_cast_if_present<ScalesType>(scale.getType());
  return scales && scales.getElementType().isF32();
}

/// The product alone, from zero, and its scaled addition behind it.
static void promote(MmaOp op) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Type type = op.getType();
  Value zero = ZeroOp::create(builder, loc, type);
  Value partial = MmaOp::create(builder, loc, type, op.getA(), Value(), Value(),
                                IntegerAttr(), op.getB(), Value(), Value(),
                                IntegerAttr(), zero);
  Value sum = PromoteOp::create(builder, loc, type, partial, op.getAScale(),
                                op.getBScale(), op.getAccumulator());
  op.replaceAllUsesWith(sum);
  op.erase();
}

namespace {
struct PromotePartials
    : dgk::impl::DGKPromotePartialsPassBase<PromotePartials> {
  void runOnOperation() override {
    ScheduleAttr schedule = getOperation().getScheduleAttr();
    if (!schedule || schedule.getMatrixInstruction().getScaleBlock() != 0)
      return;
    SmallVector<MmaOp> products;
    getOperation().walk([&](MmaOp op) {
      if (op.getAScale())
        products.push_back(op);
    });
    for (MmaOp op : products) {
      if (!isInRegisters(op.getAScale()) || !isInRegisters(op.getBScale())) {
        op.emitOpError("[promote_partials-c1] has scales ")
            << op.getAScale().getType() << " and " << op.getBScale().getType()
            << ", expected f32 scales in registers; run dgk-hoist-scales first";
        return signalPassFailure();
      }
      promote(op);
      ++numPromoted;
    }
  }
};
} // namespace
