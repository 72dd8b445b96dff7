//===- Pipelines.h - Named sequences of passes ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every way from one level to another, as a function that adds passes and as a
// name for the command line of the opt tools. The input of each pipeline is the
// output of the one before, as text too:
//
//   problem --dgemm-to-schedule--> problem with target and schedule
//           --dgemm-to-dgk-------> dgk, one thread of control
//           --dgk-to-async-------> dgk with roles, stages, addresses, plan
//           --dgk-to-nvvm--------> gpu.module of llvm and nvvm
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_PIPELINE_PIPELINES_H
#define DGEMM_PIPELINE_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace dgemm {

/// Options of the pipelines that choose schedules.
struct ScheduleOptions : mlir::PassPipelineOptions<ScheduleOptions> {
  Option<std::string> target{
      *this, "target",
      llvm::cl::desc("Chip of ops without dgk.target, e.g. sm_120a"),
      llvm::cl::init("sm_120a")};
  Option<int64_t> m{*this, "m",
                    llvm::cl::desc("Expected M where it is dynamic"),
                    llvm::cl::init(4096)};
  Option<int64_t> n{*this, "n",
                    llvm::cl::desc("Expected N where it is dynamic"),
                    llvm::cl::init(4096)};
  Option<int64_t> k{*this, "k",
                    llvm::cl::desc("Expected K where it is dynamic"),
                    llvm::cl::init(4096)};
};

/// `dgemm-to-schedule`.
/// From: functions with ops of the dgemm dialect, on tensors or memrefs.
/// To: the same on memrefs, each op with `dgk.target` and `dgk.schedule`.
/// Results of functions that are not one of their arguments become arguments
/// behind the others.
void buildDGemmToSchedulePipeline(mlir::OpPassManager &passes,
                                  const ScheduleOptions &options);

/// `dgemm-to-dgk`.
/// From: as `dgemm-to-schedule`, or its result. To: one synchronous
/// `dgk.kernel` for each op, called by `dgk.launch`.
void buildDGemmToDGKPipeline(mlir::OpPassManager &passes,
                             const ScheduleOptions &options);

/// `dgk-to-async`.
/// From: `dgk.kernel` in the synchronous form with target and schedule. To: the
/// asynchronous form: roles, pipelines, buffers with addresses, launch plan.
void buildDGKToAsyncPipeline(mlir::OpPassManager &passes);

/// `dgk-to-nvvm`.
/// From: `dgk.kernel` in the asynchronous form. To: for each a `gpu.module`
/// that translates to LLVM IR. Functions of the host are dropped.
void buildDGKToNVVMPipeline(mlir::OpPassManager &passes);

/// `dgemm-to-nvvm`: all of the above, one after the other.
void buildDGemmToNVVMPipeline(mlir::OpPassManager &passes,
                              const ScheduleOptions &options);

/// `nvvm-finalize`, the end of `dgk-to-nvvm`.
/// From: `gpu.module`s whose functions are llvm.func, with scf, cf, arith,
/// index, vector and nvvm operations inside. To: llvm and nvvm operations that
/// translate to LLVM IR, index as i32. Nothing outside of a `gpu.module`
/// changes.
void buildNVVMFinalizePipeline(mlir::OpPassManager &passes);

/// Registers the pipelines that start at the kernel dialect or below.
void registerKernelPipelines();

/// Registers the pipelines that start at the problem dialect.
void registerProblemPipelines();

} // namespace dgemm

#endif // DGEMM_PIPELINE_PIPELINES_H
