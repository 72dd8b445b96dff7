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
                                      [AttrSizedOperandSegments]> {
  let summary = "multi-query attention logits over a paged KV cache";
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
  let arguments = (ins
    DGemm_Shaped:$context_lens,
    Optional<DGemm_Shaped>:$indices,
    DGemm_Shaped:$metadata,
    I64Attr:$block_kv,
    I64Attr:$split_kv,
    DefaultValuedAttr<I64Attr, "2">:$atom);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` custom<PagedMetadataInputs>($context_lens, type($context_lens),
                                          $indices, type($indices)) `)`
    `outs` `(` custom<Init>($metadata, type($metadata), type($result)) `)`
    attr-dict
  }];
}

def DGemm_CleanLogitsOp : DGemm_Op<"clean_logits", ["readsInits"]> {
  let summary = "fill the columns outside of each row's range with -inf";
  let arguments = (ins
    Optional<DGemm_Shaped>:$ks,
    DGemm_Shaped:$ke,
    DGemm_Shaped:$logits,
    DefaultValuedAttr<I64Attr, "1">:$next_n);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    `ins` `(` custom<RowRange>($ks, type($ks), $ke, type($ke)) `)`
    `outs` `(` custom<Init>($logits, type($logits), type($result)) `)`
    attr-dict
  }];
}

#endif // DGEMM_DIALECT_DGEMM_IR_MQALOGITSOPS_TD
