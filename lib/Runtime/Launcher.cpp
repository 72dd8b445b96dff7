//===- Launcher.cpp - Launches without allocation -------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Runtime/Kernel.h"

#include <algorithm>

using namespace dgemm;
using namespace dgemm::runtime;

Launcher::Launcher(const Kernel &kernel) : kernel(kernel) {
  const launch::LaunchPlan &plan = kernel.getPlan();
  operands.reserve(plan.arguments.size());
  launched.maps.reserve(plan.maps.size());
  launched.parameters.reserve(plan.parameters.size());
  launched.symbols.reserve(plan.symbols.size());
  kernel.reserve(encoded);
}

static bool isEqual(const launch::ArgumentValue &a,
                    const launch::ArgumentValue &b) {
  if (a.address != b.address || a.rank != b.rank)
    return false;
  return std::equal(a.shape.begin(), a.shape.begin() + a.rank,
                    b.shape.begin()) &&
         std::equal(a.strides.begin(), a.strides.begin() + a.rank,
                    b.strides.begin());
}

bool Launcher::isSame(const launch::ArgumentValue *values, size_t count,
                      const LaunchOptions &options) const {
  if (!isPrepared || count != operands.size() || !(options == lastOptions))
    return false;
  return std::equal(values, values + count, operands.begin(), isEqual);
}

int64_t Launcher::getSmCount(const LaunchOptions &options) const {
  return options.smCount == 0 ? kernel.getFacts().smCount : options.smCount;
}

Result<uint64_t>
Launcher::getWorkspaceBytes(const std::vector<launch::ArgumentValue> &values,
                            const LaunchOptions &options) {
  isPrepared = false;
  Status status =
      launch::evaluate(kernel.getPlan(), values, getSmCount(options), launched);
  if (status.ok())
    status = kernel.checkOperands(values);
  if (!status.ok())
    return status.error();
  return launched.isEmpty() ? 0 : launched.workspaceBytes;
}

Status Launcher::prepare(const LaunchOptions &options) {
  if (Status status = launch::evaluate(kernel.getPlan(), operands,
                                       getSmCount(options), launched);
      !status.ok())
    return status;
  if (Status status = kernel.checkOperands(operands);
      !status.ok() || launched.isEmpty())
    return status;
  // The driver looks at addresses from within a context.
  ContextScope scope(kernel.getDriver(), kernel.getContext());
  if (scope.result() != cu::kSuccess)
    return kernel.getDriver().error(scope.result(),
                                    kernel.getPlan().entry +
                                        ": the context cannot be used");
  if (Status status = kernel.checkWorkspace(
          options.workspace, options.workspaceBytes, launched.workspaceBytes);
      !status.ok())
    return status;
  if (Status status = launch::setWorkspace(
          launched, launched.workspaceBytes == 0 ? 0 : options.workspace);
      !status.ok())
    return status;
  if (Status status = kernel.checkAddresses(operands); !status.ok())
    return status;
  return kernel.encode(launched, encoded);
}

Status Launcher::launch(const launch::ArgumentValue *values, size_t count,
                        const LaunchOptions &options, CuStream stream) {
  if (!isSame(values, count, options)) {
    isPrepared = false;
    size_t expected = kernel.getPlan().arguments.size();
    if (count != expected)
      return Error{ErrorCode::WrongArguments,
                   kernel.getPlan().entry + ": " + std::to_string(count) +
                       " operands, expected " + std::to_string(expected)};
    operands.assign(values, values + count);
    lastOptions = options;
    if (Status status = prepare(options); !status.ok())
      return status;
    isPrepared = true;
  }
  return launchAgain(stream);
}

Status Launcher::launchAgain(CuStream stream) {
  if (!isPrepared)
    return Error{ErrorCode::BadHandle,
                 kernel.getPlan().entry + ": there is no launch to repeat"};
  if (launched.isEmpty())
    return {};
  return kernel.submit(encoded, stream);
}
