//===- SM90.cpp - The family with wgmma -----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Target/SM90/SM90.h"

#include "Wgmma.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace dgk;
using namespace dgk::sm90;

namespace {
struct WgmmaLowering
    : MatrixInstructionLowering::ExternalModel<WgmmaLowering, WgmmaAttr> {
  bool hasProducts(Attribute) const { return true; }

  /// Accumulators exist for the whole output tile, and for bands of it: of as
  /// many instructions of each warpgroup as they have times 64 rows per
  /// warpgroup, and of 8, 16, ... columns where every warpgroup has all
  /// columns.
  std::optional<int64_t> getElementsPerThread(Attribute, ScheduleAttr schedule,
                                              AccumulatorType type) const {
    fragments::WarpTile tile(schedule);
    ArrayRef<int64_t> shape = type.getShape();
    if (shape.size() != 2 || shape[0] > schedule.getTileM() ||
        shape[0] % tile.rowStep != 0 || !hasBand(schedule, shape[1]))
      return std::nullopt;
    return shape[0] / tile.rowStep *
           fragments::getRegisters(shape[1] / tile.gridN);
  }

  static bool hasBand(ScheduleAttr schedule, int64_t columns) {
    return columns == schedule.getTileN() ||
           (schedule.getWarpGrid()[1] == 1 && columns < schedule.getTileN() &&
            columns % fragments::kColumns == 0);
  }

  int64_t getScaleRegisters(Attribute, ScheduleAttr schedule,
                            ScalesType type) const {
    return sm90::getScaleRegisters(schedule, type);
  }

  /// Operands stay in shared memory.
  int64_t getFragmentRegisters(Attribute, ScheduleAttr, FragmentsType) const {
    return 0;
  }

  void populatePatterns(Attribute, KernelLowering &kernel,
                        const TypeConverter &converter,
                        RewritePatternSet &patterns) const {
    populateMmaPatterns(kernel, converter, patterns);
    populateScalePatterns(kernel, converter, patterns);
    fragments::populateStorePatterns(kernel, converter, patterns);
    fragments::populateCombinePatterns(kernel, converter, patterns);
    fragments::populateClusterCombinePatterns(kernel, converter, patterns);
  }
};
} // namespace

void dgk::registerSM90Lowering(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, DGKDialect *) {
    WgmmaAttr::attachInterface<WgmmaLowering>(*context);
  });
}
