//===- DGemmEnums.td - Enumerations of the problem dialect -*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMENUMS_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMENUMS_TD

include "mlir/IR/EnumAttr.td"
include "dgemm/Dialect/DGemm/IR/DGemmDialect.td"

class DGemm_I32Enum<string name, string summary, list<I32EnumAttrCase> cases>
    : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::dgemm";
  let genSpecializedAttr = 0;
}

def DGemm_Layout : DGemm_I32Enum<"Layout",
    "Which of its two dimensions each matrix has first", [
  I32EnumAttrCase<"NT", 0, "nt">, // A [M, K], B [N, K]
  I32EnumAttrCase<"NN", 1, "nn">, // A [M, K], B [K, N]
  I32EnumAttrCase<"TN", 2, "tn">, // A [K, M], B [K, N]
  I32EnumAttrCase<"TT", 3, "tt">  // A [K, M], B [N, K]
]>;

def DGemm_GroupingKind : DGemm_I32Enum<"GroupingKind",
    "How the rows, or the K range, are divided among the groups", [
  // The operand `group` gives, for each row of A, its group, or -1 for padding.
  I32EnumAttrCase<"ContiguousIndex", 0, "contiguous_index">,
  // The operand `group` gives the end row of each group.
  I32EnumAttrCase<"ContiguousPsum", 1, "contiguous_psum">,
  // The operand `group` gives the number of valid leading rows of each group.
  I32EnumAttrCase<"Masked", 2, "masked">,
  // The operand `group` gives the extent of K of each group.
  I32EnumAttrCase<"KGrouped", 3, "k_grouped">
]>;

def DGemm_Equation : DGemm_I32Enum<"Equation",
    "Einsum equation of a batched product", [
  I32EnumAttrCase<"BHR_HDR_BHD", 0, "bhr_hdr_bhd">,
  I32EnumAttrCase<"BHD_HDR_BHR", 1, "bhd_hdr_bhr">,
  I32EnumAttrCase<"BHD_BHR_HDR", 2, "bhd_bhr_hdr">,
  I32EnumAttrCase<"BMK_BNK_MN", 3, "bmk_bnk_mn">
]>;

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMENUMS_TD
