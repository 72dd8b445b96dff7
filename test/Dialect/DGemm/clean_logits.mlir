// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @ranges
// CHECK: dgemm.clean_logits ins(from %{{.*}} to %{{.*}} : memref<?xi32>, memref<?xi32>) outs(%{{.*}} : memref<?x?xf32, strided<[?, 1]>>){{$}}
func.func @ranges(%ks: memref<?xi32>, %ke: memref<?xi32>,
                  %l: memref<?x?xf32, strided<[?, 1]>>) {
  dgemm.clean_logits ins(from %ks to %ke : memref<?xi32>, memref<?xi32>)
    outs(%l : memref<?x?xf32, strided<[?, 1]>>)
  return
}

// Ranges begin at column 0; one length for each two rows.
// CHECK-LABEL: @next_n
// CHECK: dgemm.clean_logits ins(to %{{.*}} : tensor<32xi32>) outs(%{{.*}} : tensor<64x4096xbf16>) {next_n = 2 : i64}
func.func @next_n(%ke: tensor<32xi32>, %l: tensor<64x4096xbf16>)
    -> tensor<64x4096xbf16> {
  %0 = dgemm.clean_logits ins(to %ke : tensor<32xi32>)
    outs(%l : tensor<64x4096xbf16>) {next_n = 2}
  return %0 : tensor<64x4096xbf16>
}
