// Schedules of wgmma that break a limit.
// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --dgemm-select-schedule=target=sm_90a

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 4, raster = <group = 8, along = m>, cluster = <size = 2, along = m>, split_k = 2>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @split_cluster(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c22] schedule has split_k = 2 with cluster = 2, expected one of them to be 1: the CTAs of a cluster share operands of one K range}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s = #dgk.schedule<tile = 256x16x128, warp_grid = 8x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>, swap_ab>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @swapped_blocks(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c13] tile 256 x 16 has more rows than the 128 that share a scale, expected at most as many; use a smaller tile M}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>, cluster = <size = 2, along = k>, split_k = 4>
func.func @more_splits_than_ctas(%a: memref<?x128xbf16>, %b: memref<64x128xbf16>, %d: memref<?x64xf32>) {
  // expected-error @below {{[select-c22] schedule has split_k = 4 with 2 CTAs of a cluster along k, expected as many; use cluster = <size = 4, along = k>}}
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<64x128xbf16>)
    outs(%d : memref<?x64xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #s}
  return
}

// -----

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 4, raster = <group = 8, along = m>, swap_ab>
func.func @swapped_store(%a: memref<?x128xbf16>, %b: memref<64x128xbf16>, %d: memref<?x64xbf16>) {
  // expected-error @below {{[select-c20] schedule has store = tma with swap_ab and wgmma, expected store = registers, store_slots = 0}}
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<64x128xbf16>)
    outs(%d : memref<?x64xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s}
  return
}

// -----

// Whole spans of the swizzle.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 64x64x96, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
func.func @half_span(%a: memref<?x128xbf16>, %b: memref<64x128xbf16>, %d: memref<?x64xbf16>) {
  // expected-error @below {{[select-c14] tile K = 96 makes rows of 192 bytes in a, with swizzle b128; expected rows of 64 bytes with b64 or of 128 bytes and multiples of them with b128}}
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<64x128xbf16>)
    outs(%d : memref<?x64xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s}
  return
}

// -----

// Only spans of 128 bytes follow each other.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b64 x b64,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
func.func @narrow_spans(%a: memref<?x128xbf16>, %b: memref<64x128xbf16>, %d: memref<?x64xbf16>) {
  // expected-error @below {{[select-c14] tile K = 64 makes rows of 128 bytes in a, with swizzle b64; expected rows of 64 bytes with b64 or of 128 bytes}}
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<64x128xbf16>)
    outs(%d : memref<?x64xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s}
  return
}

// -----

// Sums and partial products of 200 columns, and a scale for each 8 columns of B.
#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s = #dgk.schedule<tile = 64x200x128, warp_grid = 4x1, stages = 3,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @wide(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{[select-c16] a warp tile of 16 x 200 needs about 259 registers in a math thread, of which 100 hold accumulators; the thread has 248; use a smaller tile or more math warps}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #s}
  return
}
