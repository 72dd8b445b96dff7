// FP4 logits: q and kv have a scale for 32 elements, four of them in a word.
//
//   dgemm-run docs/examples/mqa_logits_fp4.mlir --device=reference --check

func.func @mqa_logits_fp4(%q: memref<?x16x128xf4E2M1FN>, %qs: memref<?x16xi32>,
                          %kv: memref<?x128xf4E2M1FN>, %kvs: memref<?xi32>,
                          %w: memref<?x16xf32>, %ks: memref<?xi32>,
                          %ke: memref<?xi32>, %logits: memref<?x?xf32>) {
  dgemm.mqa_logits
    ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<?x16x128xf4E2M1FN>, memref<?x16xi32>, memref<?x128xf4E2M1FN>,
        memref<?xi32>, memref<?x16xf32>, memref<?xi32>, memref<?xi32>)
    outs(%logits : memref<?x?xf32>) {clean}
  return
}
