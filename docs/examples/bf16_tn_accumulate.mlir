// BF16 with an addend C, on tensors, layout tn: A is [K, M], B is [K, N].
//
//   dgemm-run docs/examples/bf16_tn_accumulate.mlir --device=reference --check

func.func @bf16_tn_accumulate(%a: tensor<512x?xbf16>, %b: tensor<512x256xbf16>,
                            %c: tensor<?x256xf32>) -> tensor<?x256xf32> {
  %zero = arith.constant 0 : index
  %m = tensor.dim %c, %zero : tensor<?x256xf32>
  %d = tensor.empty(%m) : tensor<?x256xf32>
  %0 = dgemm.matmul ins(%a, %b plus %c
      : tensor<512x?xbf16>, tensor<512x256xbf16>, tensor<?x256xf32>)
    outs(%d : tensor<?x256xf32>) {layout = #dgemm.layout<tn>}
  return %0 : tensor<?x256xf32>
}
