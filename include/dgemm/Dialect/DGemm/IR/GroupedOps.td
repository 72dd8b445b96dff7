//===- GroupedOps.td - Grouped matrix products -------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_GroupedMatmulOp : DGemm_Op<"grouped_matmul", ["getAccumulator",
                                                    "getPackedScaleDims"], [
    AttrSizedOperandSegments, RequiredOperands<"0, 1, 4, 6">,
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "matrix products of groups of rows, or of ranges of K";
  let description = [{
    Multiplies each group of rows of A by the B of its group
    (`contiguous_index`, `contiguous_psum`, `masked`), or each group's range of
    K of A and B, into a D of its own (`k_grouped`).

    With `*` the scaled product that `dgemm.matmul` defines:

    ```
    contiguous_index:  D(r, :) = A(r, :) * B(g)^T         g = group(r)
                       rows with group(r) < 0 are padding and become unspecified
    contiguous_psum:   D(r, :) = A(r, :) * B(g)^T         start(g) <= r < group(g)
                       start(0) = 0, start(g) = group(g - 1) rounded up to alignment
                       rows between the groups become unspecified
    masked:            D(g, r, :) = A(g, r, :) * B(g)^T   r < group(g)
                       rows from group(g) on become unspecified
    k_grouped:         D(g) = C(g) + A(:, K_g) * B(:, K_g)^T
                       K_g is the g-th range of group(g) elements of K;
                       an empty range gives D(g) = C(g)
    ```

    The groups of `contiguous_index` are segments that start at multiples of
    `alignment`; a segment ends with rows of -1 up to the next multiple. A
    padding row whose A is zero, within the last `alignment` rows of a group
    that has real rows, gives a row of zeros.

    | grouping     | A           | B                                   | group | C, D                 |
    |--------------|-------------|-------------------------------------|-------|----------------------|
    | `contiguous_index` | `[M, K]` | `[G, N, K]`, layout `nn`: `[G, K, N]` | `[M]` | D `[M, N]`          |
    | `contiguous_psum`  | `[M, K]` | the same                          | `[G]` | D `[M, N]`           |
    | `masked`     | `[G, M, K]` | `[G, N, K]`                         | `[G]` | D `[G, M, N]`        |
    | `k_grouped`, layout `tn` | `[K, M]` | `[K, N]`                    | `[G]` | C and D `[G, M, N]`  |
    | `k_grouped`, layout `nt` | `[M, K_g]` of each group, one after the other, 1-D | the same with N | `[G]` | C and D `[G, M, N]` |

    | grouping     | A, B                                              | D      |
    |--------------|---------------------------------------------------|--------|
    | the first three | each `f8E4M3FN` or `f4E2M1FN` with scales, or both `bf16` | `bf16` |
    | `k_grouped`  | both `f8E4M3FN` with scales, or both `bf16` (`tn` only) | `f32`  |

    Scales are oriented `[MN, K]` as everywhere, with the group in front where
    their operand has one. In `k_grouped` each group starts a new scale, and a
    new word of packed scales: `SA` is `[M, sum of ceil(K_g / k)]`, packed `[M,
    sum of ceil(K_g / 4k)]`, whatever the layout of A; what a cast along K
    leaves in memory as `[groups of K, M]` is this shape with the strides `[1,
    M]`.

    #### Constraints

    1. `grouped_matmul-c1`: all operands are ranked tensors and the result has
       the type of D, or all are memrefs and there is no result.
    2. `grouped_matmul-c2`: A and B have legal element types, see above.
    3. `grouped_matmul-c3`: both scales and `granularity` are given for FP8 and
       FP4, none of them for `bf16`.
    4. `grouped_matmul-c4`: A, B and D have the number of dimensions shown
       above.
    5. `grouped_matmul-c5`: G, M, N and K agree among A, B, D and `group`; C has
       D's shape; the 1-D operands hold whole rows of the same K.
    6. `grouped_matmul-c6`: D is `bf16`, in `k_grouped` `f32`; C has D's element
       type.
    7. `grouped_matmul-c7`: a scale covers 32 or 128 elements of K; in
       `k_grouped` it covers one row, and as many elements of K in A as in B.
    8. `grouped_matmul-c8`: a scale is `f32`, `f8E8M0FNU`, or packed `i32`; a
       packed one covers one row.
    9. `grouped_matmul-c9`: a scale has the shape of its operand, divided by the
       granularity and rounded up; in `k_grouped` the number of its columns is
       possible for K and G.
    10. `grouped_matmul-c10`: a packed scale has stride 1 along M or N, along K
        the stride M or N rounded up to 4, and dense groups.
    11. `grouped_matmul-c11`: A has stride 1 along K, and so has B in `masked`;
        in the contiguous forms B has stride 1 along K or N; groups are dense.
        In `k_grouped` A and B are contiguous.
    12. `grouped_matmul-c12`: D has stride 1 along N, rows that do not overlap,
        and dense groups; in `k_grouped` C and D are contiguous.
    13. `grouped_matmul-c13`: along the dimension of stride 1, FP4 has an even
        number of elements; its other strides are even.
    14. `grouped_matmul-c14`: when one operand only is FP4, K is a multiple of
        128.
    15. `grouped_matmul-c15`: the layout is `nt`, or `nn` in the contiguous
        forms, or `tn` in `k_grouped`; `k_grouped` in `bf16` is always `tn`.
    16. `grouped_matmul-c16`: `k_grouped` has C, the others have none.
    17. `grouped_matmul-c17`: `group` is `i32`, has one dimension and is
        contiguous.
    18. `grouped_matmul-c18`: `alignment` is a multiple of 16, in `k_grouped` of
        32; `masked` has none.
    19. `grouped_matmul-c19`: `expected_m` is given with `masked` or
        `contiguous_psum` only.
    20. `grouped_matmul-c20`: without `k_grouped`, G, N and K are not 0.

    #### Example

    ```mlir
    dgemm.grouped_matmul
      ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
        : memref<?x7168xf8E4M3FN>, memref<?x56xf32>,
          memref<8x4096x7168xf8E4M3FN>, memref<8x32x56xf32>, memref<?xi32>)
      outs(%d : memref<?x4096xbf16>)
      {grouping = #dgemm.grouping<contiguous_index>,
       granularity = #dgemm.granularity<a = 1x128, b = 128x128>}

    // The weight gradient of the same layer, accumulating in place.
    dgemm.grouped_matmul ins(%x, %y grouped by %ks plus %w
        : memref<?x4096xbf16>, memref<?x2048xbf16>, memref<16xi32>,
          memref<16x4096x2048xf32>)
      outs(%w : memref<16x4096x2048xf32>)
      {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$a,
    DGemm_Shaped:$b,
    Optional<DGemm_Shaped>:$a_scale,
    Optional<DGemm_Shaped>:$b_scale,
    DGemm_Shaped:$group,
    Optional<DGemm_Shaped>:$c,
    DGemm_Shaped:$d,
    DGemm_GroupingAttr:$grouping,
    DefaultValuedAttr<DGemm_LayoutAttr, "::dgemm::Layout::NT">:$layout,
    OptionalAttr<DGemm_GranularityAttr>:$granularity,
    UnitAttr:$checked);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$a,
                   "::mlir::Value":$b,
                   "::mlir::Value":$aScale,
                   "::mlir::Value":$bScale,
                   "::mlir::Value":$group,
                   "::mlir::Value":$c,
                   "::mlir::Value":$d,
                   "::dgemm::GroupingAttr":$grouping,
                   "::dgemm::GranularityAttr":$granularity,
                   CArg<"::dgemm::Layout", "::dgemm::Layout::NT">:$layout,
                   CArg<"bool", "false">:$checked), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(d), a, b, aScale,
            bScale, group, c, d, grouping, layout, granularity, checked);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<GroupedPair>($a, type($a), $a_scale, type($a_scale),
                                  $b, type($b), $b_scale, type($b_scale),
                                  $group, type($group), $c, type($c)) `)`
    `outs` `(` custom<Init>($d, type($d), type($result)) `)` attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD
