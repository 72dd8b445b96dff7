//===- ComputeOps.td - Arithmetic on tiles and accumulators --*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_COMPUTEOPS_TD
#define DGEMM_DIALECT_DGK_IR_COMPUTEOPS_TD

include "dgemm/Dialect/DGK/IR/DGKOpBase.td"

def DGK_ZeroOp : DGK_NamedOp<"zero", "zero", [Pure]> {
  let summary = "An accumulator of zeros";
  let description = [{
    Example: `%zero = dgk.zero : !dgk.accumulator<128x128xf32>`
  }];
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = "attr-dict `:` qualified(type($result))";
}

def DGK_MmaOp : DGK_NamedOp<"mma", "acc",
    [Pure, AttrSizedOperandSegments, RequiredOperands<"0, 3, 6">,
     TypesMatchWith<"the result has the accumulator's type", "result",
                    "accumulator", "$_self">]> {
  let summary = "Matrix product of two operand tiles, added to an accumulator";
  let description = [{
    `result[m][n] = accumulator[m][n] + sum_k sa(m, k) * a[m][k] * sb(n, k) * b[n][k]`

    Operands are K-major: A is M x K, B is N x K. A may be an accumulator
    (operand in registers); both may be one K step in registers
    (`!dgk.fragments`). A scale tile of i32 holds one word per row with four
    UE8M0 bytes of consecutive K groups; the byte that scales element k of the
    tile is `index + k / per`. So it is in a scale tile of bytes, f8E8M0FNU or
    f8E4M3FN, that has four, eight or sixteen of them per row. One of f32 holds
    the scales of this one K group; with fewer rows than the operand, each serves
    a block of rows. `rows r` takes the M rows of a taller A tile from row r on,
    `columns c` the N rows of a taller B tile, columns of the product, from row c
    on.

    #### Constraints
    1. `mma-c1`: A is M x K, or has M rows from `rows` on, B is N x K, or has N
       rows from `columns` on, and the accumulator M x N.
    2. `mma-c2`: a scale is a tile of rows x 1 x i32, of rows x 4, 8 or 16 bytes,
       one of f32 with a divisor of the rows, or the scales of that side in
       registers, with an index and `per`.
    3. `mma-c3`: both operands have scales or neither.
    4. `mma-c4`: `per` is 16, 32 or 128.
    5. `mma-c6`: fragments are of their own side.
    6. `mma-c7`: `rows` needs an A tile, `columns` a B tile, and both no scales.

    Example:
    ```mlir
    %1 = dgk.mma %a scaled by %sa[%j] per 128, %b scaled by %sb[%j] per 128, %0
      : !dgk.tile<128x128xf8E4M3FN>, !dgk.tile<128x128xf8E4M3FN>,
        !dgk.tile<128x1xi32>, !dgk.tile<128x1xi32> -> !dgk.accumulator<128x128xf32>
    ```
  }];
  let arguments = (ins
    DGK_MmaA:$a,
    Optional<DGK_TileOrScales>:$aScale, Optional<Index>:$aScaleIndex,
    OptionalAttr<I64Attr>:$aScalePer,
    DGK_MmaB:$b,
    Optional<DGK_TileOrScales>:$bScale, Optional<Index>:$bScaleIndex,
    OptionalAttr<I64Attr>:$bScalePer,
    DGK_AccumulatorType:$accumulator,
    OptionalAttr<I64Attr>:$firstRow, OptionalAttr<I64Attr>:$firstColumn);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    $a (`rows` $firstRow^)? (`scaled` `by` $aScale^ `[` $aScaleIndex `]` `per` $aScalePer)? `,`
    $b (`columns` $firstColumn^)? (`scaled` `by` $bScale^ `[` $bScaleIndex `]` `per` $bScalePer)? `,`
    $accumulator attr-dict `:` qualified(type($a)) `,` qualified(type($b))
    (`,` qualified(type($aScale))^ `,` qualified(type($bScale)))? `->` qualified(type($result))
  }];
  let builders = [
    // All rows of A and B.
    OpBuilder<(ins "mlir::Type":$result, "mlir::Value":$a, "mlir::Value":$aScale,
      "mlir::Value":$aScaleIndex, "mlir::IntegerAttr":$aScalePer, "mlir::Value":$b,
      "mlir::Value":$bScale, "mlir::Value":$bScaleIndex, "mlir::IntegerAttr":$bScalePer,
      "mlir::Value":$accumulator), [{
      build($_builder, $_state, result, a, aScale, aScaleIndex, aScalePer, b, bScale,
            bScaleIndex, bScalePer, accumulator, mlir::IntegerAttr(), mlir::IntegerAttr());
    }]>
  ];
  let hasVerifier = 1;
}

