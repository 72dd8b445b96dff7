// The weight gradient of a dense layer: an f32 result that adds to C in place.
//
//   dgemm-run docs/examples/fp8_matmul_accumulate.mlir --device=reference --check

func.func @fp8_accumulate(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>,
                          %b: memref<256x512xf8E4M3FN>, %sb: memref<256x4xf32>,
                          %d: memref<?x256xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>,
        memref<256x512xf8E4M3FN>, memref<256x4xf32>, memref<?x256xf32>)
    outs(%d : memref<?x256xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
