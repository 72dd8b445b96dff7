// How the work of paged logits is divided among 188 slots.
//
//   dgemm-run docs/examples/paged_mqa_metadata.mlir --device=reference --check

func.func @paged_mqa_metadata(%lens: memref<?x3xi32>, %meta: memref<189x2xi32>) {
  dgemm.paged_mqa_metadata ins(%lens : memref<?x3xi32>)
    outs(%meta : memref<189x2xi32>) {block_kv = 64, split_kv = 128}
  return
}
