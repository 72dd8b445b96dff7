// BF16, B [K, N], that adds to what D holds.
//
//   dgemm-run docs/examples/sm120/bf16_nn_c_in_place.mlir --target=sm_120a --device=sim --check

func.func @bf16_nn_c_in_place(%a: memref<?x584xbf16>, %b: memref<584x200xbf16>,
                              %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x584xbf16>, memref<584x200xbf16>, memref<?x200xbf16>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<nn>}
  return
}
