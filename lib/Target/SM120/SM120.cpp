//===- SM120.cpp - mma.sync as a matrix instruction -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/SM120/SM120.h"

#include "MmaSync.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::fragments;
using namespace dgk::sm120;

namespace {
struct MmaSyncLowering
    : MatrixInstructionLowering::ExternalModel<MmaSyncLowering, MmaSyncAttr> {
  bool hasProducts(Attribute attr) const {
    auto mma = cast<MmaSyncAttr>(attr);
    auto isKnown = [](Type type) {
      return isa<Float8E4M3FNType, Float4E2M1FNType>(type);
    };
    return mma.getKind() == MmaKind::BF16 ||
           mma.getKind() == MmaKind::MXF4NVF4 ||
           (mma.getKind() == MmaKind::MXF8F6F4 && isKnown(mma.getAType()) &&
            isKnown(mma.getBType()));
  }

  /// Fragments exist for the whole output tile only.
  std::optional<int64_t> getElementsPerThread(Attribute, ScheduleAttr schedule,
                                              AccumulatorType type) const {
    if (type.getShape() != schedule.getTile().take_front(2))
      return std::nullopt;
    return WarpTile(schedule).getElements();
  }

  /// Words for each row of instructions of A, or column of B, or for several.
  int64_t getScaleRegisters(Attribute, ScheduleAttr schedule,
                            ScalesType type) const {
    WarpTile tile(schedule);
    return type.getWords() *
           (type.getSide() == Side::A ? tile.getTilesM() : tile.getTilesN()) /
           getSpread(schedule, type);
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
    populateColumnPatterns(kernel, converter, patterns);
    populatePlainMmaPatterns(kernel, converter, patterns);
    populateStorePatterns(kernel, converter, patterns);
    populateCombinePatterns(kernel, converter, patterns);
  }
};
} // namespace

void dgk::registerSM120Lowering(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, DGKDialect *) {
    MmaSyncAttr::attachInterface<MmaSyncLowering>(*context);
  });
}
