//===- Parallel.cpp - Work on all cores -----------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Reference/Parallel.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

using namespace dgemm::reference;

Parallel::Parallel(unsigned threads) : threads_(threads) {
  if (threads_ == 0)
    threads_ = std::max(1u, std::thread::hardware_concurrency());
}

void Parallel::forEach(int64_t count,
                       const std::function<void(int64_t)> &body) const {
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t i = next++; i < count; i = next++)
      body(i);
  };
  // The calling thread works too. Starting threads costs microseconds, the
  // loops here take milliseconds: no need to keep a pool alive.
  int64_t helpers = std::min<int64_t>(threads_, count) - 1;
  std::vector<std::thread> pool;
  for (int64_t i = 0; i < helpers; ++i)
    pool.emplace_back(work);
  work();
  for (std::thread &thread : pool)
    thread.join();
}
