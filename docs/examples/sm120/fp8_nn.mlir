// FP8 with B as [K, N], read in place: ldmatrix turns 16 x 16 bytes at a time. Scales are
// [M, K / 128] and [N, K / 128] in every layout.
//
//   dgemm-run docs/examples/sm120/fp8_nn.mlir --target=sm_120a --device=sim --check

func.func @fp8_nn(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                  %b: memref<1040x200xf8E4M3FN, strided<[208, 1]>>, %sb: memref<200x3xi32, strided<[1, 200]>>,
                  %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<1040x200xf8E4M3FN, strided<[208, 1]>>, memref<200x3xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<nn>}
  return
}
