// One FP8 product for each head, weights scaled by blocks.
//
//   dgemm-run docs/examples/batched_fp8_bhr_hdr_bhd.mlir --device=reference --check

func.func @fp8_bhr_hdr_bhd(%x: memref<?x8x256xf8E4M3FN>, %sx: memref<?x8x2xf32>,
                           %y: memref<8x128x256xf8E4M3FN>,
                           %sy: memref<8x1x2xf32>, %z: memref<?x8x128xbf16>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy
      : memref<?x8x256xf8E4M3FN>, memref<?x8x2xf32>,
        memref<8x128x256xf8E4M3FN>, memref<8x1x2xf32>)
    outs(%z : memref<?x8x128xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
