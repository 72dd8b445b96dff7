// FP4 with A as [K, M], which is turned, beside B as [N, K], which is packed.
//
//   dgemm-run docs/examples/sm120/fp4_tt.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_tt(%a: memref<640x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<192x640xf4E2M1FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<640x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x5xi32, strided<[1, ?]>>,
        memref<192x640xf4E2M1FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<tt>}
  return
}
