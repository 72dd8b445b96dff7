//===- DataOps.td - Tiles to and from global memory --------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGK_IR_DATAOPS_TD
#define DGEMM_DIALECT_DGK_IR_DATAOPS_TD

include "dgemm/Dialect/DGK/IR/DGKOpBase.td"

def DGK_LoadOp : DGK_Op<"load", [MemoryEffects<[MemRead]>]> {
  let summary = "An operand tile from global memory";
  let description = [{
    Reads the rectangle that starts at the given element coordinates. Elements
    outside the memory are zero. Leading coordinates beyond the tile's rank
    select one element.

    ## Constraints
    1. `load-c1`: one coordinate per dimension of the source, at least the tile's rank.
    2. `load-c2`: the tile has the source's element type.

    Example: `%t = dgk.load %a[%m, %k] : memref<?x7168xf8E4M3FN> -> !dgk.tile<128x128xf8E4M3FN>`
  }];
  let arguments = (ins AnyMemRef:$source, Variadic<Index>:$coordinates);
  let results = (outs DGK_TileType:$result);
  let assemblyFormat = [{
    $source `[` $coordinates `]` attr-dict `:` type($source) `->` type($result)
  }];
  let hasVerifier = 1;
}

def DGK_StoreOp : DGK_Op<"store",
    [AttrSizedOperandSegments, MemoryEffects<[MemWrite]>]> {
  let summary = "An accumulator to global memory";
  let description = [{
    Writes the rectangle that starts at the given element coordinates; elements
    outside the memory are dropped. With `transposed`, element (i, j) of the
    accumulator goes to (first + j, second + i). With `within (lo, hi)`, only
    elements whose last coordinate is in lo <= x < hi are written.

    ## Constraints
    1. `store-c1`: one coordinate per dimension of the destination, at least 2.
    2. `store-c2`: the accumulator has the destination's element type.

    Example: `dgk.store %out, %d[%m, %n] : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>`
  }];
  let arguments = (ins DGK_AccumulatorType:$value, AnyMemRef:$destination,
                       Variadic<Index>:$coordinates,
                       Optional<Index>:$low, Optional<Index>:$high,
                       UnitAttr:$transposed);
  let assemblyFormat = [{
    $value `,` $destination `[` $coordinates `]`
    (`within` `(` $low^ `,` $high `)`)? (`transposed` $transposed^)?
    attr-dict `:` type($value) `,` type($destination)
  }];
  let hasVerifier = 1;
}

#endif // DGEMM_DIALECT_DGK_IR_DATAOPS_TD
