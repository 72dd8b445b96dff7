// The FP8 product with the other dimension of the weights contracted.
//
//   dgemm-run docs/examples/batched_fp8_bhd_hdr_bhr.mlir --device=reference --check

func.func @fp8_bhd_hdr_bhr(%x: memref<?x4x256xf8E4M3FN>, %sx: memref<?x4x2xf32>,
                           %y: memref<4x256x384xf8E4M3FN>,
                           %sy: memref<4x2x3xf32>, %z: memref<?x4x384xbf16>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy
      : memref<?x4x256xf8E4M3FN>, memref<?x4x2xf32>,
        memref<4x256x384xf8E4M3FN>, memref<4x2x3xf32>)
    outs(%z : memref<?x4x384xbf16>)
    {equation = #dgemm.equation<bhd_hdr_bhr>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
