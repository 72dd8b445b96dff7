// FP4 with C; rows of D with a gap behind each.
//
//   dgemm-run docs/examples/sm120/fp4_nt_c.mlir --target=sm_120a --device=sim --check

func.func @fp4_nt_c(%a: memref<?x1152xf4E2M1FN>, %sa: memref<?x9xi32, strided<[1, ?]>>,
                    %b: memref<200x1152xf4E2M1FN>, %sb: memref<200x9xi32, strided<[1, 200]>>,
                    %c: memref<?x200xf32>, %d: memref<?x200xf32, strided<[208, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<?x1152xf4E2M1FN>, memref<?x9xi32, strided<[1, ?]>>, memref<200x1152xf4E2M1FN>, memref<200x9xi32, strided<[1, 200]>>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32, strided<[208, 1]>>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
