//===- SM120.cpp - mma.sync as a matrix instruction -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/SM120/SM120.h"

#include "Fragments.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::sm120;

Value WarpTile::getFirstRow(ImplicitLocOpBuilder &b, Value warp) const {
  Value row = arith::DivUIOp::create(b, warp, constI32(b, gridN));
  return mulI32(b, row, rows);
}

Value WarpTile::getFirstColumn(ImplicitLocOpBuilder &b, Value warp) const {
  Value column = arith::RemUIOp::create(b, warp, constI32(b, gridN));
  return mulI32(b, column, columns);
}

SwizzledRow sm120::getSwizzledRow(ImplicitLocOpBuilder &b, Value row,
                                  int64_t span) {
  // The swizzle XORs address bits 4.. with the number of the 128-byte line,
  // bits 7.. (PTX ISA, "Tensor swizzling modes").
  Value offset = mulI32(b, row, span);
  Value line = arith::ShRUIOp::create(b, offset, constI32(b, 7));
  Value masked = arith::AndIOp::create(b, line, constI32(b, span / 16 - 1));
  return {offset, arith::ShLIOp::create(b, masked, constI32(b, 4))};
}

namespace {
struct MmaSyncLowering
    : MatrixInstructionLowering::ExternalModel<MmaSyncLowering, MmaSyncAttr> {
  /// Fragments exist for the whole output tile only.
  std::optional<int64_t> getElementsPerThread(Attribute, ScheduleAttr schedule,
                                              AccumulatorType type) const {
    if (type.getShape() != schedule.getTile().take_front(2))
      return std::nullopt;
    return WarpTile(schedule).getElements();
  }

  /// One word for each row of instructions of A, or column of B.
  int64_t getScaleRegisters(Attribute, ScheduleAttr schedule,
                            ScalesType type) const {
    WarpTile tile(schedule);
    return type.getSide() == Side::A ? tile.getTilesM() : tile.getTilesN();
  }

  int64_t getFragmentRegisters(Attribute, ScheduleAttr schedule,
                               FragmentsType type) const {
    WarpTile tile(schedule);
    return type.getSide() == Side::A ? kRegistersA * tile.getTilesM()
                                     : kRegistersB * tile.getTilesN();
  }

  void populatePatterns(Attribute, KernelLowering &kernel,
                        const TypeConverter &converter,
                        RewritePatternSet &patterns) const {
    populateMmaPatterns(kernel, converter, patterns);
    populateStorePatterns(kernel, converter, patterns);
  }
};
} // namespace

void dgk::registerSM120Lowering(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, DGKDialect *) {
    MmaSyncAttr::attachInterface<MmaSyncLowering>(*context);
  });
}
