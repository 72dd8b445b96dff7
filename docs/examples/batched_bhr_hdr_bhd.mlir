// One product for each head, BF16. The weights are a slice of a wider tensor.
//
//   dgemm-run docs/examples/batched_bhr_hdr_bhd.mlir --device=reference --check

func.func @bhr_hdr_bhd(%x: memref<?x8x128xbf16>,
                       %y: memref<8x64x128xbf16, strided<[16384, 256, 1]>>,
                       %z: memref<?x8x64xbf16>) {
  dgemm.batched_matmul ins(%x, %y
      : memref<?x8x128xbf16>, memref<8x64x128xbf16, strided<[16384, 256, 1]>>)
    outs(%z : memref<?x8x64xbf16>) {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}
