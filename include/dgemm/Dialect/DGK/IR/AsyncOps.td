//===- AsyncOps.td - Buffers, pipelines and asynchronous copies --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_ASYNCOPS_TD
#define DGEMM_DIALECT_DGK_IR_ASYNCOPS_TD

include "dgemm/Dialect/DGK/IR/DGKOpBase.td"

//===----------------------------------------------------------------------===//
// Memory and its order of reuse
//===----------------------------------------------------------------------===//

def DGK_BufferOp : DGK_NamedOp<"buffer", "ring", [MemoryEffects<[MemAlloc]>]> {
  let summary = "On-chip memory for a ring of tiles";
  let description = [{
    `at` is the byte offset in the CTA's dynamic shared memory (the column, for
    tensor memory); `dgk-assign-memory` sets it.

    #### Constraints
    1. `buffer-c5`: the offset is not negative and a multiple of the layout's
       alignment (1 to 4 are rules of the type).

    Example: `%a = dgk.buffer at 1024 : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>`
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$offset);
  let results = (outs DGK_BufferType:$result);
  let assemblyFormat = "(`at` $offset^)? attr-dict `:` qualified(type($result))";
  let hasVerifier = 1;
}

def DGK_PipelineOp : DGK_NamedOp<"pipeline", "pipe", [MemoryEffects<[MemAlloc]>]> {
  let summary = "Full and empty barriers for the slots of a ring";
  let description = [{
    A slot is full after `producers` arrivals and all announced bytes, and empty
    after `consumers` arrivals. `at` is the byte offset of the barriers in
    dynamic shared memory: first the full ones, then the empty ones, 8 bytes
    each (PTX ISA, "mbarrier").

    Each warp that reaches a `dgk.commit` or a `dgk.release` arrives once; an
    `elected` role arrives once.

    With `ctas(n)`, the barriers of n neighbouring CTAs of a cluster work as
    one: a slot is full when the producers of all of them have committed what
    it receives, and empty when the consumers of all of them have released it.
    `producers` and `consumers` count the arrivals of one CTA. A `leader` role
    arrives, and is heard, for all n. It is what a CTA pair with one matrix
    instruction and a multicast copy need. These CTAs must take equally many
    slots, and none may end before the others: the kernel ends with
    `dgk.cluster_barrier`.

    #### Constraints
    1. `pipeline-c1`: producers, consumers and CTAs are positive.
    2. `pipeline-c2`: the offset is a multiple of 8.
    3. `pipeline-c3`: 1 to 64 slots (a rule of the type).

    Example:
    ```mlir
    %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
    %q = dgk.pipeline producers(1) consumers(1) ctas(2) at 1024 : !dgk.pipeline<4>
    ```
  }];
  let arguments = (ins I64Attr:$producers, I64Attr:$consumers,
                       OptionalAttr<I64Attr>:$offset,
                       DefaultValuedAttr<I64Attr, "1">:$ctas);
  let results = (outs DGK_PipelineType:$result);
  let assemblyFormat = [{
    `producers` `(` $producers `)` `consumers` `(` $consumers `)`
    (`ctas` `(` $ctas^ `)`)? (`at` $offset^)? attr-dict `:` qualified(type($result))
  }];
  let hasVerifier = 1;
}

class DGK_CursorOp<string mnemonic, string what>
    : DGK_NamedOp<mnemonic, "slot", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = what;
  let arguments = (ins DGK_PipelineType:$pipeline);
  let results = (outs DGK_SlotType:$slot);
  let assemblyFormat = "$pipeline attr-dict `:` qualified(type($pipeline))";
}

def DGK_AcquireOp : DGK_CursorOp<"acquire", "Waits until the next slot is empty"> {
  let description = [{
    The first pass over the ring does not wait. The slot is the role's to write
    until `dgk.commit`.

    Example: `%s = dgk.acquire %p : !dgk.pipeline<4>`
  }];
}

def DGK_WaitOp : DGK_CursorOp<"wait", "Waits until the next slot is full"> {
  let description = [{
    What the producers wrote is visible afterwards. The slot is the role's to
    read until `dgk.release`.

    Example: `%s = dgk.wait %p : !dgk.pipeline<4>`
  }];
}

class DGK_HandOverOp<string mnemonic, string what>
    : DGK_Op<mnemonic, [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = what;
}

