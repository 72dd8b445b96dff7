// FP8 logits with a column for each token of a query's own range only.
//
//   dgemm-run docs/examples/mqa_logits_fp8_compressed.mlir --device=reference --check

func.func @mqa_logits_fp8_compressed(
    %q: tensor<?x32x128xf8E4M3FN>, %kv: tensor<?x128xf8E4M3FN>,
    %kvs: tensor<?xf32>, %w: tensor<?x32xf32>, %ks: tensor<?xi32>,
    %ke: tensor<?xi32>, %logits: tensor<?x96xbf16>) -> tensor<?x96xbf16> {
  %0 = dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : tensor<?x32x128xf8E4M3FN>, tensor<?x128xf8E4M3FN>, tensor<?xf32>,
        tensor<?x32xf32>, tensor<?xi32>, tensor<?xi32>)
    outs(%logits : tensor<?x96xbf16>) {compressed}
  return %0 : tensor<?x96xbf16>
}
