//===- Parallel.h - Work on all cores ---------------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_REFERENCE_PARALLEL_H
#define DGEMM_REFERENCE_PARALLEL_H

#include <cstdint>
#include <functional>

namespace dgemm::reference {

/// How many threads a computation may use. Results never depend on it: every
/// output element is computed by one thread in a fixed order.
class Parallel {
public:
  /// 0 means one thread per core.
  explicit Parallel(unsigned threads = 0);

  unsigned threads() const { return threads_; }

  /// Calls body(0) .. body(count - 1), each once, and waits for all of them.
  void forEach(int64_t count, const std::function<void(int64_t)> &body) const;

private:
  unsigned threads_;
};

} // namespace dgemm::reference

#endif // DGEMM_REFERENCE_PARALLEL_H
