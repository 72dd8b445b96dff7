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
    instructions. Where a pipeline spans several CTAs, each consumer arrives at the
    empty barriers of all of them, and the first CTA fetches what a multicast copy
    sends to all. Accumulators become the registers of one thread. How matrix
    instructions and their fragments are written is asked of the schedule's
    instruction (`lib/Target`).

    Calls of the kernel (`dgk.launch`) and what surrounds them are left alone
    unless `drop-host`.

    Before: `dgk-plan-launch`, `dgk-lower-tiles`. After: no `dgk.kernel` is left;
    control flow is still `scf`, index arithmetic still `arith` on index, which is
    to be lowered with 32 bits.

    #### Rules

    1. `dgk_to_nvvm-c1`: the kernel has a schedule and a launch plan.
    2. `dgk_to_nvvm-c2`: the schedule's instruction has a lowering.
    3. `dgk_to_nvvm-c3`: the plan passes the sizes, addresses and tensor maps that
       the kernel needs.
    4. `dgk_to_nvvm-c4`: an accumulator takes no more registers than a thread has.
    5. `dgk_to_nvvm-c5`: control flow is structured.
    6. `dgk_to_nvvm-c6`: what waits, arrives, multiplies, copies or stores stands
       in a role.
    7. `dgk_to_nvvm-c7`: `dgk.copy_async` stands in an elected role, or in one of
       all threads where some of its copies are `by_threads`, which stand nowhere
       else.
    8. `dgk_to_nvvm-c8`: memory is reached by copies and stores of tiles.
    9. `dgk_to_nvvm-c9`: accumulators have shapes that the instruction has
       registers for.
    10. `dgk_to_nvvm-c10`: products of `mma.sync` have scales if and only if the
        instruction takes them, and operands and scales in registers.
    11. `dgk_to_nvvm-c11`: products of `wgmma` have no scales, and operands in
        shared memory with rows of one swizzle span.
    12. `dgk_to_nvvm-c12`: accumulators with a part of the tile are partial
        products that go to `dgk.promote`, from multiples of their size on;
        `columns` are of a B tile along K.
    13. `dgk_to_nvvm-c13`: fragments of a `column_major` tile are of elements of 8
        or 16 bits, 32 bytes of K at a time, or of 32 or 64 `expanded` elements
        of 4 bits.
    14. `dgk_to_nvvm-c14`: pipelines that span several CTAs, multicast copies, and
        sums of splits in a cluster are of the whole cluster; such sums have an
        offset, and no pipeline beside them spans several CTAs.
    15. `dgk_to_nvvm-c15`: a role that copies `by_threads` has a multiple of 8
        threads for each 16 elements of a column.

    Rules of the instructions, which continue those of the op:

    1. `mma-c5`: a product finds its scales in its words: bytes 0 to 3.
    2. `store_async-c3`: staging slots have 16 rows, those of one instruction in a
       warp, and the slots of a warp divide its pieces.
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
