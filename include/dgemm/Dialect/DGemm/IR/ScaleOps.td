//===- ScaleOps.td - Conversions between scale layouts -----*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_PackScalesOp : DGemm_Op<"pack_scales", ["getPackedScaleDims"]> {
  let summary = "pack four UE8M0 scales of consecutive K groups into an i32";
  let description = [{
    Packs the UE8M0 scales of four consecutive groups of K of one row into an
    `i32`, in the layout that tensor maps read.

    ```
    packed(r, w) = sum over j in 0..3 of  byte(scales(r / mn, 4w + j)) << 8j
    ```

    `byte` is the exponent field of an `f32`, and the byte itself of an
    `f8E8M0FNU`; it is 0 beyond the last scale. `mn` is the number of rows of
    one scale, so that a scale of a block is repeated for each of its rows.

    With `ks`, the extents of K of the groups of a `k_grouped` product, the
    scales are those of all groups one after the other, `ceil(ks(g) / k)` of
    each, and each group is packed into words of its own, `ceil(ks(g) / 4k)` of
    them. Words beyond the last group become unspecified.

    `checked` asks the target to reject, when the kernel runs, `f32` scales that
    are not positive powers of two. Without it their sign and mantissa are
    ignored.

    | scales             | ks    | packed |
    |--------------------|-------|--------|
    | `f32`, `f8E8M0FNU` | `i32` | `i32`  |

    #### Constraints

    1. `pack_scales-c1`: all operands are ranked tensors and the result has the
       type of packed, or all are memrefs and there is no result.
    2. `pack_scales-c2`: scales are `f32` or `f8E8M0FNU`, packed is `i32`.
    3. `pack_scales-c3`: scales and packed have two dimensions, `[MN, K]`, or
       three with a batch in front; two with `ks`.
    4. `pack_scales-c4`: a scale covers 32 or 128 elements of K.
    5. `pack_scales-c5`: scales have `ceil(MN / mn)` rows and packed a word for
       four columns of them; with `ks`, the number of words is possible.
    6. `pack_scales-c6`: with `ks`, a scale covers one row, MN is a multiple of
       4, and there are at most 128 groups.
    7. `pack_scales-c7`: ks is `i32`, has one dimension and is contiguous.
    8. `pack_scales-c8`: packed has stride 1 along MN, along K the stride MN
       rounded up to 4, and dense batches.

    #### Example

    ```mlir
    dgemm.pack_scales ins(%s : memref<17x56xf32>)
      outs(%p : memref<2112x14xi32, strided<[1, 2112]>>)
      {granularity = #dgemm.scale_block<128x128>}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$scales,
    Optional<DGemm_Shaped>:$ks,
    DGemm_Shaped:$packed,
    DGemm_ScaleBlockAttr:$granularity,
    UnitAttr:$checked);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$scales,
                   "::mlir::Value":$ks,
                   "::mlir::Value":$packed,
                   "::dgemm::ScaleBlock":$granularity,
                   CArg<"bool", "false">:$checked), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(packed), scales, ks,
            packed,
            ::dgemm::ScaleBlockAttr::get($_builder.getContext(), granularity),
            checked);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<PackInputs>($scales, type($scales), $ks, type($ks)) `)`
    `outs` `(` custom<Init>($packed, type($packed), type($result)) `)`
    attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD
