// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// Two queries for each sequence; pages with room between them.
// CHECK-LABEL: @fp8
// CHECK: dgemm.paged_mqa_logits ins(%{{.*}}, %{{.*}} paged by %{{.*}} weighted by %{{.*}} to %{{.*}} scheduled by %{{.*}} : memref<?x2x64x128xf8E4M3FN>, memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>, memref<?x?xi32>, memref<?x64xf32>, memref<?x2xi32>, memref<189x2xi32>) outs(%{{.*}} : memref<?x?xf32, strided<[?, 1]>>) {block_kv = 64 : i64}
func.func @fp8(%q: memref<?x2x64x128xf8E4M3FN>,
               %cache: memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>,
               %table: memref<?x?xi32>, %w: memref<?x64xf32>,
               %lens: memref<?x2xi32>, %meta: memref<189x2xi32>,
               %l: memref<?x?xf32, strided<[?, 1]>>) {
  dgemm.paged_mqa_logits
    ins(%q, %cache paged by %table weighted by %w to %lens scheduled by %meta
      : memref<?x2x64x128xf8E4M3FN>,
        memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>, memref<?x?xi32>,
        memref<?x64xf32>, memref<?x2xi32>, memref<189x2xi32>)
    outs(%l : memref<?x?xf32, strided<[?, 1]>>) {block_kv = 64}
  return
}

// One token for each row, with the sequence that it belongs to.
// CHECK-LABEL: @fp4_varlen
// CHECK: scheduled by %{{.*}} indexed by %{{.*}} :
func.func @fp4_varlen(%q: tensor<?x1x32x128xf4E2M1FN>,
                      %qs: tensor<?x1x32xi32>, %cache: tensor<?x32x1x68xi8>,
                      %table: tensor<?x128xi32>, %w: tensor<?x32xf32>,
                      %lens: tensor<?x1xi32>, %meta: tensor<149x2xi32>,
                      %idx: tensor<?xi32>, %l: tensor<?x4096xbf16>)
    -> tensor<?x4096xbf16> {
  %0 = dgemm.paged_mqa_logits
    ins(%q scaled by %qs, %cache paged by %table weighted by %w to %lens
        scheduled by %meta indexed by %idx
      : tensor<?x1x32x128xf4E2M1FN>, tensor<?x1x32xi32>, tensor<?x32x1x68xi8>,
        tensor<?x128xi32>, tensor<?x32xf32>, tensor<?x1xi32>,
        tensor<149x2xi32>, tensor<?xi32>)
    outs(%l : tensor<?x4096xbf16>) {block_kv = 32}
  return %0 : tensor<?x4096xbf16>
}
