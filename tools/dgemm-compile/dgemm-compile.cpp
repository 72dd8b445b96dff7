//===- dgemm-compile.cpp - Compiles one file of problems ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/CompileMain.h"
#include "dgemm/InitAll.h"

#include "mlir/IR/DialectRegistry.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  dgemm::registerAllDialects(registry);
  // Options such as --mlir-print-ir-after take the names of passes.
  dgemm::registerAllPasses();
  dgemm::registerUpstreamPasses();
  return dgemm::compileMain(argc, argv, registry);
}
