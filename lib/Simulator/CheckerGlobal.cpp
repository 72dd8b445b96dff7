//===- CheckerGlobal.cpp - Accesses to global memory that race ------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CheckerState.h"

using namespace dgemm::sim;

void Checker::globalRead(const Site &, uint32_t, uint64_t, uint32_t) {
  if (!global_)
    return;
}
void Checker::globalWrite(const Site &, uint32_t, uint64_t, uint32_t) {
  if (!global_)
    return;
}
void Checker::globalAtomic(const Site &, uint32_t, uint64_t, uint32_t, bool,
                           Order) {
  if (!global_)
    return;
}
void Checker::globalAsyncRead(const AsyncOp &, uint64_t, uint32_t) {
  if (!global_)
    return;
}
void Checker::globalAsyncWrite(const AsyncOp &, uint64_t, uint32_t, bool) {
  if (!global_)
    return;
}
