//===- DGemmAttrs.td - Attributes of the problem dialect ---*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_TD
#define DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_TD

include "mlir/IR/AttrTypeBase.td"
include "dgemm/Dialect/DGemm/IR/DGemmEnums.td"

class DGemm_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<DGemm_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

def DGemm_LayoutAttr : EnumAttr<DGemm_Dialect, DGemm_Layout, "layout"> {
  let summary = "Which of its two dimensions each matrix has first";
  let description = [{
    The first letter is A, the second B; `n` is the BLAS "not transposed".

    | layout | A        | B        |
    |--------|----------|----------|
    | `nt`   | `[M, K]` | `[N, K]` |
    | `nn`   | `[M, K]` | `[K, N]` |
    | `tn`   | `[K, M]` | `[K, N]` |
    | `tt`   | `[K, M]` | `[N, K]` |

    Scales do not follow the layout: theirs is always `[MN, K]`.
  }];
  let assemblyFormat = "`<` $value `>`";
}

def DGemm_EquationAttr : EnumAttr<DGemm_Dialect, DGemm_Equation, "equation"> {
  let summary = "Einsum equation of a batched product";
  let description = [{
    | equation      | A           | B           | D           | batch | M, N, K |
    |---------------|-------------|-------------|-------------|-------|---------|
    | `bhr_hdr_bhd` | `[B, H, R]` | `[H, D, R]` | `[B, H, D]` | H     | B, D, R |
    | `bhd_hdr_bhr` | `[B, H, D]` | `[H, D, R]` | `[B, H, R]` | H     | B, R, D |
    | `bhd_bhr_hdr` | `[B, H, D]` | `[B, H, R]` | `[H, D, R]` | H     | D, R, B |
    | `bmk_bnk_mn`  | `[S, M, K]` | `[S, N, K]` | `[M, N]`    | S, summed | M, N, K |
  }];
  let assemblyFormat = "`<` $value `>`";
}

// A rectangle of elements that share one scale, spelled `1x128`.
def DGemm_ScaleBlockParameter
    : AttrOrTypeParameter<"::dgemm::ScaleBlock",
                          "rows of M or N, by elements of K, of one scale">;

def DGemm_GranularityAttr : DGemm_Attr<"Granularity", "granularity"> {
  let summary = "How many elements share a scale, of A and of B";
  let description = [{
    With `a = 1x128`, one scale of A covers 1 row and 128 elements of K; with
    `b = 128x128`, one of B covers 128 rows (of N) and 128 elements of K.

    ```mlir
    #dgemm.granularity<a = 1x128, b = 128x128>
    ```
  }];
  let parameters = (ins DGemm_ScaleBlockParameter:$a,
                        DGemm_ScaleBlockParameter:$b);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def DGemm_ScaleBlockAttr : DGemm_Attr<"ScaleBlock", "scale_block"> {
  let summary = "How many elements share a scale, of one operand";
  let description = [{
    ```mlir
    #dgemm.scale_block<128x128>
    ```
  }];
  let parameters = (ins DGemm_ScaleBlockParameter:$block);
  let assemblyFormat = "`<` $block `>`";
  let genVerifyDecl = 1;
}

def DGemm_HeadSplitAttr : DGemm_Attr<"HeadSplit", "head_split"> {
  let summary = "Epilogue that leaves a gap in the middle of each head";
  let description = [{
    The N columns are heads of `left + right` columns. Each head is stored as
    `left` columns, a gap of `mid` columns that keeps its content, and `right`
    columns:

    ```
    col(n) = h * (left + mid + right) + (j < left ? j : j + mid)
             with h = n / (left + right), j = n % (left + right)
    ```

    ```mlir
    #dgemm.head_split<left = 128, mid = 64, right = 128>
    ```
  }];
  let parameters = (ins "int64_t":$left, "int64_t":$mid, "int64_t":$right);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Columns of one head in the product.
    int64_t getHeadWidth() const { return getLeft() + getRight(); }
    /// Columns of one head in D, with the gap.
    int64_t getStoredHeadWidth() const { return getHeadWidth() + getMid(); }
  }];
}

def DGemm_GroupingAttr : DGemm_Attr<"Grouping", "grouping"> {
  let summary = "How a grouped product is divided among its groups";
  let description = [{
    * `contiguous_index`: rows of all groups lie one after the other; `group`
      gives the group of each row, -1 for padding. A group starts at a multiple
      of `alignment`.
    * `contiguous_psum`: the same rows, but `group` gives the end row of each
      group; group `g` starts at the end of group `g - 1` rounded up to
      `alignment`.
    * `masked`: every group has a slab of `max_m` rows, `group` says how many of
      them are valid. `alignment` has no meaning.
    * `k_grouped`: `group` gives the extent of K of each group, a multiple of
      `alignment`.

    `expected_m` is a hint: the average rows of a group (`masked` and
    `contiguous_psum`).

    ```mlir
    #dgemm.grouping<contiguous_index>
    #dgemm.grouping<contiguous_psum, alignment = 64, expected_m = 20>
    #dgemm.grouping<masked, expected_m = 192>
    ```
  }];
  let parameters = (ins
    EnumParameter<DGemm_GroupingKind>:$kind,
    DefaultValuedParameter<"int64_t", "128">:$alignment,
    OptionalParameter<"int64_t">:$expectedM);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let builders = [
    AttrBuilder<(ins "::dgemm::GroupingKind":$kind), [{
      return $_get($_ctxt, kind, kDefaultAlignment, 0);
    }]>
  ];
  let extraClassDeclaration = [{
    static constexpr int64_t kDefaultAlignment = 128;
    bool isContiguous() const {
      return getKind() == GroupingKind::ContiguousIndex ||
             getKind() == GroupingKind::ContiguousPsum;
    }
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_DGEMMATTRS_TD
