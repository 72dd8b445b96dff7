//===- Watchdog.cpp - Work in a child that may crash or hang --------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Watchdog.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace dgemm::fuzz;

Watchdog::Watchdog() {
  void *memory = mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    std::perror("dgemm-fuzz: mmap");
    std::exit(1);
  }
  shared = new (memory) Progress{};
}

Watchdog::~Watchdog() { munmap(shared, sizeof(Progress)); }

/// Body of the child; an endless allocation ends like a crash.
[[noreturn]] static void runChild(const std::function<void()> &work) {
  const rlimit memory = {4ULL << 30, 4ULL << 30};
  setrlimit(RLIMIT_AS, &memory);
  const rlimit noCoreFiles = {0, 0};
  setrlimit(RLIMIT_CORE, &noCoreFiles);
  work();
  std::fflush(nullptr);
  _exit(0);
}

static std::string describe(int status) {
  if (WIFSIGNALED(status))
    return std::string("crashed: ") + strsignal(WTERMSIG(status));
  if (WEXITSTATUS(status) != 0)
    return "ended with exit code " + std::to_string(WEXITSTATUS(status));
  return "";
}

std::string Watchdog::run(const std::function<void()> &work,
                          unsigned hangSeconds) {
  std::fflush(nullptr);
  pid_t child = fork();
  if (child < 0)
    return std::string("cannot fork: ") + std::strerror(errno);
  if (child == 0)
    runChild(work);

  using Clock = std::chrono::steady_clock;
  uint64_t lastCases = shared->cases;
  Clock::time_point lastChange = Clock::now();
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (shared->cases != lastCases) {
      lastCases = shared->cases;
      lastChange = Clock::now();
    }
    if (Clock::now() - lastChange < std::chrono::seconds(hangSeconds))
      continue;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return "hung for " + std::to_string(hangSeconds) + " s";
  }
  return describe(status);
}