def DGK_CommitOp : DGK_HandOverOp<"commit", "Hands a slot to the consumers"> {
  let description = [{
    The slot becomes full when the `bytes` of all
    asynchronous copies into it have arrived; with `after_mma`, when the matrix
    instructions that this thread issued have finished. What the role wrote
    with `dgk.write` is visible to whoever waits for the slot.

    #### Constraints
    1. `commit-c1`: the slot comes from `dgk.acquire` of the same pipeline.
    2. `commit-c2`: `bytes` is the sum of the copies into the slot.

    Example: `dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<4>`
  }];
  let arguments = (ins DGK_PipelineType:$pipeline, DGK_SlotType:$slot,
                       OptionalAttr<I64Attr>:$bytes, UnitAttr:$afterMma);
  let assemblyFormat = [{
    $pipeline `[` $slot `]` (`bytes` `(` $bytes^ `)`)? (`after_mma` $afterMma^)?
    attr-dict `:` qualified(type($pipeline))
  }];
  let hasVerifier = 1;
}

def DGK_ReleaseOp : DGK_HandOverOp<"release", "Hands a slot back to the producers"> {
  let description = [{
    With `after_mma`, the slot becomes empty when
    the asynchronous matrix instructions, and the copies into tensor memory,
    that read it have finished; the role itself does not wait.

    #### Constraints
    1. `release-c1`: the slot comes from `dgk.wait` of the same pipeline, of this
       iteration or, as a value that the loop carries, of the one before.

    Example: `dgk.release %p[%s] : !dgk.pipeline<4>`
  }];
  let arguments = (ins DGK_PipelineType:$pipeline, DGK_SlotType:$slot,
                       UnitAttr:$afterMma);
  let assemblyFormat = [{
    $pipeline `[` $slot `]` (`after_mma` $afterMma^)? attr-dict `:` qualified(type($pipeline))
  }];
  let hasVerifier = 1;
}

