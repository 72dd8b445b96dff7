//===- dgk-opt.cpp - Optimizer driver for kernels only --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/InitAll.h"
#include "dgemm/Tools/OptMain.h"

#include "mlir/IR/DialectRegistry.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dgemm::registerKernelDialects(registry);
  dgemm::registerKernelPasses();
  dgemm::registerUpstreamPasses();
  return dgemm::optMain(argc, argv, "dgk (kernel level) optimizer driver\n",
                        registry);
}
