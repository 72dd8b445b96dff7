// Kernels for few rows: K split between CTAs, and A and B swapped.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#two = #dgk.schedule<tile = 64x64x128, warp_grid = 2x4, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, split_k = 2>
#five = #dgk.schedule<tile = 64x128x128, warp_grid = 2x4, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>, split_k = 5>
#swap = #dgk.schedule<tile = 128x16x128, warp_grid = 8x1, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  split_k = 3, swap_ab>

// Words of 512 elements: two for the first split, 16 elements for the second.
func.func @two(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
               %b: memref<77x1040xf8E4M3FN>, %sb: memref<77x3xi32, strided<[1, 80]>>, %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<77x1040xf8E4M3FN>,
        memref<77x3xi32, strided<[1, 80]>>)
    outs(%d : memref<?x77xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #two}
  return
}

func.func @five(%a: memref<?x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x?xi32, strided<[1, ?]>>,
                %b: memref<200x?xf8E4M3FN, strided<[?, 1]>>, %sb: memref<200x?xi32, strided<[1, ?]>>,
                %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN, strided<[?, 1]>>, memref<?x?xi32, strided<[1, ?]>>,
        memref<200x?xf8E4M3FN, strided<[?, 1]>>, memref<200x?xi32, strided<[1, ?]>>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, dgk.schedule = #five}
  return
}

func.func @swapped(%a: memref<?x1536xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                   %b: memref<200x1536xf8E4M3FN>, %sb: memref<200x12xi32, strided<[1, 200]>>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1536xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<200x1536xf8E4M3FN>,
        memref<200x12xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, dgk.schedule = #swap}
  return
}
