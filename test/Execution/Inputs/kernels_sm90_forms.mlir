// wgmma kernels with C, with operands along M and N, and with a head split.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#tma16 = #dgk.schedule<tile = 128x96x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#direct16 = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#nn16 = #dgk.schedule<tile = 128x96x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tn16 = #dgk.schedule<tile = 256x128x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#narrow16 = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b32, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#grid16 = #dgk.schedule<tile = 64x256x64, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #w16, swizzle = b64 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tma8 = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = m>>
#direct8 = #dgk.schedule<tile = 64x96x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

// C is D: the copies add. C is another: the threads do.
func.func @in_place(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<200x?xbf16>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {dgk.schedule = #tma16}
  return
}
func.func @in_place_odd(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %d: memref<?x77xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<77x?xbf16>, memref<?x77xf32>)
    outs(%d : memref<?x77xf32>) {dgk.schedule = #direct16}
  return
}
func.func @in_place_narrow(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<200x?xbf16>, memref<?x200xbf16>)
    outs(%d : memref<?x200xbf16>) {dgk.schedule = #tma16}
  return
}
func.func @distinct(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %c: memref<?x200xf32, strided<[?, 1]>>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x?xbf16>, memref<200x?xbf16>, memref<?x200xf32, strided<[?, 1]>>)
    outs(%d : memref<?x200xf32>) {dgk.schedule = #tma16}
  return
}
func.func @distinct_odd(%a: memref<?x?xbf16>, %b: memref<77x?xbf16>, %c: memref<?x77xbf16>, %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x?xbf16>, memref<77x?xbf16>, memref<?x77xbf16>)
    outs(%d : memref<?x77xbf16>) {dgk.schedule = #direct16}
  return
}
// The weight gradient.
func.func @gradient(%a: memref<?x400xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                    %b: memref<136x400xf8E4M3FN>, %sb: memref<136x4xf32, strided<[1, 136]>>, %d: memref<?x136xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x400xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<136x400xf8E4M3FN>,
        memref<136x4xf32, strided<[1, 136]>>, memref<?x136xf32>)
    outs(%d : memref<?x136xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #tma8}
  return
}

// Layouts, and the same memory under the name nt.
func.func @nn(%a: memref<?x?xbf16>, %b: memref<?x200xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x200xbf16>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<nn>, dgk.schedule = #nn16}
  return
}
func.func @tn(%a: memref<?x?xbf16>, %b: memref<?x200xbf16>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<?x200xbf16>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {layout = #dgemm.layout<tn>, dgk.schedule = #tn16}
  return
}
func.func @tt(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<200x?xbf16>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<tt>, dgk.schedule = #grid16}
  return
}
func.func @tn_narrow(%a: memref<?x?xbf16>, %b: memref<?x40xbf16>, %d: memref<?x40xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x40xbf16>)
    outs(%d : memref<?x40xbf16>) {layout = #dgemm.layout<tn>, dgk.schedule = #narrow16}
  return
}
func.func @views(%a: memref<?x?xbf16, strided<[1, ?]>>, %b: memref<200x?xbf16, strided<[1, 200]>>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[1, ?]>>, memref<200x?xbf16, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>) {dgk.schedule = #tn16}
  return
}
// Layout tn of memory that lies along K.
func.func @tn_along_k(%a: memref<?x?xbf16, strided<[1, ?]>>, %b: memref<?x200xbf16, strided<[1, ?]>>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[1, ?]>>, memref<?x200xbf16, strided<[1, ?]>>)
    outs(%d : memref<?x200xbf16>) {layout = #dgemm.layout<tn>, dgk.schedule = #tma16}
  return
}

// Heads whose parts are whole lines, and others.
func.func @heads(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                 %b: memref<576x272xf8E4M3FN>, %sb: memref<5x3xf32>, %d: memref<?x720xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<576x272xf8E4M3FN>, memref<5x3xf32>)
    outs(%d : memref<?x720xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #tma8,
     epilogue = #dgemm.head_split<left = 128, mid = 48, right = 64>}
  return
}
func.func @odd_heads(%a: memref<?x272xf8E4M3FN>, %sa: memref<?x3xf32, strided<[1, ?]>>,
                     %b: memref<180x272xf8E4M3FN>, %sb: memref<2x3xf32>, %d: memref<?x275xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x272xf8E4M3FN>, memref<?x3xf32, strided<[1, ?]>>, memref<180x272xf8E4M3FN>, memref<2x3xf32>)
    outs(%d : memref<?x275xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #direct8,
     epilogue = #dgemm.head_split<left = 23, mid = 19, right = 13>}
  return
}

// C that TMA copies: in place and not, several boxes to a tile, warps side by side.
func.func @distinct_tile(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %c: memref<?x200xf32>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x?xbf16>, memref<200x?xbf16>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {dgk.schedule = #tma16}
  return
}
func.func @tile_by_grid(%a: memref<?x?xbf16>, %b: memref<520x?xbf16>, %d: memref<?x520xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x?xbf16>, memref<520x?xbf16>, memref<?x520xbf16>)
    outs(%d : memref<?x520xbf16>) {layout = #dgemm.layout<tt>, dgk.schedule = #grid16}
  return
}

// Scales that TMA cannot copy, of A and of both.
func.func @fetched(%a: memref<?x528xf8E4M3FN>, %sa: memref<?x5xf32>, %b: memref<200x528xf8E4M3FN>, %sb: memref<2x5xf32>,
                   %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x528xf8E4M3FN>, memref<?x5xf32>, memref<200x528xf8E4M3FN>, memref<2x5xf32>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #tma8}
  return
}
func.func @both_fetched(%a: memref<?x528xf8E4M3FN>, %sa: memref<?x5xf32, strided<[?, 2]>>, %b: memref<200x528xf8E4M3FN>,
                        %sb: memref<200x5xf32>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x528xf8E4M3FN>, memref<?x5xf32, strided<[?, 2]>>, memref<200x528xf8E4M3FN>, memref<200x5xf32>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #tma8}
  return
}
