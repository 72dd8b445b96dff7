// The bufferization models of the dialects around a problem are registered.
// RUN: dgemm-opt %s --one-shot-bufferize=bufferize-function-boundaries | FileCheck %s

// CHECK-LABEL: func.func @around
// CHECK-SAME: memref<4x8xf32
// CHECK-NOT: tensor<
// CHECK: linalg.fill
func.func @around(%arg: tensor<4x8xf32>) -> tensor<2x8xf32> {
  %zero = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%zero : f32) outs(%arg : tensor<4x8xf32>) -> tensor<4x8xf32>
  %half = tensor.extract_slice %filled[0, 0] [2, 8] [1, 1] : tensor<4x8xf32> to tensor<2x8xf32>
  return %half : tensor<2x8xf32>
}
