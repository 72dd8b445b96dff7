// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// The rows of the logits are padded.
// CHECK-LABEL: @fp8
// CHECK: dgemm.mqa_logits ins(%{{.*}}, %{{.*}} scaled by %{{.*}} weighted by %{{.*}} from %{{.*}} to %{{.*}} : memref<?x64x128xf8E4M3FN>, memref<?x128xf8E4M3FN>, memref<?xf32>, memref<?x64xf32>, memref<?xi32>, memref<?xi32>) outs(%{{.*}} : memref<?x?xf32, strided<[?, 1]>>) {clean}
func.func @fp8(%q: memref<?x64x128xf8E4M3FN>, %kv: memref<?x128xf8E4M3FN>,
               %kvs: memref<?xf32>, %w: memref<?x64xf32>, %ks: memref<?xi32>,
               %ke: memref<?xi32>, %l: memref<?x?xf32, strided<[?, 1]>>) {
  dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<?x64x128xf8E4M3FN>, memref<?x128xf8E4M3FN>, memref<?xf32>,
        memref<?x64xf32>, memref<?xi32>, memref<?xi32>)
    outs(%l : memref<?x?xf32, strided<[?, 1]>>) {clean}
  return
}

// CHECK-LABEL: @fp4_compressed
// CHECK: ins(%{{.*}} scaled by %{{.*}}, %{{.*}} scaled by %{{.*}} weighted by
// CHECK-SAME: {compressed}
func.func @fp4_compressed(%q: tensor<?x32x128xf4E2M1FN>, %qs: tensor<?x32xi32>,
                          %kv: tensor<?x128xf4E2M1FN>, %kvs: tensor<?xi32>,
                          %w: tensor<?x32xbf16>, %ks: tensor<?xi32>,
                          %ke: tensor<?xi32>, %l: tensor<?x4096xbf16>)
    -> tensor<?x4096xbf16> {
  %0 = dgemm.mqa_logits
    ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : tensor<?x32x128xf4E2M1FN>, tensor<?x32xi32>, tensor<?x128xf4E2M1FN>,
        tensor<?xi32>, tensor<?x32xbf16>, tensor<?xi32>, tensor<?xi32>)
    outs(%l : tensor<?x4096xbf16>) {compressed}
  return %0 : tensor<?x4096xbf16>
}

// CHECK-LABEL: @f16_weights
func.func @f16_weights(%q: memref<512x16x64xf8E4M3FN>,
                       %kv: memref<8192x64xf8E4M3FN>, %kvs: memref<8192xf32>,
                       %w: memref<512x16xf16>, %ks: memref<512xi32>,
                       %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x16x64xf8E4M3FN>, memref<8192x64xf8E4M3FN>, memref<8192xf32>,
        memref<512x16xf16>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}
