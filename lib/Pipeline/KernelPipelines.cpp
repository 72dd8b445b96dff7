//===- KernelPipelines.cpp - From kernels downwards -----------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGKToNVVM/DGKToNVVM.h"
#include "dgemm/Conversion/GPUModuleToLLVM/GPUModuleToLLVM.h"
#include "dgemm/Dialect/DGK/Transforms/Passes.h"
#include "dgemm/Pipeline/Pipelines.h"

#include "mlir/Conversion/NVVMToLLVM/NVVMToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void dgemm::buildDGKToAsyncPipeline(OpPassManager &passes) {
  OpPassManager &kernels = passes.nest<dgk::KernelOp>();
  kernels.addPass(dgk::createDGKPipelinePass());
  kernels.addPass(dgk::createDGKStageStoresPass());
  kernels.addPass(dgk::createDGKWarpSpecializePass());
  kernels.addPass(dgk::createDGKHoistScalesPass());
  kernels.addPass(dgk::createDGKPromotePartialsPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(dgk::createDGKAssignMemoryPass());
  kernels.addPass(dgk::createDGKPlanLaunchPass());
}

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

void dgemm::buildDGKToNVVMPipeline(OpPassManager &passes) {
  OpPassManager &kernels = passes.nest<dgk::KernelOp>();
  // Before the IR stops saying who owns which buffer.
  kernels.addPass(dgk::createDGKVerifyHazardsPass());
  kernels.addPass(dgk::createDGKUnrollScalesPass());
  kernels.addPass(dgk::createDGKUnrollTilesPass());
  // The positions of scales that unrolling made constant must be seen as such.
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(dgk::createDGKReadFragmentsPass());
  kernels.addPass(dgk::createDGKReadScalesLatePass());
  kernels.addPass(dgk::createDGKOverlapSlotsPass());
  kernels.addPass(dgk::createDGKWaitAheadPass());
  kernels.addPass(dgk::createDGKLowerTilesPass());
  passes.addPass(dgk::createConvertDGKToNVVMPass());
  buildNVVMFinalizePipeline(passes);
}

void dgemm::registerKernelPipelines() {
  PassPipelineRegistration<>(
      "dgk-to-async",
      "From: dgk.kernel in the synchronous form with target and schedule. To: "
      "roles, pipelines, buffers with addresses, launch plan.",
      buildDGKToAsyncPipeline);
  PassPipelineRegistration<>(
      "dgk-to-nvvm",
      "From: dgk.kernel in the asynchronous form. To: a gpu.module for each, "
      "ready for translation to LLVM IR.",
      buildDGKToNVVMPipeline);
  PassPipelineRegistration<>(
      "nvvm-finalize",
      "From: a gpu.module of llvm.func with scf, cf, arith, index, vector and "
      "nvvm operations. To: llvm and nvvm operations that translate to LLVM "
      "IR, index as i32.",
      buildNVVMFinalizePipeline);
}
