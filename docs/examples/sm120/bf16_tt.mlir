// BF16 with A as [K, M], read in place, and B as [N, K].
//
//   dgemm-run docs/examples/sm120/bf16_tt.mlir --target=sm_120a --device=sim --check

func.func @bf16_tt(%a: memref<328x?xbf16, strided<[4096, 1]>>, %b: memref<200x328xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<328x?xbf16, strided<[4096, 1]>>, memref<200x328xbf16>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<tt>}
  return
}
