// BF16, layout tt: A is [K, M], B is [N, K].
//
//   dgemm-run docs/examples/bf16_tt.mlir --device=reference --check

func.func @bf16_tt(%a: memref<512x?xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<512x?xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<tt>}
  return
}
