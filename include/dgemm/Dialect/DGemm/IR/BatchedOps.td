//===- BatchedOps.td - Batched matrix products -------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_BatchedMatmulOp : DGemm_Op<"batched_matmul", ["getAccumulator",
                                                    "getPackedScaleDims"], [
    AttrSizedOperandSegments, RequiredOperands<"0, 1, 5">,
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "batched matrix product, as an einsum equation";
  let description = [{
    Multiplies batches of matrices that lie in memory as an einsum equation
    says.

    With `*` the scaled product that `dgemm.matmul` defines, for every batch:

    ```
    bhr_hdr_bhd:  D(b, h, d) = C(b, h, d) + sum over r of A(b, h, r) * B(h, d, r)
    bhd_hdr_bhr:  D(b, h, r) = C(b, h, r) + sum over d of A(b, h, d) * B(h, d, r)
    bhd_bhr_hdr:  D(h, d, r) = C(h, d, r) + sum over b of A(b, h, d) * B(b, h, r)
    bmk_bnk_mn:   D(m, n)    = C(m, n) + sum over b and k of A(b, m, k) * B(b, n, k)
    ```

    The batch is h in the first three; M, N and K are b, d, r; b, r, d; and d,
    r, b. A scale has the dimensions of its operand in the operand's order, each
    divided by what it covers: K by `k`, M or N by `mn`, the batch by 1. For
    instance, A of `bhd_bhr_hdr` with `1x128` has the scale `[ceil(B / 128), H,
    D]`. Strides between rows and batches are free.

    | equation      | A, B                          | D             | C                      |
    |---------------|-------------------------------|---------------|------------------------|
    | `bhr_hdr_bhd`, `bhd_hdr_bhr` | `bf16`         | `bf16`        | none                   |
    | `bhr_hdr_bhd`, `bhd_hdr_bhr` | `f8E4M3FN` with scales | `bf16`, `f32` | optional       |
    | `bhd_bhr_hdr` | `f8E4M3FN` with scales        | `f32`         | required               |
    | `bmk_bnk_mn`  | `bf16`                        | `bf16`        | none                   |
    | `bmk_bnk_mn`  | `bf16`                        | `f32`         | required               |

    `checked` has the meaning that it has in `dgemm.matmul`.

    #### Constraints

    1. `batched_matmul-c1`: all operands are ranked tensors and the result has
       the type of D, or all are memrefs and there is no result.
    2. `batched_matmul-c2`: A and B have the element types that the equation
       allows.
    3. `batched_matmul-c3`: both scales and `granularity` are given for FP8,
       none of them for `bf16`.
    4. `batched_matmul-c4`: A, B and D have the dimensions of the equation.
    5. `batched_matmul-c5`: the extents agree among A, B and D; C has D's shape.
    6. `batched_matmul-c6`: D has an element type that the equation allows; C
       has D's.
    7. `batched_matmul-c7`: a scale covers 32 or 128 elements of K, and one row
       in `bhd_bhr_hdr`.
    8. `batched_matmul-c8`: a scale is `f32`, `f8E8M0FNU`, or packed `i32`; a
       packed one covers one row.
    9. `batched_matmul-c9`: a scale has the shape of its operand, divided by the
       granularity and rounded up.
    10. `batched_matmul-c10`: a packed scale has stride 1 along M or N, along K
        the stride M or N rounded up to 4, and dense batches.
    11. `batched_matmul-c11`: the last dimension of A, B, C and D has stride 1;
        in `bmk_bnk_mn` all of them are contiguous.
    12. `batched_matmul-c12`: C is given, or not, as shown above.
    13. `batched_matmul-c13`: in `bmk_bnk_mn`, M, N and K are multiples of 64.
    14. `batched_matmul-c14`: in `bmk_bnk_mn`, the batch times M, and times N,
        is at most 2^31 - 1.

    #### Example

    ```mlir
    dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy
        : memref<?x8x4096xf8E4M3FN>, memref<?x8x32xf32>,
          memref<8x1024x4096xf8E4M3FN>, memref<8x8x32xf32>)
      outs(%z : memref<?x8x1024xbf16>)
      {equation = #dgemm.equation<bhr_hdr_bhd>,
       granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$a,
    DGemm_Shaped:$b,
    Optional<DGemm_Shaped>:$a_scale,
    Optional<DGemm_Shaped>:$b_scale,
    Optional<DGemm_Shaped>:$c,
    DGemm_Shaped:$d,
    DGemm_EquationAttr:$equation,
    OptionalAttr<DGemm_GranularityAttr>:$granularity,
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
                   "::dgemm::Equation":$equation,
                   "::dgemm::GranularityAttr":$granularity,
                   CArg<"bool", "false">:$checked), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(d), a, b, aScale,
            bScale, c, d, equation, granularity, checked);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<ScaledPair>($a, type($a), $a_scale, type($a_scale),
                                 $b, type($b), $b_scale, type($b_scale),
                                 $c, type($c)) `)`
    `outs` `(` custom<Init>($d, type($d), type($result)) `)` attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD
