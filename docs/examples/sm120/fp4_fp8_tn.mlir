// FP4 as [K, M] by FP8 as [K, N], both turned in place.
//
//   dgemm-run docs/examples/sm120/fp4_fp8_tn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_fp8_tn(%a: memref<577x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                  %b: memref<577x192xf8E4M3FN>, %sb: memref<192x5xi32, strided<[1, 192]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<577x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x2xi32, strided<[1, ?]>>,
        memref<577x192xf8E4M3FN>, memref<192x5xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}
