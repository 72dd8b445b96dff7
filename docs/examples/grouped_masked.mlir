// Experts in decoding: every group has room for the same number of rows, a count
// says how many of them are valid. Other rows of D stay as they were.
//
//   dgemm-run docs/examples/grouped_masked.mlir --device=reference --check

func.func @grouped_masked(%a: memref<4x?x512xf8E4M3FN>,
                          %sa: memref<4x?x4xf8E8M0FNU>,
                          %b: memref<4x256x512xf8E4M3FN>,
                          %sb: memref<4x2x4xf8E8M0FNU>, %valid: memref<4xi32>,
                          %d: memref<4x?x256xbf16>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %valid
      : memref<4x?x512xf8E4M3FN>, memref<4x?x4xf8E8M0FNU>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf8E8M0FNU>, memref<4xi32>)
    outs(%d : memref<4x?x256xbf16>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
