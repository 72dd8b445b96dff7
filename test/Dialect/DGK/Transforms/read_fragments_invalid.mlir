// RUN: dgk-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-read-fragments))'

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2, instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x48xf8E4M3FN, #dgk.shared<b64>>
!tile = !dgk.tile<128x48xf8E4M3FN, #dgk.shared<b64>>
!acc = !dgk.accumulator<128x128xf32>

dgk.kernel @step(%s: index) attributes {schedule = #schedule} {
  %ra = dgk.buffer : !dgk.buffer<1 x 128x48xf8E4M3FN, #dgk.shared<b64>>
  %a = dgk.view %ra : !dgk.buffer<1 x 128x48xf8E4M3FN, #dgk.shared<b64>>
  %acc = dgk.zero : !acc
  // expected-error @below {{'dgk.mma' op [read_fragments-c2] has 48 elements of K, expected a multiple of the 32 of}}
  %sum = dgk.mma %a, %a, %acc : !tile, !tile -> !acc
  dgk.return
}
