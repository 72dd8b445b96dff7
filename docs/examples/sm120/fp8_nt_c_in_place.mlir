// An f32 result that adds to what D holds, by reductions in memory.
//
//   dgemm-run docs/examples/sm120/fp8_nt_c_in_place.mlir --target=sm_120a --device=sim --check

func.func @fp8_nt_c_in_place(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                             %b: memref<200x1040xf8E4M3FN>, %sb: memref<200x3xi32, strided<[1, 200]>>,
                             %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<200x1040xf8E4M3FN>, memref<200x3xi32, strided<[1, 200]>>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
