// FP8 with scales that are not packed, in rows of 20 and of 56 bytes: TMA does not find
// them, so threads copy them.
//
//   dgemm-run docs/examples/sm120/fp8_nt_plain_rows.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp8_nt_plain_rows(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x20xf8E8M0FNU>,
                  %b: memref<192x640xf8E4M3FN>, %sb: memref<192x5xf8E8M0FNU, strided<[56, 1]>>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf8E4M3FN>, memref<?x20xf8E8M0FNU>,
        memref<192x640xf8E4M3FN>, memref<192x5xf8E8M0FNU, strided<[56, 1]>>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
