// wgmma kernels whose CTAs work in pairs, that share the tiles of B (along m) or of A
// (along n): element types, granularities, stores, rasters along either axis.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#m16 = #dgk.schedule<tile = 128x64x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>,
  cluster = <size = 2, along = m>>
#n16 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 3, along = n>,
  cluster = <size = 2, along = n>>
#direct16 = #dgk.schedule<tile = 128x64x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 2, along = m>,
  cluster = <size = 2, along = n>>
#m8 = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 1, along = m>,
  cluster = <size = 2, along = m>>
#n8 = #dgk.schedule<tile = 128x160x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>,
  cluster = <size = 2, along = n>>
#rows8 = #dgk.schedule<tile = 256x64x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = n>,
  cluster = <size = 2, along = m>>
#own8 = #dgk.schedule<tile = 64x32x128, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 2, along = m>>
#k16 = #dgk.schedule<tile = 256x64x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>,
  cluster = <size = 2, along = k>, split_k = 2>
#k8 = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 1, along = m>,
  cluster = <size = 5, along = k>, split_k = 5>
#swapped16 = #dgk.schedule<tile = 64x8x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 3, along = k>, split_k = 3, swap_ab, evict_first = a>
#swapped32 = #dgk.schedule<tile = 128x16x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 3, along = k>, split_k = 3, swap_ab>

func.func @bf16_along_m(%a: memref<?x?xbf16>, %b: memref<96x?xbf16>, %d: memref<?x96xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<96x?xbf16>)
    outs(%d : memref<?x96xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #m16}
  return
}

func.func @bf16_along_n(%a: memref<?x?xbf16>, %b: memref<?x?xbf16>, %d: memref<?x?xbf16, strided<[160, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x?xbf16>)
    outs(%d : memref<?x?xbf16, strided<[160, 1]>>) {layout = #dgemm.layout<nt>, dgk.schedule = #n16}
  return
}

func.func @bf16_odd(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %d: memref<?x77xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<77x?xbf16>)
    outs(%d : memref<?x77xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #direct16}
  return
}

func.func @fp8_along_m(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                  %b: memref<200x272xf8E4M3FN>, %sb: memref<2x3xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<200x272xf8E4M3FN>, memref<2x3xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #m8}
  return
}

func.func @fp8_along_n(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<480x400xf8E4M3FN>, %sb: memref<4x4xf32>, %d: memref<?x480xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<480x400xf8E4M3FN>, memref<4x4xf32>)
    outs(%d : memref<?x480xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #n8}
  return
}

func.func @fp8_rows(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<136x400xf8E4M3FN>, %sb: memref<136x4xf32, strided<[1, 136]>>, %d: memref<?x136xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<136x400xf8E4M3FN>, memref<136x4xf32, strided<[1, 136]>>)
    outs(%d : memref<?x136xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #rows8}
  return
}

// Scales of 32 columns, 128 bytes, for both.
func.func @fp8_own(%a: memref<?x144xf8E4M3FN>, %sa: memref<?x2xf32, strided<[1, ?]>>,
                  %b: memref<45x144xf8E4M3FN>, %sb: memref<45x2xf32, strided<[1, 48]>>, %d: memref<?x45xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x144xf8E4M3FN>, memref<?x2xf32, strided<[1, ?]>>, memref<45x144xf8E4M3FN>, memref<45x2xf32, strided<[1, 48]>>)
    outs(%d : memref<?x45xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #own8}
  return
}

// With C: added by the copies out of the pair, and by threads.
func.func @in_place(%a: memref<?x?xbf16>, %b: memref<96x?xbf16>, %d: memref<?x96xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<96x?xbf16>, memref<?x96xf32>)
    outs(%d : memref<?x96xf32>) {dgk.schedule = #m16}
  return
}
func.func @distinct(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %c: memref<?x77xbf16>, %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x?xbf16>, memref<77x?xbf16>, memref<?x77xbf16>)
    outs(%d : memref<?x77xbf16>) {dgk.schedule = #direct16}
  return
}
// Shared operands that lie along M and N.
func.func @tn(%a: memref<?x?xbf16>, %b: memref<?x96xbf16>, %d: memref<?x96xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x96xbf16>)
    outs(%d : memref<?x96xbf16>) {layout = #dgemm.layout<tn>, dgk.schedule = #m16}
  return
}

func.func @bf16_along_k(%a: memref<?x?xbf16>, %b: memref<96x?xbf16>, %d: memref<?x96xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<96x?xbf16>)
    outs(%d : memref<?x96xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #k16}
  return
}

func.func @fp8_along_k(%a: memref<?x1100xf8E4M3FN, strided<[1104, 1]>>, %sa: memref<?x9xf32, strided<[1, ?]>>,
                       %b: memref<200x1100xf8E4M3FN, strided<[1104, 1]>>, %sb: memref<2x9xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1100xf8E4M3FN, strided<[1104, 1]>>, memref<?x9xf32, strided<[1, ?]>>,
        memref<200x1100xf8E4M3FN, strided<[1104, 1]>>, memref<2x9xf32>)
    outs(%d : memref<?x200xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #k8}
  return
}

func.func @swapped_along_k(%a: memref<?x520xbf16>, %b: memref<203x520xbf16>, %c: memref<?x203xbf16>, %d: memref<?x203xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x520xbf16>, memref<203x520xbf16>, memref<?x203xbf16>)
    outs(%d : memref<?x203xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #swapped16}
  return
}

func.func @swapped_in_place(%a: memref<?x328xbf16>, %b: memref<300x328xbf16>, %d: memref<?x300xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x328xbf16>, memref<300x328xbf16>, memref<?x300xf32>)
    outs(%d : memref<?x300xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #swapped32}
  return
}

// 24 of 128 columns of D are stored, by two of eight warps.
func.func @few_rows_along_k(%a: memref<?x328xbf16>, %b: memref<24x328xbf16>, %d: memref<?x24xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x328xbf16>, memref<24x328xbf16>, memref<?x24xf32>)
    outs(%d : memref<?x24xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #swapped32}
  return
}
