//===- Passes.cpp - Registration of passes and pipelines ------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Dialect/DGK/Transforms/Passes.h"
#include "dgemm/Conversion/DGKToNVVM/DGKToNVVM.h"
#include "dgemm/Conversion/DGemmToDGK/DGemmToDGK.h"
#include "dgemm/Conversion/GPUModuleToLLVM/GPUModuleToLLVM.h"
#include "dgemm/Dialect/DGemm/Transforms/Passes.h"
#include "dgemm/InitAll.h"
#include "dgemm/Pipeline/Pipelines.h"
#include "dgemm/Schedule/Passes.h"

#include "mlir/InitAllPasses.h"

void dgemm::registerKernelPasses() {
  dgk::registerDGKPasses();
  registerGPUModuleToLLVMPasses();
  registerKernelPipelines();
  dgk::registerDGKToNVVMPasses();
}

void dgemm::registerAllPasses() {
  registerKernelPasses();
  registerDGemmPasses();
  registerSchedulePasses();
  registerDGemmToDGKPasses();
  registerProblemPipelines();
}

void dgemm::registerUpstreamPasses() { mlir::registerAllPasses(); }
