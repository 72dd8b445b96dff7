//===- PtxasFacts.h - What ptxas -v says about a kernel ---------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TARGET_PTXASFACTS_H
#define DGEMM_TARGET_PTXASFACTS_H

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>

namespace llvm {
class raw_ostream;
} // namespace llvm

namespace dgemm {

/// Resources of one kernel as ptxas reports them.
struct PtxasFacts {
  /// 32-bit registers of each thread.
  int64_t registers = 0;
  /// Bytes that each thread stores to and loads from local memory because
  /// registers ran out.
  int64_t spillStores = 0, spillLoads = 0;
  /// Bytes of local memory of each thread.
  int64_t stack = 0;
  /// Bytes of shared memory known to ptxas, so without the dynamic part.
  int64_t staticShared = 0;
  /// Named barriers.
  int64_t barriers = 0;
};

/// Reads the output of `ptxas -v` and returns the facts of the entry function
/// `kernel`; none when the output does not report on it. What a version of
/// ptxas does not mention is 0.
std::optional<PtxasFacts> parsePtxasFacts(llvm::StringRef output,
                                          llvm::StringRef kernel);

/// Prints a table of one fact per line.
void printPtxasFacts(llvm::raw_ostream &os, const PtxasFacts &facts);

} // namespace dgemm

#endif // DGEMM_TARGET_PTXASFACTS_H
