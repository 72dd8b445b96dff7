//===- CublasLt.h - The baseline --------------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_BENCH_CUBLASLT_H
#define DGEMM_LIB_BENCH_CUBLASLT_H

#include "Gpu.h"

#include <functional>

namespace dgemm::bench {

/// Addresses of the operands of a product. Scales of blocks are left out:
/// cuBLASLt multiplies by one scale for each tensor, 1.
struct ProductAddresses {
  uint64_t a = 0;
  uint64_t b = 0;
  uint64_t d = 0;
};

struct CublasLtFunctions;

/// cuBLASLt, loaded at run time. It takes the algorithm that its heuristic
/// names first, with 32 MiB of workspace.
class CublasLt {
public:
  /// `path` is that of libcublasLt, empty to search.
  static Expected<std::unique_ptr<CublasLt>> open(const Gpu &gpu,
                                                  const std::string &path);
  ~CublasLt();

  /// A call that queues the product; valid as long as this object. Fails when
  /// cuBLASLt has no algorithm for the problem.
  Expected<std::function<Status()>> prepare(const Problem &problem,
                                            const ProductAddresses &addresses);

private:
  CublasLt();

  std::unique_ptr<CublasLtFunctions> functions;
  void *handle = nullptr;
  GpuMemory workspace;
  /// Two scales of 1.
  GpuMemory scales;
};

} // namespace dgemm::bench

#endif // DGEMM_LIB_BENCH_CUBLASLT_H
