// RUN: dgemm-opt %s --cse --canonicalize | FileCheck %s

// Tensors have no effects: unused and repeated ops go.
// CHECK-LABEL: @unused_tensor
// CHECK-NOT: dgemm.matmul
// CHECK: return
func.func @unused_tensor(%a: tensor<8x64xbf16>, %d: tensor<8x8xf32>) {
  %0 = dgemm.matmul ins(%a, %a : tensor<8x64xbf16>, tensor<8x64xbf16>)
    outs(%d : tensor<8x8xf32>)
  return
}

// CHECK-LABEL: @memref
// CHECK: dgemm.matmul
func.func @memref(%a: memref<8x64xbf16>, %d: memref<8x8xf32>) {
  dgemm.matmul ins(%a, %a : memref<8x64xbf16>, memref<8x64xbf16>)
    outs(%d : memref<8x8xf32>)
  return
}
