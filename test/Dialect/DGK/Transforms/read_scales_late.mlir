// Rows of 16 scales are read two words at a time, in front of the first product that
// takes one of them; the slot goes back behind the product of the last.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-scales,canonicalize,cse,dgk-read-fragments,dgk-read-scales-late,canonicalize,cse))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-scales,canonicalize,cse,dgk-read-fragments,dgk-read-scales-late))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 2x2, stages = 2, scale_stages = 2, instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!bytes = !dgk.buffer<2 x 128x16xf8E8M0FNU, #dgk.shared<none>>
!row = !dgk.tile<128x16xf8E8M0FNU, #dgk.shared<none>>
!sa = !dgk.scales<a, 128, i32, words = 4>
!sb = !dgk.scales<b, 128, i32, words = 4>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 2 divided
// CHECK-LABEL: dgk.kernel @plain
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C7:.*]] = arith.constant 7 : index
// CHECK:         %[[S:.*]] = dgk.wait %[[SCALES:.*]] :
// CHECK:         %[[A:.*]] = dgk.view %{{.*}}[%[[S]]]
// CHECK:         %[[B:.*]] = dgk.view %{{.*}}[%[[S]]]
// CHECK-NOT:     dgk.read_scales
// CHECK:         %[[A0:.*]] = dgk.read_scales %[[A]] : {{.*}} -> !dgk.scales<a, 128, i32, words = 2>
// CHECK-NEXT:    %[[B0:.*]] = dgk.read_scales %[[B]] : {{.*}} -> !dgk.scales<b, 128, i32, words = 2>
// CHECK-NEXT:    dgk.mma {{.*}} scaled by %[[A0]][%[[C0]]] {{.*}} scaled by %[[B0]][%[[C0]]]
// CHECK-NOT:     dgk.read_scales
// CHECK-NOT:     dgk.release %[[SCALES]]
// CHECK:         dgk.mma {{.*}} scaled by %[[A0]][%[[C7]]] {{.*}} scaled by %[[B0]][%[[C7]]]
// CHECK:         %[[A2:.*]] = dgk.read_scales %[[A]] from 2 :
// CHECK-NEXT:    %[[B2:.*]] = dgk.read_scales %[[B]] from 2 :
// CHECK-NEXT:    dgk.mma {{.*}} scaled by %[[A2]][%[[C0]]] {{.*}} scaled by %[[B2]][%[[C0]]]
// CHECK-NEXT:    dgk.release %[[SCALES]][%[[S]]]
// CHECK:         dgk.mma {{.*}} scaled by %[[A2]][%[[C7]]] {{.*}} scaled by %[[B2]][%[[C7]]]
// CHECK-NOT:     dgk.read_scales
dgk.kernel @plain(%d: memref<128x128xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c128 = arith.constant 128 : index
  %c512 = arith.constant 512 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %rsa = dgk.buffer : !bytes
  %rsb = dgk.buffer : !bytes
  %operands = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %scales = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %zero = dgk.zero : !acc
  %s = dgk.wait %scales : !dgk.pipeline<2>
  %va = dgk.view %rsa[%s] : !bytes
  %vb = dgk.view %rsb[%s] : !bytes
  %sa = dgk.read_scales %va : !row -> !sa
  %sb = dgk.read_scales %vb : !row -> !sb
  dgk.release %scales[%s] : !dgk.pipeline<2>
  %sum = scf.for %k = %c0 to %c512 step %c128 iter_args(%acc = %zero) -> (!acc) {
    %t = dgk.wait %operands : !dgk.pipeline<2>
    %a = dgk.view %ra[%t] : !ring
    %b = dgk.view %rb[%t] : !ring
    %at = arith.divui %k, %c32 : index
    %next = dgk.mma %a scaled by %sa[%at] per 32, %b scaled by %sb[%at] per 32, %acc : !tile, !tile, !sa, !sb -> !acc
    dgk.release %operands[%t] : !dgk.pipeline<2>
    scf.yield %next : !acc
  }
  dgk.store %sum, %d[%c0, %c0] : !acc, memref<128x128xf32>
  dgk.return
}

// A position that is a value needs all words at once.
// CHECK-LABEL: dgk.kernel @open
// CHECK-COUNT-2: dgk.read_scales {{.*}} words = 4>
// CHECK-NEXT:    dgk.release
// CHECK-NOT:     dgk.read_scales
dgk.kernel @open(%k: index, %d: memref<128x128xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %c128 = arith.constant 128 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %rsa = dgk.buffer : !bytes
  %rsb = dgk.buffer : !bytes
  %operands = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %scales = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %zero = dgk.zero : !acc
  %s = dgk.wait %scales : !dgk.pipeline<2>
  %va = dgk.view %rsa[%s] : !bytes
  %sa = dgk.read_scales %va : !row -> !sa
  %vb = dgk.view %rsb[%s] : !bytes
  %sb = dgk.read_scales %vb : !row -> !sb
  dgk.release %scales[%s] : !dgk.pipeline<2>
  %sum = scf.for %at = %c0 to %k step %c128 iter_args(%acc = %zero) -> (!acc) {
    %t = dgk.wait %operands : !dgk.pipeline<2>
    %a = dgk.view %ra[%t] : !ring
    %b = dgk.view %rb[%t] : !ring
    %index = arith.divui %at, %c32 : index
    %next = dgk.mma %a scaled by %sa[%index] per 32, %b scaled by %sb[%index] per 32, %acc : !tile, !tile, !sa, !sb -> !acc
    dgk.release %operands[%t] : !dgk.pipeline<2>
    scf.yield %next : !acc
  }
  dgk.store %sum, %d[%c0, %c0] : !acc, memref<128x128xf32>
  dgk.return
}
