// f32 scales become packed UE8M0, which a product then uses.
//
//   dgemm-run docs/examples/pack_scales.mlir --device=reference --check

func.func @pack_scales(%a: tensor<?x768xf8E4M3FN>, %sa: tensor<?x6xf32>,
                       %b: tensor<128x768xf8E4M3FN>, %sb: tensor<1x6xf32>)
    -> tensor<?x128xbf16> {
  %zero = arith.constant 0 : index
  %m = tensor.dim %a, %zero : tensor<?x768xf8E4M3FN>
  %pa = tensor.empty(%m) : tensor<?x2xi32>
  %pb = tensor.empty() : tensor<128x2xi32>
  %packed_a = dgemm.pack_scales ins(%sa : tensor<?x6xf32>)
    outs(%pa : tensor<?x2xi32>)
    {granularity = #dgemm.scale_block<1x128>, checked}
  %packed_b = dgemm.pack_scales ins(%sb : tensor<1x6xf32>)
    outs(%pb : tensor<128x2xi32>)
    {granularity = #dgemm.scale_block<128x128>, checked}
  %d = tensor.empty(%m) : tensor<?x128xbf16>
  %0 = dgemm.matmul ins(%a scaled by %packed_a, %b scaled by %packed_b
      : tensor<?x768xf8E4M3FN>, tensor<?x2xi32>, tensor<128x768xf8E4M3FN>,
        tensor<128x2xi32>)
    outs(%d : tensor<?x128xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %0 : tensor<?x128xbf16>
}
