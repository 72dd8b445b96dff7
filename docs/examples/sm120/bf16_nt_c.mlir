// BF16 with C in f32.
//
//   dgemm-run docs/examples/sm120/bf16_nt_c.mlir --target=sm_120a --device=sim --check

func.func @bf16_nt_c(%a: memref<?x584xbf16>, %b: memref<200x584xbf16>,
                     %c: memref<?x200xf32>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x584xbf16>, memref<200x584xbf16>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {layout = #dgemm.layout<nt>}
  return
}
