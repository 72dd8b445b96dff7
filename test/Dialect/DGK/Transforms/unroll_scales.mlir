// Loops that position scales within their word are unrolled, so that the byte is
// a constant of the instruction.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-scales,canonicalize,cse))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-scales))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

!tile = !dgk.tile<128x64xf8E4M3FN>
!scales = !dgk.tile<128x1xi32>
!acc = !dgk.accumulator<128x128xf32>
!operand = memref<?x1024xf8E4M3FN>

// STATISTICS: (S) 2 kept
// STATISTICS-NEXT: (S) 3 unrolled

// Two tiles of 64 elements share a word of four 32-element scales.
// CHECK-LABEL: dgk.kernel @constant
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : index
// CHECK-NOT:     scf.for
// CHECK:         dgk.mma %{{.*}} scaled by %{{.*}}[%[[C0]]] per 32, %{{.*}} scaled by %{{.*}}[%[[C0]]] per 32
// CHECK:         dgk.mma %{{.*}} scaled by %{{.*}}[%[[C2]]] per 32, %{{.*}} scaled by %{{.*}}[%[[C2]]] per 32
// CHECK-NOT:     dgk.mma
dgk.kernel @constant(%a: !operand, %s: memref<?x8xi32, strided<[1, ?]>>, %m: index, %d: memref<?x128xf32>) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %u = dgk.load %s[%m, %c0] : memref<?x8xi32, strided<[1, ?]>> -> !scales
  %zero = dgk.zero : !acc
  %sum = scf.for %k = %c0 to %c128 step %c64 iter_args(%acc = %zero) -> !acc {
    %t = dgk.load %a[%m, %k] : !operand -> !tile
    %j = arith.divui %k, %c32 : index
    %next = dgk.mma %t scaled by %u[%j] per 32, %t scaled by %u[%j] per 32, %acc : !tile, !tile, !scales, !scales -> !acc
    scf.yield %next : !acc
  }
  dgk.store %sum, %d[%m, %c0] : !acc, memref<?x128xf32>
  dgk.return
}

// Two loops, one for each operand's scale: both are unrolled.
// CHECK-LABEL: dgk.kernel @nested
// CHECK-NOT:     scf.for
// CHECK-COUNT-8: dgk.mma
// CHECK-NOT:     dgk.mma
dgk.kernel @nested(%a: !operand, %s: memref<?x8xi32, strided<[1, ?]>>, %m: index, %d: memref<?x128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %u = dgk.load %s[%m, %c0] : memref<?x8xi32, strided<[1, ?]>> -> !scales
  %zero = dgk.zero : !acc
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%outer = %zero) -> !acc {
    %word = scf.for %j = %c0 to %c2 step %c1 iter_args(%acc = %outer) -> !acc {
      %t = dgk.load %a[%m, %j] : !operand -> !tile
      %next = dgk.mma %t scaled by %u[%i] per 128, %t scaled by %u[%j] per 32, %acc : !tile, !tile, !scales, !scales -> !acc
      scf.yield %next : !acc
    }
    scf.yield %word : !acc
  }
  dgk.store %sum, %d[%m, %c0] : !acc, memref<?x128xf32>
  dgk.return
}

// A trip count from the launch, or a large one: the loop stays and the position
// with it.
// CHECK-LABEL: dgk.kernel @kept
// CHECK:         scf.for %[[J:.*]] = %c0 to %{{.*}} step %c1
// CHECK:           dgk.mma %{{.*}} scaled by %{{.*}}[%[[J]]] per 128
// CHECK:         scf.for %[[I:.*]] = %c0 to %c33 step %c1
// CHECK:           dgk.mma %{{.*}} scaled by %{{.*}}[%{{.*}}] per 128
dgk.kernel @kept(%a: !operand, %s: memref<?x8xi32, strided<[1, ?]>>, %m: index, %n: index, %d: memref<?x128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c33 = arith.constant 33 : index
  %u = dgk.load %s[%m, %c0] : memref<?x8xi32, strided<[1, ?]>> -> !scales
  %zero = dgk.zero : !acc
  %first = scf.for %j = %c0 to %n step %c1 iter_args(%acc = %zero) -> !acc {
    %t = dgk.load %a[%m, %j] : !operand -> !tile
    %next = dgk.mma %t scaled by %u[%j] per 128, %t scaled by %u[%j] per 128, %acc : !tile, !tile, !scales, !scales -> !acc
    scf.yield %next : !acc
  }
  %sum = scf.for %i = %c0 to %c33 step %c1 iter_args(%acc = %first) -> !acc {
    %t = dgk.load %a[%m, %i] : !operand -> !tile
    %j = arith.remui %i, %c4 : index
    %next = dgk.mma %t scaled by %u[%j] per 128, %t scaled by %u[%j] per 128, %acc : !tile, !tile, !scales, !scales -> !acc
    scf.yield %next : !acc
  }
  dgk.store %sum, %d[%m, %c0] : !acc, memref<?x128xf32>
  dgk.return
}

// A loop that positions no scale is not touched, whatever its trip count.
// CHECK-LABEL: dgk.kernel @other_loop
// CHECK:         scf.for
// CHECK-COUNT-1:   dgk.mma
// CHECK-NOT:     dgk.mma
dgk.kernel @other_loop(%a: !operand, %s: memref<?x8xi32, strided<[1, ?]>>, %m: index, %d: memref<?x128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %u = dgk.load %s[%m, %c0] : memref<?x8xi32, strided<[1, ?]>> -> !scales
  %zero = dgk.zero : !acc
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %zero) -> !acc {
    %t = dgk.load %a[%m, %i] : !operand -> !tile
    %next = dgk.mma %t scaled by %u[%c0] per 128, %t scaled by %u[%c0] per 128, %acc : !tile, !tile, !scales, !scales -> !acc
    scf.yield %next : !acc
  }
  dgk.store %sum, %d[%m, %c0] : !acc, memref<?x128xf32>
  dgk.return
}
