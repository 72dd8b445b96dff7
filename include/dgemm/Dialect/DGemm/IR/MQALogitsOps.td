//===- MQALogitsOps.td - Multi-query attention logits ------*- tablegen -*-===//
//
// Part of dgemm, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef DGEMM_DIALECT_DGEMM_IR_MQALOGITSOPS_TD
#define DGEMM_DIALECT_DGEMM_IR_MQALOGITSOPS_TD

include "dgemm/Dialect/DGemm/IR/DGemmOpBase.td"

def DGemm_MQALogitsOp : DGemm_Op<"mqa_logits"> {
  let summary = "multi-query attention logits over a contiguous KV sequence";
  let description = [{
    Computes, for every query, the weighted sum over the heads of the positive
    parts of its dot products with a range of the KV tokens.

    ```
    for i in S, j in [ks(i), ke(i)):
      s(h)  = sum over d of  q(i, h, d) * kv(j, d)            each times its scale
      logit = sum over h of  max(s(h), 0) * weights(i, h)
      logits(i, j)         = round(logit)                     full
      logits(i, j - ks(i)) = round(logit)                     compressed
    ```

    FP8 has one `f32` scale for each KV token, and none for q (the caller folds
    it into the weights). FP4 has four UE8M0 bytes in an `i32` for each row of q
    and of kv: byte `j` scales the elements `32j` to `32j + 31` of D; with D =
    64 two bytes are unused. Ranges are cut at SKV.

    Full logits have a column for each KV token, compressed ones a column for
    each token of the longest range. Columns outside of a row's range become
    unspecified, or negative infinity with `clean`.

    | q, kv      | q_scale | kv_scale | weights               | logits        |
    |------------|---------|----------|-----------------------|---------------|
    | `f8E4M3FN` | none    | `f32`    | `f32`, `f16` (S a multiple of 4) | `f32`, `bf16` |
    | `f8E4M3FN` | none    | `f32`    | `bf16`                | `bf16`        |
    | `f4E2M1FN` | `i32`   | `i32`    | `f32`                 | `f32`, `bf16` |
    | `f4E2M1FN` | `i32`   | `i32`    | `bf16`                | `bf16`        |

    #### Constraints

    1. `mqa_logits-c1`: all operands are ranked tensors and the result has the
       type of the logits, or all are memrefs and there is no result.
    2. `mqa_logits-c2`: q is `f8E4M3FN` or `f4E2M1FN`, and kv the same.
    3. `mqa_logits-c3`: q_scale is an `i32` for FP4 and absent for FP8; kv_scale
       is an `i32` for FP4 and an `f32` for FP8.
    4. `mqa_logits-c4`: q is `[S, H, D]`, q_scale `[S, H]`, kv `[SKV, D]`,
       kv_scale `[SKV]`, weights `[S, H]`, ks and ke `[S]`, logits `[S,
       columns]`.
    5. `mqa_logits-c5`: S, H, D and SKV agree among the operands; full logits
       have SKV columns.
    6. `mqa_logits-c6`: H is 8, 16, 32 or 64.
    7. `mqa_logits-c7`: D is 32, 64 or 128; for FP4 64 or 128.
    8. `mqa_logits-c8`: weights are `f32`, `bf16` or `f16`; `bf16` needs `bf16`
       logits; `f16` needs FP8, and S a multiple of 4.
    9. `mqa_logits-c9`: logits are `f32` or `bf16`.
    10. `mqa_logits-c10`: ks and ke are `i32`.
    11. `mqa_logits-c11`: `clean` and `compressed` exclude each other.
    12. `mqa_logits-c12`: logits and weights have stride 1 along their last
        dimension, and rows that do not overlap; all other operands are
        contiguous.

    #### Example

    ```mlir
    dgemm.mqa_logits
      ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
        : memref<?x64x128xf8E4M3FN>, memref<?x128xf8E4M3FN>, memref<?xf32>,
          memref<?x64xf32>, memref<?xi32>, memref<?xi32>)
      outs(%logits : memref<?x?xf32, strided<[?, 1]>>) {clean}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$q,
    Optional<DGemm_Shaped>:$q_scale,
    DGemm_Shaped:$kv,
    DGemm_Shaped:$kv_scale,
    DGemm_Shaped:$weights,
    DGemm_Shaped:$ks,
    DGemm_Shaped:$ke,
    DGemm_Shaped:$logits,
    UnitAttr:$compressed,
    UnitAttr:$clean);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$q,
                   "::mlir::Value":$qScale,
                   "::mlir::Value":$kv,
                   "::mlir::Value":$kvScale,
                   "::mlir::Value":$weights,
                   "::mlir::Value":$ks,
                   "::mlir::Value":$ke,
                   "::mlir::Value":$logits,
                   CArg<"bool", "false">:$compressed,
                   CArg<"bool", "false">:$clean), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(logits), q,
            qScale, kv, kvScale, weights, ks, ke, logits, compressed, clean);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<MQAInputs>($q, type($q), $q_scale, type($q_scale),
                                $kv, type($kv), $kv_scale, type($kv_scale),
                                $weights, type($weights),
                                $ks, type($ks), $ke, type($ke)) `)`
    `outs` `(` custom<Init>($logits, type($logits), type($result)) `)`
    attr-dict
  }];
}

def DGemm_PagedMQALogitsOp : DGemm_Op<"paged_mqa_logits", [],
                                      [AttrSizedOperandSegments,
                                       RequiredOperands<"0, 2, 3, 4, 5, 6, 8">]> {
  let summary = "multi-query attention logits over a paged KV cache";
  let description = [{
    Computes the logits of `dgemm.mqa_logits` for `next_n` queries of each
    sequence, over a KV cache that is cut into pages of `block_kv` tokens.

    ```
    for b in B, n in next_n, j in [0, context_lens(b, n)):
      page, t = block_table(b, j / block_kv), j % block_kv
      row     = b * next_n + n
      s(h)    = sum over d of  q(b, n, h, d) * kv(page, t, d)   each times its scale
      logits(row, j) = round(sum over h of  max(s(h), 0) * weights(row, h))
    ```

    Columns from `context_lens(b, n)` on become unspecified; a row of length 0
    is left as it was or becomes unspecified.

    A page is a block of `block_kv * T` bytes, where T is D + 4 for FP8 and D /
    2 + 4 for FP4. The shape `[pages, block_kv, 1, T]` gives its size only:
    first come the elements of all tokens, then a scale of 4 bytes for each
    token.

    ```
    FP8: elements of token t from byte t * D,      scale (f32) at block_kv * D + 4t
    FP4: elements of token t from byte t * D / 2,  scale (4 x UE8M0) at block_kv * D / 2 + 4t
    ```

    `metadata` is what `dgemm.paged_mqa_metadata` made of the same lengths and
    indices. It divides the work and does not change the result.

    With `indices`, rows are tokens: next_n is 1, and `indices(t)` says which
    sequence token t belongs to. The tokens of a sequence follow each other and
    have equal rows of block_table; neighbours of one sequence may share what
    they load.

    | q          | q_scale | kv_cache | weights | logits        |
    |------------|---------|----------|---------|---------------|
    | `f8E4M3FN` | none    | `i8`     | `f32`   | `f32`, `bf16` |
    | `f4E2M1FN` | `i32`   | `i8`     | `f32`   | `f32`, `bf16` |
    | either     |         | `i8`     | `bf16`  | `bf16`        |

    #### Constraints

    1. `paged_mqa_logits-c1`: all operands are ranked tensors and the result has
       the type of the logits, or all are memrefs and there is no result.
    2. `paged_mqa_logits-c2`: q is `f8E4M3FN` or `f4E2M1FN`; kv_cache is an
       integer of 8 bits.
    3. `paged_mqa_logits-c3`: q_scale is an `i32` for FP4 and absent for FP8.
    4. `paged_mqa_logits-c4`: q is `[B, next_n, H, D]`, q_scale `[B, next_n,
       H]`, kv_cache `[pages, block_kv, 1, T]`, block_table `[B, blocks]`,
       weights `[B * next_n, H]`, context_lens `[B, next_n]`, metadata `[slots +
       1, 2]`, indices `[B]`, logits `[B * next_n, columns]`.
    5. `paged_mqa_logits-c5`: B, next_n and H agree among the operands; next_n
       is not 0.
    6. `paged_mqa_logits-c6`: H is 8, 16, 32 or 64.
    7. `paged_mqa_logits-c7`: D is 32, 64 or 128; for FP4 64 or 128.
    8. `paged_mqa_logits-c8`: weights are `f32`, or `bf16` with `bf16` logits.
    9. `paged_mqa_logits-c9`: logits are `f32` or `bf16`.
    10. `paged_mqa_logits-c10`: block_table, context_lens, metadata and indices
        are `i32`.
    11. `paged_mqa_logits-c11`: `block_kv` is 32 or 64.
    12. `paged_mqa_logits-c12`: kv_cache is `[pages, block_kv, 1, D + 4]`, for
        FP4 `[pages, block_kv, 1, D / 2 + 4]`.
    13. `paged_mqa_logits-c13`: `indices` need next_n = 1.
    14. `paged_mqa_logits-c14`: metadata has at least one slot, and two words
        for each.
    15. `paged_mqa_logits-c15`: a page is contiguous; the stride between pages
        is a multiple of 4 bytes and pages do not overlap.
    16. `paged_mqa_logits-c16`: logits and block_table have stride 1 along their
        last dimension, and rows that do not overlap, and so have the weights of
        FP4; all other operands but kv_cache are contiguous.

    #### Example

    ```mlir
    dgemm.paged_mqa_logits
      ins(%q, %cache paged by %table weighted by %w to %lens scheduled by %meta
        : memref<?x2x64x128xf8E4M3FN>,
          memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>, memref<?x?xi32>,
          memref<?x64xf32>, memref<?x2xi32>, memref<189x2xi32>)
      outs(%logits : memref<?x?xf32, strided<[?, 1]>>) {block_kv = 64}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$q,
    Optional<DGemm_Shaped>:$q_scale,
    DGemm_Shaped:$kv_cache,
    DGemm_Shaped:$block_table,
    DGemm_Shaped:$weights,
    DGemm_Shaped:$context_lens,
    DGemm_Shaped:$metadata,
    Optional<DGemm_Shaped>:$indices,
    DGemm_Shaped:$logits,
    I64Attr:$block_kv);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$q,
                   "::mlir::Value":$qScale,
                   "::mlir::Value":$kvCache,
                   "::mlir::Value":$blockTable,
                   "::mlir::Value":$weights,
                   "::mlir::Value":$contextLens,
                   "::mlir::Value":$metadata,
                   "::mlir::Value":$indices,
                   "::mlir::Value":$logits,
                   "int64_t":$blockKV), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(logits), q,
            qScale, kvCache, blockTable, weights, contextLens, metadata,
            indices, logits, blockKV);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<PagedMQAInputs>(
      $q, type($q), $q_scale, type($q_scale), $kv_cache, type($kv_cache),
      $block_table, type($block_table), $weights, type($weights),
      $context_lens, type($context_lens), $metadata, type($metadata),
      $indices, type($indices)) `)`
    `outs` `(` custom<Init>($logits, type($logits), type($result)) `)`
    attr-dict
  }];
}

