// Compressed FP4 logits in BF16.
//
//   dgemm-run docs/examples/mqa_logits_fp4_compressed.mlir --device=reference --check

func.func @mqa_logits_fp4_compressed(
    %q: tensor<?x32x64xf4E2M1FN>, %qs: tensor<?x32xi32>,
    %kv: tensor<?x64xf4E2M1FN>, %kvs: tensor<?xi32>, %w: tensor<?x32xbf16>,
    %ks: tensor<?xi32>, %ke: tensor<?xi32>, %logits: tensor<?x100xbf16>)
    -> tensor<?x100xbf16> {
  %0 = dgemm.mqa_logits
    ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : tensor<?x32x64xf4E2M1FN>, tensor<?x32xi32>, tensor<?x64xf4E2M1FN>,
        tensor<?xi32>, tensor<?x32xbf16>, tensor<?xi32>, tensor<?xi32>)
    outs(%logits : tensor<?x100xbf16>) {compressed}
  return %0 : tensor<?x100xbf16>
}
