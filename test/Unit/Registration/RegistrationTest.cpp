//===- RegistrationTest.cpp - The two sets of dialects --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

namespace {

bool contains(const mlir::DialectRegistry &registry, llvm::StringRef name) {
  return static_cast<bool>(registry.getDialectAllocator(name));
}

TEST(Registration, AllKnowsProblemsAndTensors) {
  mlir::DialectRegistry registry;
  dgemm::registerAllDialects(registry);
  for (llvm::StringRef name : {"dgemm", "tensor", "linalg", "bufferization"})
    EXPECT_TRUE(contains(registry, name)) << name.str();
}

TEST(Registration, KernelSetStopsBelowProblems) {
  mlir::DialectRegistry registry;
  dgemm::registerKernelDialects(registry);
  for (llvm::StringRef name : {"dgemm", "tensor", "linalg", "bufferization"})
    EXPECT_FALSE(contains(registry, name)) << name.str();
  for (llvm::StringRef name : {"gpu", "nvvm", "llvm", "scf", "memref"})
    EXPECT_TRUE(contains(registry, name)) << name.str();
}

TEST(Registration, AllIsSupersetOfKernelSet) {
  mlir::DialectRegistry kernel, all;
  dgemm::registerKernelDialects(kernel);
  dgemm::registerAllDialects(all);
  EXPECT_TRUE(kernel.isSubsetOf(all));
}

TEST(Registration, EveryDialectLoads) {
  mlir::DialectRegistry registry;
  dgemm::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  for (llvm::StringRef name : registry.getDialectNames())
    EXPECT_NE(context.getLoadedDialect(name), nullptr) << name.str();
}

} // namespace
