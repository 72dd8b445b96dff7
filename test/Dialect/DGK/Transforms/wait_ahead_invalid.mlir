// RUN: dgk-opt %s -split-input-file -verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-wait-ahead))'

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 4, scale_stages = 1, instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!ring = !dgk.buffer<4 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>
!sa = !dgk.scales<a, 128, f32>
!sb = !dgk.scales<b, 1, f32>

// The row of the next K tile's scales is known only behind the wait for it.
dgk.kernel @late(%scales: memref<?x?xf32>, %sb: memref<1xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %c512 = arith.constant 512 : index
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !dgk.buffer<4 x 1x1xf32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %zero = dgk.zero : !acc
  // expected-error @below {{'scf.for' op [wait_ahead-c1] carries a value that scales of the next K tile need before it is known, expected the position of scales to depend on the induction variable only; compute it from that}}
  %sum:2 = scf.for %k = %c0 to %c512 step %c128 iter_args(%acc = %zero, %row = %c0) -> (!acc, index) {
    // expected-error @below {{operation scheduled before its operands}}
    %sa = dgk.fetch_scales %scales[%row, %c0] : memref<?x?xf32> -> !sa
    %s = dgk.wait %p : !dgk.pipeline<4>
    %a = dgk.view %ra[%s] : !ring
    %vb = dgk.view %rb[%s] : !dgk.buffer<4 x 1x1xf32, #dgk.shared<none>>
    %b = dgk.read_scales %vb : !dgk.tile<1x1xf32, #dgk.shared<none>> -> !sb
    %partial = dgk.mma %a, %a, %zero : !tile, !tile -> !acc
    %next = dgk.promote %partial scaled by %sa, %b, %acc : !acc, !sa, !sb -> !acc
    dgk.release %p[%s] : !dgk.pipeline<4>
    %after = arith.addi %row, %c1 : index
    scf.yield %next, %after : !acc, index
  }
  dgk.return
}
