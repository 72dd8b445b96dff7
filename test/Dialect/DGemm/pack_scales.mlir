// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @rows
// CHECK: dgemm.pack_scales ins(%{{.*}} : memref<?x56xf32>) outs(%{{.*}} : memref<?x14xi32, strided<[1, ?]>>) {checked, granularity = #dgemm.scale_block<1x128>}
func.func @rows(%s: memref<?x56xf32>, %p: memref<?x14xi32, strided<[1, ?]>>) {
  dgemm.pack_scales ins(%s : memref<?x56xf32>)
    outs(%p : memref<?x14xi32, strided<[1, ?]>>)
    {granularity = #dgemm.scale_block<1x128>, checked}
  return
}

// One scale for 128 rows is repeated.
// CHECK-LABEL: @blocks
func.func @blocks(%s: tensor<8x17x57xf8E8M0FNU>, %p: tensor<8x2112x15xi32>)
    -> tensor<8x2112x15xi32> {
  %0 = dgemm.pack_scales ins(%s : tensor<8x17x57xf8E8M0FNU>)
    outs(%p : tensor<8x2112x15xi32>)
    {granularity = #dgemm.scale_block<128x128>}
  return %0 : tensor<8x2112x15xi32>
}

// The scales of each K group are padded to whole words.
// CHECK-LABEL: @k_grouped
// CHECK: ins(%{{.*}} grouped by %{{.*}} : memref<4096x?xf32, strided<[1, 4096]>>, memref<16xi32>)
func.func @k_grouped(%s: memref<4096x?xf32, strided<[1, 4096]>>,
                     %ks: memref<16xi32>,
                     %p: memref<4096x?xi32, strided<[1, 4096]>>) {
  dgemm.pack_scales ins(%s grouped by %ks
      : memref<4096x?xf32, strided<[1, 4096]>>, memref<16xi32>)
    outs(%p : memref<4096x?xi32, strided<[1, 4096]>>)
    {granularity = #dgemm.scale_block<1x32>}
  return
}
