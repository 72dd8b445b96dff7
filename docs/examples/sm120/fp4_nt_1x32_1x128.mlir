// FP4 by FP4, each operand with a granularity of its own.
//
//   dgemm-run docs/examples/sm120/fp4_nt_1x32_1x128.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_nt_1x32_1x128(%a: memref<?x640xf4E2M1FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<192x640xf4E2M1FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf4E2M1FN>, memref<?x5xi32, strided<[1, ?]>>,
        memref<192x640xf4E2M1FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
