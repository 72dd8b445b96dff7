// BF16, layout tn: A is [K, M], B is [K, N].
//
//   dgemm-run docs/examples/bf16_tn.mlir --device=reference --check

func.func @bf16_tn(%a: memref<512x?xbf16>, %b: memref<512x256xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<512x?xbf16>, memref<512x256xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<tn>}
  return
}
