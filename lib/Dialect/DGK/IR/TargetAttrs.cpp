//===- TargetAttrs.cpp - Chips, as attributes -----------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/IR/DGK.h"

using namespace mlir;
using namespace dgk;

using EmitError = function_ref<InFlightDiagnostic()>;

/// So that products of two of them fit 64 bits.
static constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();

/// Whether each of the numbers is in `least`..2^31-1; an error that names the
/// first that is not.
static LogicalResult
verifyNumbers(EmitError emitError, StringRef rule, int64_t least,
              ArrayRef<std::pair<StringRef, int64_t>> numbers) {
  for (auto [name, number] : numbers)
    if (number < least || number > kLargest)
      return emitError() << "[" << rule << "] " << name << " is " << number
                         << ", expected " << least << " to " << kLargest;
  return success();
}

LogicalResult LimitsAttr::verify(EmitError emitError, int64_t sharedPerCta,
                                 int64_t registersPerSm,
                                 int64_t registersPerThread, int64_t warpsPerSm,
                                 int64_t clusterSize,
                                 int64_t tensorMemoryColumns) {
  if (failed(verifyNumbers(emitError, "limits-c1", 1,
                           {{"sharedPerCta", sharedPerCta},
                            {"registersPerSm", registersPerSm},
                            {"registersPerThread", registersPerThread},
                            {"warpsPerSm", warpsPerSm},
                            {"clusterSize", clusterSize}})))
    return failure();
  return verifyNumbers(emitError, "limits-c1", 0,
                       {{"tensorMemoryColumns", tensorMemoryColumns}});
}

LogicalResult RatesAttr::verify(EmitError emitError, int64_t smCount,
                                int64_t smsPerGpc, int64_t smsOfLastGpc,
                                int64_t clockMhz, int64_t bf16PerCycle,
                                int64_t fp8PerCycle, int64_t fp4PerCycle,
                                int64_t memoryGbs) {
  if (failed(verifyNumbers(emitError, "rates-c1", 1,
                           {{"smCount", smCount},
                            {"clockMhz", clockMhz},
                            {"memoryGbs", memoryGbs}})) ||
      failed(verifyNumbers(emitError, "rates-c2", 0,
                           {{"bf16PerCycle", bf16PerCycle},
                            {"fp8PerCycle", fp8PerCycle},
                            {"fp4PerCycle", fp4PerCycle}})))
    return failure();
  if (smsPerGpc < 1 || smsPerGpc > smCount)
    return emitError() << "[rates-c3] smsPerGpc is " << smsPerGpc << " of "
                       << smCount << " SMs, expected 1 to " << smCount
                       << "; 1 for a part without clusters";
  if (smsOfLastGpc < 0 || smsOfLastGpc >= smsPerGpc)
    return emitError() << "[rates-c3] smsOfLastGpc is " << smsOfLastGpc
                       << " beside GPCs of " << smsPerGpc
                       << " SMs, expected 0 to " << smsPerGpc - 1
                       << "; 0 if there is no smaller one";
  return success();
}

double RatesAttr::getPerCycle(int64_t bits) const {
  switch (bits) {
  case 4:
    return getFp4PerCycle();
  case 8:
    return getFp8PerCycle();
  case 16:
    return getBf16PerCycle();
  default:
    return getBf16PerCycle() / 2.0;
  }
}

double RatesAttr::getTflops(int64_t bits) const {
  return getPerCycle(bits) * getSmCount() * getClockMhz() / 1e6;
}

int64_t RatesAttr::getClusters(int64_t size) const {
  int64_t whole = (getSmCount() - getSmsOfLastGpc()) / getSmsPerGpc();
  return std::max<int64_t>(
      whole * (getSmsPerGpc() / size) + getSmsOfLastGpc() / size, 1);
}

LogicalResult TargetAttr::verify(EmitError emitError, StringRef chip,
                                 Family family, int64_t ptxVersion,
                                 LimitsAttr limits, RatesAttr rates,
                                 ArrayRef<Attribute> instructions) {
  for (Attribute attr : instructions) {
    auto instruction = dyn_cast<MatrixInstruction>(attr);
    if (!instruction)
      return emitError() << "[target-c2] instruction " << attr
                         << " is not a matrix instruction";
    int64_t bits = instruction.getContainerBits(Side::A);
    if (rates.getPerCycle(bits) == 0)
      return emitError() << "[target-c3] instruction " << attr
                         << " does 0 operations in a cycle on operands of "
                         << bits
                         << " bits, expected a positive number in rates; or "
                            "leave the instruction out";
  }
  if (limits.getClusterSize() > rates.getSmsPerGpc())
    return emitError() << "[target-c4] clusterSize is "
                       << limits.getClusterSize() << ", but a GPC has "
                       << rates.getSmsPerGpc()
                       << " SMs (smsPerGpc), and a cluster lies in one GPC";
  return success();
}
