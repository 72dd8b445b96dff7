// Schedules that break a limit: rules select-c12 to select-c22.
// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --dgemm-select-schedule=target=sm_120a

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @foreign_instruction(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c12] schedule uses #dgk.wgmma<f8f6f4, m = 64, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN>, which sm_120a does not have; its instructions are those of the target attribute}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @unscaled_instruction(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c12] schedule uses #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>, expected a block-scaled instruction for f8E4M3FN x f8E4M3FN}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x48x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @warp_tile(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c13] tile 128 x 48 over a warp grid 4 x 2 gives a warp 32.0 x 24.0 elements, expected multiples of 16 x 16; change tile or warp_grid}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 512x32x128, warp_grid = 8x1, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @box(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c13] tile 512 x 32 exceeds 256 rows of a TMA box; use a smaller tile}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x256, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @tile_k(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] tile K = 256 makes rows of 256 bytes in a, with swizzle b128; expected rows of 64 bytes with b64 or of 128 bytes with b128}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b64 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @swizzle(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] tile K = 64 makes rows of 64 bytes in b, with swizzle b128; expected rows of 64 bytes with b64 or of 128 bytes with b128}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 3,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @shared_memory(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c15] schedule needs 116816 bytes of shared memory, sm_120a has 101376: 3 stages of operands 98304, scales 2048, store staging 16384, a tile of C 0, sums of other CTAs 0, barriers 80; use fewer stages, fewer store_slots or a smaller tile}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 256x256x64, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b64 x b64,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @registers(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c16] a warp tile of 64 x 128 needs about 412 registers in a math thread, of which 256 hold accumulators; the thread has 232; use a smaller tile or more math warps}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 240>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @register_file(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c17] schedule gives 256 x 240 + 128 x 40 registers to its threads, 66560 in all; at launch sm_120a gives 168 to each of 384, 64512 in all; lower the registers of a role}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

// 256 threads start with 255 registers each, which no setmaxnreg makes 256.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 64x64x128, warp_grid = 2x2, stages = 3,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 256>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 16, along = m>>
!a = memref<?x640xf8E4M3FN>
!sa = memref<?x2xi32, strided<[1, ?]>>
!b = memref<200x640xf8E4M3FN>
!sb = memref<200x2xi32, strided<[1, 200]>>
!d = memref<?x200xbf16>
func.func @more_than_at_launch(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c17] schedule gives 256 registers to each math thread; the 256 threads start with 255, the most that sm_120a gives to one, which setmaxnreg can only lower; take 24 to 248}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 64x64x128, warp_grid = 2x2, stages = 3,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 200>, load = <warps = 4, registers = 256>,
    store = registers, store_slots = 0, raster = <group = 16, along = m>>
!a = memref<?x640xf8E4M3FN>
!sa = memref<?x2xi32, strided<[1, ?]>>
!b = memref<200x640xf8E4M3FN>
!sb = memref<200x2xi32, strided<[1, 200]>>
!d = memref<?x200xbf16>
func.func @load_more_than_at_launch(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c17] schedule gives 256 registers to each load thread}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 8x4, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 32, registers = 48>, load = <warps = 4, registers = 24>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @warps(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c18] schedule has 36 warps (32 math, 4 load), sm_120a has at most 32 for a CTA; use a smaller warp_grid}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 1,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @one_stage(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c19] schedule has 1 stage, expected at least 2: with one, loads never run beside the matrix instructions}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @slots_without_tma(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c20] schedule has store = registers with store_slots = 8, expected 0: nothing is staged}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 12, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @slots_of_warps(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c20] schedule has store = tma with store_slots = 12, expected a positive multiple of the 8 math warps whose share of a warp divides its 2 pieces}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 24, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @slots_of_pieces(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c20] schedule has store = tma with store_slots = 24, expected a positive multiple of the 8 math warps whose share of a warp divides its 2 pieces}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16, strided<[?, 1]>>
func.func @unaligned_rows(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c20] schedule has store = tma, but the rows of d and their distance are not known to be multiples of 16 bytes, or left and right of a head split are no multiples of 128 bytes; use store = registers, store_slots = 0}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>, cluster = <size = 2, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @cluster(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c21] schedule has a cluster of 2 CTAs, sm_120a has at most 1; leave out cluster}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>, split_k = 33>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @split_k(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c22] schedule has split_k = 33, expected at most 32; take smaller tiles for more CTAs}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

