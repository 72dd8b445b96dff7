//===- Cupti.h - Times that the GPU writes down -----------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_CUPTI_H
#define DGEMM_LIB_BENCH_CUPTI_H

#include "dgemm/Bench/Problem.h"

namespace dgemm::bench::cupti {

/// Begin and end of one kernel, in nanoseconds of the GPU's clock.
struct KernelRecord {
  uint64_t start = 0;
  uint64_t end = 0;
};

/// Opens CUPTI at `path`, or searches for it where that is empty, and begins to
/// collect. There is one collection in a process, because the callbacks of
/// CUPTI take no argument of the caller's. Call it after the context was made.
Status start(const std::string &path);

/// The kernels that ended since the last call, in the order of their start. The
/// device must be idle.
Expected<std::vector<KernelRecord>> take();

} // namespace dgemm::bench::cupti

#endif // DGEMM_LIB_BENCH_CUPTI_H
