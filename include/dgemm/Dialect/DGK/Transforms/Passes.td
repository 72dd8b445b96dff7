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
    Each `dgk.load` becomes an asynchronous copy into a slot of a pipeline:
    acquire, copies, commit in front of the last load; wait and views behind;
    release after the last use. Sources that are loaded in the same blocks, and
    equally often, share slots. Tiles of one source that a block loads before it
    uses the first share one too; otherwise a ring whose slots would be held at
    the same time, or whose tiles are used before the last load, is split. A ring
    that feeds
    products in the block of its loads, the loop over K tiles, gets the
    schedule's `stages`, others its `scale_stages`.

    In a tile loop with `cluster`, a tile whose coordinates are the same in all
    CTAs of the cluster is fetched once, by multicast; its pipeline then spans
    these CTAs. Copies of single elements stay the business of each CTA.

    Before: synchronous form with a schedule. After: no `dgk.load` is left; still
    one thread of control, so each iteration fills its slot and empties it.

    ### Rules

    1. `pipeline-c4`: the kernel has a schedule (1 to 3 are rules of the op).
    2. `pipeline-c5`: tiles are used by operations of this dialect, in the block
       of the load or inside of it.
  }];
  let statistics = [
    Statistic<"numPipelines", "pipelines", "Pipelines made">,
    Statistic<"numCopies", "copies", "Loads turned into asynchronous copies">,
    Statistic<"numMulticast", "multicast", "Copies for all CTAs of a cluster">
  ];
}

