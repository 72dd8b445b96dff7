// An odd number of columns in f32, rows of D with a gap behind each.
//
//   dgemm-run docs/examples/sm120/fp8_odd_columns.mlir --target=sm_120a --device=sim --check

func.func @fp8_odd_columns(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                           %b: memref<201x1040xf8E4M3FN>, %sb: memref<201x3xi32, strided<[1, 204]>>,
                           %d: memref<?x201xf32, strided<[211, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<201x1040xf8E4M3FN>, memref<201x3xi32, strided<[1, 204]>>)
    outs(%d : memref<?x201xf32, strided<[211, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
