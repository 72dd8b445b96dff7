// The same experts with FP4 weights, packed scales, and any number of rows.
//
//   dgemm-run docs/examples/grouped_index_fp4.mlir --device=reference --check

func.func @grouped_index_fp4(%a: memref<?x512xf8E4M3FN>,
                             %sa: memref<?x1xi32, strided<[1, ?]>>,
                             %b: memref<4x256x512xf4E2M1FN>,
                             %sb: memref<4x256x4xi32, strided<[1024, 1, 256]>>,
                             %rows: memref<?xi32>, %d: memref<?x256xbf16>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<4x256x512xf4E2M1FN>,
        memref<4x256x4xi32, strided<[1024, 1, 256]>>, memref<?xi32>)
    outs(%d : memref<?x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index, alignment = 16>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
