// BF16 with an addend C, on tensors, layout nt: A is [M, K], B is [N, K].
//
//   dgemm-run docs/examples/bf16_nt_accumulate.mlir --device=reference --check

func.func @bf16_nt_accumulate(%a: tensor<?x512xbf16>, %b: tensor<256x512xbf16>,
                            %c: tensor<?x256xf32>) -> tensor<?x256xf32> {
  %zero = arith.constant 0 : index
  %m = tensor.dim %c, %zero : tensor<?x256xf32>
  %d = tensor.empty(%m) : tensor<?x256xf32>
  %0 = dgemm.matmul ins(%a, %b plus %c
      : tensor<?x512xbf16>, tensor<256x512xbf16>, tensor<?x256xf32>)
    outs(%d : tensor<?x256xf32>) {layout = #dgemm.layout<nt>}
  return %0 : tensor<?x256xf32>
}
