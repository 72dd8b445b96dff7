// The forward form of SM90: f32 scales of any value, A by row (1D), B by blocks of
// 128x128 (2D). K is no multiple of 128: the last scale covers fewer elements. The
// scales of A have stride 1 along M, so that TMA can load a tile's at once.
//
//   dgemm-run docs/examples/fp8_matmul_1d2d.mlir --device=reference --check

func.func @fp8_1d2d(%a: memref<?x576xf8E4M3FN>, %sa: memref<?x5xf32, strided<[1, ?]>>,
                    %b: memref<320x576xf8E4M3FN>, %sb: memref<3x5xf32>,
                    %d: memref<?x320xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x576xf8E4M3FN>, memref<?x5xf32, strided<[1, ?]>>,
        memref<320x576xf8E4M3FN>, memref<3x5xf32>)
    outs(%d : memref<?x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
