// Rows are tokens, and indices say which sequence each belongs to.
//
//   dgemm-run docs/examples/paged_mqa_logits_varlen.mlir --device=reference --check

func.func @paged_mqa_logits_varlen(
    %q: tensor<?x1x32x64xf8E4M3FN>, %cache: tensor<?x64x1x68xi8>,
    %table: tensor<?x4xi32>, %w: tensor<?x32xf32>, %lens: tensor<?x1xi32>,
    %meta: tensor<17x2xi32>, %idx: tensor<?xi32>, %logits: tensor<?x256xbf16>)
    -> tensor<?x256xbf16> {
  %0 = dgemm.paged_mqa_logits
    ins(%q, %cache paged by %table weighted by %w to %lens
        scheduled by %meta indexed by %idx
      : tensor<?x1x32x64xf8E4M3FN>, tensor<?x64x1x68xi8>, tensor<?x4xi32>,
        tensor<?x32xf32>, tensor<?x1xi32>, tensor<17x2xi32>, tensor<?xi32>)
    outs(%logits : tensor<?x256xbf16>) {block_kv = 64}
  return %0 : tensor<?x256xbf16>
}
