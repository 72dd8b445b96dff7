// Columns outside of a row's range become -inf.
//
//   dgemm-run docs/examples/clean_logits.mlir --device=reference --check

func.func @clean_logits(%ks: memref<?xi32>, %ke: memref<?xi32>,
                        %logits: memref<?x300xf32>) {
  dgemm.clean_logits ins(from %ks to %ke : memref<?xi32>, memref<?xi32>)
    outs(%logits : memref<?x300xf32>)
  return
}
