// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline))' --split-input-file --verify-diagnostics

// expected-error @below {{'dgk.kernel' op [pipeline-c4] has no schedule; run dgemm-select-schedule before convert-dgemm-to-dgk}}
dgk.kernel @kernel(%a: memref<?x64xbf16>, %i: index) {
  %t = dgk.load %a[%i, %i] : memref<?x64xbf16> -> !dgk.tile<128x64xbf16>
  dgk.return
}

// -----

// The next iteration would read a slot that this one has released.
#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
!tile = !dgk.tile<128x64xbf16>
dgk.kernel @carried(%a: memref<?x64xbf16>, %i: index) attributes {schedule = #schedule} {
  // expected-error @below {{'dgk.load' op [pipeline-c5] is used by scf.for, expected operations on tiles, in the block of the load or inside of it; bring the tile into registers with dgk.unpack}}
  %t = dgk.load %a[%i, %i] : memref<?x64xbf16> -> !tile
  %last = scf.for %k = %i to %i step %i iter_args(%current = %t) -> !tile {
    scf.yield %current : !tile
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
dgk.kernel @another_block(%a: memref<?x64xbf16>, %i: index, %d: memref<?x64xf32>) attributes {schedule = #schedule} {
  // expected-error @below {{[pipeline-c5] is used by dgk.unpack}}
  %t = dgk.load %a[%i, %i] : memref<?x64xbf16> -> !dgk.tile<128x64xbf16>
  cf.br ^use
^use:
  %x = dgk.unpack %t : !dgk.tile<128x64xbf16> -> !dgk.accumulator<128x64xf32>
  dgk.return
}

// -----

// FP4 beside FP8 takes a byte for each element, which TMA writes with b128 only.
#mixed = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f4E2M1FN, scale_block = 32>
#narrow = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mixed, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
dgk.kernel @expanded(%a: memref<?x512xf8E4M3FN>, %b: memref<128x512xf4E2M1FN>, %s: memref<?x4xi32, strided<[1, ?]>>,
                     %m: index) attributes {schedule = #narrow} {
  %c0 = arith.constant 0 : index
  %u = dgk.load %s[%m, %c0] : memref<?x4xi32, strided<[1, ?]>> -> !dgk.tile<128x1xi32>
  %ta = dgk.load %a[%m, %c0] : memref<?x512xf8E4M3FN> -> !dgk.tile<128x64xf8E4M3FN>
  // expected-error @below {{expanded has swizzle b64, expected b128 or none and no other order, as TMA writes it}}
  %tb = dgk.load %b[%c0, %c0] : memref<128x512xf4E2M1FN> -> !dgk.tile<128x64xf4E2M1FN>
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  %sum = dgk.mma %ta scaled by %u[%c0] per 32, %tb scaled by %u[%c0] per 32, %zero
    : !dgk.tile<128x64xf8E4M3FN>, !dgk.tile<128x64xf4E2M1FN>, !dgk.tile<128x1xi32>, !dgk.tile<128x1xi32> -> !dgk.accumulator<128x128xf32>
  dgk.return
}
