// RUN: dgemm-opt %s | dgemm-opt | FileCheck %s
// RUN: dgemm-opt %s --mlir-print-op-generic | dgemm-opt | FileCheck %s

// CHECK-LABEL: @whole
// CHECK: dgemm.hc_prenorm ins(%{{.*}}, %{{.*}} : memref<?x7168xbf16>, memref<24x7168xf32>) outs(%{{.*}}, %{{.*}} : memref<?x24xf32>, memref<?xf32>){{$}}
func.func @whole(%a: memref<?x7168xbf16>, %b: memref<24x7168xf32>,
                 %d: memref<?x24xf32>, %s: memref<?xf32>) {
  dgemm.hc_prenorm ins(%a, %b : memref<?x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<?x24xf32>, memref<?xf32>)
  return
}

// CHECK-LABEL: @split
// CHECK: %[[R:.*]]:2 = dgemm.hc_prenorm {{.*}} {num_splits = 16 : i64}
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @split(%a: tensor<?x28672xbf16>, %b: tensor<24x28672xf32>,
                 %d: tensor<16x?x24xf32>, %s: tensor<16x?xf32>)
    -> (tensor<16x?x24xf32>, tensor<16x?xf32>) {
  %0:2 = dgemm.hc_prenorm ins(%a, %b
      : tensor<?x28672xbf16>, tensor<24x28672xf32>)
    outs(%d, %s : tensor<16x?x24xf32>, tensor<16x?xf32>) {num_splits = 16}
  return %0#0, %0#1 : tensor<16x?x24xf32>, tensor<16x?xf32>
}
