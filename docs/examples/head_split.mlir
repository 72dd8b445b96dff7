// An epilogue that leaves a gap in the middle of each head: 256 columns of the
// product become 320 of D, of which columns 128 to 191 keep their content.
//
//   dgemm-run docs/examples/head_split.mlir --device=reference --check

func.func @head_split(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>,
                      %b: memref<512x512xf8E4M3FN>, %sb: memref<4x4xf32>,
                      %d: memref<?x640xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>,
        memref<512x512xf8E4M3FN>, memref<4x4xf32>)
    outs(%d : memref<?x640xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 128, mid = 64, right = 128>}
  return
}
