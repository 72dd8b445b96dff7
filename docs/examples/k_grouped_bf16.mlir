// The same gradient in BF16, on tensors.
//
//   dgemm-run docs/examples/k_grouped_bf16.mlir --device=reference --check

func.func @k_grouped_bf16(%a: tensor<?x128xbf16>, %b: tensor<?x192xbf16>,
                          %ks: tensor<4xi32>, %c: tensor<4x128x192xf32>)
    -> tensor<4x128x192xf32> {
  %d = tensor.empty() : tensor<4x128x192xf32>
  %0 = dgemm.grouped_matmul ins(%a, %b grouped by %ks plus %c
      : tensor<?x128xbf16>, tensor<?x192xbf16>, tensor<4xi32>,
        tensor<4x128x192xf32>)
    outs(%d : tensor<4x128x192xf32>)
    {grouping = #dgemm.grouping<k_grouped, alignment = 32>,
     layout = #dgemm.layout<tn>}
  return %0 : tensor<4x128x192xf32>
}
