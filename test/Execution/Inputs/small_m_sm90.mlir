// Kernels for few rows: K split between CTAs, and A and B swapped.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#three8 = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>, split_k = 3>
#four8 = #dgk.schedule<tile = 128x96x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, split_k = 4>
#two16 = #dgk.schedule<tile = 128x64x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>, split_k = 2>
#swap8 = #dgk.schedule<tile = 128x16x128, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  split_k = 2, swap_ab>
#swap16 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, swap_ab>

// 9 K tiles, the last of 16 elements: three for each split.
func.func @three(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x9xf32, strided<[1, ?]>>,
                 %b: memref<200x1040xf8E4M3FN>, %sb: memref<2x9xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x9xf32, strided<[1, ?]>>, memref<200x1040xf8E4M3FN>, memref<2x9xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #three8}
  return
}

// 3 K tiles: the last split has none.
func.func @empty(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                 %b: memref<101x272xf8E4M3FN>, %sb: memref<101x3xf32, strided<[1, 104]>>, %d: memref<?x101xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<101x272xf8E4M3FN>,
        memref<101x3xf32, strided<[1, 104]>>)
    outs(%d : memref<?x101xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #four8}
  return
}

func.func @dynamic(%a: memref<?x?xbf16>, %b: memref<72x?xbf16>, %d: memref<?x72xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<72x?xbf16>)
    outs(%d : memref<?x72xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #two16}
  return
}

func.func @swapped(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                   %b: memref<200x512xf8E4M3FN>, %sb: memref<2x4xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<200x512xf8E4M3FN>, memref<2x4xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #swap8}
  return
}

func.func @swapped_whole(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %d: memref<?x77xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<77x?xbf16>)
    outs(%d : memref<?x77xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #swap16}
  return
}

// C comes once, with the sum of all splits: before the rounding, or in memory.
func.func @plus(%a: memref<?x?xbf16>, %b: memref<72x?xbf16>, %c: memref<?x72xbf16>, %d: memref<?x72xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x?xbf16>, memref<72x?xbf16>, memref<?x72xbf16>)
    outs(%d : memref<?x72xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #two16}
  return
}

func.func @in_place(%a: memref<?x?xbf16>, %b: memref<72x?xbf16>, %d: memref<?x72xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<72x?xbf16>, memref<?x72xf32>)
    outs(%d : memref<?x72xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #two16}
  return
}
