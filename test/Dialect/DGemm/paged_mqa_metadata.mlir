// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @next_n
// CHECK: dgemm.paged_mqa_metadata ins(%{{.*}} : memref<?x4xi32>) outs(%{{.*}} : memref<133x2xi32>) {atom = 4 : i64, block_kv = 64 : i64, split_kv = 256 : i64}
func.func @next_n(%lens: memref<?x4xi32>, %meta: memref<133x2xi32>) {
  dgemm.paged_mqa_metadata ins(%lens : memref<?x4xi32>)
    outs(%meta : memref<133x2xi32>) {block_kv = 64, split_kv = 256, atom = 4}
  return
}

// CHECK-LABEL: @varlen
// CHECK: dgemm.paged_mqa_metadata ins(%{{.*}} indexed by %{{.*}} : tensor<?x1xi32>, tensor<?xi32>) outs(%{{.*}} : tensor<189x2xi32>) {block_kv = 64 : i64, split_kv = 128 : i64}
func.func @varlen(%lens: tensor<?x1xi32>, %idx: tensor<?xi32>,
                  %meta: tensor<189x2xi32>) -> tensor<189x2xi32> {
  %0 = dgemm.paged_mqa_metadata
    ins(%lens indexed by %idx : tensor<?x1xi32>, tensor<?xi32>)
    outs(%meta : tensor<189x2xi32>) {block_kv = 64, split_kv = 128}
  return %0 : tensor<189x2xi32>
}
