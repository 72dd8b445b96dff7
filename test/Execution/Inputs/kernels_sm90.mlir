// wgmma kernels in all their forms: element types, granularities, tiles, stores.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#small16 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#wide16 = #dgk.schedule<tile = 128x192x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tall16 = #dgk.schedule<tile = 256x64x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#direct16 = #dgk.schedule<tile = 128x64x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#small8 = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#blocks8 = #dgk.schedule<tile = 128x160x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#wide8 = #dgk.schedule<tile = 128x192x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tall8 = #dgk.schedule<tile = 256x64x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#bands8 = #dgk.schedule<tile = 256x128x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#columns8 = #dgk.schedule<tile = 128x256x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#direct8 = #dgk.schedule<tile = 64x32x128, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

func.func @bf16_small(%a: memref<?x?xbf16>, %b: memref<72x?xbf16>, %d: memref<?x72xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<72x?xbf16>)
    outs(%d : memref<?x72xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #small16}
  return
}

func.func @bf16_wide(%a: memref<?x?xbf16>, %b: memref<328x?xbf16>, %d: memref<?x328xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<328x?xbf16>)
    outs(%d : memref<?x328xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #wide16}
  return
}

func.func @bf16_tall(%a: memref<?x?xbf16>, %b: memref<96x?xbf16>, %d: memref<?x96xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<96x?xbf16>)
    outs(%d : memref<?x96xf32>) {layout = #dgemm.layout<nt>, dgk.schedule = #tall16}
  return
}

func.func @bf16_odd(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<77x?xbf16>)
    outs(%d : memref<?x77xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #direct16}
  return
}

func.func @fp8_small(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                  %b: memref<200x272xf8E4M3FN>, %sb: memref<2x3xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<200x272xf8E4M3FN>, memref<2x3xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #small8}
  return
}

func.func @fp8_blocks(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<480x400xf8E4M3FN>, %sb: memref<4x4xf32>, %d: memref<?x480xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<480x400xf8E4M3FN>, memref<4x4xf32>)
    outs(%d : memref<?x480xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #blocks8}
  return
}

func.func @fp8_wide(%a: memref<?x256xf8E4M3FN>, %sa: memref<?x2xf32, strided<[1, ?]>>,
                  %b: memref<416x256xf8E4M3FN>, %sb: memref<4x2xf32>, %d: memref<?x416xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x256xf8E4M3FN>, memref<?x2xf32, strided<[1, ?]>>, memref<416x256xf8E4M3FN>, memref<4x2xf32>)
    outs(%d : memref<?x416xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #wide8}
  return
}

func.func @fp8_bands(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<288x400xf8E4M3FN>, %sb: memref<3x4xf32>, %d: memref<?x288xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<288x400xf8E4M3FN>, memref<3x4xf32>)
    outs(%d : memref<?x288xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #bands8}
  return
}

func.func @fp8_columns(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<480x400xf8E4M3FN>, %sb: memref<4x4xf32>, %d: memref<?x480xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<480x400xf8E4M3FN>, memref<4x4xf32>)
    outs(%d : memref<?x480xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #columns8}
  return
}

func.func @fp8_rows(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                  %b: memref<136x400xf8E4M3FN>, %sb: memref<136x4xf32, strided<[1, 136]>>, %d: memref<?x136xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<136x400xf8E4M3FN>, memref<136x4xf32, strided<[1, 136]>>)
    outs(%d : memref<?x136xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #tall8}
  return
}

func.func @fp8_odd(%a: memref<?x144xf8E4M3FN>, %sa: memref<?x2xf32, strided<[1, ?]>>,
                  %b: memref<45x144xf8E4M3FN>, %sb: memref<45x2xf32, strided<[1, 48]>>, %d: memref<?x45xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x144xf8E4M3FN>, memref<?x2xf32, strided<[1, ?]>>, memref<45x144xf8E4M3FN>, memref<45x2xf32, strided<[1, 48]>>)
    outs(%d : memref<?x45xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #direct8}
  return
}
