//===- KernelPipelines.cpp - From kernels downwards -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/GPUModuleToLLVM/GPUModuleToLLVM.h"
#include "dgemm/Pipeline/Pipelines.h"

#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void dgemm::buildNVVMFinalizePipeline(OpPassManager &passes) {
  OpPassManager &kernels = passes.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createConvertGPUModuleToLLVMPass());
  // Without this pass translation drops the predicates of some nvvm operations
  // and refuses others.
  kernels.addPass(createConvertNVVMToLLVMPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
}

void dgemm::registerKernelPipelines() {
  PassPipelineRegistration<>(
      "nvvm-finalize",
      "From: a gpu.module of llvm.func with scf, cf, arith, index and nvvm "
      "operations. To: llvm and nvvm operations that translate to LLVM IR, "
      "index as i32.",
      buildNVVMFinalizePipeline);
}
