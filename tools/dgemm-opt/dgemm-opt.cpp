//===- dgemm-opt.cpp - Optimizer driver with all of dgemm -----------------===//
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
  dgemm::registerAllDialects(registry);
  dgemm::registerAllPasses();
  dgemm::registerUpstreamPasses();
  return dgemm::optMain(argc, argv, "dgemm optimizer driver\n", registry);
}