def DGKStageStoresPass : DGK_KernelPass<"dgk-stage-stores"> {
  let summary = "Stores accumulators through shared memory, by TMA";
  let description = [{
    `dgk.store` becomes `dgk.store_async` with a staging buffer of the schedule's
    `store_slots`, each 16 rows of one swizzle span (128, 64 or 32 bytes, the
    widest that divides a warp's columns), and the kernel ends with
    `dgk.drain_stores`. Leaves kernels whose schedule says `store = registers`,
    warp tiles that no span divides, and stores with `within` or `transposed` alone.

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

    Index arithmetic, control flow and reads of scalars from memory belong to
    both roles; what writes memory belongs to `@math`. Values that cost nothing,
    buffers and pipelines stay in front of the roles. Where a pipeline spans
    several CTAs, `dgk.cluster_barrier` behind the roles keeps each of them until
    all are done.

    Roles have the warps of the schedule; without loads there is no `@load`. They
    have its registers, too, if they trade them: where one needs more than all
    threads start with, or the instruction is better off so. Otherwise they have
    none, and there will be no `setmaxnreg`.

    Before: `dgk-pipeline`. After: `dgk.roles` holds all work.

    ### Rules

    1. `warp_specialize-c1`: the kernel has a schedule, structured control flow
       and neither roles nor `dgk.load`.
    2. `warp_specialize-c2`: the load role needs no value that only the math role
       computes.
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

def DGKPromotePartialsPass : DGK_KernelPass<"dgk-promote-partials"> {
  let summary = "Applies scales that the matrix instruction does not know";
  let description = [{
    Where the schedule's instruction takes no scales, a scaled `dgk.mma` becomes
    one without scales that starts from zero, and a `dgk.promote` that adds its
    scaled result to the sum. One K tile has one scale for each row, so the sum in
    the instruction's own, possibly narrower, precision stays that short. A tall
    tile is done in bands of rows, a wide one in bands of columns, so that few
    partial products are held at a time. Slots are released behind the addition, when the scales have been used.

    Before: `dgk-hoist-scales`. After: such a `dgk.mma` has no scales.

    ### Rules

    1. `promote_partials-c1`: scales are f32, in registers.
  }];
  let statistics = [
    Statistic<"numPromoted", "promoted", "Products whose scales moved out">
  ];
}

def DGKAssignMemoryPass : DGK_KernelPass<"dgk-assign-memory"> {
  let summary = "Gives buffers and barriers their addresses";
  let description = [{
    Buffers get offsets in shared memory, the most aligned first, pipelines
    behind them. An offset that is already there is an error: run it once.

    Before: `dgk-pipeline`. After: every `dgk.buffer` and `dgk.pipeline` has `at`.

    ### Rules

    1. `assign_memory-c1`: the target has as much shared memory for a CTA.
    2. `assign_memory-c2`: no buffer or pipeline has an offset yet.
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
    output tiles, both rounded up to whole clusters, shared memory from the
    assigned offsets, workspace of `dgk.combine`, parameters in order.

    Before: `dgk-assign-memory`, `dgk-warp-specialize`. After: the kernel has a plan.

    ### Rules

    1. `plan_launch-c1`: copies, stores and sizes are of kernel arguments.
    2. `plan_launch-c2`: sizes are asked of constant dimensions.
    3. `plan_launch-c3`: the extents of tile loops are sums, differences and
       products of constants and sizes of kernel arguments.
    4. `plan_launch-c4`: the kernel has roles.
    5. `plan_launch-c5`: a tile's rows are contiguous in memory; of a tile of one
       column, the column is.
    6. `plan_launch-c6`: the other strides are multiples of 16 bytes, of 32 where
       elements are expanded.
    7. `plan_launch-c7`: the number of tiles of `dgk.combine` is made of constants
       and sizes of kernel arguments as well, also by division.
    8. `plan_launch-c8`: a kernel has one `dgk.combine`.
    9. `plan_launch-c9`: an expanded dimension has a multiple of 128 elements.
  }];
}

def DGKUnrollScalesPass : DGK_KernelPass<"dgk-unroll-scales"> {
  let summary = "Unrolls loops until scale positions are constants";
  let description = [{
    A loop of at most 32 iterations, known at compile time, whose `dgk.mma` takes
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

def DGKUnrollTilesPass : DGK_KernelPass<"dgk-unroll-tiles"> {
  let summary = "Several K tiles in one iteration";
  let description = [{
    Unrolls the loop over K tiles until a warp has about 256 matrix instructions in
    one iteration, at most 8 times. Inside of the iteration the next slot's wait and
    first reads can stand in front of the last product of this one
    (`dgk-overlap-slots`), which at the loop's head they cannot. Of a known number
    of tiles, none are left over where a factor of at least half allows it;
    others run one by one in a loop behind.

    Of loops whose products have scales that is what `dgk-unroll-scales` leaves,
    and only where the number of iterations is known. Instructions that read
    shared memory themselves need no unrolling.

    Before: any form with waits. After: as before.
  }];
  let statistics = [
    Statistic<"numUnrolled", "unrolled", "Loops unrolled">
  ];
}

def DGKReadFragmentsPass : DGK_KernelPass<"dgk-read-fragments"> {
  let summary = "Splits products into the K steps of the matrix instruction";
  let description = [{
    A `dgk.mma` of tiles in shared memory becomes one of fragments for each K step
    of the schedule's instruction. The fragments of a step are read before the
    product of the step before it, so that they are on their way meanwhile; a slot
    is released behind the product during which its last fragments are read. Where
    a slot has several parts, the first fragments of one and its scales are read
    before the last product of the part in front of it.

    Before: asynchronous form. After: `dgk.mma` takes operands from registers.

    ### Rules

    1. `read_fragments-c2`: K of a product is a multiple of the instruction's (1 is
       a rule of the op).
  }];
  let statistics = [
    Statistic<"numSteps", "steps", "Products of one K step">
  ];
}

def DGKReadScalesLatePass : DGK_KernelPass<"dgk-read-scales-late"> {
  let summary = "Reads rows of scales in parts, when products need them";
  let description = [{
    Scales that are bytes arrive 16 to a row, four words. Where the products of one
    block take all of them at constant positions, `dgk.read_scales` becomes one for
    each two words, in front of the first product that takes one of them, and the
    slot is released behind the product of the last: half of the registers. Two
    words at a time, since lanes that read two rows which lie in the same banks
    take them in opposite orders; of B one where FP4 stands beside FP8.

    Instructions that take four scales at once have no use for half of a row:
    their scales stay.

    Before: `dgk-unroll-scales`, `dgk-read-fragments`. After: as before.
  }];
  let statistics = [
    Statistic<"numDivided", "divided", "Reads that became several">
  ];
}

def DGKOverlapSlotsPass : DGK_KernelPass<"dgk-overlap-slots"> {
  let summary = "Begins to read the next slot before the last one is multiplied";
  let description = [{
    Where a block waits for a slot behind a product, the wait and the reads of the
    slot's first fragments move in front of that product: its arithmetic hides
    their latency. Waits at the head of a loop have nothing in front of them and
    stay.

    Before: `dgk-read-fragments`. After: as before.
  }];
  let statistics = [
    Statistic<"numOverlapped", "overlapped", "Waits moved in front of a product">,
    Statistic<"numHeads", "heads", "Waits with no product before them">
  ];
}

def DGKWaitAheadPass : DGK_KernelPass<"dgk-wait-ahead"> {
  let summary = "Waits for the next slot before the last promotion of this one";
  let description = [{
    For instructions that read shared memory themselves. A loop over K tiles whose
    body ends with a `dgk.promote` waits for the slot of the next K tile and reads
    its scales behind the last product and in front of that promotion: the next
    product can be issued right behind the additions, and the tensor cores wait for
    them only. The first wait stands in front of the loop, the last K tile behind
    it. Slots and scales become values that the loop carries. Scales of single
    columns are too many for two sets in registers and are read where they were.

    Loops with one iteration or an unknown number of them stay.

    Before: `dgk-promote-partials`. After: as before.

    ### Rules

    1. `wait_ahead-c1`: where scales are depends, of what the loop computes, on its
       induction variable only.
  }];
  let statistics = [
    Statistic<"numAhead", "ahead", "Loops that wait a K tile ahead">
  ];
  let dependentDialects = ["::mlir::scf::SCFDialect",
                           "::mlir::arith::ArithDialect"];
}

def DGKLowerTilesPass : DGK_KernelPass<"dgk-lower-tiles"> {
  let summary = "Writes the persistent tile loop as a loop over numbers";
  let description = [{
    `dgk.tiles` becomes an `scf.for` from the CTA's number in steps of the grid's
    size, with the raster's arithmetic at its head. With `cluster` the loop counts
    groups of neighbouring tiles, of which each CTA takes its own; the raster
    walks the groups, and its width stays one of tiles.

    Before: any form. After: no `dgk.tiles` is left.

    ### Rules

    1. `lower_tiles-c1`: no tile loop is `per_cluster`.
  }];
  let dependentDialects = ["::dgk::DGKDialect", "::mlir::gpu::GPUDialect"];
}

def DGKVerifyHazardsPass : DGK_KernelPass<"dgk-verify-hazards"> {
  let summary = "Proves that every reuse of a buffer is ordered";
  let description = [{
    Checks an asynchronous kernel (one with `dgk.roles`) and changes nothing.
    A kernel that passes has no race between roles on a buffer and never waits
    for a barrier phase that no role completes. What it cannot prove is an
    error. It does not prove that pipelines which two roles take in different
    orders are deep enough.

    1. `hazards-c1`: a role writes a slot, by copy, store to a tile or matrix
       instruction, between its `dgk.acquire` and its `dgk.commit`; copies run
       once for each slot.
    2. `hazards-c2`: a role uses a tile in memory while it holds the slot.
    3. `hazards-c3`: a buffer that is read is written; it belongs to one
       pipeline and has as many slots, or to one role that uses it without slots.
    4. `hazards-c4`: a pipeline has one producer role, and other roles as
       consumers; roles use it, not the kernel's body.
    5. `hazards-c5`: the producers and consumers of a pipeline are the arrivals
       of these roles: one for each warp, one for an elected role; one for a role
       with `by_threads` copies, and one for each of its threads where they fill
       slots.
    6. `hazards-c6`: along every path, a role takes and hands over the slots of
       a pipeline in turn.
    7. `hazards-c7`: producer and consumers take the same number of slots: their
       loops are equal, over values that are computed alike.
    8. `hazards-c8`: buffers and barriers that have an address do not overlap.
    9. `hazards-c9`: they lie in the launch plan's shared memory, and in the
       target's tensor memory.
    10. `hazards-c10`: all threads of a role share a staging buffer, whose slots
        are a multiple of its warps.
    11. `hazards-c11`: asynchronous stores are drained before their role ends.
    12. `hazards-c12`: a slot that `dgk.mma_async` or `dgk.copy_to_tmem` uses is
        handed over with `after_mma`.
    13. `hazards-c13`: a slot that copies fill is committed with its `bytes`.
    14. `hazards-c14`: a pipeline between a `leader` role and one that every CTA
        runs has `ctas(n)`; the launch plan's cluster has that many.
    15. `hazards-c15`: where a pipeline spans several CTAs, `dgk.cluster_barrier`
        stands behind the roles, and its slots are taken in tile loops that give
        all of these CTAs equally many tiles.

    Before: asynchronous form. After: the same.
  }];
  let statistics = [
    Statistic<"numPipelines", "pipelines", "Pipelines checked">,
    Statistic<"numBuffers", "buffers", "Buffers checked">
  ];
}

#endif // DGEMM_DIALECT_DGK_TRANSFORMS_PASSES_TD
