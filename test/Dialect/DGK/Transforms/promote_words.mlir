// Scales that are words are unpacked for each product: the byte that the product names.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales,dgk-promote-partials))' | FileCheck %s

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 256x128x128, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!rows = !dgk.buffer<3 x 256x1xi32, #dgk.shared<none>>
!words = !dgk.tile<256x1xi32, #dgk.shared<none>>

// CHECK-LABEL: dgk.kernel @product
// CHECK-SAME:  (%[[INDEX:[a-z0-9]+]]: index
// CHECK:       %[[SB:.*]] = dgk.unpack_scales %{{.*}} : !dgk.scales<b, 1, i32> -> !dgk.scales<b, 1, f32>
// CHECK:       %[[WORDS:.*]] = dgk.read_scales {{.*}} -> !dgk.scales<a, 256, i32>
// Once for both bands of the tile.
// CHECK:       %[[SA:.*]] = dgk.unpack_scales %[[WORDS]][%[[INDEX]]] : !dgk.scales<a, 256, i32> -> !dgk.scales<a, 256, f32>
// CHECK:       dgk.promote %{{.*}} rows 0 scaled by %[[SA]], %[[SB]],
// CHECK-NOT:   dgk.unpack_scales
// CHECK:       dgk.promote %{{.*}} rows 128 scaled by %[[SA]], %[[SB]],
dgk.kernel @product(%index: index, %sb: memref<2x5xf8E8M0FNU>) attributes {schedule = #schedule} {
  %ra = dgk.buffer : !dgk.buffer<3 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %rb = dgk.buffer : !dgk.buffer<3 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rs = dgk.buffer : !rows
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<3>
  %acc = dgk.zero : !dgk.accumulator<256x128xf32>
  %bytes = dgk.fetch_scales %sb[%index, %index] rows [128, 128] : memref<2x5xf8E8M0FNU> -> !dgk.scales<b, 1, i32>
  %block = dgk.unpack_scales %bytes[%index] : !dgk.scales<b, 1, i32> -> !dgk.scales<b, 1, f32>
  %s = dgk.wait %p : !dgk.pipeline<3>
  %a = dgk.view %ra[%s] : !dgk.buffer<3 x 256x128xf8E4M3FN, #dgk.shared<b128>>
  %b = dgk.view %rb[%s] : !dgk.buffer<3 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %words = dgk.view %rs[%s] : !rows
  %sum = dgk.mma %a scaled by %words[%index] per 128, %b scaled by %block[%index] per 128, %acc
    : !dgk.tile<256x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>, !words,
      !dgk.scales<b, 1, f32> -> !dgk.accumulator<256x128xf32>
  dgk.release %p[%s] : !dgk.pipeline<3>
  dgk.return
}
