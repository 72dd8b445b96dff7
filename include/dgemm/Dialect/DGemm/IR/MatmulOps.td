//===- MatmulOps.td - Dense matrix products ----------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_MATMULOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_MATMULOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_MatmulOp : DGemm_Op<"matmul", ["readsInits", "getAccumulator",
                                          "getPackedScaleDims"], [
    AttrSizedOperandSegments, RequiredOperands<"0, 1, 5">,
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "dense matrix product, block-scaled or BF16";
  let description = [{
    Multiplies A by the transpose of B, applies the scales of both, adds C if
    there is one, and writes D.

    ```
    acc(m, n) = sum over k of  A(m, k) * SA(m / a.mn, k / a.k)
                             * B(n, k) * SB(n / b.mn, k / b.k)
    D(m, n)   = round(acc(m, n) + C(m, n))
    ```

    `a.mn`, `a.k`, `b.mn` and `b.k` are those of `granularity`; without scales
    the factors SA and SB are 1. `layout` says which dimension of A and of B
    comes first (default `nt`); scales are `[M, K]` and `[N, K]` in every
    layout. C may be the memref of D. With M = 0 or N = 0 nothing is written;
    with K = 0, D is C, or zero.

    The epilogue `#dgemm.head_split` spreads the columns of each head and leaves
    a gap in D that keeps its content:

    ```
    D(m, col(n)) = round(acc(m, n)),  see the attribute for col
    ```

    | A          | B          | scales                            | C, D        |
    |------------|------------|-----------------------------------|-------------|
    | `f8E4M3FN` | `f8E4M3FN` | `f32`, `f8E8M0FNU` or packed `i32`, chosen for each operand | `bf16`, `f32` |
    | `f4E2M1FN` | `f4E2M1FN` | the same, or both `f8E4M3FN`      | `bf16`, `f32` |
    | `f8E4M3FN` | `f4E2M1FN` | the same                          | `bf16`, `f32` |
    | `f4E2M1FN` | `f8E4M3FN` | the same                          | `bf16`, `f32` |
    | `bf16`     | `bf16`     | none                              | `bf16`, `f32` |

    `checked` asks the target to reject, when the kernel runs, `f32` scales that
    are not positive powers of two, if it needs them as UE8M0. Without it the
    sign and the mantissa of such scales may be ignored.

    #### Constraints

    1. `matmul-c1`: all operands are ranked tensors and the result has the type
       of D, or all are memrefs and there is no result.
    2. `matmul-c2`: A and B are each `f8E4M3FN` or `f4E2M1FN`, or both `bf16`.
    3. `matmul-c3`: both scales and `granularity` are given for FP8 and FP4,
       none of them for `bf16`.
    4. `matmul-c4`: A, B and D have two dimensions.
    5. `matmul-c5`: M, N and K agree among A, B and D; C has D's shape.
    6. `matmul-c6`: D is `bf16` or `f32`; C has D's element type.
    7. `matmul-c7`: a scale covers 32 or 128 elements of K, one of `f8E4M3FN` 16.
    8. `matmul-c8`: a scale is `f32`, `f8E8M0FNU`, packed `i32` or `f8E4M3FN`; a
       packed one covers one row.
    9. `matmul-c9`: a scale is `[ceil(MN / mn), ceil(K / k)]`, a packed one
       `[MN, ceil(K / 4k)]`.
    10. `matmul-c10`: a packed scale has stride 1 along M or N, and along K the
        stride M or N rounded up to 4.
    11. `matmul-c11`: one dimension of A, and one of B, has stride 1.
    12. `matmul-c12`: C and D have stride 1 along N, and rows that do not
        overlap.
    13. `matmul-c13`: along the dimension of stride 1, FP4 has an even number of
        elements; its other stride is even.
    14. `matmul-c14`: scales of `f8E4M3FN`, which have no sign, are for FP4 by FP4:
        both operands have them, each for 1 x 16 elements.
    15. `matmul-c15`: a head split has no C, FP8 operands, and 128 elements of K
        for each scale.
    16. `matmul-c16`: with a head split, N is a multiple of `left + right`, and
        D has `N / (left + right) * (left + mid + right)` columns.

    #### Example

    ```mlir
    // M is dynamic; one packed scale for each row and 128 elements of K.
    dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
        : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
          memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
      outs(%d : memref<?x2112xbf16>)
      {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}

    // BF16, accumulating.
    %1 = dgemm.matmul ins(%x, %y plus %z
        : tensor<?x512xbf16>, tensor<256x512xbf16>, tensor<?x256xf32>)
      outs(%z : tensor<?x256xf32>)
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$a,
    DGemm_Shaped:$b,
    Optional<DGemm_Shaped>:$a_scale,
    Optional<DGemm_Shaped>:$b_scale,
    Optional<DGemm_Shaped>:$c,
    DGemm_Shaped:$d,
    DefaultValuedAttr<DGemm_LayoutAttr, "::dgemm::Layout::NT">:$layout,
    OptionalAttr<DGemm_GranularityAttr>:$granularity,
    OptionalAttr<DGemm_HeadSplitAttr>:$epilogue,
    UnitAttr:$checked);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$a,
                   "::mlir::Value":$b,
                   "::mlir::Value":$aScale,
                   "::mlir::Value":$bScale,
                   "::mlir::Value":$c,
                   "::mlir::Value":$d,
                   "::dgemm::GranularityAttr":$granularity,
                   CArg<"::dgemm::Layout", "::dgemm::Layout::NT">:$layout,
                   CArg<"::dgemm::HeadSplitAttr", "{}">:$epilogue,
                   CArg<"bool", "false">:$checked), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(d), a, b, aScale,
            bScale, c, d, layout, granularity, epilogue, checked);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<ScaledPair>($a, type($a), $a_scale, type($a_scale),
                                 $b, type($b), $b_scale, type($b_scale),
                                 $c, type($c)) `)`
    `outs` `(` custom<Init>($d, type($d), type($result)) `)` attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_MATMULOPS_TD
