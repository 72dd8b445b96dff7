// BF16 through mma.sync: every store path, tiles from 64 x 16 to 128 x 128, K tiles
// of one swizzle span of 64 and of 128 bytes, rows apart.
#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#large = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#short = #dgk.schedule<tile = 128x64x32, warp_grid = 4x2, stages = 6, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#low = #dgk.schedule<tile = 64x128x64, warp_grid = 2x4, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#tall = #dgk.schedule<tile = 256x128x32, warp_grid = 4x2, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tall_columns = #dgk.schedule<tile = 256x128x32, warp_grid = 4x2, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>

func.func @large(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<200x?xbf16>) outs(%d : memref<?x200xbf16>)
    {dgk.schedule = #large}
  return
}

func.func @short(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x?xbf16, strided<[?, 1]>>,
                 %d: memref<?x?xf32, strided<[1024, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x?xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x?xf32, strided<[1024, 1]>>) {dgk.schedule = #short}
  return
}

// Warps of 64 x 64.
func.func @tall(%a: memref<?x?xbf16>, %b: memref<200x?xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<200x?xbf16>) outs(%d : memref<?x200xbf16>)
    {dgk.schedule = #tall}
  return
}
func.func @tall_columns(%a: memref<?x?xbf16>, %b: memref<?x200xbf16>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x200xbf16>) outs(%d : memref<?x200xf32>)
    {layout = #dgemm.layout<tn>, dgk.schedule = #tall_columns}
  return
}

// K is no multiple of anything, N is odd, and so is the distance of D's rows.
func.func @low(%a: memref<?x131xbf16, strided<[136, 1]>>, %b: memref<77x131xbf16, strided<[144, 1]>>,
               %d: memref<?x77xbf16, strided<[79, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x131xbf16, strided<[136, 1]>>, memref<77x131xbf16, strided<[144, 1]>>)
    outs(%d : memref<?x77xbf16, strided<[79, 1]>>) {dgk.schedule = #low}
  return
}

func.func @chosen(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x?xbf16, strided<[?, 1]>>,
                  %d: memref<?x?xf32, strided<[?, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x?xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x?xf32, strided<[?, 1]>>)
  return
}
