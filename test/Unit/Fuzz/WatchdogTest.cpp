//===- WatchdogTest.cpp - Crashes and hangs are seen ----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Watchdog.h"

#include "gtest/gtest.h"
#include <cstdlib>
#include <unistd.h>

using namespace dgemm::fuzz;

namespace {

TEST(Watchdog, WorkThatEndsIsFine) {
  Watchdog watchdog;
  EXPECT_EQ(watchdog.run([&] { watchdog.progress().cases = 7; }, 5), "");
  EXPECT_EQ(watchdog.progress().cases, 7u);
}

TEST(Watchdog, SeesCrash) {
  Watchdog watchdog;
  std::string death = watchdog.run([] { std::abort(); }, 5);
  EXPECT_EQ(death.find("crashed: "), 0u) << death;
}

TEST(Watchdog, SeesExitCode) {
  Watchdog watchdog;
  EXPECT_EQ(watchdog.run([] { _exit(3); }, 5), "ended with exit code 3");
}

TEST(Watchdog, SeesHang) {
  Watchdog watchdog;
  EXPECT_EQ(watchdog.run([] { pause(); }, 1), "hung for 1 s");
}

} // namespace
