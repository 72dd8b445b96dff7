// One product for each head with the other dimension of the weights contracted.
//
//   dgemm-run docs/examples/batched_bhd_hdr_bhr.mlir --device=reference --check

func.func @bhd_hdr_bhr(%x: tensor<?x8x64xbf16>, %y: tensor<8x64x128xbf16>,
                       %z: tensor<?x8x128xbf16>) -> tensor<?x8x128xbf16> {
  %0 = dgemm.batched_matmul ins(%x, %y
      : tensor<?x8x64xbf16>, tensor<8x64x128xbf16>)
    outs(%z : tensor<?x8x128xbf16>) {equation = #dgemm.equation<bhd_hdr_bhr>}
  return %0 : tensor<?x8x128xbf16>
}