def DGK_AwaitOp : DGK_NamedOp<"await", "acc",
    [Pure, AllTypesMatch<["product", "result"]>]> {
  let summary = "Waits for a product";
  let description = [{
    The same values. Instructions that read shared memory themselves work beside
    the threads that issued them. A `dgk.mma` whose result goes to `dgk.await` does
    not wait: what stands between the two is done meanwhile. Until then the
    product's registers and the slots of its operands are in use.

    #### Constraints
    1. `await-c1`: the operand comes from `dgk.mma`, which has no other user.

    Example: `%p2 = dgk.await %p : !dgk.accumulator<128x128xf32>`
  }];
  let arguments = (ins DGK_AccumulatorType:$product);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = "$product attr-dict `:` qualified(type($result))";
  let hasVerifier = 1;
}

def DGK_ReadFragmentsOp : DGK_NamedOp<"read_fragments", "fragments", [Pure]> {
  let summary = "Brings one K step of an operand tile into registers";
  let description = [{
    Reads the elements of K from `at` on, as many as the result has. The tile may
    be released when its last step has been read.

    #### Constraints
    1. `read_fragments-c1`: the tile has the result's rows and element type, and
       the step lies inside it.

    Example:
    ```mlir
    %f = dgk.read_fragments %t at 32 : !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
      -> !dgk.fragments<a, 128x32xf8E4M3FN>
    ```
  }];
  let arguments = (ins DGK_TileType:$input, I64Attr:$offset);
  let results = (outs DGK_FragmentsType:$result);
  let assemblyFormat = [{
    $input `at` $offset attr-dict `:` qualified(type($input)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_ReadScalesOp : DGK_NamedOp<"read_scales", "scales", [Pure]> {
  let summary = "Brings scale words into registers";
  let description = [{
    The tile may be released afterwards. Of rows of bytes the result may have a
    part only: its words from `first` on.

    #### Constraints
    1. `read_scales-c1`: the tile is rows x 1, rows and element type as in the
       result and `first` 0, or rows of bytes, four for each word of the result
       and for each of the `first` words in front of them, which are a multiple
       of the result's.

    Examples: `%s = dgk.read_scales %t : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>`,
    `%u = dgk.read_scales %t from 2 : !dgk.tile<128x16xf8E8M0FNU, #dgk.shared<none>> -> !dgk.scales<a, 128, i32, words = 2>`
  }];
  let arguments = (ins DGK_TileType:$input,
                       DefaultValuedAttr<I64Attr, "0">:$first);
  let results = (outs DGK_ScalesType:$result);
  let builders = [OpBuilder<(ins "::dgk::ScalesType":$type,
                                 "::mlir::Value":$input), [{
    build($_builder, $_state, type, input, int64_t(0));
  }]>];
  let assemblyFormat = "$input (`from` $first^)? attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def DGK_UnpackScalesOp : DGK_NamedOp<"unpack_scales", "scales", [Pure]> {
  let summary = "One byte of each scale word as f32";
  let description = [{
    Byte `index` of each word, UE8M0, as the number that it stands for, exactly:
    2^(byte - 127), of which 2^-127 is a denormal, and NaN for 255. For
    instructions that know no scales.

    #### Constraints
    1. `unpack_scales-c1`: one word of i32 for each row of the input, and f32 of
       the same side and rows in the result.

    Example: `%f = dgk.unpack_scales %s[%i] : !dgk.scales<a, 128, i32> -> !dgk.scales<a, 128, f32>`
  }];
  let arguments = (ins DGK_ScalesType:$input, Index:$index);
  let results = (outs DGK_ScalesType:$result);
  let assemblyFormat = [{
    $input `[` $index `]` attr-dict `:` qualified(type($input)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_AddTileOp : DGK_NamedOp<"add_tile", "sum",
    [Pure, TypesMatchWith<"the result has the accumulator's type", "value",
                          "result", "$_self">]> {
  let summary = "Adds a tile to an accumulator";
  let description = [{
    `result[i][j] = value[i][j] + tile[i][j]`, in the arithmetic of the
    accumulator. The tile may be released afterwards.

    #### Constraints
    1. `add_tile-c1`: the tile has the accumulator's shape.
    2. `add_tile-c2`: the accumulator is f32, the tile f32 or bf16.
    3. `add_tile-c3`: a tile in memory is row-major in shared memory, swizzled.

    Example: `%2 = dgk.add_tile %1, %c : !dgk.accumulator<128x128xf32>, !dgk.tile<128x128xbf16>`
  }];
  let arguments = (ins DGK_AccumulatorType:$value, DGK_TileType:$tile);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    $value `,` $tile attr-dict `:` qualified(type($value)) `,` qualified(type($tile))
  }];
  let hasVerifier = 1;
}

def DGK_PromoteOp : DGK_NamedOp<"promote", "acc",
    [Pure, AllTypesMatch<["accumulator", "result"]>]> {
  let summary = "Adds a scaled partial product to an accumulator";
  let description = [{
    `result[m][n] = accumulator[m][n] + sa(m) * sb(n) * partial[m - r][n - c]`,
    where r is `rows` and c is `columns`, 0 if absent. Elements without a partial
    product stay as they are.

    For instructions that know no scales: the product of one K group is scaled
    when it is added up, in the arithmetic of the element type. Scales with
    fewer rows than the accumulator serve a block of rows each.

    #### Constraints
    1. `promote-c1`: scales of A and of B, in f32, whose number divides the rows
       (columns) of the accumulator.
    2. `promote-c2`: the partial product has the accumulator's element type, and
       its rows from `rows` on and columns from `columns` on lie inside; without
       `rows` (`columns`) it has all of them.

    Example:
    ```mlir
    %2 = dgk.promote %p rows 128 scaled by %sa, %sb, %1 : !dgk.accumulator<128x128xf32>,
      !dgk.scales<a, 256, f32>, !dgk.scales<b, 1, f32> -> !dgk.accumulator<256x128xf32>
    ```
  }];
  let arguments = (ins DGK_AccumulatorType:$partial, DGK_ScalesType:$aScale,
                       DGK_ScalesType:$bScale,
                       DGK_AccumulatorType:$accumulator,
                       OptionalAttr<I64Attr>:$firstRow,
                       OptionalAttr<I64Attr>:$firstColumn);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    $partial (`rows` $firstRow^)? (`columns` $firstColumn^)? `scaled` `by` $aScale `,` $bScale `,`
    $accumulator attr-dict `:` qualified(type($partial)) `,` qualified(type($aScale)) `,` qualified(type($bScale)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_MapOp : DGK_NamedOp<"map", "map",
    [RecursiveMemoryEffects, SingleBlockImplicitTerminator<"YieldOp">]> {
  let summary = "Element-wise function of accumulators";
  let description = [{
    The body computes one element of the result from the elements at the same
    place. An operand dimension of size 1 broadcasts.

    #### Constraints
    1. `map-c1`: one block argument for each operand, of its element type.
    2. `map-c2`: the body yields one value of the result's element type.
    3. `map-c3`: each operand has the result's shape, up to dimensions of size 1.

    Example:
    ```mlir
    %r = dgk.map (%x = %scores, %w = %weights)
        : !dgk.accumulator<128x128xf32>, !dgk.accumulator<1x128xf32> -> !dgk.accumulator<128x128xf32> {
      %zero = arith.constant 0.0 : f32
      %relu = arith.maximumf %x, %zero : f32
      %y = arith.mulf %relu, %w : f32
      dgk.yield %y : f32
    }
    ```
  }];
  let arguments = (ins Variadic<DGK_AccumulatorType>:$inputs);
  let results = (outs DGK_AccumulatorType:$result);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasRegionVerifier = 1;
}

def DGK_ReduceOp : DGK_NamedOp<"reduce", "reduced", [Pure]> {
  let summary = "Reduction of an accumulator along one axis";
  let description = [{
    Combines `group` neighbours along `axis` (0 rows, 1 columns) into one.

    #### Constraints
    1. `reduce-c1`: `axis` is 0 or 1.
    2. `reduce-c2`: `group` divides the size along `axis`.
    3. `reduce-c3`: the result has size / group elements along `axis` and the
       input's size along the other.

    Example: `%s = dgk.reduce add %r along 1 group 64
      : !dgk.accumulator<128x128xf32> -> !dgk.accumulator<128x2xf32>`
  }];
  let arguments = (ins DGK_AccumulatorType:$input,
                       I64Attr:$axis, I64Attr:$group,
                       DGK_ReduceKindAttr:$kind);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    `` $kind $input `along` $axis `group` $group attr-dict `:` qualified(type($input)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_ConvertOp : DGK_NamedOp<"convert", "out", [Pure]> {
  let summary = "Element type conversion of an accumulator";
  let description = [{
    Rounds to nearest even where the result is narrower.

    #### Constraints
    1. `convert-c1`: input and result have the same shape.

    Example: `%h = dgk.convert %x : !dgk.accumulator<128x128xf32> -> !dgk.accumulator<128x128xbf16>`
  }];
  let arguments = (ins DGK_AccumulatorType:$input);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = "$input attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def DGK_UnpackOp : DGK_NamedOp<"unpack", "values", [Pure]> {
  let summary = "Brings a tile, or a rectangular part of it, into registers";
  let description = [{
    Elements are widened exactly where the element types differ. A tile of one
    dimension becomes a row or a column. With `[i, j]`, the result is the part
    of the tile that starts there: a wide tile in tensor memory passes through
    few registers, part by part.

    #### Constraints
    1. `unpack-c1`: input and result have the same shape, up to sizes of 1.
    2. `unpack-c2`: offsets are two, and only for a tile of two dimensions that
       is at least as large as the result.

    Example:
    ```mlir
    %x = dgk.unpack %a : !dgk.tile<64x64xbf16> -> !dgk.accumulator<64x64xf32>
    %s = dgk.unpack %scales : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
    %c = dgk.unpack %t[%c0, %j] : !dgk.tile<128x256xf32, #dgk.tmem<cta_group = 1>>
           -> !dgk.accumulator<128x32xf32>
    ```
  }];
  let arguments = (ins DGK_TileType:$input, Variadic<Index>:$offsets);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = [{
    $input (`[` $offsets^ `]`)? attr-dict `:` qualified(type($input)) `->` qualified(type($result))
  }];
  let hasVerifier = 1;
}

def DGK_WriteOp : DGK_Op<"write", [MemoryEffects<[MemWrite]>]> {
  let summary = "Writes registers to a tile in shared or tensor memory";
  let description = [{
    The inverse of `dgk.unpack`, for data that one role prepares for another:
    operands widened into tensor memory, scale words in the order that
    `dgk.copy_to_tmem` reads. Visible to the consumers, also to asynchronous
    copies and matrix instructions, after the `dgk.commit` of the tile's slot.

    #### Constraints
    1. `write-c1`: accumulator and tile have the same shape, up to sizes of 1.
    2. `write-c2`: the tile is in memory: its type has a layout.
    3. `write-c3`: accumulator and tile have the same element type.

    Example:
    ```mlir
    dgk.write %x to %t : !dgk.accumulator<128x64xf32>,
                         !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
    ```
  }];
  let arguments = (ins DGK_AccumulatorType:$value, DGK_TileType:$destination);
  let assemblyFormat = [{
    $value `to` $destination attr-dict `:` qualified(type($value)) `,` qualified(type($destination))
  }];
  let hasVerifier = 1;
}

def DGK_ExtractOp : DGK_NamedOp<"extract", "part", [Pure]> {
  let summary = "A rectangular part of an accumulator";
  let description = [{
    A name for elements that are in registers already; it costs nothing.

    #### Constraints
    1. `extract-c1`: the part lies inside the input.

    Example: `%q0 = dgk.extract %s[0, 1] : !dgk.accumulator<128x2xf32> -> !dgk.accumulator<128x1xf32>`
  }];
  let arguments = (ins DGK_AccumulatorType:$input, DenseI64ArrayAttr:$offsets);
  let results = (outs DGK_AccumulatorType:$result);
  let assemblyFormat = "$input `` $offsets attr-dict `:` qualified(type($input)) `->` qualified(type($result))";
  let hasVerifier = 1;
}

#endif // DGEMM_DIALECT_DGK_IR_COMPUTEOPS_TD
