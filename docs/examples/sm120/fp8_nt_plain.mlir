// FP8 by FP8 with scales that are not packed: rows of 16 bytes.
//
//   dgemm-run docs/examples/sm120/fp8_nt_plain.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_nt_plain(%a: memref<?x2048xf8E4M3FN>, %sa: memref<?x16xf8E8M0FNU>,
                  %b: memref<192x2048xf8E4M3FN>, %sb: memref<192x16xf8E8M0FNU>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x2048xf8E4M3FN>, memref<?x16xf8E8M0FNU>,
        memref<192x2048xf8E4M3FN>, memref<192x16xf8E8M0FNU>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
