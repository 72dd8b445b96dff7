//===- HCPrenormOps.td - Hyper-connection prenorm ----------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_HCPRENORMOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_HCPRENORMOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_HCPrenormOp : DGemm_Op<"hc_prenorm", [], [
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "skinny TF32 product with the row sums of squares of A";
  let description = [{
    Projects the rows of A by a few columns in TF32 and sums the squares of each
    row, so that the denominator of an RMS norm costs no second reading of A.

    ```
    D(s, m, n)    = sum over k in part s of  A(m, k) * tf32(B(n, k))
    sqr_sum(s, m) = sum over k in part s of  A(m, k)^2
    ```

    `tf32` rounds to 10 bits of mantissa, to nearest. Products are accumulated
    in f32. With `num_splits = S` the blocks of 64 elements of K are divided
    into S parts as evenly as possible, the first parts one longer; the
    **caller** adds up the parts. Without it there is one part, and no dimension
    s. With M = 0 nothing is written.

    | A      | B     | D     | sqr_sum |
    |--------|-------|-------|---------|
    | `bf16` | `f32` | `f32` | `f32`   |

    #### Constraints

    1. `hc_prenorm-c1`: all operands are ranked tensors and the two results have
       the types of the inits, or all are memrefs and there is no result.
    2. `hc_prenorm-c2`: A is `bf16`; B, D and sqr_sum are `f32`.
    3. `hc_prenorm-c3`: `num_splits` is at least 1.
    4. `hc_prenorm-c4`: A is `[M, K]`, B `[N, K]`, D `[M, N]`, sqr_sum `[M]`;
       with `num_splits`, D is `[S, M, N]` and sqr_sum `[S, M]`.
    5. `hc_prenorm-c5`: M, N, K and S agree among the operands and `num_splits`.
    6. `hc_prenorm-c6`: K is a multiple of 64 and not 0.
    7. `hc_prenorm-c7`: N is a multiple of 8, not 0, and at most 128.
    8. `hc_prenorm-c8`: A and B have stride 1 along K; D has stride 1 along N
       and rows that do not overlap; sqr_sum is contiguous.

    #### Example

    ```mlir
    %d, %s = dgemm.hc_prenorm ins(%a, %b
        : tensor<?x28672xbf16>, tensor<24x28672xf32>)
      outs(%d0, %s0 : tensor<16x?x24xf32>, tensor<16x?xf32>) {num_splits = 16}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$a,
    DGemm_Shaped:$b,
    DGemm_Shaped:$d,
    DGemm_Shaped:$sqr_sum,
    OptionalAttr<I64Attr>:$num_splits);
  let results = (outs Variadic<AnyRankedTensor>:$result_tensors);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$a,
                   "::mlir::Value":$b,
                   "::mlir::Value":$d,
                   "::mlir::Value":$sqrSum,
                   CArg<"::std::optional<int64_t>", "::std::nullopt">:$numSplits), [{
      ::llvm::SmallVector<::mlir::Type> types;
      for (::mlir::Value init : {d, sqrSum})
        if (::mlir::Type type = ::dgemm::detail::getResultType(init))
          types.push_back(type);
      build($_builder, $_state, types, a, b, d, sqrSum,
            numSplits ? $_builder.getI64IntegerAttr(*numSplits)
                      : ::mlir::IntegerAttr());
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` $a `,` $b `:` type($a) `,` type($b) `)`
    `outs` `(` custom<InitPair>($d, type($d), $sqr_sum, type($sqr_sum),
                                type($result_tensors)) `)` attr-dict
  }];
  // Two inits.
  let extraClassDefinition = sharedDefinitions # [{
    ::mlir::MutableOperandRange $cppClass::getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(),
                                         getNumOperands() - 2, 2);
    }
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_HCPRENORMOPS_TD
