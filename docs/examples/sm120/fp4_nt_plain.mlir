// FP4 by FP4 with scales that are not packed for A, and packed ones for B.
//
//   dgemm-run docs/examples/sm120/fp4_nt_plain.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_nt_plain(%a: memref<?x1024xf4E2M1FN>, %sa: memref<?x32xf8E8M0FNU>,
                  %b: memref<192x1024xf4E2M1FN>, %sb: memref<192x2xi32, strided<[1, 192]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1024xf4E2M1FN>, memref<?x32xf8E8M0FNU>,
        memref<192x1024xf4E2M1FN>, memref<192x2xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
