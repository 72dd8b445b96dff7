// FP4 as [K, M] by FP8 as [N, K]: no multiple of 128 is asked of K.
//
//   dgemm-run docs/examples/sm120/fp4_fp8_tt.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_fp8_tt(%a: memref<592x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<192x592xf8E4M3FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<592x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x5xi32, strided<[1, ?]>>,
        memref<192x592xf8E4M3FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<tt>}
  return
}
