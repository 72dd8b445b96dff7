// FP8 by FP4 that adds to what D holds; its rows have a gap behind each.
//
//   dgemm-run docs/examples/sm120/fp8_fp4_nt_c_in_place.mlir --target=sm_120a --device=sim --check

func.func @fp8_fp4_nt_c_in_place(%a: memref<?x1152xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                                 %b: memref<200x1152xf4E2M1FN>, %sb: memref<200x9xi32, strided<[1, 200]>>,
                                 %d: memref<?x200xbf16, strided<[208, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x1152xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<200x1152xf4E2M1FN>, memref<200x9xi32, strided<[1, 200]>>, memref<?x200xbf16, strided<[208, 1]>>)
    outs(%d : memref<?x200xbf16, strided<[208, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