def DGK_ViewOp : DGK_NamedOp<"view", "view", [Pure]> {
  let summary = "The tile in one slot of a buffer";
  let description = [{
    Costs nothing: later operations use the memory in place. A buffer that one
    role keeps for itself, and uses in program order, needs no slot.

    #### Constraints
    1. `view-c1`: the result is the buffer's tile type.
    2. `view-c2`: without a slot, the buffer has one slot.

    Example:
    ```mlir
    %t = dgk.view %a[%s] : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
    %u = dgk.view %scales : !dgk.buffer<1 x 128x1xi32, #dgk.tmem<cta_group = 1>>
    ```
  }];
  let arguments = (ins DGK_BufferType:$buffer, Optional<DGK_SlotType>:$slot);
  let results = (outs DGK_TileType:$result);
  let builders = [OpBuilder<(ins "::mlir::Value":$buffer, "::mlir::Value":$slot)>];
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

def DGK_CopyAsyncOp : DGK_Op<"copy_async", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Copies a tile from global memory into a slot";
  let description = [{
    Runs in the background; its bytes are counted by the slot that is committed
    next. Elements outside the memory arrive as zeros. Into a buffer that is
    spread over a CTA pair, each CTA copies its half of the rows.

    `multicast` is a set of CTAs of the cluster, as a bit mask: all of them
    execute the copy with the same coordinates, the first of them fetches the
    tile, and each receives it in the same slot of its own buffer. `map` is the number of
    the tensor map in the launch plan; `dgk-plan-launch` sets it.

    `elementwise` is for the few elements that are less than a TMA copy can
    move, 16 bytes: each is copied on its own, its place may have any strides,
    and coordinates outside the memory mean its last element. The role arrives
    once more when they are there, instead of bytes being counted. `rows` as in
    `dgk.load`, for such copies only; `transposed` and `evict_first` as there, for
    all others.

    `by_threads` is for what TMA cannot do. 4-bit elements that lie along the rows
    of an operand (`expanded` and `column_major`) it expands 128 at a time and no
    fewer; rows of bytes may be less than a multiple of 16 bytes apart. All threads
    of the role copy 16 such elements, or 4 bytes, again and again. Each thread
    arrives when its own are there, instead
    of bytes being counted. Beside such copies one thread of the role issues all
    others and announces their bytes.

    #### Constraints
    1. `copy_async-c1`: one coordinate per dimension of the source.
    2. `copy_async-c2`: the buffer is in shared memory and has the source's element type.
    3. `copy_async-c3`: the source has stride 1 along the dimension in which the
       elements of the buffer lie side by side: for a tile of one column its rows
       or its column, otherwise as the layout says.
    4. `copy_async-c4`: the slot's pipeline spans the CTAs of the multicast.
    5. `copy_async-c5`: the buffer's layout is one that TMA writes, not `scale_words`.
    6. `copy_async-c6`: an elementwise copy is of at most 32 elements of 4 bytes in
       one column, without swizzle and multicast; only such a copy has `rows`, two
       positive numbers.
    7. `copy_async-c7`: a transposed copy is of two dimensions, and not
       elementwise.
    8. `copy_async-c8`: a copy into an `expanded`, `column_major` buffer is
       `by_threads`, one of whole fours of 8-bit elements without swizzle may be;
       such a copy is of two dimensions, and neither elementwise nor multicast,
       and of bytes not transposed.
    9. `copy_async-c9`: neither an elementwise copy nor one `by_threads` is
       `evict_first`.
    10. `copy_async-c10`: lines that are copied `by_threads` are a multiple of 8
        bytes apart, of 4 where elements have 8 bits, as far as is known.

    Example:
    ```mlir
    dgk.copy_async %a[%m, %k] to %ring[%s]
      : memref<?x7168xf8E4M3FN>, !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Variadic<Index>:$coordinates,
                       DGK_BufferType:$buffer, DGK_SlotType:$slot,
                       OptionalAttr<I64Attr>:$multicast,
                       OptionalAttr<I64Attr>:$map, UnitAttr:$elementwise,
                       OptionalAttr<DenseI64ArrayAttr>:$rows,
                       UnitAttr:$transposed, UnitAttr:$evictFirst,
                       UnitAttr:$byThreads);
  let assemblyFormat = [{
    $source `[` $coordinates `]` `to` $buffer `[` $slot `]`
    (`elementwise` $elementwise^)? (`by_threads` $byThreads^)? (`rows` $rows^)? (`transposed` $transposed^)? (`evict_first` $evictFirst^)? (`multicast` `(` $multicast^ `)`)? (`map` `(` $map^ `)`)? attr-dict `:`
    qualified(type($source)) `,` qualified(type($buffer))
  }];
  let hasVerifier = 1;
}

def DGK_StoreAsyncOp : DGK_Op<"store_async", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Accumulator to global memory through shared memory, by TMA";
  let description = [{
    The accumulator is cut into pieces of the staging buffer's shape. Each warp
    owns an equal share of the slots, writes its pieces there in turn, and
    copies each to global memory in the background; it waits for a slot's
    previous copy before it writes again. No other warp is involved. Elements
    outside the memory are dropped. `transposed`, `accumulate` and `heads` as in `dgk.store`;
    rows of the staging buffer are rows of the destination always.

    #### Constraints
    1. `store_async-c1`: the staging buffer is in shared memory and has the
       accumulator's and the destination's element type.
    2. `store_async-c2`: one coordinate per dimension of the destination, at least 2.
    3. `store_async-c4`: elements that are accumulated are f32.
    4. `store_async-c5`: `heads` goes without `accumulate`, and keeps the columns
       of the staging buffer together.
    5. `store_async-c6`: `transposed` goes without `accumulate` and `heads`.
    6. `store_async-c7`: each row of the staging buffer is one swizzle span of 32,
       64 or 128 bytes.

    Example:
    ```mlir
    dgk.store_async %out, %d[%m, %n] through %staging
      : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>,
        !dgk.buffer<16 x 16x64xbf16, #dgk.shared<b128>>
    ```
  }];
  let arguments = (ins DGK_AccumulatorType:$value, AnyMemRef:$destination,
                       Variadic<Index>:$coordinates, DGK_BufferType:$staging,
                       OptionalAttr<I64Attr>:$map, UnitAttr:$transposed,
                       UnitAttr:$accumulate,
                       OptionalAttr<DGK_HeadSplitAttr>:$heads);
  let assemblyFormat = [{
    $value `,` $destination `[` $coordinates `]` `through` $staging
    (`transposed` $transposed^)? (`accumulate` $accumulate^)? (`heads` $heads^)?
    (`map` `(` $map^ `)`)? attr-dict `:` qualified(type($value)) `,`
    qualified(type($destination)) `,` qualified(type($staging))
  }];
  let hasVerifier = 1;
}

def DGK_DrainStoresOp : DGK_Op<"drain_stores", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Waits until this role's asynchronous stores are done";
  let description = [{
    Once at the end of a role that stores: its staging buffer must stay until
    the copies have read it.

    Example: `dgk.drain_stores`
  }];
  let assemblyFormat = "attr-dict";
}

//===----------------------------------------------------------------------===//
// Asynchronous matrix instructions and tensor memory
//===----------------------------------------------------------------------===//

def DGK_MmaAsyncOp : DGK_Op<"mma_async",
    [AttrSizedOperandSegments, RequiredOperands<"0, 3, 6, 7">,
     MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Matrix product into tensor memory, in the background";
  let description = [{
    As `dgk.mma`, with the accumulator in a slot of a tensor-memory buffer;
    `accumulate` false overwrites it. A is in shared or in tensor memory, B in
    shared memory, scales are tiles in tensor memory. Finished when a
    `dgk.commit` or `dgk.release` with `after_mma` says so.

    An accumulator that is spread over a CTA pair (`cta_group = 2`) takes
    operands that are spread as well: each CTA holds half the rows of A and
    half the rows of B, and one thread of the leader issues for both.

    #### Constraints
    1. `mma_async-c1`: A is M x K, B is N x K, the accumulator tile M x N in tensor memory.
    2. `mma_async-c2`: both operands have scales in tensor memory or neither.
    3. `mma_async-c3`: a scale tile is rows x 1 x i32, with an index and `per`
       16, 32 or 128.
    4. `mma_async-c4`: A is in shared or tensor memory, B in shared memory.
    5. `mma_async-c5`: A, B and the accumulator have the same `cta_group`.

    Example:
    ```mlir
    dgk.mma_async %a scaled by %sa[%j] per 128, %b scaled by %sb[%j] per 128
        into %acc accumulate(%more)
      : !dgk.tile<256x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>,
        !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128, cta_group = 2>>,
        !dgk.tile<256x1xi32, #dgk.tmem<cta_group = 2>>,
        !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
        into !dgk.tile<256x128xf32, #dgk.tmem<cta_group = 2>>
    ```
  }];
  let arguments = (ins
    DGK_TileType:$a,
    Optional<DGK_TileType>:$aScale, Optional<Index>:$aScaleIndex,
    OptionalAttr<I64Attr>:$aScalePer,
    DGK_TileType:$b,
    Optional<DGK_TileType>:$bScale, Optional<Index>:$bScaleIndex,
    OptionalAttr<I64Attr>:$bScalePer,
    DGK_TileType:$accumulator, I1:$accumulate);
  let assemblyFormat = [{
    $a (`scaled` `by` $aScale^ `[` $aScaleIndex `]` `per` $aScalePer)? `,`
    $b (`scaled` `by` $bScale^ `[` $bScaleIndex `]` `per` $bScalePer)?
    `into` $accumulator `accumulate` `(` $accumulate `)` attr-dict `:`
    qualified(type($a)) `,` qualified(type($b)) (`,` qualified(type($aScale))^ `,` qualified(type($bScale)))?
    `into` qualified(type($accumulator))
  }];
  let hasVerifier = 1;
}

def DGK_CopyToTmemOp : DGK_Op<"copy_to_tmem", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Copies a shared-memory tile into tensor memory";
  let description = [{
    Ordered between the matrix instructions of the same thread before and after
    it (`tcgen05.cp`). In a `leader` role, it copies in each CTA of the pair.

    #### Constraints
    1. `copy_to_tmem-c1`: the source is in shared memory, the destination in
       tensor memory, with the same shape and element type.
    2. `copy_to_tmem-c2`: scale words (rows x 1 x i32) are in `scale_words` order.

    Example:
    ```mlir
    dgk.copy_to_tmem %sf to %tsf : !dgk.tile<128x1xi32, #dgk.shared<none, scale_words>>,
                                   !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
    ```
  }];
  let arguments = (ins DGK_TileType:$source, DGK_TileType:$destination);
  let assemblyFormat = [{
    $source `to` $destination attr-dict `:` qualified(type($source)) `,` qualified(type($destination))
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Synchronisation
//===----------------------------------------------------------------------===//

def DGK_RoleBarrierOp : DGK_Op<"role_barrier",
    [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "All threads of the role meet";
  let description = [{
    `id` is the hardware's named barrier, 1 to 15; 0 is the whole CTA's.

    #### Constraints
    1. `role_barrier-c1`: `id` is in 1..15.
    2. `role_barrier-c2`: it stands in a role that is not `elected`.

    Example: `dgk.role_barrier id(1)`
  }];
  let arguments = (ins I64Attr:$id);
  let assemblyFormat = "`id` `(` $id `)` attr-dict";
  let hasVerifier = 1;
}

def DGK_ClusterBarrierOp : DGK_Op<"cluster_barrier", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "All threads of the cluster meet";
  let description = [{
    `barrier.cluster`: what each of them did before is visible to all behind it.
    Behind the roles it keeps each CTA, and so its shared memory, until the
    others' copies and arrivals there are over.

    #### Constraints
    1. `cluster_barrier-c1`: it stands in the kernel's body, outside of the roles.

    Example: `dgk.cluster_barrier`
  }];
  let assemblyFormat = "attr-dict";
  let hasVerifier = 1;
}

def DGK_DependencyWaitOp : DGK_Op<"dependency_wait", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Waits for the kernels before this one in the stream";
  let description = [{
    `griddepcontrol.wait`: what came before in the kernel overlapped their tail.

    Example: `dgk.dependency_wait`
  }];
  let assemblyFormat = "attr-dict";
}

def DGK_DependencySignalOp : DGK_Op<"dependency_signal", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Lets the next kernel in the stream begin its prologue";
  let description = [{
    `griddepcontrol.launch_dependents`.

    Example: `dgk.dependency_signal`
  }];
  let assemblyFormat = "attr-dict";
}

#endif // DGEMM_DIALECT_DGK_IR_ASYNCOPS_TD
