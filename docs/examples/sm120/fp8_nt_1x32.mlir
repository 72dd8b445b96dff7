// FP8 by FP8, scales for 32 elements of A and 128 of B, f32 result.
//
//   dgemm-run docs/examples/sm120/fp8_nt_1x32.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_nt_1x32(%a: memref<?x576xf8E4M3FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<192x576xf8E4M3FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x576xf8E4M3FN>, memref<?x5xi32, strided<[1, ?]>>,
        memref<192x576xf8E4M3FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
