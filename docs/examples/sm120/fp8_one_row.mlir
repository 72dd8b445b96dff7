// One row: operands are swapped, so that the columns of the instruction are not
// wasted on rows that do not exist, and K is split over many SMs.
//
//   dgemm-run docs/examples/sm120/fp8_one_row.mlir --target=sm_120a --device=sim --check

func.func @fp8_one_row(%a: memref<1x7168xf8E4M3FN>, %sa: memref<1x14xi32, strided<[1, 4]>>,
                       %b: memref<2056x7168xf8E4M3FN>, %sb: memref<2056x14xi32, strided<[1, 2056]>>,
                       %d: memref<1x2056xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<1x7168xf8E4M3FN>, memref<1x14xi32, strided<[1, 4]>>, memref<2056x7168xf8E4M3FN>, memref<2056x14xi32, strided<[1, 2056]>>)
    outs(%d : memref<1x2056xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
