// RUN: dgk-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-promote-partials))'

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!rows = !dgk.buffer<4 x 128x1xf32, #dgk.shared<none>>
!block = !dgk.buffer<4 x 1x1xf32, #dgk.shared<none>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>

dgk.kernel @not_read(%i: index) attributes {schedule = #schedule} {
  %ra = dgk.buffer : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rs = dgk.buffer : !dgk.buffer<1 x 128x1xf32, #dgk.shared<none>>
  %a = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %s = dgk.view %rs : !dgk.buffer<1 x 128x1xf32, #dgk.shared<none>>
  %acc = dgk.zero : !acc
  // expected-error @below {{'dgk.mma' op [promote_partials-c1] has scales '!dgk.tile<128x1xf32, #dgk.shared<none>>' and '!dgk.tile<128x1xf32, #dgk.shared<none>>', expected scales in registers, f32 or one word for each row; run dgk-hoist-scales first}}
  %sum = dgk.mma %a scaled by %s[%i] per 128, %a scaled by %s[%i] per 128, %acc
    : !tile, !tile, !dgk.tile<128x1xf32, #dgk.shared<none>>, !dgk.tile<128x1xf32, #dgk.shared<none>> -> !acc
  dgk.return
}
