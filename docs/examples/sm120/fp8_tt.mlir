// FP8 with A as [K, M], read in place, and B as [N, K]; scales of A for 128, of B for 32
// elements.
//
//   dgemm-run docs/examples/sm120/fp8_tt.mlir --target=sm_120a --device=sim --check

func.func @fp8_tt(%a: memref<1040x?xf8E4M3FN, strided<[4096, 1]>>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                  %b: memref<200x1040xf8E4M3FN>, %sb: memref<200x9xi32, strided<[1, 200]>>,
                  %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<1040x?xf8E4M3FN, strided<[4096, 1]>>, memref<?x3xi32, strided<[1, ?]>>, memref<200x1040xf8E4M3FN>, memref<200x9xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<tt>}
  return
}
