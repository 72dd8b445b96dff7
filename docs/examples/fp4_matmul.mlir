// FP4 by FP4. Two elements share a byte along K; the logical shapes count elements.
//
//   dgemm-run docs/examples/fp4_matmul.mlir --device=reference --check

func.func @fp4(%a: memref<?x512xf4E2M1FN>, %sa: memref<?x16xf8E8M0FNU>,
               %b: memref<256x512xf4E2M1FN>, %sb: memref<256x16xf8E8M0FNU>,
               %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf4E2M1FN>, memref<?x16xf8E8M0FNU>,
        memref<256x512xf4E2M1FN>, memref<256x16xf8E8M0FNU>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
