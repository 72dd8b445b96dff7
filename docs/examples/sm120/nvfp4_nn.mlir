// NVFP4 with B as [K, N], turned in place.
//
//   dgemm-run docs/examples/sm120/nvfp4_nn.mlir --target=sm_120a --device=sim --check --m=64

func.func @nvfp4_nn(%a: memref<?x512xf4E2M1FN>, %sa: memref<?x32xf8E4M3FN>,
                  %b: memref<512x192xf4E2M1FN>, %sb: memref<192x32xf8E4M3FN>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf4E2M1FN>, memref<?x32xf8E4M3FN>,
        memref<512x192xf4E2M1FN>, memref<192x32xf8E4M3FN>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, layout = #dgemm.layout<nn>}
  return
}
