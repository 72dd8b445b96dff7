//===- Passes.td - From kernels to NVVM --------------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGKTONVVM_PASSES_TD
#define DGEMM_CONVERSION_DGKTONVVM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertDGKToNVVMPass : Pass<"convert-dgk-to-nvvm", "::mlir::ModuleOp"> {
  let summary = "Writes asynchronous kernels with the GPU's instructions";
  let description = [{
    Each `dgk.kernel` becomes a `gpu.module` of the same name with one
    `llvm.func` in it, whose parameters are those of the launch plan. The module
    keeps the plan as `dgk.launch` and the target as `dgk.target`. Roles become
    branches on the warp number with `setmaxnreg`; pipelines become mbarriers, and
    each role's cursor two stack variables that SROA turns into registers; copies become TMA
    instructions. Accumulators become the registers of one thread. How matrix
    instructions and their fragments are written is asked of the schedule's
    instruction (`lib/Target`).

    Calls of the kernel (`dgk.launch`) and what surrounds them are left alone
    unless `drop-host`.

    Before: `dgk-plan-launch`, `dgk-lower-tiles`. After: no `dgk.kernel` is left;
    control flow is still `scf`, index arithmetic still `arith` on index, which is
    to be lowered with 32 bits.

    Fails with `dgk_to_nvvm-c1` on a kernel without schedule or launch plan, with
    `dgk_to_nvvm-c2` where the schedule's instruction has no lowering, with
    `dgk_to_nvvm-c3` where the launch plan does not pass what the kernel needs, with
    `dgk_to_nvvm-c4` where an accumulator takes more registers than a thread has.
  }];
  let options = [
    Option<"dropHost", "drop-host", "bool", /*default=*/"true",
           "Erase the functions that launch the kernels">
  ];
  let statistics = [
    Statistic<"numKernels", "kernels", "Kernels converted">
  ];
  let dependentDialects = [
    "::mlir::gpu::GPUDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::NVVM::NVVMDialect", "::mlir::vector::VectorDialect"
  ];
}

#endif // DGEMM_CONVERSION_DGKTONVVM_PASSES_TD