def DGemm_PagedMQAMetadataOp : DGemm_Op<"paged_mqa_metadata"> {
  let summary = "work distribution of paged_mqa_logits";
  let description = [{
    Divides the work of `dgemm.paged_mqa_logits` among the slots of its
    scheduler, as many as `metadata` has rows less one.

    A unit of work is one split of `split_kv` tokens for one atom, that is
    `atom` consecutive queries of a sequence. The last column of context_lens is
    the longest.

    ```
    segments(b)   = ceil(context_lens(b, next_n - 1) / split_kv)
    atoms(b)      = ceil(next_n / atom)
    total         = sum over b of atoms(b) * segments(b)
    q, r          = total / slots, total % slots
    start(i)      = i * q + max(0, i - (slots - r))         the last r slots have one more
    metadata(i)   = (atom, split) of unit start(i)          metadata(slots) is the end
    ```

    Units are ordered by sequence, then atom, then split; the number of an atom
    is `b * atoms(b)` plus its place in the sequence. With `indices`, an atom is
    a run of up to `atom` consecutive tokens of equal index, its number is that
    of its first token, and its length is that of its last one.

    | context_lens | indices | metadata |
    |--------------|---------|----------|
    | `i32`        | `i32`   | `i32`    |

    #### Constraints

    1. `paged_mqa_metadata-c1`: all operands are ranked tensors and the result
       has the type of metadata, or all are memrefs and there is no result.
    2. `paged_mqa_metadata-c2`: all operands are `i32`.
    3. `paged_mqa_metadata-c3`: context_lens is `[B, next_n]`, indices `[B]`,
       metadata `[slots + 1, 2]`.
    4. `paged_mqa_metadata-c4`: B agrees; next_n is not 0; there is at least one
       slot.
    5. `paged_mqa_metadata-c5`: `block_kv` is 32 or 64.
    6. `paged_mqa_metadata-c6`: `split_kv` is a positive multiple of `block_kv`.
    7. `paged_mqa_metadata-c7`: `atom` is at least 1.
    8. `paged_mqa_metadata-c8`: `indices` need next_n = 1 and an atom of 1 or 2.
    9. `paged_mqa_metadata-c9`: all operands are contiguous.

    #### Example

    ```mlir
    dgemm.paged_mqa_metadata ins(%lens : memref<?x2xi32>)
      outs(%meta : memref<189x2xi32>) {block_kv = 64, split_kv = 128}
    ```
  }];
  let arguments = (ins
    DGemm_Shaped:$context_lens,
    Optional<DGemm_Shaped>:$indices,
    DGemm_Shaped:$metadata,
    I64Attr:$block_kv,
    I64Attr:$split_kv,
    DefaultValuedAttr<I64Attr, "2">:$atom);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$contextLens,
                   "::mlir::Value":$indices,
                   "::mlir::Value":$metadata,
                   "int64_t":$blockKV,
                   "int64_t":$splitKV,
                   CArg<"int64_t", "2">:$atom), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(metadata),
            contextLens, indices, metadata, blockKV, splitKV, atom);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<PagedMetadataInputs>($context_lens, type($context_lens),
                                          $indices, type($indices)) `)`
    `outs` `(` custom<Init>($metadata, type($metadata), type($result)) `)`
    attr-dict
  }];
}

