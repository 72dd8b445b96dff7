// FP4 weights by FP8 activations: the orientation of decoding with few tokens.
//
//   dgemm-run docs/examples/fp4_fp8_matmul.mlir --device=reference --check

func.func @fp4_fp8(%a: tensor<?x512xf4E2M1FN>, %sa: tensor<?x16xf8E8M0FNU>,
                   %b: tensor<64x512xf8E4M3FN>, %sb: tensor<64x4xf8E8M0FNU>,
                   %d: tensor<?x64xbf16>) -> tensor<?x64xbf16> {
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x512xf4E2M1FN>, tensor<?x16xf8E8M0FNU>,
        tensor<64x512xf8E4M3FN>, tensor<64x4xf8E8M0FNU>)
    outs(%d : tensor<?x64xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return %0 : tensor<?x64xbf16>
}
