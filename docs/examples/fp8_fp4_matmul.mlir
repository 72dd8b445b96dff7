// FP8 activations by FP4 weights, with a granularity of its own for each.
//
//   dgemm-run docs/examples/fp8_fp4_matmul.mlir --device=reference --check

func.func @fp8_fp4(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x1xi32, strided<[1, ?]>>,
                   %b: memref<256x512xf4E2M1FN>,
                   %sb: memref<256x4xi32, strided<[1, 256]>>,
                   %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf4E2M1FN>, memref<256x4xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
