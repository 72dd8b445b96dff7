// Heads of 64 + 64 columns of the product become 64 + 32 + 64 of D, whose gap in the
// middle keeps its content.
//
//   dgemm-run docs/examples/sm120/fp8_head_split.mlir --target=sm_120a --device=sim --check

func.func @fp8_head_split(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                          %b: memref<256x1040xf8E4M3FN>, %sb: memref<256x3xi32, strided<[1, 256]>>,
                          %d: memref<?x320xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<256x1040xf8E4M3FN>, memref<256x3xi32, strided<[1, 256]>>)
    outs(%d : memref<?x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}
