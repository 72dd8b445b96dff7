//===- launch-fuzzer.cpp - Any text is read or refused in words -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Simulator/LaunchFile.h"

#include <cstdlib>

using namespace dgemm::sim;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string text(reinterpret_cast<const char *>(data), size);
  // Files are looked for where there are none.
  Expected<LaunchFile> file = parseLaunch(text, "/nowhere", 1u << 20);
  if (!file && file.message().empty())
    std::abort();
  return 0;
}
