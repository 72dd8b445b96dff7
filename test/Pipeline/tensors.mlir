// A program on tensors becomes a kernel that writes where its caller says.
// RUN: dgemm-opt %s --split-input-file --dgemm-bufferize | FileCheck %s --check-prefix=BUFFERS
// RUN: dgemm-opt %s --split-input-file --dgemm-to-dgk | FileCheck %s

// The result is the argument %d.
// BUFFERS-LABEL: func.func @in_place(
// BUFFERS-SAME: memref<?x7168xf8E4M3FN>, %{{.*}}: memref<?x14xi32, strided<[1, ?]>>
// BUFFERS-SAME: memref<2110x7168xf8E4M3FN>, %{{.*}}: memref<2110x14xi32, strided<[1, 2112]>>
// BUFFERS-SAME: %[[D:.*]]: memref<?x2110xf32>
// BUFFERS-NOT: memref.{{alloc|copy}}
// BUFFERS: dgemm.matmul {{.*}} outs(%[[D]] : memref<?x2110xf32>)
// CHECK-LABEL: func.func @in_place(
// CHECK-SAME: memref<?x2110xf32>) {
// CHECK-NEXT: dgk.launch @in_place_kernel
// CHECK-NEXT: return
func.func @in_place(%a: tensor<?x7168xf8E4M3FN>, %sa: tensor<?x14xi32>,
                    %b: tensor<2110x7168xf8E4M3FN>, %sb: tensor<2110x14xi32>,
                    %d: tensor<?x2110xf32>) -> tensor<?x2110xf32> {
  %0 = dgemm.matmul
    ins(%a scaled by %sa, %b scaled by %sb
        : tensor<?x7168xf8E4M3FN>, tensor<?x14xi32>, tensor<2110x7168xf8E4M3FN>, tensor<2110x14xi32>)
    outs(%d : tensor<?x2110xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %0 : tensor<?x2110xf32>
}

// -----

// The result is a new tensor, so the caller hands its buffer in.
// CHECK-LABEL: func.func @new_result(
// CHECK-SAME: %[[D:[a-z0-9]+]]: memref<256x2112xbf16
// CHECK-SAME: ) {
// CHECK-NOT: memref.{{alloc|copy}}
// CHECK: dgk.launch @new_result_kernel({{.*}}%[[D]])
// CHECK-NEXT: return
func.func @new_result(%a: tensor<256x7168xf8E4M3FN>, %sa: tensor<256x14xi32>,
                      %b: tensor<2112x7168xf8E4M3FN>, %sb: tensor<2112x14xi32>)
    -> tensor<256x2112xbf16> {
  %d = tensor.empty() : tensor<256x2112xbf16>
  %0 = dgemm.matmul
    ins(%a scaled by %sa, %b scaled by %sb
        : tensor<256x7168xf8E4M3FN>, tensor<256x14xi32>, tensor<2112x7168xf8E4M3FN>, tensor<2112x14xi32>)
    outs(%d : tensor<256x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %0 : tensor<256x2112xbf16>
}
