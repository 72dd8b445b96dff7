// FP8 by FP4 as [K, N]: no multiple of 128 is asked of K.
//
//   dgemm-run docs/examples/sm120/fp8_fp4_nn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_fp4_nn(%a: memref<?x592xf8E4M3FN>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                  %b: memref<592x200xf4E2M1FN, strided<[208, 1]>>, %sb: memref<200x5xi32, strided<[1, 200]>>,
                  %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x592xf8E4M3FN>, memref<?x2xi32, strided<[1, ?]>>,
        memref<592x200xf4E2M1FN, strided<[208, 1]>>, memref<200x5xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<nn>}
  return
}
