//===- Passes.td - Choice of schedules ---------------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_SCHEDULE_PASSES_TD
#define DGEMM_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def SelectSchedule : Pass<"dgemm-select-schedule"> {
  let summary = "choose how each problem is computed on a target";
  let description = [{
    Writes two attributes on every op of the problem dialect: `dgk.target`, the
    chip with its limits, rates and instructions, and `dgk.schedule`, the choice.
    An op that already has one of them keeps it; a schedule that is kept is
    checked by the same rules as one that is chosen. Nothing else changes.

    **Before:** ops on memrefs. **After:** each has both attributes, and
    `convert-dgemm-to-dgk` can lower it; otherwise the pass has failed with a
    diagnostic for each op that it cannot serve.

    #### The choice

    Candidates are what the policy of the target's instruction names
    (`dgemm/Schedule/InstructionPolicy.h`), each with as many stages as shared
    memory holds (at most 8, for `wgmma` 16). For `mma.sync` they are CTA tiles of
    M 64 or 128, N 16, 32, 64 or 128, and K 64 or 128 bytes, without scales also 256 x 128 with K of 64
    bytes; the warp grid is the one that loads the fewest fragments: 4 x 2 for a tile
    of 128 x 128, 2 x 4 for 64 x 128. For `wgmma`,
    M is 64 with one warpgroup or 128 or 256 with two, N a multiple of 16 up to 256,
    K 128 bytes, and also 256 where M is 64 and N at most 96.
    Up to 32 rows there are the same with A and B swapped, and where a candidate has
    at most half as many tiles as the chip SMs, it splits K as often as the model
    finds best, with one CTA for each SM at most.
    The fastest by the model of `dgemm/Schedule/CostModel.h` wins. Of those within
    5 % (8 % for `wgmma`) it is one with A and B swapped, then for `mma.sync` the
    larger tile N, the smaller tile K, the larger tile M, and for `wgmma` the one
    with fewer splits, then the larger tile K.

    For M = 4096, N = 2112, K = 7168 on `sm_120a` that is 128 x 128 x 64 with 5
    stages: 544 tiles are 3 waves over 188 SMs, and tiles of 64 rows or columns
    would need more operand bytes for each product, which is what an SM waits
    for. A tile K of 128 is equal within 1.4 %, but only 2 of its stages fit beside
    the staging of the store; five stages of half the size keep more bytes
    in flight and free them sooner (DeepGEMM measured 5 to 6 %).

    M is seldom known; `m` says what to expect.

    #### Rules

    The op and the target:

    1. `select-c1`: the target is known, and given by `target` or `dgk.target`.
    2. `select-c2`: the op has a lowering on the target.
    3. `select-c3`: operands are memrefs.
    5. `select-c5`: the target has a lowered instruction for the element types.
    6. `select-c6`: A and B have stride 1 along K, whatever the layout. 16-bit
       types may have it along M and N, for `mma.sync` FP8 and FP4 as well. Their
       types say which it is.
    7. `select-c7`: scales are UE8M0, packed four to an i32 or f8E8M0FNU, or
       f8E4M3FN where the op has them, and serve one row; where the instructions
       know no scales, f32 or UE8M0 for 1 x 128 elements, or 128 x 128 of B.
    9. `select-c9`: heads of a head split have fewer than 2^31 columns.
    10. `select-c10`: rows of A and B (columns, where these are contiguous) are a
        multiple of 16 bytes apart. Of FP4 beside FP8, which TMA expands to a byte
        for each element, they are a multiple of 32 bytes apart, and K is a
        multiple of 128. Columns of FP4, which threads copy, are a multiple of 8
        bytes apart. What is only known at launch is the caller's promise.
    11. `select-c11`: packed scales have stride 1 along the rows, and along K a
        multiple of 4 words; those that are bytes have stride 1 along K, and rows
        a multiple of 4 bytes apart, which are the caller's promise of 16 where
        only the launch knows them. Where other scales of single rows have not,
        threads fetch them.

    The schedule, whoever wrote it:

    12. `select-c12`: the instruction is one of the target's and fits the types.
    13. `select-c13`: a warp's tile is a multiple of 16 x 16, of 16 x 8 for
        `wgmma`; the CTA's has at most 256 rows and columns. For `wgmma` warps
        along M come in fours, and scales of B divide the warp's columns or the
        other way round.
    14. `select-c14`: rows of tile K are 64 bytes with swizzle `b64` or 128 with
        `b128`, for `wgmma` also a multiple of 128; 128 elements where TMA
        expands them. Tile K divides the elements that one scale word serves, or
        is a multiple of them. For `mma.sync` such a tile is loaded in parts of one
        scale word, whose rows these are; a word of the other operand serves one
        part or several tiles. Where an operand is contiguous along M or N,
        its tile is a whole number of swizzle spans there, and tile K one of
        instructions.
    15. `select-c15`: shared memory. Operand ring, scale ring, 16 rows of one
        swizzle span for each store slot, a tile of C for `wgmma` where C is not
        summed in memory and TMA can copy it, partial sums of all splits but one
        in a cluster along K, 16 bytes for each stage of a pipeline.
    16. `select-c16`: registers of a math thread, as estimated.
    17. `select-c17`: registers of all threads, at most what the CTA gets at launch;
        those of a thread, at most 248 where it starts with 255.
    18. `select-c18`: warps of the CTA.
    19. `select-c19`: at least 2 stages.
    20. `select-c20`: `store = tma` with a positive multiple of the math warps as
        `store_slots`, rows of D a known multiple of 16 bytes apart, whole
        128-byte lines in each warp, and in each part of a head split; or
        `store = registers` with none, and always so with `swap_ab` and wgmma.
    21. `select-c21`: a `cluster` where the target has clusters: of 2 CTAs and an
        even number of SMs, or along K of as many as the target has; `swap_ab` without a head split.
    22. `select-c22`: `split_k` at most 32, together with a `cluster` only where
        that goes along K and has as many CTAs.

    #### Remarks

    Category `dgemm-select-schedule`: `ScheduleChosen` and `ScheduleKept`
    (passed), `CandidateDeclined` for each candidate that breaks a limit or does
    not pay (missed), `CandidateSlower` for the others (analysis). Try
    `--remarks-filter=dgemm-select-schedule`.
  }];
  let options = [
    Option<"target", "target", "std::string", "\"\"",
           "Chip or part of ops without dgk.target, e.g. sm_120a, rtx-5090">,
    Option<"m", "m", "int64_t", "4096", "Expected M where it is dynamic">,
    Option<"n", "n", "int64_t", "4096", "Expected N where it is dynamic">,
    Option<"k", "k", "int64_t", "4096", "Expected K where it is dynamic">
  ];
  let statistics = [
    Statistic<"numChosen", "chosen", "Schedules chosen">,
    Statistic<"numKept", "kept", "Schedules that were given and kept">,
    Statistic<"numRejected", "rejected", "Ops that cannot be served">,
    Statistic<"numCandidates", "candidates", "Candidates considered">,
    Statistic<"numOverSharedMemory", "over-shared-memory",
              "Candidates declined: shared memory">,
    Statistic<"numOverRegisters", "over-registers",
              "Candidates declined: registers">,
    Statistic<"numOverOther", "over-other",
              "Candidates declined: another limit">,
    Statistic<"numUnprofitable", "unprofitable",
              "Candidates declined: do not pay for this shape">
  ];
  let dependentDialects = ["::dgk::DGKDialect"];
}

#endif // DGEMM_SCHEDULE_PASSES_TD
