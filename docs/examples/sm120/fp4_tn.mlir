// FP4 with A as [K, M] and B as [K, N], both turned in place; K is odd.
//
//   dgemm-run docs/examples/sm120/fp4_tn.mlir --target=sm_120a --device=sim --check --m=64

func.func @fp4_tn(%a: memref<645x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x2xi32, strided<[1, ?]>>,
                  %b: memref<645x192xf4E2M1FN>, %sb: memref<192x6xi32, strided<[1, 192]>>,
                  %d: memref<?x192xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<645x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x2xi32, strided<[1, ?]>>,
        memref<645x192xf4E2M1FN>, memref<192x6xi32, strided<[1, 192]>>)
    outs(%d : memref<?x192xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}
