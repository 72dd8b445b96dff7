// Experts of a mixture: the rows of all groups lie one after the other, and an index
// gives the group of each row, -1 for the padding behind a group.
//
//   dgemm-run docs/examples/grouped_index.mlir --device=reference --check

func.func @grouped_index(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>,
                         %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                         %rows: memref<?xi32>, %d: memref<?x256xbf16>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>, memref<4x256x512xf8E4M3FN>,
        memref<4x2x4xf32>, memref<?xi32>)
    outs(%d : memref<?x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index, alignment = 16>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
