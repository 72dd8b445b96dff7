//===- dgemm-bench-device.cpp - Measures kernels made elsewhere -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/BenchMain.h"

int main(int argc, char **argv) {
  return dgemm::bench::benchMain(argc, argv, {});
}
