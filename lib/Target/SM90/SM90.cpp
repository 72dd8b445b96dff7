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

  /// Accumulators exist for the whole output tile only.
  std::optional<int64_t> getElementsPerThread(Attribute, ScheduleAttr schedule,
                                              AccumulatorType type) const {
    if (type.getShape() != schedule.getTile().take_front(2))
      return std::nullopt;
    return fragments::WarpTile(schedule).getElements();
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
  }
};
} // namespace

void dgk::registerSM90Lowering(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, DGKDialect *) {
    WgmmaAttr::attachInterface<WgmmaLowering>(*context);
  });
}
