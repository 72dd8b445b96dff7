// BF16, layout nn: A is [M, K], B is [K, N].
//
//   dgemm-run docs/examples/bf16_nn.mlir --device=reference --check

func.func @bf16_nn(%a: memref<?x512xbf16>, %b: memref<512x256xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<512x256xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nn>}
  return
}
