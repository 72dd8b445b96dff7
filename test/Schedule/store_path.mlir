// D leaves by TMA where its rows and their distance are multiples of 16 bytes: TMA
// writes whole units, and what lies behind a shorter row is the caller's.
//
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_90a --mlir-print-local-scope | FileCheck %s
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --mlir-print-local-scope | FileCheck %s

// CHECK-LABEL: func.func @whole
// CHECK: dgk.schedule = #dgk.schedule<{{.*}} store = tma,
func.func @whole(%a: memref<4096x64xbf16>, %b: memref<120x64xbf16>, %d: memref<4096x120xbf16, strided<[128, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<4096x64xbf16>, memref<120x64xbf16>)
    outs(%d : memref<4096x120xbf16, strided<[128, 1]>>)
  return
}

// CHECK-LABEL: func.func @cut
// CHECK: dgk.schedule = #dgk.schedule<{{.*}} store = registers,
func.func @cut(%a: memref<4096x64xbf16>, %b: memref<121x64xbf16>, %d: memref<4096x121xbf16, strided<[128, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<4096x64xbf16>, memref<121x64xbf16>)
    outs(%d : memref<4096x121xbf16, strided<[128, 1]>>)
  return
}

// CHECK-LABEL: func.func @unknown
// CHECK: dgk.schedule = #dgk.schedule<{{.*}} store = registers,
func.func @unknown(%a: memref<4096x64xbf16>, %b: memref<?x64xbf16>, %d: memref<4096x?xbf16, strided<[128, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<4096x64xbf16>, memref<?x64xbf16>)
    outs(%d : memref<4096x?xbf16, strided<[128, 1]>>)
  return
}
