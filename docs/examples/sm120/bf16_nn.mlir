// BF16 with B as [K, N], read in place: ldmatrix turns what TMA brings. N is odd, so
// the rows of B are padded; those of D are not, and are stored by address.
//
//   dgemm-run docs/examples/sm120/bf16_nn.mlir --target=sm_120a --device=sim --check

func.func @bf16_nn(%a: memref<?x201xbf16, strided<[208, 1]>>, %b: memref<201x77xbf16, strided<[80, 1]>>,
                   %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x201xbf16, strided<[208, 1]>>, memref<201x77xbf16, strided<[80, 1]>>)
    outs(%d : memref<?x77xbf16>) {layout = #dgemm.layout<nn>}
  return
}
