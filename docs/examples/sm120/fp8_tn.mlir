// FP8 with A as [K, M] and B as [K, N], both read in place; scales of 32 elements.
//
//   dgemm-run docs/examples/sm120/fp8_tn.mlir --target=sm_120a --device=sim --check

func.func @fp8_tn(%a: memref<1040x?xf8E4M3FN, strided<[4096, 1]>>, %sa: memref<?x9xi32, strided<[1, ?]>>,
                  %b: memref<1040x200xf8E4M3FN, strided<[208, 1]>>, %sb: memref<200x9xi32, strided<[1, 200]>>,
                  %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<1040x?xf8E4M3FN, strided<[4096, 1]>>, memref<?x9xi32, strided<[1, ?]>>, memref<1040x200xf8E4M3FN, strided<[208, 1]>>, memref<200x9xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}
