//===- DataOps.td - Tiles to and from global memory --------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DATAOPS_TD
#define DGEMM_DIALECT_DGK_IR_DATAOPS_TD

include "dgemm/Dialect/DGK/IR/DGKOpBase.td"

def DGK_LoadOp : DGK_NamedOp<"load", "tile", [MemoryEffects<[MemRead]>]> {
  let summary = "An operand tile from global memory";
  let description = [{
    Reads the rectangle that starts at the given element coordinates. Elements
    outside the memory are zero. Leading coordinates beyond the tile's rank
    select one element.

    With `transposed`, the tile is the transpose of the rectangle: its first
    dimension runs along the last coordinate.

    `evict_first` says that nothing reads the elements again soon: caches give
    them up before others.

    `rows [s, b]` is for scales that b rows of an operand share: element i of the
    tile's one column is from row `(c + i * s) / b` of the source, where c is the
    first coordinate, in rows of the operand. Rows outside mean the last one.

    #### Constraints
    1. `load-c1`: one coordinate per dimension of the source, at least the tile's rank.
    2. `load-c2`: the tile has the source's element type.
    3. `load-c3`: `rows` are two positive numbers, for a tile of one column.
    4. `load-c4`: a transposed tile has two dimensions and no `rows`.

    Example: `%t = dgk.load %a[%m, %k] : memref<?x7168xf8E4M3FN> -> !dgk.tile<128x128xf8E4M3FN>`
  }];
  let arguments = (ins AnyMemRef:$source, Variadic<Index>:$coordinates,
                       OptionalAttr<DenseI64ArrayAttr>:$rows,
                       UnitAttr:$transposed, UnitAttr:$evictFirst);
  let results = (outs DGK_TileType:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$source,
                                 "::mlir::ValueRange":$coordinates), [{
    build($_builder, $_state, type, source, coordinates,
          ::mlir::DenseI64ArrayAttr(), ::mlir::UnitAttr(), ::mlir::UnitAttr());
  }]>];
  let assemblyFormat = [{
    $source `[` $coordinates `]` (`rows` $rows^)? (`transposed` $transposed^)? (`evict_first` $evictFirst^)? attr-dict `:` qualified(type($source)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_StoreOp : DGK_Op<"store",
    [AttrSizedOperandSegments, RequiredOperands<"0, 1">,
     MemoryEffects<[MemWrite]>]> {
  let summary = "An accumulator to global memory";
  let description = [{
    Writes the rectangle that starts at the given element coordinates; elements
    outside the memory are dropped. With `transposed`, element (i, j) of the
    accumulator goes to (first + j, second + i). With `within (lo, hi)`, only
    elements whose last coordinate is in lo <= x < hi are written. A destination
    of one dimension takes a row or a column.

    With `accumulate`, each element is added, in memory, to what is there. With
    `heads`, the last coordinate counts the columns of a product whose columns
    `#dgk.head_split` maps to those of the destination.

    #### Constraints
    1. `store-c1`: one coordinate per dimension of the destination; at least 2,
       or 1 where a size of the accumulator is 1.
    2. `store-c2`: the accumulator has the destination's element type.
    3. `store-c3`: `within` has both bounds.
    4. `store-c4`: elements that are accumulated are f32.
    5. `store-c5`: `accumulate` and `heads` go without `within` and `transposed`,
       `heads` without `accumulate`.

    Example: `dgk.store %out, %d[%m, %n] : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>`
  }];
  let arguments = (ins DGK_AccumulatorType:$value, AnyMemRef:$destination,
                       Variadic<Index>:$coordinates,
                       Optional<Index>:$low, Optional<Index>:$high,
                       UnitAttr:$transposed, UnitAttr:$accumulate,
                       OptionalAttr<DGK_HeadSplitAttr>:$heads);
  let assemblyFormat = [{
    $value `,` $destination `[` $coordinates `]`
    (`within` `(` $low^ `,` $high `)`)? (`transposed` $transposed^)?
    (`accumulate` $accumulate^)? (`heads` $heads^)?
    attr-dict `:` qualified(type($value)) `,` qualified(type($destination))
  }];
  let hasVerifier = 1;
}

def DGK_FetchScalesOp : DGK_NamedOp<"fetch_scales", "scales",
    [MemoryEffects<[MemRead]>]> {
  let summary = "Brings scales from global memory into registers";
  let description = [{
    One element for each row of an operand from the first coordinate on, in the
    column of the second, for memory with any strides: from where TMA cannot copy.
    Rows outside mean the last one. A byte, UE8M0, becomes bits 0 to 7 of a word;
    `dgk.unpack_scales` makes f32 of it. `rows [s, b]` is for scales that b rows
    share, as for `dgk.load`.

    #### Constraints
    1. `fetch_scales-c1`: two coordinates, for a source of two dimensions.
    2. `fetch_scales-c2`: the source is f32 and so is the result, or the source is
       `f8E8M0FNU` or i32 and the result one word of i32.
    3. `fetch_scales-c3`: `rows` are two positive numbers.

    Example: `%s = dgk.fetch_scales %sa[%m, %k] : memref<?x5xf32> -> !dgk.scales<a, 128, f32>`
  }];
  let arguments = (ins AnyMemRef:$source, Variadic<Index>:$coordinates,
                       OptionalAttr<DenseI64ArrayAttr>:$rows);
  let results = (outs DGK_ScalesType:$result);
  let assemblyFormat = [{
    $source `[` $coordinates `]` (`rows` $rows^)? attr-dict `:` qualified(type($source)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_AddFromOp : DGK_NamedOp<"add_from", "sum",
    [MemoryEffects<[MemRead]>,
     TypesMatchWith<"the result has the accumulator's type", "value", "result",
                    "$_self">]> {
  let summary = "Adds a rectangle of global memory to an accumulator";
  let description = [{
    `result[i][j] = value[i][j] + source[first + i][second + j]`, in the
    arithmetic of the accumulator. Elements outside the memory are undefined: no
    store keeps them. With `transposed`, rows of the accumulator go along the
    columns of the memory: `source[first + j][second + i]`, as `dgk.store` has it.

    #### Constraints
    1. `add_from-c1`: two coordinates, for a source of two dimensions.
    2. `add_from-c2`: the accumulator is f32, the source f32 or bf16.

    Example: `%2 = dgk.add_from %1, %c[%m, %n] : !dgk.accumulator<128x128xf32>, memref<?x2112xbf16>`
  }];
  let arguments = (ins DGK_AccumulatorType:$value, AnyMemRef:$source,
                       Variadic<Index>:$coordinates, UnitAttr:$transposed);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    $value `,` $source `[` $coordinates `]` (`transposed` $transposed^)? attr-dict `:`
    qualified(type($value)) `,` qualified(type($source))
  }];
  let hasVerifier = 1;
}

def DGK_CombineOp : DGK_Op<"combine",
    [DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>,
     TypesMatchWith<"the sum has the type of the partial sums", "partial",
                    "sum", "$_self">,
     MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Adds the partial sums of the CTAs that share a tile";
  let description = [{
    A tile whose K range is split comes here once for each split, in any CTA, in
    any order. The partial sums wait in the kernel's workspace. Whoever comes last
    gets true and the sum, added in the order of the splits, so that the result is
    the same in every run; the others get false, and their own partial sum. Nobody
    waits.

    Each warp counts for itself, and `last` is the same in all threads of a warp,
    not of a CTA. Rows from `rows` on, counted from the tile's first, hold nothing
    that is stored; what the last one gets there is undefined.

    Tile t of the `tiles` has `dgk::CombineOp::getTileBytes` bytes of the workspace
    from t times as many on: a counter for each math warp, which is zero before and
    after each launch, then the splits one after the other. That does not depend on
    the number of tiles.

    #### Constraints
    1. `combine-c1`: there are at least 2 splits and at most 32.
    2. `combine-c2`: partial sums are f32, a multiple of 16 x 8.

    Example:
    ```mlir
    %sum, %last = dgk.combine %partial[%split] of 4, tile %t of %tiles rows %rows
      : !dgk.accumulator<64x128xf32>
    scf.if %last {
      dgk.store %sum, %d[%m, %n] : !dgk.accumulator<64x128xf32>, memref<?x2112xf32>
    }
    ```
  }];
  let arguments = (ins DGK_AccumulatorType:$partial, Index:$split,
                       I64Attr:$splits, Index:$tile, Index:$tileCount,
                       Index:$rows);
  let results = (outs DGK_AccumulatorType:$sum, I1:$last);
  let assemblyFormat = [{
    $partial `[` $split `]` `of` $splits `,` `tile` $tile `of` $tileCount
    `rows` $rows attr-dict `:` qualified(type($partial))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Most splits of a tile.
    static constexpr int64_t kMaxSplits = 32;
    /// Bytes in front of a tile's partial sums: a 32-bit counter for each of at
    /// most 32 warps.
    static constexpr int64_t kCounterBytes = 128;
    /// Bytes of one partial sum in the workspace.
    int64_t getPartialBytes();
    /// Bytes of one tile in the workspace.
    int64_t getTileBytes();
  }];
  let extraClassDefinition = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setName) {
      setName(getSum(), "sum");
      setName(getLast(), "last");
    }
  }];
}

def DGK_CombineInClusterOp : DGK_Op<"combine_in_cluster",
    [DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>,
     TypesMatchWith<"the sum has the type of the partial sums", "partial",
                    "sum", "$_self">,
     MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "Adds the partial sums of the CTAs of a cluster";
  let description = [{
    A tile whose K range is split comes here once in each CTA of a cluster, split
    r in the CTA of rank r. Split 0 gets true and the sum, added in the order of
    the splits; the others get false, and their own partial sum.

    The others write into the shared memory of rank 0, at `offset` bytes, and go
    on; each warp there waits for those of its number. `last` is the same in all
    threads of a CTA. Rows from `rows` on, counted from the tile's first, hold
    nothing that is stored; what rank 0 gets there is undefined.

    At `offset` (`dgk-assign-memory`) are 8 bytes for each of at most 32 warps, the
    barrier on which a warp of rank 0 waits for the others, as many for the
    barrier by which it tells them that it has read, and the partial sums of all
    splits but the first.

    #### Constraints
    1. `combine_in_cluster-c1`: there are at least 2 splits and at most 16.
    2. `combine_in_cluster-c2`: partial sums are f32, a multiple of 16 x 8.
    3. `combine_in_cluster-c3`: a tile loop around it has a cluster along K with
       one CTA for each split, and the split is its coordinate there.

    Example:
    ```mlir
    %sum, %last = dgk.combine_in_cluster %partial[%split] of 4 rows %rows
      : !dgk.accumulator<64x16xf32>
    ```
  }];
  let arguments = (ins DGK_AccumulatorType:$partial, Index:$split,
                       I64Attr:$splits, Index:$rows,
                       OptionalAttr<I64Attr>:$offset);
  let results = (outs DGK_AccumulatorType:$sum, I1:$last);
  let assemblyFormat = [{
    $partial `[` $split `]` `of` $splits `rows` $rows (`offset` `=` $offset^)? attr-dict
    `:` qualified(type($partial))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Most CTAs of a cluster.
    static constexpr int64_t kMaxSplits = 16;
    /// The barriers of a kind, 8 bytes for each of at most 32 warps.
    static constexpr int64_t kBarrierBytes = 8 * 32;
    /// Bytes of shared memory for splits of `elements` partial sums.
    static constexpr int64_t getSharedBytes(int64_t splits, int64_t elements) {
      return 2 * kBarrierBytes + (splits - 1) * 4 * elements;
    }
    /// Bytes of one partial sum.
    int64_t getPartialBytes();
    int64_t getSharedBytes() {
      return getSharedBytes(getSplits(), getPartialBytes() / 4);
    }
  }];
  let extraClassDefinition = [{
    void $cppClass::getAsmResultNames(::mlir::OpAsmSetValueNameFn setName) {
      setName(getSum(), "sum");
      setName(getLast(), "last");
    }
  }];
}

def DGK_FieldOp : DGK_NamedOp<"field", "field", [Pure]> {
  let summary = "One field of an array of byte records in global memory";
  let description = [{
    The first dimension of the source counts records; the others are the bytes
    of one record. The result is an array of the field that starts `at` this
    byte of each record. A page of a key cache holds first all the tokens and
    then all their scales:

    ```mlir
    %kv = dgk.field %pages at 0 : memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>
            to memref<?x64x128xf8E4M3FN, strided<[?, 128, 1]>>
    %scale = dgk.field %pages at 8192 : memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>
            to memref<?x64xf32, strided<[?, 1], offset: 2048>>
    ```

    #### Constraints
    1. `field-c1`: the source is i8; its record is static and contiguous.
    2. `field-c2`: the field lies in the record, at a multiple of its element size.
    3. `field-c3`: the result has the source's number of records, and static,
       contiguous sizes after it, at the stride and the offset of the records.
  }];
  let arguments = (ins AnyMemRef:$source, I64Attr:$offset);
  let results = (outs AnyMemRef:$result);
  let assemblyFormat = [{
    $source `at` $offset attr-dict `:` qualified(type($source)) `to` qualified(type($result))
  }];
  let hasVerifier = 1;
}

#endif // DGEMM_DIALECT_DGK_IR_DATAOPS_TD
