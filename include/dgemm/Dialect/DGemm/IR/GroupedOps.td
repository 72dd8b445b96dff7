//===- GroupedOps.td - Grouped matrix products -------------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_GroupedMatmulOp : DGemm_Op<"grouped_matmul", ["getAccumulator"], [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<DGemm_ContractionProblem, ["getProblemShape"]>]> {
  let summary = "matrix products of groups of rows, or of ranges of K";
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
  let assemblyFormat = [{
    `ins` `(` custom<GroupedPair>($a, type($a), $a_scale, type($a_scale),
                                  $b, type($b), $b_scale, type($b_scale),
                                  $group, type($group), $c, type($c)) `)`
    `outs` `(` custom<Init>($d, type($d), type($result)) `)` attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_GROUPEDOPS_TD
