// Ops that instructions without scales of their own cannot serve.
// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --dgemm-select-schedule=target=sm_90a

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<7168x2112xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @layout(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] b is 'memref<7168x2112xf8E4M3FN>' with layout nn, expected stride 1 along K: sm_90a loads 'f8E4M3FN' along K only; copy the operand to K-major}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN, strided<[1, 2112]>>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @rows_not_along_k(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] b is 'memref<2112x7168xf8E4M3FN, strided<[1, 2112]>>' with layout nt, expected stride 1 along K: sm_90a loads 'f8E4M3FN' along K only; copy the operand to K-major}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
