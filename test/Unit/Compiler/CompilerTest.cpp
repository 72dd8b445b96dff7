//===- CompilerTest.cpp - The compiler as a library -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Compiler/Compiler.h"
#include "dgemm/InitAll.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

#include <thread>
#include <vector>

using namespace mlir;
using namespace dgemm;

namespace {

constexpr llvm::StringLiteral matmul = R"(
func.func @proj(%a: memref<?x512xf8E4M3FN>,
                %sa: memref<?x1xi32, strided<[1, ?]>>,
                %b: memref<256x512xf8E4M3FN>,
                %sb: memref<256x1xi32, strided<[1, 256]>>,
                %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf8E4M3FN>, memref<256x1xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
})";

constexpr llvm::StringLiteral emptyKernel = R"(
gpu.module @m {
  llvm.func @k() attributes {nvvm.kernel} {
    llvm.return
  }
})";

/// What one compilation gave: text or errors.
struct Outcome {
  std::string output, kernel, errors;
  int64_t sharedBytes = -1;
};

/// Everything that an embedder does, with a context of its own.
Outcome compileText(llvm::StringRef text, const CompileOptions &options) {
  Outcome outcome;
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    outcome.errors += diagnostic.str();
    return success();
  });
  auto module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return outcome;
  auto result = compile(*module, options);
  if (failed(result))
    return outcome;
  outcome.output = result->output;
  if (result->kernel)
    outcome.kernel = result->kernel->name;
  if (result->launch)
    outcome.sharedBytes = result->launch.getSharedBytes();
  return outcome;
}

TEST(Compiler, MakesPtxAndLaunchPlan) {
  Outcome outcome = compileText(matmul, CompileOptions());
  EXPECT_EQ(outcome.errors, "");
  EXPECT_EQ(outcome.kernel, "proj_kernel");
  EXPECT_NE(outcome.output.find(".visible .entry proj_kernel("),
            std::string::npos);
  EXPECT_GT(outcome.sharedBytes, 0);
}

TEST(Compiler, StopsWhereAsked) {
  CompileOptions options;
  options.stage = Stage::DGK;
  Outcome outcome = compileText(matmul, options);
  EXPECT_NE(outcome.output.find("dgk.kernel @proj_kernel"), std::string::npos);
  EXPECT_EQ(outcome.kernel, "");
}

TEST(Compiler, ThreadsWithOwnContextsAgree) {
  std::vector<Outcome> outcomes(4);
  std::vector<std::thread> threads;
  for (Outcome &outcome : outcomes)
    threads.emplace_back(
        [&] { outcome = compileText(matmul, CompileOptions()); });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_FALSE(outcomes.front().output.empty());
  for (const Outcome &outcome : outcomes)
    EXPECT_EQ(outcome.output, outcomes.front().output);
}

TEST(Compiler, ErrorsAreDiagnostics) {
  CompileOptions options;
  options.target = "sm_1";
  EXPECT_NE(compileText(matmul, options).errors.find("unknown target 'sm_1'"),
            std::string::npos);
  EXPECT_NE(compileText("", CompileOptions()).errors.find("nothing to compile"),
            std::string::npos);
}

/// Emits the kernel of `emptyKernel`; returns PTX or errors.
std::string emitEmptyKernel(const EmissionOptions &options) {
  DialectRegistry registry;
  registerKernelDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  std::string errors;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    errors += diagnostic.str();
    return success();
  });
  auto module = parseSourceString<ModuleOp>(emptyKernel, &context);
  auto gpuModule = *module->getOps<gpu::GPUModuleOp>().begin();
  TimingScope timing;
  auto kernel = emitPtx(getKernels(gpuModule).front(), options, timing);
  return succeeded(kernel) ? kernel->ptx : errors;
}

TEST(Emission, ChecksPtxVersion) {
  EmissionOptions options;
  EXPECT_NE(emitEmptyKernel(options).find(".version 8.8"), std::string::npos);
  options.ptxVersion = 80;
  EXPECT_EQ(emitEmptyKernel(options),
            "PTX version 80 does not know chip 'sm_120a', which needs at "
            "least 87");
  options.ptxVersion = 1234;
  EXPECT_NE(emitEmptyKernel(options).find("no code generator for PTX version"),
            std::string::npos);
}

/// The table of first PTX versions is ours; LLVM ends the process where it is
/// wrong.
TEST(Emission, EveryFamilyHasCode) {
  for (llvm::StringRef chip :
       {"sm_89", "sm_90a", "sm_100a", "sm_103a", "sm_120a", "sm_121a"}) {
    EmissionOptions options;
    options.chip = chip.str();
    EXPECT_NE(emitEmptyKernel(options).find((".target " + chip).str()),
              std::string::npos);
  }
}

} // namespace
