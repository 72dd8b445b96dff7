// Limits that candidates hit, with numbers.
// REQUIRES: dgemm-explain
// RUN: dgemm-explain %s --target=sm_90a --m 1 | FileCheck %s

// CHECK: M = 1, N = 32768, K = 512
// CHECK: 256x256x64 {{.*}} [select-c16] registers of a thread: a warp tile of 32 x 256 needs about {{[0-9]+}} registers in a math thread
// CHECK: bound by {{.*}}
func.func @f(%a: memref<?x512xbf16>, %b: memref<32768x512xbf16>, %d: memref<?x32768xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<32768x512xbf16>)
    outs(%d : memref<?x32768xf32>)
  return
}
