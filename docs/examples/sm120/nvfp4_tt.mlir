// NVFP4 with A as [K, M], turned in place, and B as [N, K].
//
//   dgemm-run docs/examples/sm120/nvfp4_tt.mlir --target=sm_120a --device=sim --check --m=64

func.func @nvfp4_tt(%a: memref<512x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x32xf8E4M3FN>,
                  %b: memref<192x512xf4E2M1FN>, %sb: memref<192x32xf8E4M3FN>,
                  %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<512x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x32xf8E4M3FN>,
        memref<192x512xf4E2M1FN>, memref<192x32xf8E4M3FN>)
    outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, layout = #dgemm.layout<tt>}
  return
}
