//===- Watchdog.h - Work in a child that may crash or hang ------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_TEST_FUZZ_WATCHDOG_H
#define DGEMM_TEST_FUZZ_WATCHDOG_H

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

namespace dgemm::fuzz {

/// Memory that a child process shares with its parent: where it is, and what it
/// counted so far.
struct Progress {
  std::atomic<uint64_t> seed;
  std::atomic<uint64_t> cases;
  std::atomic<uint64_t> valid;
  std::atomic<uint64_t> lowered;
};

/// Runs work in a forked child, so that a crash or hang ends only the child.
class Watchdog {
public:
  Watchdog();
  Watchdog(const Watchdog &) = delete;
  Watchdog &operator=(const Watchdog &) = delete;
  ~Watchdog();

  Progress &progress() { return *shared; }

  /// Runs `work` to its end and returns an empty text, or says in words how it
  /// died. Counts as hung when `progress().cases` stands still for
  /// `hangSeconds`. The child may use 4 GiB of address space.
  std::string run(const std::function<void()> &work, unsigned hangSeconds);

private:
  Progress *shared;
};

} // namespace dgemm::fuzz

#endif // DGEMM_TEST_FUZZ_WATCHDOG_H
