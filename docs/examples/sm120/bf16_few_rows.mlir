// 16 rows of BF16: swapped, and split over K.
//
//   dgemm-run docs/examples/sm120/bf16_few_rows.mlir --target=sm_120a --device=sim --check

func.func @bf16_few_rows(%a: memref<16x4096xbf16>, %b: memref<1032x4096xbf16>,
                         %d: memref<16x1032xbf16>) {
  dgemm.matmul ins(%a, %b : memref<16x4096xbf16>, memref<1032x4096xbf16>)
    outs(%d : memref<16x1032xbf16>) {layout = #dgemm.layout<nt>}
  return
}
