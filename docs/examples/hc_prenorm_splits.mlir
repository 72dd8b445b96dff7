// The same with K divided into 5 parts, whose results the caller adds up.
//
//   dgemm-run docs/examples/hc_prenorm_splits.mlir --device=reference --check

func.func @hc_prenorm_splits(%a: tensor<?x1024xbf16>, %b: tensor<24x1024xf32>,
                             %d: tensor<5x?x24xf32>, %s: tensor<5x?xf32>)
    -> (tensor<5x?x24xf32>, tensor<5x?xf32>) {
  %0:2 = dgemm.hc_prenorm ins(%a, %b
      : tensor<?x1024xbf16>, tensor<24x1024xf32>)
    outs(%d, %s : tensor<5x?x24xf32>, tensor<5x?xf32>) {num_splits = 5}
  return %0#0, %0#1 : tensor<5x?x24xf32>, tensor<5x?xf32>
}
