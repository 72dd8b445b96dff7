// Few rows that add to what D holds: splits of K, added up in their order, then C.
//
//   dgemm-run docs/examples/sm120/fp8_few_rows_c.mlir --target=sm_120a --device=sim --check

func.func @fp8_few_rows_c(%a: memref<16x7168xf8E4M3FN>, %sa: memref<16x14xi32, strided<[1, 16]>>,
                          %b: memref<264x7168xf8E4M3FN>, %sb: memref<264x14xi32, strided<[1, 264]>>,
                          %d: memref<16x264xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<16x7168xf8E4M3FN>, memref<16x14xi32, strided<[1, 16]>>, memref<264x7168xf8E4M3FN>, memref<264x14xi32, strided<[1, 264]>>, memref<16x264xf32>)
    outs(%d : memref<16x264xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
