// Logits of the lightning indexer in prefill, FP8. Columns that a query does not see
// become -inf.
//
//   dgemm-run docs/examples/mqa_logits_fp8.mlir --device=reference --check

func.func @mqa_logits_fp8(%q: memref<?x32x64xf8E4M3FN>,
                          %kv: memref<?x64xf8E4M3FN>, %kvs: memref<?xf32>,
                          %w: memref<?x32xf32>, %ks: memref<?xi32>,
                          %ke: memref<?xi32>, %logits: memref<?x?xf32>) {
  dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<?x32x64xf8E4M3FN>, memref<?x64xf8E4M3FN>, memref<?xf32>,
        memref<?x32xf32>, memref<?xi32>, memref<?xi32>)
    outs(%logits : memref<?x?xf32>) {clean}
  return
}
