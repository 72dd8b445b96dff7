//===- ScaleOps.td - Conversions between scale layouts -----*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_PackScalesOp : DGemm_Op<"pack_scales"> {
  let summary = "pack four UE8M0 scales of consecutive K groups into an i32";
  let arguments = (ins
    DGemm_Shaped:$scales,
    Optional<DGemm_Shaped>:$ks,
    DGemm_Shaped:$packed,
    DGemm_ScaleBlockAttr:$granularity,
    UnitAttr:$checked);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` custom<PackInputs>($scales, type($scales), $ks, type($ks)) `)`
    `outs` `(` custom<Init>($packed, type($packed), type($result)) `)`
    attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_SCALEOPS_TD
