// FP4 with B as [K, N]: threads copy it, ldmatrix turns it; K has a tail.
//
//   dgemm-run docs/examples/sm120/fp4_nn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_nn(%a: memref<?x672xf4E2M1FN>, %sa: memref<?x6xi32, strided<[1, ?]>>,
                  %b: memref<672x200xf4E2M1FN, strided<[208, 1]>>, %sb: memref<200x6xi32, strided<[1, 200]>>,
                  %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x672xf4E2M1FN>, memref<?x6xi32, strided<[1, ?]>>,
        memref<672x200xf4E2M1FN, strided<[208, 1]>>, memref<200x6xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<nn>}
  return
}
