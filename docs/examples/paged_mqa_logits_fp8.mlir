// Logits in decoding: two queries for each sequence, keys in pages of 64 tokens. The
// metadata divide the work; here the function makes them.
//
//   dgemm-run docs/examples/paged_mqa_logits_fp8.mlir --device=reference --check

func.func @paged_mqa_logits_fp8(
    %q: memref<?x2x32x128xf8E4M3FN>,
    %cache: memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>,
    %table: memref<?x?xi32>, %w: memref<?x32xf32>, %lens: memref<?x2xi32>,
    %meta: memref<17x2xi32>, %logits: memref<?x?xf32>) {
  dgemm.paged_mqa_metadata ins(%lens : memref<?x2xi32>)
    outs(%meta : memref<17x2xi32>) {block_kv = 64, split_kv = 128}
  dgemm.paged_mqa_logits
    ins(%q, %cache paged by %table weighted by %w to %lens scheduled by %meta
      : memref<?x2x32x128xf8E4M3FN>,
        memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>, memref<?x?xi32>,
        memref<?x32xf32>, memref<?x2xi32>, memref<17x2xi32>)
    outs(%logits : memref<?x?xf32>) {block_kv = 64}
  return
}
