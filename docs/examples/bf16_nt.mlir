// BF16, layout nt: A is [M, K], B is [N, K].
//
//   dgemm-run docs/examples/bf16_nt.mlir --device=reference --check

func.func @bf16_nt(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nt>}
  return
}
