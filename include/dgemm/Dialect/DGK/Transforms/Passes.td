//===- Passes.td - Passes of the kernel dialect ------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_TD
#define DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

class DGK_KernelPass<string flag> : Pass<flag, "::dgk::KernelOp"> {
  let dependentDialects = ["::dgk::DGKDialect"];
}

def DGKPipelinePass : DGK_KernelPass<"dgk-pipeline"> {
  let summary = "Loads tiles through rings of shared-memory slots";
  let description = [{
    The `dgk.load` ops of one block become asynchronous copies into slots of one
    pipeline: acquire, copies, commit in front of the first load; wait and views
    behind; release after the last use. The loads of the loop that runs the
    K tiles get the schedule's `stages`, others its `scale_stages`.

    Before: synchronous form with a schedule. After: no `dgk.load` is left; still
    one thread of control, so each iteration fills its slot and empties it.
  }];
  let statistics = [
    Statistic<"numPipelines", "pipelines", "Pipelines made">,
    Statistic<"numCopies", "copies", "Loads turned into asynchronous copies">
  ];
}

def DGKStageStoresPass : DGK_KernelPass<"dgk-stage-stores"> {
  let summary = "Stores accumulators through shared memory, by TMA";
  let description = [{
    `dgk.store` becomes `dgk.store_async` with a staging buffer of the schedule's
    `store_slots`, each 16 rows of 128 bytes, and the kernel ends with
    `dgk.drain_stores`. Leaves kernels whose schedule says `store = registers`
    and stores with `within` or `transposed` alone.

    Before: synchronous form. After: the same, with asynchronous stores.
  }];
  let statistics = [
    Statistic<"numStaged", "staged", "Stores that go through shared memory">,
    Statistic<"numDirect", "direct", "Stores left as they were">
  ];
}

def DGKWarpSpecializePass : DGK_KernelPass<"dgk-warp-specialize"> {
  let summary = "Gives loads and arithmetic to warps of their own";
  let description = [{
    The body is split into two roles that run beside each other: `@math` keeps
    wait, arithmetic, release and stores; `@load` keeps acquire, copies and
    commit, run by one elected thread. Both keep the loops; accumulators that
    loops carry stay in `@math`.

    Before: `dgk-pipeline`. After: `dgk.roles` holds all work.
  }];
}

def DGKHoistScalesPass : DGK_KernelPass<"dgk-hoist-scales"> {
  let summary = "Reads scale words once, as soon as they arrive";
  let description = [{
    A scale tile that `dgk.mma` reads from shared memory is read into registers
    right behind its view (`dgk.read_scales`), and a slot that nothing reads any
    more is released at once.

    Before: `dgk-pipeline`. After: `dgk.mma` takes scales from registers.
  }];
  let statistics = [
    Statistic<"numRead", "read", "Scale tiles read into registers">
  ];
}

def DGKAssignMemoryPass : DGK_KernelPass<"dgk-assign-memory"> {
  let summary = "Gives buffers and barriers their addresses";
  let description = [{
    Buffers get offsets in shared memory, the most aligned first, pipelines
    behind them. An offset that is already there is an error: run it once.

    Before: `dgk-pipeline`. After: every `dgk.buffer` and `dgk.pipeline` has `at`.
    Fails with `assign_memory-c1` when the target's shared memory is too small.
  }];
  let statistics = [
    Statistic<"numBytes", "bytes", "Bytes of shared memory">
  ];
}

def DGKPlanLaunchPass : DGK_KernelPass<"dgk-plan-launch"> {
  let summary = "Writes down what the host must do to launch the kernel";
  let description = [{
    Attaches `#dgk.launch_plan`: one tensor map for each way a copy or store
    views a kernel argument, the sizes and strides that only the launch knows as
    symbols, the grid as the smaller of the chip's SM count and the number of
    output tiles, shared memory from the assigned offsets, parameters in order.

    Before: `dgk-assign-memory`, `dgk-warp-specialize`. After: the kernel has a plan.
  }];
}

def DGKUnrollScalesPass : DGK_KernelPass<"dgk-unroll-scales"> {
  let summary = "Unrolls loops until scale positions are constants";
  let description = [{
    A loop of at most 8 iterations, known at compile time, whose `dgk.mma` takes
    its scale's position from the loop is unrolled completely, so that the
    instruction's byte selector can name the byte. Where the trip count is not
    known the position stays a value and the word is shifted.

    Before: any form. After: as before.
  }];
  let statistics = [
    Statistic<"numUnrolled", "unrolled", "Loops unrolled">,
    Statistic<"numKept", "kept", "Loops whose trip count is unknown or too large">
  ];
}

def DGKLowerTilesPass : DGK_KernelPass<"dgk-lower-tiles"> {
  let summary = "Writes the persistent tile loop as a loop over numbers";
  let description = [{
    `dgk.tiles` becomes an `scf.for` from the CTA's number in steps of the grid's
    size, with the raster's arithmetic at its head.

    Before: any form. After: no `dgk.tiles` is left.
  }];
  let dependentDialects = ["::dgk::DGKDialect", "::mlir::gpu::GPUDialect"];
}

#endif // DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_TD
