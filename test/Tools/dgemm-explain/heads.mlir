// Where nobody says how many columns a call with heads has, they are whole heads.
//
// RUN: dgemm-explain %s --target=sm_90a --m 1 | FileCheck %s
// CHECK: M = 1, N = 4128, K = 512:
// RUN: not dgemm-explain %s --target=sm_90a --m 1 --n 4096 2>&1 | FileCheck %s --check-prefix=ASKED
// ASKED: [matmul-c16] N = 4096 (of b), expected a multiple of left + right = 96
func.func @heads(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                 %b: memref<?x512xf8E4M3FN>, %sb: memref<?x4xf32>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<?x512xf8E4M3FN>, memref<?x4xf32>)
    outs(%d : memref<?x?xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, epilogue = #dgemm.head_split<left = 64, mid = 16, right = 32>}
  return
}