def DGemm_CleanLogitsOp : DGemm_Op<"clean_logits", ["readsInits"]> {
  let summary = "fill the columns outside of each row's range with -inf";
  let description = [{
    Fills the columns of each row of the logits that are outside of the row's
    range with negative infinity; the others stay.

    ```
    for each row i:
      from = ks(i / next_n)                                  0 without ks
      to   = ke(i / next_n) - next_n + i % next_n + 1
      logits(i, j) = -inf  unless from <= j < to
    ```

    With `next_n = 1` the range of row i is `[ks(i), ke(i))`. An empty range
    gives a row of negative infinities.

    | ks, ke | logits        |
    |--------|---------------|
    | `i32`  | `f32`, `bf16` |

    #### Constraints

    1. `clean_logits-c1`: all operands are ranked tensors and the result has the
       type of the logits, or all are memrefs and there is no result.
    2. `clean_logits-c2`: ks and ke are `i32`, logits `f32` or `bf16`.
    3. `clean_logits-c3`: logits have two dimensions, ks and ke have one.
    4. `clean_logits-c4`: `next_n` is at least 1.
    5. `clean_logits-c5`: the number of rows is a multiple of `next_n`; ks and
       ke have an element for each `next_n` rows.
    6. `clean_logits-c6`: ks and ke are contiguous; the logits have stride 1
       along their columns, and rows that do not overlap.

    #### Example

    ```mlir
    dgemm.clean_logits ins(from %ks to %ke : memref<?xi32>, memref<?xi32>)
      outs(%logits : memref<?x?xf32, strided<[?, 1]>>)
    ```
  }];
  let arguments = (ins
    Optional<DGemm_Shaped>:$ks,
    DGemm_Shaped:$ke,
    DGemm_Shaped:$logits,
    DefaultValuedAttr<I64Attr, "1">:$next_n);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let builders = [
    // The result, if any, has the type of the init.
    OpBuilder<(ins "::mlir::Value":$ks,
                   "::mlir::Value":$ke,
                   "::mlir::Value":$logits,
                   CArg<"int64_t", "1">:$nextN), [{
      build($_builder, $_state, ::dgemm::detail::getResultType(logits), ks, ke,
            logits, nextN);
    }]>
  ];
  let assemblyFormat = [{
    `ins` `(` custom<RowRange>($ks, type($ks), $ke, type($ke)) `)`
    `outs` `(` custom<Init>($logits, type($logits), type($result)) `)`
    attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_MQALOGITSOPS_TD
