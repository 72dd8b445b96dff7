// The weight gradient of experts: each group has a range of K of its own, and a
// result that adds to C in place. A and B are [K, M] and [K, N].
//
//   dgemm-run docs/examples/k_grouped_tn.mlir --device=reference --check

func.func @k_grouped_tn(%a: memref<1024x128xf8E4M3FN>,
                        %sa: memref<128x?xf32, strided<[1, 128]>>,
                        %b: memref<1024x192xf8E4M3FN>,
                        %sb: memref<192x?xf32, strided<[1, 192]>>,
                        %ks: memref<4xi32>, %d: memref<4x128x192xf32>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %ks plus %d
      : memref<1024x128xf8E4M3FN>, memref<128x?xf32, strided<[1, 128]>>,
        memref<1024x192xf8E4M3FN>, memref<192x?xf32, strided<[1, 192]>>,
        memref<4xi32>, memref<4x128x192xf32>)
    outs(%d : memref<4x128x192xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
