// BF16 without scales. K and N are odd, so the rows of A and B are padded to what
// TMA needs, and D, whose rows follow each other, is stored by address.
//
//   dgemm-run docs/examples/sm120/bf16_nt.mlir --target=sm_120a --device=sim --check

func.func @bf16_nt(%a: memref<?x201xbf16, strided<[208, 1]>>, %b: memref<77x201xbf16, strided<[208, 1]>>,
                   %d: memref<?x77xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x201xbf16, strided<[208, 1]>>, memref<77x201xbf16, strided<[208, 1]>>)
    outs(%d : memref<?x77xf32>)
  return
}
