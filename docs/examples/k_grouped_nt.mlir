// The same gradient from K-major data: the [M, k] matrices of all groups, one after
// the other. The number of elements of K is dynamic (--dim k=2048).
//
//   dgemm-run docs/examples/k_grouped_nt.mlir --device=reference --check

func.func @k_grouped_nt(%a: memref<?xf8E4M3FN>, %sa: memref<128x?xf32>,
                        %b: memref<?xf8E4M3FN>, %sb: memref<192x?xf32>,
                        %ks: memref<4xi32>, %c: memref<4x128x192xf32>,
                        %d: memref<4x128x192xf32>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %ks plus %c
      : memref<?xf8E4M3FN>, memref<128x?xf32>, memref<?xf8E4M3FN>,
        memref<192x?xf32>, memref<4xi32>, memref<4x128x192xf32>)
    outs(%d : memref<4x128x192xf32>)
    {grouping = #dgemm.grouping<k_grouped>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