// No candidate fits this chip.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#tiny = #dgk.target<"sm_120a", sm120, ptx = 88,
    limits = <sharedPerCta = 8192, registersPerSm = 65536,
              registersPerThread = 255, warpsPerSm = 48, clusterSize = 1,
              tensorMemoryColumns = 0>,
    rates = <smCount = 84, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2617,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 896>,
    instructions = [#mma]>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @nothing_fits(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c15] none of 16 schedules fits sm_120a; the smallest, tile 64x16x64: schedule needs 13120 bytes of shared memory, sm_120a has 8192}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.target = #tiny}
  return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 128x32x64, warp_grid = 4x2, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
func.func @columns_of_b(%a: memref<?x512xbf16>, %b: memref<512x32xbf16>, %d: memref<?x32xbf16>) {
  // expected-error @below {{[select-c14] b is contiguous along its rows, 64 bytes of a tile of 32 and K = 64, with swizzle b128; expected a multiple of the swizzle's bytes, and of K = 16 of the instruction}}
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<512x32xbf16>) outs(%d : memref<?x32xbf16>)
    {layout = #dgemm.layout<nn>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#odd = #dgk.target<"sm_90a", sm90, ptx = 88, limits = <sharedPerCta = 232448, registersPerSm = 65536,
    registersPerThread = 255, warpsPerSm = 64, clusterSize = 8, tensorMemoryColumns = 0>,
    rates = <smCount = 133, smsPerGpc = 16, smsOfLastGpc = 8, clockMhz = 1830,
            bf16PerCycle = 4096, fp8PerCycle = 8192, fp4PerCycle = 0, memoryGbs = 3350>, instructions = [#mma]>
#s = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>, cluster = <size = 2, along = m>>
func.func @cluster(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  // expected-error @below {{[select-c21] schedule has a cluster of 2 CTAs, sm_90a has 133 SMs, one of which would be left over; leave out cluster}}
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s, dgk.target = #odd}
  return
}

// -----

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#odd = #dgk.target<"sm_90a", sm90, ptx = 88, limits = <sharedPerCta = 232448, registersPerSm = 65536,
    registersPerThread = 255, warpsPerSm = 64, clusterSize = 8, tensorMemoryColumns = 0>,
    rates = <smCount = 132, smsPerGpc = 16, smsOfLastGpc = 8, clockMhz = 1830,
            bf16PerCycle = 4096, fp8PerCycle = 8192, fp4PerCycle = 0, memoryGbs = 3350>, instructions = [#mma]>
#s = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>, cluster = <size = 4, along = m>>
func.func @cluster(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  // expected-error @below {{[select-c21] schedule has a cluster of 4 CTAs, expected 2: copies are shared by pairs; use cluster = <size = 2, ...>}}
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s, dgk.target = #odd}
  return
}

// -----

// A line of 4-bit elements along N has a byte for each.
#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x64x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b64 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x640xf4E2M1FN>
!sa = memref<?x5xi32, strided<[1, ?]>>
!b = memref<640x192xf4E2M1FN>
!sb = memref<192x5xi32, strided<[1, 192]>>
!d = memref<?x192xbf16>
func.func @columns_of_fp4(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] b is contiguous along its rows, 64 bytes of a tile of 64 and K = 128, with swizzle b128; expected a multiple of the swizzle's bytes, and of K = 64 of the instruction}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<nn>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#s = #dgk.schedule<tile = 64x64x192, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x56xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @part_of_a_word(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] tile K = 192 is neither a divisor nor a multiple of the 128 elements of a that one scale word serves (4 x 32); use a smaller tile K}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#s = #dgk.schedule<tile = 64x64x512, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b64 x b64,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf4E2M1FN>
!sa = memref<?x56xi32, strided<[1, ?]>>
!b = memref<2112x7168xf4E2M1FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @word_of_several_parts(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] tile K = 512 is loaded in parts of 128 elements, with a scale word each; a word of b serves 512 (4 x 128), expected 128 or more than tile K; use a smaller tile K}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#s = #dgk.schedule<tile = 64x64x256, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf4E2M1FN>
!sa = memref<?x56xi32, strided<[1, ?]>>
!b = memref<2112x7168xf4E2M1FN>
!sb = memref<2112x56xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @swizzle_of_parts(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c14] tile K = 256 in parts of 128, of a scale word each, makes rows of 64 bytes in a, with swizzle b128; expected rows of 64 bytes with b64 or of 128 bytes with b128}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, dgk.schedule = #s}
  return
}
