//===- Status.h - Errors of the simulator -----------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SIMULATOR_STATUS_H
#define DGEMM_SIMULATOR_STATUS_H

#include "dgemm/Reference/Status.h"

namespace dgemm::sim {

using reference::Error;
using reference::Expected;
using reference::Status;

} // namespace dgemm::sim

#endif // DGEMM_SIMULATOR_STATUS_H
