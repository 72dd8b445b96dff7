//===- DGKDialect.cpp - The kernel dialect --------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

#include "dgemm/Dialect/DGK/IR/DGKDialect.cpp.inc"

#include "dgemm/Dialect/DGK/IR/DGKEnums.cpp.inc"

namespace {
/// Targets, schedules and launch plans are long; a name at the top of the
/// module keeps the operations readable.
struct DGKAsmInterface : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Attribute attr, raw_ostream &os) const override {
    if (auto target = dyn_cast<TargetAttr>(attr)) {
      os << target.getChip();
      return AliasResult::FinalAlias;
    }
    StringRef name = TypeSwitch<Attribute, StringRef>(attr)
                         .Case<ScheduleAttr>([](auto) { return "schedule"; })
                         .Case<LaunchPlanAttr>([](auto) { return "launch"; })
                         .Case<MmaSyncAttr, WgmmaAttr, Tcgen05Attr>(
                             [](auto) { return "mma"; })
                         .Default([](auto) { return ""; });
    if (name.empty())
      return AliasResult::NoAlias;
    os << name;
    return AliasResult::FinalAlias;
  }
};
} // namespace

void DGKDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dgemm/Dialect/DGK/IR/DGKOps.cpp.inc"
      >();
  addInterfaces<DGKAsmInterface>();
}

LogicalResult DGKDialect::verifyOperationAttribute(Operation *op,
                                                   NamedAttribute attr) {
  if (attr.getName() == kScheduleAttrName &&
      !isa<ScheduleAttr>(attr.getValue()))
    return op->emitOpError("[schedule-c1] attribute '")
           << kScheduleAttrName << "' is " << attr.getValue()
           << ", expected a #dgk.schedule";
  if (attr.getName() == kTargetAttrName && !isa<TargetAttr>(attr.getValue()))
    return op->emitOpError("[target-c1] attribute '")
           << kTargetAttrName << "' is " << attr.getValue()
           << ", expected a #dgk.target";
  return success();
}

unsigned dgk::getElementBits(Type type) {
  return type.isIndex() ? 32 : type.getIntOrFloatBitWidth();
}

int64_t dgk::getBytes(int64_t elements, Type type) {
  return elements * getElementBits(type) / 8;
}
