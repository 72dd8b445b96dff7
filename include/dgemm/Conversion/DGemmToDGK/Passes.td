//===- Passes.td - From the problem to the kernel ----------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_CONVERSION_DGEMMTODGK_PASSES_TD
#define DGEMM_CONVERSION_DGEMMTODGK_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertDGemmToDGKPass : Pass<"convert-dgemm-to-dgk", "::mlir::ModuleOp"> {
  let summary = "Writes each problem op as one synchronous kernel";
  let description = [{
    A problem op becomes a `dgk.launch` of a new `dgk.kernel` in the same
    module, named after the function around it. The kernel reads like the
    textbook algorithm: a persistent loop over output tiles, loops over K whose
    steps follow the schedule's K tile and the span of the scale words, tile
    loads, `dgk.mma`, conversion, `dgk.store`. C is added before the conversion;
    where it is D itself, in f32, the store adds.

    Before: problem ops are on memrefs and carry `dgk.target` and `dgk.schedule`
    (`dgemm-select-schedule`). After: no problem op is left.

    ### Rules

    1. `dgemm_to_dgk-c1`: the op has a kernel form; `dgemm.matmul` has.
    2. `dgemm_to_dgk-c2`: it carries `dgk.target` and `dgk.schedule`.
    3. `dgemm_to_dgk-c3`: its operands are memrefs.
    4. `dgemm_to_dgk-c4`: the heads of a head split are narrower than 2^31.
  }];
  let dependentDialects = ["::dgk::DGKDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels", "Kernels made">
  ];
}

#endif // DGEMM_CONVERSION_DGEMMTODGK_PASSES_TD
