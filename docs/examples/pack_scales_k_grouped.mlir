// Each group of K begins a new word.
//
//   dgemm-run docs/examples/pack_scales_k_grouped.mlir --device=reference --check

func.func @pack_scales_k_grouped(%s: memref<64x?xf32, strided<[1, 64]>>,
                                 %ks: memref<4xi32>,
                                 %p: memref<64x?xi32, strided<[1, 64]>>) {
  dgemm.pack_scales ins(%s grouped by %ks
      : memref<64x?xf32, strided<[1, 64]>>, memref<4xi32>)
    outs(%p : memref<64x?xi32, strided<[1, 64]>>)
    {granularity = #dgemm.scale_block<1x32>}
  return
}
