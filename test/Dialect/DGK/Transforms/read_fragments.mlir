// A product of tiles becomes one of fragments for each K step of the instruction;
// the next step's fragments are read before this step's product, and the slot
// is released behind the product that hides its last reads.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2, instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
!tile = !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 6 steps
// CHECK-LABEL: dgk.kernel @product
// CHECK-SAME:    %[[SA:[a-z0-9]+]]: index
// CHECK:         %[[ONE:.*]] = arith.constant 1 : index
// CHECK:         %[[S:.*]] = dgk.wait
// CHECK-NEXT:    %[[A:.*]] = dgk.view
// CHECK-NEXT:    %[[B:.*]] = dgk.view
// CHECK-NEXT:    %[[A0:.*]] = dgk.read_fragments %[[A]] at 0 : {{.*}} -> !dgk.fragments<a, 128x32xf8E4M3FN>
// CHECK-NEXT:    %[[B0:.*]] = dgk.read_fragments %[[B]] at 0 : {{.*}} -> !dgk.fragments<b, 128x32xf8E4M3FN>
// CHECK-NEXT:    %[[A1:.*]] = dgk.read_fragments %[[A]] at 32
// CHECK-NEXT:    %[[B1:.*]] = dgk.read_fragments %[[B]] at 32
// CHECK-NEXT:    %[[P:.*]] = dgk.mma %[[A0]] scaled by %{{.*}}[%[[SA]]] per 32, %[[B0]] scaled by %{{.*}}[%[[SA]]] per 128, %{{.*}} :
// CHECK-NEXT:    dgk.release %{{.*}}[%[[S]]]
// A scale of 32 elements covers one step, one of 128 both.
// CHECK-NEXT:    %[[D:.*]] = arith.constant 1 : index
// CHECK-NEXT:    %[[NEXT:.*]] = arith.addi %[[SA]], %[[D]] : index
// CHECK-NEXT:    dgk.mma %[[A1]] scaled by %{{.*}}[%[[NEXT]]] per 32, %[[B1]] scaled by %{{.*}}[%[[SA]]] per 128, %[[P]] :
dgk.kernel @product(%byte: index) attributes {schedule = #schedule} {
  %one = arith.constant 1 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %wa = dgk.buffer : !dgk.buffer<1 x 128x1xi32, #dgk.shared<none>>
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %words = dgk.view %wa : !dgk.buffer<1 x 128x1xi32, #dgk.shared<none>>
  %sa = dgk.read_scales %words : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>
  %sb = dgk.read_scales %words : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 128, i32>
  %s = dgk.wait %operands : !dgk.pipeline<4>
  %a = dgk.view %ra[%s] : !ring
  %b = dgk.view %rb[%s] : !ring
  %sum = dgk.mma %a scaled by %sa[%byte] per 32, %b scaled by %sb[%byte] per 128, %acc
    : !tile, !tile, !dgk.scales<a, 128, i32>, !dgk.scales<b, 128, i32> -> !acc
  dgk.release %operands[%s] : !dgk.pipeline<4>
  dgk.return
}

// What is not in shared memory stays.
// CHECK-LABEL: dgk.kernel @values
// CHECK-NOT:     dgk.read_fragments
// CHECK:         dgk.mma
dgk.kernel @values(%m: memref<128x64xf8E4M3FN>, %zero: index) attributes {schedule = #schedule} {
  %a = dgk.load %m[%zero, %zero] : memref<128x64xf8E4M3FN> -> !dgk.tile<128x64xf8E4M3FN>
  %acc = dgk.zero : !acc
  %sum = dgk.mma %a, %a, %acc : !dgk.tile<128x64xf8E4M3FN>, !dgk.tile<128x64xf8E4M3FN> -> !acc
  dgk.return
}

// Two parts in one slot: the second one's scales and first fragments are read
// before the last product of the first.
// CHECK-LABEL: dgk.kernel @parts
// CHECK:         %[[A:.*]] = dgk.view
// CHECK-NEXT:    %[[C:.*]] = dgk.view
// CHECK-NEXT:    %[[WA:.*]] = dgk.view
// CHECK-NEXT:    %[[SA:.*]] = dgk.read_scales %[[WA]]
// CHECK-NEXT:    %[[SB:.*]] = dgk.read_scales %[[WA]]
// CHECK-NEXT:    %[[WC:.*]] = dgk.view
// CHECK:         dgk.read_fragments %[[A]] at 0
// CHECK:         dgk.read_fragments %[[A]] at 32
// CHECK:         %[[P0:.*]] = dgk.mma %{{.*}} scaled by %[[SA]]
// CHECK:         %[[TA:.*]] = dgk.read_scales %[[WC]]
// CHECK-NEXT:    %[[TB:.*]] = dgk.read_scales %[[WC]]
// CHECK-NEXT:    %[[C0:.*]] = dgk.read_fragments %[[C]] at 0
// CHECK-NEXT:    %[[D0:.*]] = dgk.read_fragments %[[C]] at 0
// CHECK-NEXT:    %[[P1:.*]] = dgk.mma %{{.*}} scaled by %[[SA]]{{.*}}, %[[P0]] :
// CHECK-NEXT:    dgk.read_fragments %[[C]] at 32
// CHECK-NEXT:    dgk.read_fragments %[[C]] at 32
// CHECK-NEXT:    %[[P2:.*]] = dgk.mma %[[C0]] scaled by %[[TA]]{{.*}}, %[[D0]] scaled by %[[TB]]{{.*}}, %[[P1]] :
// CHECK-NEXT:    dgk.release
// CHECK:         dgk.mma {{.*}}, %[[P2]] :
dgk.kernel @parts(%byte: index) attributes {schedule = #schedule} {
  %ra = dgk.buffer : !ring
  %rc = dgk.buffer : !ring
  %wa = dgk.buffer : !dgk.buffer<4 x 128x1xi32, #dgk.shared<none>>
  %wc = dgk.buffer : !dgk.buffer<4 x 128x1xi32, #dgk.shared<none>>
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %s = dgk.wait %operands : !dgk.pipeline<4>
  %a = dgk.view %ra[%s] : !ring
  %c = dgk.view %rc[%s] : !ring
  %words = dgk.view %wa[%s] : !dgk.buffer<4 x 128x1xi32, #dgk.shared<none>>
  %sa = dgk.read_scales %words : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>
  %sb = dgk.read_scales %words : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 128, i32>
  %others = dgk.view %wc[%s] : !dgk.buffer<4 x 128x1xi32, #dgk.shared<none>>
  %ta = dgk.read_scales %others : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>
  %tb = dgk.read_scales %others : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 128, i32>
  %sum = dgk.mma %a scaled by %sa[%byte] per 128, %a scaled by %sb[%byte] per 128, %acc
    : !tile, !tile, !dgk.scales<a, 128, i32>, !dgk.scales<b, 128, i32> -> !acc
  %next = dgk.mma %c scaled by %ta[%byte] per 128, %c scaled by %tb[%byte] per 128, %sum
    : !tile, !tile, !dgk.scales<a, 128, i32>, !dgk.scales<b, 128, i32> -> !acc
  dgk.release %operands[%s] : !dgk.pipeline<4>
  dgk.return
}
