// The weight gradient for each head: the batch is contracted, scales cover 128 of
// its elements.
//
//   dgemm-run docs/examples/batched_fp8_bhd_bhr_hdr.mlir --device=reference --check

func.func @fp8_bhd_bhr_hdr(%x: memref<512x4x64xf8E4M3FN>,
                           %sx: memref<4x4x64xf32>,
                           %y: memref<512x4x128xf8E4M3FN>,
                           %sy: memref<4x4x128xf32>, %z: memref<4x64x128xf32>) {
  dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy plus %z
      : memref<512x4x64xf8E4M3FN>, memref<4x4x64xf32>,
        memref<512x4x128xf8E4M3FN>, memref<4x4x128xf32>, memref<4x64x128xf32>)
    outs(%z : memref<4x64x128xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
