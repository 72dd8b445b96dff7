//===- OptMain.cpp - Main function of the optimizer drivers ---------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Tools/OptMain.h"

#include "dgemm/Tools/PassStatistics.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;

/// What the command line asks for, with our report behind each pipeline.
static MlirOptMainConfig makeConfig() {
  MlirOptMainConfig fromOptions = MlirOptMainConfig::createFromCLOptions();
  MlirOptMainConfig config = fromOptions;
  return config.setPassPipelineSetupFn([fromOptions](PassManager &manager) {
    if (failed(fromOptions.setupPassPipeline(manager)))
      return failure();
    dgemm::reportPassStatistics(manager);
    return success();
  });
}

static LogicalResult fail(llvm::StringRef message) {
  llvm::errs() << message << "\n";
  return failure();
}

static LogicalResult runOnFile(llvm::StringRef inputName,
                               llvm::StringRef outputName,
                               const MlirOptMainConfig &config,
                               DialectRegistry &registry) {
  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> input =
      openInputFile(inputName, &message);
  if (!input)
    return fail(message);
  std::unique_ptr<llvm::ToolOutputFile> output =
      openOutputFile(outputName, &message);
  if (!output)
    return fail(message);
  if (failed(MlirOptMain(output->os(), std::move(input), registry, config)))
    return failure();
  output->keep();
  return success();
}

int dgemm::optMain(int argc, char **argv, llvm::StringRef toolName,
                   DialectRegistry &registry) {
  llvm::InitLLVM init(argc, argv);
  auto [inputName, outputName] =
      registerAndParseCLIOptions(argc, argv, toolName, registry);
  MlirOptMainConfig config = makeConfig();
  if (config.shouldShowDialects()) {
    llvm::outs() << "Available Dialects: ";
    llvm::interleave(registry.getDialectNames(), llvm::outs(), ",");
    llvm::outs() << "\n";
    return EXIT_SUCCESS;
  }
  if (config.shouldListPasses()) {
    printRegisteredPasses();
    return EXIT_SUCCESS;
  }
  return asMainReturnCode(runOnFile(inputName, outputName, config, registry));
}
