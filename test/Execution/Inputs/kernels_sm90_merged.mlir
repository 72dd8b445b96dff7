// wgmma kernels whose slots have two K tiles of 128 bytes, under one barrier.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#narrow16 = #dgk.schedule<tile = 64x32x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#mixed16 = #dgk.schedule<tile = 64x96x128, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b64, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#grid16 = #dgk.schedule<tile = 128x64x192, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#narrow8 = #dgk.schedule<tile = 64x64x256, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#three8 = #dgk.schedule<tile = 64x96x384, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#split8 = #dgk.schedule<tile = 64x32x256, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>, split_k = 2>
#swap8 = #dgk.schedule<tile = 64x8x256, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, swap_ab>
#pair8 = #dgk.schedule<tile = 64x64x256, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>,
  cluster = <size = 2, along = m>>

func.func @narrow(%a: memref<?x?xbf16>, %b: memref<72x?xbf16>, %d: memref<?x72xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<72x?xbf16>)
    outs(%d : memref<?x72xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #narrow16}
  return
}

// Of A rows of two atoms, of B columns of one and a half.
func.func @mixed(%a: memref<?x?xbf16>, %b: memref<?x200xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x200xbf16>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<nn>, dgk.schedule = #mixed16}
  return
}

func.func @grid(%a: memref<?x?xbf16>, %b: memref<88x?xbf16>, %d: memref<?x88xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<88x?xbf16>)
    outs(%d : memref<?x88xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #grid16}
  return
}

// Three scales: the second K tile has a part behind the end.
func.func @blocks(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                  %b: memref<200x272xf8E4M3FN>, %sb: memref<2x3xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<200x272xf8E4M3FN>, memref<2x3xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #narrow8}
  return
}

func.func @rows(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xf32, strided<[1, ?]>>,
                %b: memref<136x?xf8E4M3FN>, %sb: memref<136x?xf32, strided<[1, 136]>>, %d: memref<?x136xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN>, memref<?x?xf32, strided<[1, ?]>>, memref<136x?xf8E4M3FN>, memref<136x?xf32, strided<[1, 136]>>)
    outs(%d : memref<?x136xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #narrow8}
  return
}

func.func @three(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xf32, strided<[1, ?]>>,
                 %b: memref<200x?xf8E4M3FN>, %sb: memref<2x?xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN>, memref<?x?xf32, strided<[1, ?]>>, memref<200x?xf8E4M3FN>, memref<2x?xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #three8}
  return
}

func.func @fetched(%a: memref<?x528xf8E4M3FN>, %sa: memref<?x5xf32>, %b: memref<200x528xf8E4M3FN>, %sb: memref<200x5xf32>,
                   %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x528xf8E4M3FN>, memref<?x5xf32>, memref<200x528xf8E4M3FN>, memref<200x5xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #narrow8}
  return
}

func.func @split(%a: memref<?x656xf8E4M3FN>, %sa: memref<?x6xf32, strided<[1, ?]>>,
                 %b: memref<80x656xf8E4M3FN>, %sb: memref<1x6xf32>, %d: memref<?x80xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x656xf8E4M3FN>, memref<?x6xf32, strided<[1, ?]>>, memref<80x656xf8E4M3FN>, memref<1x6xf32>)
    outs(%d : memref<?x80xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #split8}
  return
}

func.func @swapped(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                   %b: memref<200x400xf8E4M3FN>, %sb: memref<2x4xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<200x400xf8E4M3FN>, memref<2x4xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #swap8}
  return
}

func.func @pair(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                %b: memref<104x272xf8E4M3FN>, %sb: memref<1x3xf32>, %d: memref<?x104xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<104x272xf8E4M3FN>, memref<1x3xf32>)
    outs(%d : memref<?x104xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #pair8}
  return
}

// All of K in one slot: no loop keeps the promotions in their places.
#one8 = #dgk.schedule<tile = 64x40x256, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = n>,
  cluster = <size = 2, along = m>>
#plain8 = #dgk.schedule<tile = 128x48x128, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#odd16 = #dgk.schedule<tile = 64x56x64, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

func.func @one(%a: memref<?x96xf8E4M3FN>, %sa: memref<?x1xf32>, %b: memref<154x96xf8E4M3FN>, %sb: memref<2x1xf32>,
               %c: memref<?x154xbf16>, %d: memref<?x154xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<?x96xf8E4M3FN>, memref<?x1xf32>, memref<154x96xf8E4M3FN>, memref<2x1xf32>, memref<?x154xbf16>)
    outs(%d : memref<?x154xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #one8}
  return
}

func.func @one_plain(%a: memref<?x32xf8E4M3FN>, %sa: memref<?x1xf32, strided<[1, ?]>>, %b: memref<164x32xf8E4M3FN>,
                     %sb: memref<2x1xf32>, %d: memref<?x164xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x32xf8E4M3FN>, memref<?x1xf32, strided<[1, ?]>>, memref<164x32xf8E4M3FN>, memref<2x1xf32>, memref<?x164xf32>)
    outs(%d : memref<?x164xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #plain8}
  return
}

// Rows of C that fill no swizzle span: threads read it.
func.func @odd_c(%a: memref<?x120xbf16>, %b: memref<144x120xbf16>, %d: memref<?x144xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x120xbf16>, memref<144x120xbf16>, memref<?x144xbf16>)
    outs(%d : memref<?x144xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #odd16}
  return
}
