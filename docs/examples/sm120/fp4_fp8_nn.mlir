// FP4 as [M, K] by FP8 as [K, N], which is turned in place.
//
//   dgemm-run docs/examples/sm120/fp4_fp8_nn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_fp8_nn(%a: memref<?x640xf4E2M1FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<640x192xf8E4M3FN>, %sb: memref<192x5xi32, strided<[1, 192]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf4E2M1FN>, memref<?x5xi32, strided<[1, ?]>>,
        memref<640x192xf8E4M3FN>, memref<192x5xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<nn>}
  return
}
