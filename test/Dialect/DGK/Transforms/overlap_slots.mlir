// A wait behind a product moves in front of it, with the views and the first reads
// of the slot; the release that the cursor needs first stays where it is.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments,dgk-overlap-slots))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments,dgk-overlap-slots))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2, instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
!tile = !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS-DAG: (S) 4 heads
// STATISTICS-DAG: (S) 2 overlapped
// CHECK-LABEL: dgk.kernel @products
// CHECK:         %[[S:.*]] = dgk.wait %[[PIPE:.*]] :
// CHECK:         %[[P0:.*]] = dgk.mma
// CHECK-NEXT:    dgk.release %[[PIPE]][%[[S]]]
// CHECK-NEXT:    %[[T:.*]] = dgk.wait %[[PIPE]] :
// CHECK-NEXT:    %[[A:.*]] = dgk.view %{{.*}}[%[[T]]]
// CHECK-NEXT:    %[[B:.*]] = dgk.view %{{.*}}[%[[T]]]
// CHECK-NEXT:    %[[A0:.*]] = dgk.read_fragments %[[A]] at 0
// CHECK-NEXT:    %[[B0:.*]] = dgk.read_fragments %[[B]] at 0
// CHECK-NEXT:    %[[P1:.*]] = dgk.mma %{{.*}}, %{{.*}}, %[[P0]] :
// CHECK-NEXT:    dgk.read_fragments %[[A]] at 32
// CHECK-NEXT:    dgk.read_fragments %[[B]] at 32
// CHECK-NEXT:    dgk.mma %[[A0]], %[[B0]], %[[P1]] :
// CHECK-NEXT:    dgk.release %[[PIPE]][%[[T]]]
dgk.kernel @products() attributes {schedule = #schedule} {
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %s = dgk.wait %operands : !dgk.pipeline<4>
  %a = dgk.view %ra[%s] : !ring
  %b = dgk.view %rb[%s] : !ring
  %sum = dgk.mma %a, %b, %acc : !tile, !tile -> !acc
  dgk.release %operands[%s] : !dgk.pipeline<4>
  %t = dgk.wait %operands : !dgk.pipeline<4>
  %c = dgk.view %ra[%t] : !ring
  %d = dgk.view %rb[%t] : !ring
  %next = dgk.mma %c, %d, %sum : !tile, !tile -> !acc
  dgk.release %operands[%t] : !dgk.pipeline<4>
  dgk.return
}

// Something with an effect between product and wait keeps the order.
// CHECK-LABEL: dgk.kernel @ordered
// CHECK:         dgk.mma
// CHECK:         dgk.mma
// CHECK:         dgk.dependency_signal
// CHECK-NEXT:    dgk.wait
dgk.kernel @ordered() attributes {schedule = #schedule} {
  %ra = dgk.buffer : !ring
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %s = dgk.wait %operands : !dgk.pipeline<4>
  %a = dgk.view %ra[%s] : !ring
  %sum = dgk.mma %a, %a, %acc : !tile, !tile -> !acc
  dgk.release %operands[%s] : !dgk.pipeline<4>
  dgk.dependency_signal
  %t = dgk.wait %operands : !dgk.pipeline<4>
  %b = dgk.view %ra[%t] : !ring
  %next = dgk.mma %b, %b, %sum : !tile, !tile -> !acc
  dgk.release %operands[%t] : !dgk.pipeline<4>
  dgk.return
}

// Of a slot with two parts only what the first product takes is read ahead.
// CHECK-LABEL: dgk.kernel @parts
// CHECK:         dgk.mma
// CHECK:         %[[T:.*]] = dgk.wait
// CHECK-NEXT:    %[[C:.*]] = dgk.view %{{.*}}[%[[T]]]
// CHECK-NEXT:    %[[D:.*]] = dgk.view %{{.*}}[%[[T]]]
// CHECK-NEXT:    dgk.read_fragments %[[C]] at 0
// CHECK-NEXT:    dgk.mma
// CHECK-NOT:     dgk.mma
// CHECK:         dgk.read_fragments %[[C]] at 32
// CHECK:         dgk.mma
// CHECK:         dgk.read_fragments %[[D]] at 0
dgk.kernel @parts() attributes {schedule = #schedule} {
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %s = dgk.wait %operands : !dgk.pipeline<4>
  %a = dgk.view %ra[%s] : !ring
  %sum = dgk.mma %a, %a, %acc : !tile, !tile -> !acc
  dgk.release %operands[%s] : !dgk.pipeline<4>
  %t = dgk.wait %operands : !dgk.pipeline<4>
  %c = dgk.view %ra[%t] : !ring
  %d = dgk.view %rb[%t] : !ring
  %first = dgk.mma %c, %c, %sum : !tile, !tile -> !acc
  %second = dgk.mma %d, %d, %first : !tile, !tile -> !acc
  dgk.release %operands[%t] : !dgk.pipeline<4>
  dgk.return
}
