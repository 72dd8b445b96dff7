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
  return scales && scales.getWords() == 1;
}

/// Scales as numbers: those that are words are unpacked.
static Value toF32(OpBuilder &builder, Location loc, Value scale, Value index) {
  auto type = cast<ScalesType>(scale.getType());
  if (type.getElementType().isF32())
    return scale;
  return UnpackScalesOp::create(
      builder, loc,
      ScalesType::get(type.getSide(), type.getRows(), builder.getF32Type()),
      scale, index);
}

/// Registers of a thread that partial products of several instructions may
/// hold: with two row blocks of 128 columns in flight nothing is left for the
/// sums of a 256 x 128 tile.
static constexpr int64_t kPartialRegisters = 64;
/// The same for one instruction, which is divided along N only if it must be:
/// each part reads A again.
static constexpr int64_t kInstructionRegisters = 96;

/// Registers of a thread for the product of one instruction with `columns`.
static int64_t getRegisters(MatrixInstruction instruction, int64_t columns) {
  return instruction.getM() * columns / instruction.getThreads();
}

/// Columns whose products are in flight at a time: all, or half of them where a
/// warpgroup has them all and one instruction's products take too much.
static int64_t getBandColumns(AccumulatorType type, ScheduleAttr schedule) {
  MatrixInstruction instruction = schedule.getMatrixInstruction();
  int64_t columns = type.getShape()[1];
  bool isWide = instruction.readsShared() && schedule.getWarpGrid()[1] == 1 &&
                columns % 16 == 0 &&
                getRegisters(instruction, columns) > kInstructionRegisters;
  return isWide ? columns / 2 : columns;
}

/// Rows whose products are in flight at a time: as many instructions of each
/// warpgroup as fit into the registers meant for them, at least one.
static int64_t getBandRows(AccumulatorType type, ScheduleAttr schedule,
                           int64_t columns) {
  MatrixInstruction instruction = schedule.getMatrixInstruction();
  int64_t rows = type.getShape()[0];
  int64_t groups = schedule.getWarpGrid()[0] * 32 / instruction.getThreads();
  int64_t step = instruction.getM() * std::max<int64_t>(groups, 1);
  int64_t registers =
      getRegisters(instruction, columns / schedule.getWarpGrid()[1]);
  int64_t band = step * std::max<int64_t>(kPartialRegisters / registers, 1);
  return rows % band == 0 ? band : rows % step == 0 ? step : rows;
}

/// The product alone, from zero, and its scaled addition behind it; band by
/// band.
static void promote(MmaOp op, ScheduleAttr schedule) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  AccumulatorType type = op.getType();
  int64_t columns = getBandColumns(type, schedule);
  int64_t rows = getBandRows(type, schedule, columns);
  ArrayRef<int64_t> shape = type.getShape();
  auto partialType =
      AccumulatorType::get({rows, columns}, type.getElementType());
  auto getStart = [&](int64_t start, int64_t part, int64_t whole) {
    return part == whole ? IntegerAttr() : builder.getI64IntegerAttr(start);
  };
  Value aScale = toF32(builder, loc, op.getAScale(), op.getAScaleIndex());
  Value bScale = toF32(builder, loc, op.getBScale(), op.getBScaleIndex());
  Value sum = op.getAccumulator();
  for (int64_t row = 0; row < shape[0]; row += rows)
    for (int64_t column = 0; column < shape[1]; column += columns) {
      IntegerAttr firstRow = getStart(row, rows, shape[0]);
      IntegerAttr firstColumn = getStart(column, columns, shape[1]);
      Value zero = ZeroOp::create(builder, loc, partialType);
      Value partial =
          MmaOp::create(builder, loc, partialType, op.getA(), Value(), Value(),
                        IntegerAttr(), op.getB(), Value(), Value(),
                        IntegerAttr(), zero, firstRow, firstColumn);
      sum = PromoteOp::create(builder, loc, type, partial, aScale, bScale, sum,
                              firstRow, firstColumn);
    }
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
            << ", expected scales in registers, f32 or one word for each row; "
               "run dgk-hoist-scales first";
        return signalPassFailure();
      }
      promote(op, schedule);
      ++numPromoted;
    }
  }
};
} // namespace
