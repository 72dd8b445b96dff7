//===- dgemm-bench.cpp - Measures kernels ---------------------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Bench/BenchMain.h"

int main(int argc, char **argv) {
  return dgemm::bench::benchMain(
      argc, argv, {dgemm::bench::emitKernels, dgemm::bench::compileKernel});
}
