// FP8 by FP4, scales for 128 elements, f32 result.
//
//   dgemm-run docs/examples/sm120/fp8_fp4_nt_1x128.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_fp4_nt_1x128(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                  %b: memref<192x640xf4E2M1FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf8E4M3FN>, memref<?x2xi32, strided<[1, ?]>>,
        memref<192x640xf4E2M1FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
