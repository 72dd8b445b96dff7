//===- dgemm-explain.cpp - Why this schedule, why not this call -----------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/InitAll.h"
#include "dgemm/Tools/ExplainMain.h"

#include "mlir/IR/DialectRegistry.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dgemm::registerAllDialects(registry);
  return dgemm::explainMain(argc, argv, registry);
}
