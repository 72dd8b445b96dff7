// FP4 by FP8, scales for 32 elements, f32 result.
//
//   dgemm-run docs/examples/sm120/fp4_fp8_nt_1x32.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_fp8_nt_1x32(%a: memref<?x640xf4E2M1FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<192x640xf8E4M3FN>, %sb: memref<192x5xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf4E2M1FN>, memref<?x5xi32, strided<[1, ?]>>,
        memref<192x640xf8E4M3FN>, memref<192x5xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
