// Scales that wgmma does not know are applied when its product is added up.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales,dgk-promote-partials))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales,dgk-promote-partials))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!rows = !dgk.buffer<4 x 128x1xf32, #dgk.shared<none>>
!block = !dgk.buffer<4 x 1x1xf32, #dgk.shared<none>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 3 promoted
// CHECK-LABEL: dgk.kernel @product
// CHECK:         scf.for {{.*}} iter_args(%[[SUM:.*]] = %{{.*}})
// CHECK:           %[[SA:.*]] = dgk.read_scales {{.*}} -> !dgk.scales<a, 128, f32>
// CHECK:           %[[SB:.*]] = dgk.read_scales {{.*}} -> !dgk.scales<b, 1, f32>
// CHECK-NEXT:      %[[ZERO:.*]] = dgk.zero
// CHECK-NEXT:      %[[PARTIAL:.*]] = dgk.mma %{{.*}}, %{{.*}}, %[[ZERO]] :
// CHECK-NEXT:      %[[NEXT:.*]] = dgk.promote %[[PARTIAL]] scaled by %[[SA]], %[[SB]], %[[SUM]]
// Behind the use of the scales nothing of the slot is in flight.
// CHECK-NEXT:      dgk.release
// CHECK-NEXT:      scf.yield %[[NEXT]]
dgk.kernel @product(%zero: index, %one: index, %four: index) attributes {schedule = #schedule} {
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %rsa = dgk.buffer : !rows
  %rsb = dgk.buffer : !block
  %p = dgk.pipeline producers(2) consumers(8) : !dgk.pipeline<4>
  %acc0 = dgk.zero : !acc
  %sum = scf.for %k = %zero to %four step %one iter_args(%acc = %acc0) -> !acc {
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !ring
    %b = dgk.view %rb[%s] : !ring
    %sa = dgk.view %rsa[%s] : !rows
    %sb = dgk.view %rsb[%s] : !block
    %next = dgk.mma %a scaled by %sa[%zero] per 128, %b scaled by %sb[%zero] per 128, %acc
      : !tile, !tile, !dgk.tile<128x1xf32, #dgk.shared<none>>, !dgk.tile<1x1xf32, #dgk.shared<none>> -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.return
}

// Of a tall tile two warpgroups hold the partial products of 2 x 64 rows at a
// time.
#tall = #dgk.schedule<tile = 256x128x128, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!tall_acc = !dgk.accumulator<256x128xf32>

// CHECK-LABEL: dgk.kernel @tall
// CHECK:         %[[SUM:.*]] = dgk.zero : !dgk.accumulator<256x128xf32>
// CHECK:         %[[ZERO:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK-NEXT:    %[[UPPER:.*]] = dgk.mma %[[A:.*]] rows 0, %[[B:.*]], %[[ZERO]] :
// CHECK-NEXT:    %[[HALF:.*]] = dgk.promote %[[UPPER]] rows 0 scaled by %[[SA:.*]], %[[SB:.*]], %[[SUM]] :
// CHECK-NEXT:    %[[ZERO2:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK-NEXT:    %[[LOWER:.*]] = dgk.mma %[[A]] rows 128, %[[B]], %[[ZERO2]] :
// CHECK-NEXT:    %[[BOTH:.*]] = dgk.promote %[[LOWER]] rows 128 scaled by %[[SA]], %[[SB]], %[[HALF]] :
// CHECK-SAME:      -> !dgk.accumulator<256x128xf32>
// CHECK-NEXT:    dgk.convert %[[BOTH]]
dgk.kernel @tall(%i: index) attributes {schedule = #tall} {
  %acc = dgk.zero : !tall_acc
  %ra = dgk.buffer : !dgk.buffer<1 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %rb = dgk.buffer : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rsa = dgk.buffer : !dgk.buffer<1 x 256x1xf32, #dgk.shared<none>>
  %rsb = dgk.buffer : !dgk.buffer<1 x 1x1xf32, #dgk.shared<none>>
  %a = dgk.view %ra : !dgk.buffer<1 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %b = dgk.view %rb : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %sa = dgk.view %rsa : !dgk.buffer<1 x 256x1xf32, #dgk.shared<none>>
  %sb = dgk.view %rsb : !dgk.buffer<1 x 1x1xf32, #dgk.shared<none>>
  %sum = dgk.mma %a scaled by %sa[%i] per 128, %b scaled by %sb[%i] per 128, %acc
    : !dgk.tile<256x128xf8E4M3FN, #dgk.shared<b128>>, !tile, !dgk.tile<256x1xf32, #dgk.shared<none>>, !dgk.tile<1x1xf32, #dgk.shared<none>> -> !tall_acc
  %out = dgk.convert %sum : !tall_acc -> !dgk.accumulator<256x128xbf16>
  dgk.return
}

// Of a wide tile a warpgroup holds the partial products of 128 columns at a time.
#wide = #dgk.schedule<tile = 128x256x128, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!wide_acc = !dgk.accumulator<128x256xf32>

// CHECK-LABEL: dgk.kernel @wide
// CHECK:         %[[SUM:.*]] = dgk.zero : !dgk.accumulator<128x256xf32>
// CHECK:         %[[ZERO:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK-NEXT:    %[[LEFT:.*]] = dgk.mma %[[A:.*]], %[[B:.*]] columns 0, %[[ZERO]] :
// CHECK-NEXT:    %[[HALF:.*]] = dgk.promote %[[LEFT]] columns 0 scaled by %[[SA:.*]], %[[SB:.*]], %[[SUM]] :
// CHECK-NEXT:    %[[ZERO2:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK-NEXT:    %[[RIGHT:.*]] = dgk.mma %[[A]], %[[B]] columns 128, %[[ZERO2]] :
// CHECK-NEXT:    %[[BOTH:.*]] = dgk.promote %[[RIGHT]] columns 128 scaled by %[[SA]], %[[SB]], %[[HALF]] :
// CHECK-SAME:      -> !dgk.accumulator<128x256xf32>
// CHECK-NEXT:    dgk.convert %[[BOTH]]
dgk.kernel @wide(%i: index) attributes {schedule = #wide} {
  %acc = dgk.zero : !wide_acc
  %ra = dgk.buffer : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rb = dgk.buffer : !dgk.buffer<1 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %rsa = dgk.buffer : !dgk.buffer<1 x 128x1xf32, #dgk.shared<none>>
  %rsb = dgk.buffer : !dgk.buffer<1 x 2x1xf32, #dgk.shared<none>>
  %a = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %b = dgk.view %rb : !dgk.buffer<1 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %sa = dgk.view %rsa : !dgk.buffer<1 x 128x1xf32, #dgk.shared<none>>
  %sb = dgk.view %rsb : !dgk.buffer<1 x 2x1xf32, #dgk.shared<none>>
  %sum = dgk.mma %a scaled by %sa[%i] per 128, %b scaled by %sb[%i] per 128, %acc
    : !tile, !dgk.tile<256x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.tile<128x1xf32, #dgk.shared<none>>, !dgk.tile<2x1xf32, #dgk.shared<none>> -> !wide_acc
  %out = dgk.convert %sum : !wide_acc -> !dgk.accumulator<128x256xbf16>
  dgk.return
}

// An instruction that knows scales keeps them.
#scaled = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#other = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 4, scale_stages = 1,
  instruction = #scaled, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
// CHECK-LABEL: dgk.kernel @known
// CHECK:         dgk.mma %{{.*}} scaled by
// CHECK-NOT:     dgk.promote
dgk.kernel @known(%i: index) attributes {schedule = #other} {
  %ra = dgk.buffer : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rs = dgk.buffer : !dgk.buffer<1 x 128x1xi32, #dgk.shared<none>>
  %a = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %s = dgk.view %rs : !dgk.buffer<1 x 128x1xi32, #dgk.shared<none>>
  %acc = dgk.zero : !acc
  %sum = dgk.mma %a scaled by %s[%i] per 128, %a scaled by %s[%i] per 128, %acc
    : !tile, !tile, !dgk.tile<128x1xi32, #dgk.shared<none>>, !dgk.tile<128x1xi32, #dgk.shared<none>> -> !acc
  dgk.return
}
