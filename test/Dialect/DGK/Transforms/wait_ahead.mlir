// The next slot is waited for while the last product runs, and its scales are read;
// the promotion comes behind both. Loops with one iteration or an unknown number of
// them stay, and so do scales of single columns.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-wait-ahead))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-wait-ahead))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 4, scale_stages = 1, instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#mma_sync = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#sync = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2, instruction = #mma_sync, swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!rows = !dgk.buffer<4 x 128x1xf32, #dgk.shared<none>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!row = !dgk.tile<128x1xf32, #dgk.shared<none>>
!acc = !dgk.accumulator<128x128xf32>
!sa = !dgk.scales<a, 128, f32>
!sb = !dgk.scales<b, 128, f32>

// STATISTICS: (S) 2 ahead

// CHECK-LABEL: dgk.kernel @promoted
// CHECK:         %[[S0:.*]] = dgk.wait %[[PIPE:.*]] :
// CHECK:         %[[RA:.*]] = dgk.view %[[ROWS:.*]][%[[S0]]]
// CHECK:         %[[A0:.*]] = dgk.read_scales %[[RA]]
// CHECK:         %[[LOOP:.*]]:3 = scf.for %{{.*}} = %{{.*}} to %{{.*}} iter_args(%[[ACC:.*]] = %{{.*}}, %[[S:.*]] = %[[S0]], %[[A:.*]] = %[[A0]])
// CHECK:           %[[RB:.*]] = dgk.view %[[COLUMNS:.*]][%[[S]]] : !dgk.buffer<4 x 128x1xf32
// CHECK:           %[[B:.*]] = dgk.read_scales %[[RB]]
// CHECK:           %[[P:.*]] = dgk.mma
// CHECK-NEXT:      %[[T:.*]] = dgk.wait %[[PIPE]]
// CHECK-NEXT:      %[[RT:.*]] = dgk.view %[[ROWS]][%[[T]]]
// CHECK-NEXT:      %[[AT:.*]] = dgk.read_scales %[[RT]]
// CHECK-NEXT:      %[[Q:.*]] = dgk.await %[[P]]
// CHECK-NEXT:      %[[SUM:.*]] = dgk.promote %[[Q]] scaled by %[[A]], %[[B]], %[[ACC]]
// CHECK-NEXT:      dgk.release %[[PIPE]][%[[S]]]
// CHECK-NEXT:      scf.yield %[[SUM]], %[[T]], %[[AT]]
// CHECK:         %[[LB:.*]] = dgk.view %[[COLUMNS]][%[[LOOP]]#1] : !dgk.buffer<4 x 128x1xf32
// CHECK:         %[[BL:.*]] = dgk.read_scales %[[LB]]
// CHECK:         %[[PL:.*]] = dgk.mma
// CHECK-NEXT:    %[[QL:.*]] = dgk.await %[[PL]]
// CHECK-NEXT:    dgk.promote %[[QL]] scaled by %[[LOOP]]#2, %[[BL]], %[[LOOP]]#0
// CHECK-NEXT:    dgk.release %[[PIPE]][%[[LOOP]]#1]
dgk.kernel @promoted() attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c512 = arith.constant 512 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %rsa = dgk.buffer : !rows
  %rsb = dgk.buffer : !rows
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %zero = dgk.zero : !acc
  %sum = scf.for %k = %c0 to %c512 step %c128 iter_args(%acc = %zero) -> (!acc) {
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !ring
    %b = dgk.view %rb[%s] : !ring
    %va = dgk.view %rsa[%s] : !rows
    %sa = dgk.read_scales %va : !row -> !sa
    %vb = dgk.view %rsb[%s] : !rows
    %sb = dgk.read_scales %vb : !row -> !sb
    %partial = dgk.mma %a, %b, %zero : !tile, !tile -> !acc
    %next = dgk.promote %partial scaled by %sa, %sb, %acc : !acc, !sa, !sb -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.return
}

// Without scales: the product is in flight during the wait. Two K tiles leave no loop.
// CHECK-LABEL: dgk.kernel @plain
// CHECK:         %[[S0:.*]] = dgk.wait %[[PIPE:.*]] :
// CHECK-NOT:     scf.for
// CHECK:         %[[P:.*]] = dgk.mma
// CHECK-NEXT:    %[[S1:.*]] = dgk.wait %[[PIPE]]
// CHECK-NEXT:    %[[Q:.*]] = dgk.await %[[P]]
// CHECK-NEXT:    dgk.release %[[PIPE]][%[[S0]]]
// CHECK:         dgk.mma %{{.*}}, %{{.*}}, %[[Q]]
// CHECK:         dgk.release %[[PIPE]][%[[S1]]]
dgk.kernel @plain() attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c256 = arith.constant 256 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %zero = dgk.zero : !acc
  %sum = scf.for %k = %c0 to %c256 step %c128 iter_args(%acc = %zero) -> (!acc) {
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !ring
    %b = dgk.view %rb[%s] : !ring
    %next = dgk.mma %a, %b, %acc : !tile, !tile -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.return
}

// CHECK-LABEL: dgk.kernel @unknown
// CHECK:         scf.for
// CHECK-NEXT:      dgk.wait
// CHECK-NOT:       dgk.await
dgk.kernel @unknown(%end: index) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %ra = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %zero = dgk.zero : !acc
  %sum = scf.for %k = %c0 to %end step %c128 iter_args(%acc = %zero) -> (!acc) {
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !ring
    %next = dgk.mma %a, %a, %acc : !tile, !tile -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.return
}

// Fragments are read ahead by another pass.
// CHECK-LABEL: dgk.kernel @fragments
// CHECK-NOT:     dgk.await
dgk.kernel @fragments() attributes {schedule = #sync} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c256 = arith.constant 256 : index
  %ra = dgk.buffer : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %zero = dgk.zero : !acc
  %sum = scf.for %k = %c0 to %c256 step %c64 iter_args(%acc = %zero) -> (!acc) {
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
    %next = dgk.mma %a, %a, %acc : !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>, !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>> -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.return
}
