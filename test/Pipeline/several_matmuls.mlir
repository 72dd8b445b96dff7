// A layer of several products in one module, in functions that call each other
// and in control flow: each product becomes a kernel of its own, and the host
// keeps its order.
//
// RUN: dgemm-opt %s --dgemm-to-dgk --dgk-to-async -o %t.async.mlir
// RUN: FileCheck %s < %t.async.mlir
// The kernel tool goes on from the text.
// RUN: dgk-opt %t.async.mlir --dgk-to-nvvm | FileCheck %s --check-prefix=NVVM

!a = memref<?x512xf8E4M3FN>
!sa = memref<?x1xi32, strided<[1, ?]>>
!b = memref<256x512xf8E4M3FN>
!sb = memref<256x1xi32, strided<[1, 256]>>
!d = memref<?x256xbf16>

// CHECK-LABEL: func.func @layer
// CHECK:         dgk.launch @layer_kernel(
// CHECK:         scf.if
// CHECK:           dgk.launch @layer_kernel_1(
// CHECK:         call @head
func.func @layer(%x: !a, %sx: !sa, %u: !b, %su: !sb, %v: !b, %sv: !sb, %y: !d, %z: !d, %more: i1) {
  dgemm.matmul ins(%x scaled by %sx, %u scaled by %su : !a, !sa, !b, !sb) outs(%y : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  scf.if %more {
    dgemm.matmul ins(%x scaled by %sx, %v scaled by %sv : !a, !sa, !b, !sb) outs(%z : !d)
      {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  }
  func.call @head(%x, %sx, %u, %su, %z) : (!a, !sa, !b, !sb, !d) -> ()
  return
}

// CHECK-LABEL: func.func @head
// CHECK:         dgk.launch @head_kernel(
func.func @head(%x: !a, %sx: !sa, %u: !b, %su: !sb, %z: !d) {
  dgemm.matmul ins(%x scaled by %sx, %u scaled by %su : !a, !sa, !b, !sb) outs(%z : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// CHECK:         dgk.kernel @layer_kernel(
// CHECK:         dgk.kernel @layer_kernel_1(
// CHECK:         dgk.kernel @head_kernel(
// NVVM-NOT:      func.func
// NVVM:          gpu.module @layer_kernel attributes
// NVVM:          gpu.module @layer_kernel_1 attributes
// NVVM:          gpu.module @head_kernel attributes
