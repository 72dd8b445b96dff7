// The same in FP4, three queries for each sequence, pages of 32 tokens.
//
//   dgemm-run docs/examples/paged_mqa_logits_fp4.mlir --device=reference --check

func.func @paged_mqa_logits_fp4(
    %q: memref<?x3x16x128xf4E2M1FN>, %qs: memref<?x3x16xi32>,
    %cache: memref<?x32x1x68xi8>, %table: memref<?x8xi32>,
    %w: memref<?x16xf32>, %lens: memref<?x3xi32>, %meta: memref<17x2xi32>,
    %logits: memref<?x256xf32>) {
  dgemm.paged_mqa_logits
    ins(%q scaled by %qs, %cache paged by %table weighted by %w to %lens
        scheduled by %meta
      : memref<?x3x16x128xf4E2M1FN>, memref<?x3x16xi32>, memref<?x32x1x68xi8>,
        memref<?x8xi32>, memref<?x16xf32>, memref<?x3xi32>, memref<17x2xi32>)
    outs(%logits : memref<?x256xf32>) {block_kv = 32}
  return
}
