// FP8 by FP4 with packed scales for A, and others for B.
//
//   dgemm-run docs/examples/sm120/fp8_fp4_nt_plain.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_fp4_nt_plain(%a: memref<?x1024xf8E4M3FN>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                  %b: memref<192x1024xf4E2M1FN>, %sb: memref<192x32xf8E8M0FNU>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1024xf8E4M3FN>, memref<?x2xi32, strided<[1, ?]>>,
        memref<192x1024xf4E2M1FN>, memref<192x32xf8E8M0FNU>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
