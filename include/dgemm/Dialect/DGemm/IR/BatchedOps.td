//===- BatchedOps.td - Batched matrix products -------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_BatchedMatmulOp : DGemm_Op<"batched_matmul", ["getAccumulator"], [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "batched matrix product, as an einsum equation";
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
  let assemblyFormat = [{
    `ins` `(` custom<ScaledPair>($a, type($a), $a_scale, type($a_scale),
                                 $b, type($b), $b_scale, type($b_scale),
                                 $c, type($c)) `)`
    `outs` `(` custom<Init>($d, type($d), type($result)) `)` attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_BATCHEDOPS_TD
