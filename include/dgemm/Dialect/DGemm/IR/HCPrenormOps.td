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
  let arguments = (ins
    DGemm_Shaped:$a,
    DGemm_Shaped:$b,
    DGemm_Shaped:$d,
    DGemm_Shaped:$sqr_sum,
    OptionalAttr<I64Attr>:$num_splits);
  let results = (outs Variadic<AnyRankedTensor>:$result_tensors);
  let assemblyFormat = [{
    `ins` `(` $a `,` $b `:` type($a) `,` type($b) `)`
    `outs` `(` custom<InitPair>($d, type($d), $sqr_sum, type($sqr_sum),
                                type($result_tensors)) `)` attr-dict
  }];
  let extraClassDefinition = sharedDefinitions # [{
    ::mlir::MutableOperandRange $cppClass::getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(),
                                         getNumOperands() - 2, 2);
    }
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_HCPRENORMOPS_TD
