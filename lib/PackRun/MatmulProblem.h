//===- MatmulProblem.h - Operands of a packed matmul ------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_LIB_PACKRUN_MATMULPROBLEM_H
#define DGEMM_LIB_PACKRUN_MATMULPROBLEM_H

#include "dgemm/Device/RunKernel.h"
#include "dgemm/Pack/Pack.h"
#include "dgemm/Reference/Contraction.h"
#include "dgemm/Reference/Random.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dgemm::packrun {

using reference::Error;
using reference::Expected;
using reference::Status;

enum class DataKind { Random, Exact, Codes };

struct DataOptions {
  uint64_t seed = 0;
  DataKind kind = DataKind::Random;
  /// Bytes between rows whose distance the kernel leaves open.
  int64_t rowPadding = 0;
};

/// M, N and K of one problem.
struct Extents {
  int64_t m = 0, n = 0, k = 0;
};

/// The problem of a pack with extents and data.
class MatmulProblem {
public:
  /// `wanted` has extents by name ("m", "n", "k") for what the kernel leaves
  /// open; the default is 64, 128 and 256. Fails when the pack has no matmul,
  /// when an extent that it fixes is wanted otherwise, or without memory.
  static Expected<MatmulProblem>
  make(const pack::Pack &pack, const std::map<std::string, int64_t> &wanted,
       const DataOptions &options, const reference::Parallel &parallel);

  const Extents &getExtents() const { return extents; }
  /// For the arguments of the plan in their order.
  std::vector<device::KernelOperand> getOperands() const;
  /// Compares D with a second evaluation: all elements, or those of `rows` rows
  /// unless that is 0.
  Expected<reference::CheckResult> check(const reference::Parallel &parallel,
                                         int64_t rows) const;

private:
  explicit MatmulProblem(const pack::Pack &pack) : pack(pack) {}

  const pack::Matmul &matmul() const { return *pack.matmul; }
  Status findExtents(const std::map<std::string, int64_t> &wanted);
  Status allocate(size_t argument, std::vector<int64_t> shape,
                  int64_t rowPadding);
  Status allocateAll(int64_t rowPadding);
  Status fill(const reference::Parallel &parallel);
  Status fillOperand(const reference::Parallel &parallel, size_t data,
                     std::optional<size_t> scale,
                     const std::optional<pack::Granularity> &granularity,
                     bool isTransposed);
  reference::Random randomOf(size_t argument, unsigned purpose) const;
  reference::Operand
  operandOf(size_t data, std::optional<size_t> scale,
            const std::optional<pack::Granularity> &granularity) const;
  bool isKFirstInA() const { return matmul().layout[0] == 't'; }
  bool isKFirstInB() const { return matmul().layout[1] == 'n'; }

  const pack::Pack &pack;
  DataOptions options;
  Extents extents;
  std::vector<reference::Tensor> tensors;
  /// C as it was before the kernel ran.
  reference::Tensor accumulator;
};

} // namespace dgemm::packrun

#endif // DGEMM_LIB_PACKRUN_MATMULPROBLEM_H
