//===- Pipelines.h - Named sequences of passes ------------------*- C++ -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every way from one level to another, as a function that adds passes and as a
// name for the command line of the opt tools. The input of each pipeline is the
// output of the one before, as text too. A kernel or problem that already
// stands at a later level is left alone, so a module may mix levels.
//
//   problem --dgemm-to-schedule--> problem with schedule --dgemm-to-dgk--> dgk
//     --dgk-to-async--> dgk with roles --dgk-to-nvvm--> gpu.module
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_PIPELINE_PIPELINES_H
#define DGEMM_PIPELINE_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace dgemm {

/// `nvvm-finalize`.
/// From: `gpu.module`s whose functions are llvm.func, with scf, cf, arith,
/// index and nvvm operations inside. To: llvm and nvvm operations that
/// translate to LLVM IR, index as i32. Nothing outside of a `gpu.module`
/// changes. Fails when another dialect is left inside.
void buildNVVMFinalizePipeline(mlir::OpPassManager &passes);

/// Registers the pipelines that start at the kernel dialect or below.
void registerKernelPipelines();

} // namespace dgemm

#endif // DGEMM_PIPELINE_PIPELINES_H
