// Products of a batch that are summed, added to an f32 result.
//
//   dgemm-run docs/examples/batched_bmk_bnk_mn.mlir --device=reference --check

func.func @bmk_bnk_mn(%a: memref<33x64x128xbf16>, %b: memref<33x192x128xbf16>,
                      %d: memref<64x192xf32>) {
  dgemm.batched_matmul ins(%a, %b plus %d
      : memref<33x64x128xbf16>, memref<33x192x128xbf16>, memref<64x192xf32>)
    outs(%d : memref<64x192xf32>) {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}
