// FP8 as [K, M] by FP4 as [K, N], both turned in place.
//
//   dgemm-run docs/examples/sm120/fp8_fp4_tn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_fp4_tn(%a: memref<577x?xf8E4M3FN, strided<[4096, 1]>>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<577x192xf4E2M1FN>, %sb: memref<192x5xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<577x?xf8E4M3FN, strided<[4096, 1]>>, memref<?x5xi32, strided<[1, ?]>>,
        memref<577x192xf4E2M1FN>, memref<192x5xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}
