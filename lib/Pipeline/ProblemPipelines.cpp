//===- ProblemPipelines.cpp - From problems to kernels --------------------===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dgemm/Conversion/DGemmToDGK/DGemmToDGK.h"
#include "dgemm/Dialect/DGemm/Transforms/Passes.h"
#include "dgemm/Pipeline/Pipelines.h"
#include "dgemm/Schedule/Passes.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void dgemm::buildDGemmToSchedulePipeline(OpPassManager &passes,
                                         const ScheduleOptions &options) {
  passes.addPass(createDGemmBufferizePass());
  passes.addPass(createCanonicalizerPass());
  SelectScheduleOptions schedule;
  schedule.target = options.target;
  schedule.m = options.m;
  schedule.n = options.n;
  schedule.k = options.k;
  passes.addPass(createSelectSchedule(schedule));
}

void dgemm::buildDGemmToDGKPipeline(OpPassManager &passes,
                                    const ScheduleOptions &options) {
  buildDGemmToSchedulePipeline(passes, options);
  passes.addPass(createConvertDGemmToDGKPass());
}

void dgemm::buildDGemmToNVVMPipeline(OpPassManager &passes,
                                     const ScheduleOptions &options) {
  buildDGemmToDGKPipeline(passes, options);
  buildDGKToAsyncPipeline(passes);
  buildDGKToNVVMPipeline(passes);
}

void dgemm::registerProblemPipelines() {
  PassPipelineRegistration<ScheduleOptions>(
      "dgemm-to-schedule",
      "From: functions with dgemm ops on tensors or memrefs. To: the same on "
      "memrefs, each op with dgk.target and dgk.schedule.",
      buildDGemmToSchedulePipeline);
  PassPipelineRegistration<ScheduleOptions>(
      "dgemm-to-dgk",
      "From: functions with dgemm ops, with or without schedules. To: one "
      "synchronous dgk.kernel for each op, called by dgk.launch.",
      buildDGemmToDGKPipeline);
  PassPipelineRegistration<ScheduleOptions>(
      "dgemm-to-nvvm",
      "From: functions with dgemm ops. To: a gpu.module for each op, ready for "
      "translation to LLVM IR.",
      buildDGemmToNVVMPipeline);
}
