// NVFP4: FP4 with scales of f8E4M3FN, without a sign, for 16 elements each.
//
//   dgemm-run docs/examples/sm120/nvfp4_nt.mlir --target=sm_120a --device=sim --check --m=64

func.func @nvfp4_nt(%a: memref<?x512xf4E2M1FN>, %sa: memref<?x32xf8E4M3FN>,
                  %b: memref<192x512xf4E2M1FN>, %sb: memref<192x32xf8E4M3FN>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf4E2M1FN>, memref<?x32xf8E4M3FN>,
        memref<192x512xf4E2M1FN>, memref<192x32xf8E4M3FN>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>}
  return
}
