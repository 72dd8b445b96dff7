// BF16 with A as [K, M] and B as [K, N], as in weight gradients: both are read in
// place.
//
//   dgemm-run docs/examples/sm120/bf16_tn.mlir --target=sm_120a --device=sim --check

func.func @bf16_tn(%a: memref<328x?xbf16, strided<[4096, 1]>>, %b: memref<328x200xbf16>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b : memref<328x?xbf16, strided<[4096, 1]>>, memref<328x200xbf16>)
    outs(%d : memref<?x200xf32>) {layout = #dgemm.layout<tn>}
  return
}
