// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @contiguous_index
// CHECK: dgemm.grouped_matmul ins(%{{.*}} scaled by %{{.*}}, %{{.*}} scaled by %{{.*}} grouped by %{{.*}} : memref<?x7168xf8E4M3FN>, memref<?x56xf32>, memref<8x4096x7168xf8E4M3FN>, memref<8x32x56xf32>, memref<?xi32>) outs(%{{.*}} : memref<?x4096xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, grouping = #dgemm.grouping<contiguous_index>}
func.func @contiguous_index(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32>,
                            %b: memref<8x4096x7168xf8E4M3FN>,
                            %sb: memref<8x32x56xf32>, %rows: memref<?xi32>,
                            %d: memref<?x4096xbf16>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32>,
        memref<8x4096x7168xf8E4M3FN>, memref<8x32x56xf32>, memref<?xi32>)
    outs(%d : memref<?x4096xbf16>)
    {grouping = #dgemm.grouping<contiguous_index, alignment = 128>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// B is [G, K, N].
// CHECK-LABEL: @contiguous_nn
// CHECK: grouping = #dgemm.grouping<contiguous_psum, alignment = 64, expected_m = 20>, layout = #dgemm.layout<nn>
func.func @contiguous_nn(%a: memref<1024x2048xbf16>,
                         %b: memref<4x2048x4096xbf16>, %ends: memref<4xi32>,
                         %d: memref<1024x4096xbf16>) {
  dgemm.grouped_matmul ins(%a, %b grouped by %ends
      : memref<1024x2048xbf16>, memref<4x2048x4096xbf16>, memref<4xi32>)
    outs(%d : memref<1024x4096xbf16>)
    {grouping = #dgemm.grouping<contiguous_psum, expected_m = 20, alignment = 64>,
     layout = #dgemm.layout<nn>}
  return
}

// CHECK-LABEL: @contiguous_fp4
func.func @contiguous_fp4(%a: memref<?x2048xf8E4M3FN>,
                          %sa: memref<?x4xi32, strided<[1, ?]>>,
                          %b: memref<4x512x2048xf4E2M1FN>,
                          %sb: memref<4x512x16xi32, strided<[8192, 1, 512]>>,
                          %rows: memref<?xi32>, %d: memref<?x512xbf16>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
      : memref<?x2048xf8E4M3FN>, memref<?x4xi32, strided<[1, ?]>>,
        memref<4x512x2048xf4E2M1FN>,
        memref<4x512x16xi32, strided<[8192, 1, 512]>>, memref<?xi32>)
    outs(%d : memref<?x512xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// CHECK-LABEL: @masked
// CHECK: grouping = #dgemm.grouping<masked, expected_m = 192>
func.func @masked(%a: tensor<6x?x7168xf8E4M3FN>,
                  %sa: tensor<6x?x56xf8E8M0FNU>,
                  %b: tensor<6x4096x7168xf8E4M3FN>,
                  %sb: tensor<6x32x56xf8E8M0FNU>, %valid: tensor<6xi32>,
                  %d: tensor<6x?x4096xbf16>) -> tensor<6x?x4096xbf16> {
  %0 = dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %valid
      : tensor<6x?x7168xf8E4M3FN>, tensor<6x?x56xf8E8M0FNU>,
        tensor<6x4096x7168xf8E4M3FN>, tensor<6x32x56xf8E8M0FNU>,
        tensor<6xi32>)
    outs(%d : tensor<6x?x4096xbf16>)
    {grouping = #dgemm.grouping<masked, expected_m = 192>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return %0 : tensor<6x?x4096xbf16>
}

// K is grouped. The scales are [M, groups of K], as everywhere; the memory order
// that a cast along K leaves is a matter of strides.
// CHECK-LABEL: @k_grouped_tn
// CHECK: grouped by %{{.*}} plus %{{.*}} :
func.func @k_grouped_tn(%a: memref<?x4096xf8E4M3FN>,
                        %sa: memref<4096x?xf32, strided<[1, 4096]>>,
                        %b: memref<?x7168xf8E4M3FN>,
                        %sb: memref<7168x?xf32, strided<[1, 7168]>>,
                        %ks: memref<4xi32>, %d: memref<4x4096x7168xf32>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %ks plus %d
      : memref<?x4096xf8E4M3FN>, memref<4096x?xf32, strided<[1, 4096]>>,
        memref<?x7168xf8E4M3FN>, memref<7168x?xf32, strided<[1, 7168]>>,
        memref<4xi32>, memref<4x4096x7168xf32>)
    outs(%d : memref<4x4096x7168xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// One [M, k] matrix behind the other.
// CHECK-LABEL: @k_grouped_nt
func.func @k_grouped_nt(%a: memref<4194304xf8E4M3FN>, %sa: memref<4096x8xf32>,
                        %b: memref<?xf8E4M3FN>, %sb: memref<768x8xf32>,
                        %ks: memref<4xi32>, %c: memref<4x4096x768xf32>,
                        %d: memref<4x4096x768xf32>) {
  dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %ks plus %c
      : memref<4194304xf8E4M3FN>, memref<4096x8xf32>, memref<?xf8E4M3FN>,
        memref<768x8xf32>, memref<4xi32>, memref<4x4096x768xf32>)
    outs(%d : memref<4x4096x768xf32>)
    {grouping = #dgemm.grouping<k_grouped>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// CHECK-LABEL: @k_grouped_bf16
func.func @k_grouped_bf16(%a: memref<?x4096xbf16>, %b: memref<?x2048xbf16>,
                          %ks: memref<16xi32>, %c: memref<16x4096x2048xf32>,
                          %d: memref<16x4096x2048xf32>) {
  dgemm.grouped_matmul ins(%a, %b grouped by %ks plus %c
      : memref<?x4096xbf16>, memref<?x2048xbf16>, memref<16xi32>,
        memref<16x4096x2048xf32>)
    outs(%d : memref<16x4096x2048xf32>)
    {grouping = #dgemm.grouping<k_grouped, alignment = 32>,
     layout = #dgemm.layout<tn>}
  return
}
