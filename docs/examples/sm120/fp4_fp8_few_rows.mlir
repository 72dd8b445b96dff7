// Five rows of FP4 by FP8 are split and swapped, too.
//
//   dgemm-run docs/examples/sm120/fp4_fp8_few_rows.mlir --target=sm_120a --device=sim --check

func.func @fp4_fp8_few_rows(%a: memref<5x4096xf4E2M1FN>, %sa: memref<5x32xi32, strided<[1, 8]>>,
                            %b: memref<2056x4096xf8E4M3FN>, %sb: memref<2056x8xi32, strided<[1, 2056]>>,
                            %d: memref<5x2056xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<5x4096xf4E2M1FN>, memref<5x32xi32, strided<[1, 8]>>, memref<2056x4096xf8E4M3FN>, memref<2056x8xi32, strided<[1, 2056]>>)
    outs(%d : memref<5x2056xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
