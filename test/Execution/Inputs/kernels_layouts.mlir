// Operands that are contiguous along M and N: all layouts, BF16 and FP8, with swizzles
// of every span and tiles of one and of several atoms.
#mma16 = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#mma8 = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#wide16 = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#short16 = #dgk.schedule<tile = 128x64x32, warp_grid = 4x2, stages = 6, scale_stages = 2,
  instruction = #mma16, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#thin16 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma16, swizzle = b32 x b32, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#wide8 = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma8, swizzle = b128 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#tall8 = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#thin8 = #dgk.schedule<tile = 64x32x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma8, swizzle = b32 x b32, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

func.func @bf16_nn(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x200xbf16, strided<[?, 1]>>,
    %d: memref<?x200xbf16, strided<[200, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x200xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x200xbf16, strided<[200, 1]>>) {layout = #dgemm.layout<nn>, dgk.schedule = #wide16}
  return
}

func.func @bf16_tn(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x200xbf16, strided<[?, 1]>>,
    %d: memref<?x200xf32, strided<[208, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x200xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x200xf32, strided<[208, 1]>>) {layout = #dgemm.layout<tn>, dgk.schedule = #wide16}
  return
}

func.func @bf16_tt(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<200x?xbf16, strided<[?, 1]>>,
    %d: memref<?x200xbf16, strided<[200, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<200x?xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x200xbf16, strided<[200, 1]>>) {layout = #dgemm.layout<tt>, dgk.schedule = #wide16}
  return
}

func.func @bf16_nn_short(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x72xbf16, strided<[?, 1]>>,
    %d: memref<?x72xf32, strided<[72, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x72xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x72xf32, strided<[72, 1]>>) {layout = #dgemm.layout<nn>, dgk.schedule = #short16}
  return
}

func.func @bf16_tn_short(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x72xbf16, strided<[?, 1]>>,
    %d: memref<?x72xbf16, strided<[80, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x72xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x72xbf16, strided<[80, 1]>>) {layout = #dgemm.layout<tn>, dgk.schedule = #short16}
  return
}

func.func @bf16_tn_thin(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x72xbf16, strided<[?, 1]>>,
    %d: memref<?x72xf32, strided<[75, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x72xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x72xf32, strided<[75, 1]>>) {layout = #dgemm.layout<tn>, dgk.schedule = #thin16}
  return
}

func.func @bf16_tn_chosen(%a: memref<?x?xbf16, strided<[?, 1]>>, %b: memref<?x?xbf16, strided<[?, 1]>>,
    %d: memref<?x?xf32, strided<[?, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16, strided<[?, 1]>>, memref<?x?xbf16, strided<[?, 1]>>)
    outs(%d : memref<?x?xf32, strided<[?, 1]>>) {layout = #dgemm.layout<tn>}
  return
}

// Layout nt says which dimension is K; the strides say which one is contiguous.
func.func @bf16_columns(%a: memref<131x201xbf16, strided<[1, 136]>>, %b: memref<77x201xbf16, strided<[1, 88]>>,
                        %d: memref<131x77xbf16, strided<[79, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<131x201xbf16, strided<[1, 136]>>, memref<77x201xbf16, strided<[1, 88]>>)
    outs(%d : memref<131x77xbf16, strided<[79, 1]>>)
  return
}

func.func @fp8_nn(%a: memref<?x777xf8E4M3FN, strided<[784, 1]>>, %sa: memref<?x2xi32, strided<[1, ?]>>,
    %b: memref<777x200xf8E4M3FN, strided<[208, 1]>>, %sb: memref<200x2xi32, strided<[1, 200]>>,
    %d: memref<?x200xbf16, strided<[200, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x777xf8E4M3FN, strided<[784, 1]>>, memref<?x2xi32, strided<[1, ?]>>,
        memref<777x200xf8E4M3FN, strided<[208, 1]>>, memref<200x2xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16, strided<[200, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<nn>, dgk.schedule = #wide8}
  return
}

func.func @fp8_tn(%a: memref<1040x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x9xi32, strided<[1, ?]>>,
    %b: memref<1040x200xf8E4M3FN, strided<[224, 1]>>, %sb: memref<200x3xi32, strided<[1, 200]>>,
    %d: memref<?x200xf32, strided<[200, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<1040x?xf8E4M3FN, strided<[?, 1]>>, memref<?x9xi32, strided<[1, ?]>>,
        memref<1040x200xf8E4M3FN, strided<[224, 1]>>, memref<200x3xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xf32, strided<[200, 1]>>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<tn>, dgk.schedule = #wide8}
  return
}

func.func @fp8_tt(%a: memref<528x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x2xi32, strided<[1, ?]>>,
    %b: memref<208x528xf8E4M3FN, strided<[?, 1]>>, %sb: memref<208x5xi32, strided<[1, 208]>>,
    %d: memref<?x208xbf16, strided<[208, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<528x?xf8E4M3FN, strided<[?, 1]>>, memref<?x2xi32, strided<[1, ?]>>,
        memref<208x528xf8E4M3FN, strided<[?, 1]>>, memref<208x5xi32, strided<[1, 208]>>)
    outs(%d : memref<?x208xbf16, strided<[208, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<tt>, dgk.schedule = #tall8}
  return
}

func.func @fp8_tn_thin(%a: memref<273x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x3xi32, strided<[1, ?]>>,
    %b: memref<273x77xf8E4M3FN, strided<[80, 1]>>, %sb: memref<77x3xi32, strided<[1, 80]>>,
    %d: memref<?x77xbf16, strided<[77, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<273x?xf8E4M3FN, strided<[?, 1]>>, memref<?x3xi32, strided<[1, ?]>>,
        memref<273x77xf8E4M3FN, strided<[80, 1]>>, memref<77x3xi32, strided<[1, 80]>>)
    outs(%d : memref<?x77xbf16, strided<[77, 1]>>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<tn>, dgk.schedule = #thin8}
  return
}

func.func @fp8_tn_chosen(%a: memref<400x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x1xi32, strided<[1, ?]>>,
    %b: memref<400x33xf8E4M3FN, strided<[48, 1]>>, %sb: memref<33x1xi32, strided<[1, 36]>>,
    %d: memref<?x33xf32, strided<[35, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<400x?xf8E4M3FN, strided<[?, 1]>>, memref<?x1xi32, strided<[1, ?]>>,
        memref<400x33xf8E4M3FN, strided<[48, 1]>>, memref<33x1xi32, strided<[1, 36]>>)
    outs(%d : memref<?x33xf32, strided<[35, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<tn>}
  return
}

// The selection swaps A and B, of which only B would be turned in registers.
func.func @fp8_nn_chosen_bf16(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
    %b: memref<1040x328xf8E4M3FN, strided<[336, 1]>>, %sb: memref<328x3xi32, strided<[1, 328]>>,
    %d: memref<?x328xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>,
        memref<1040x328xf8E4M3FN, strided<[336, 1]>>, memref<328x3xi32, strided<[1, 328]>>)
    outs(%d : memref<?x328xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<nn>}
  return
}

// The selection swaps A and B, of which only B would be turned in registers.
func.func @fp8_nn_chosen_f32(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
    %b: memref<1040x328xf8E4M3FN, strided<[336, 1]>>, %sb: memref<328x3xi32, strided<[1, 328]>>,
    %d: memref<?x328xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>,
        memref<1040x328xf8E4M3FN, strided<[336, 1]>>, memref<328x3xi32, strided<[1, 328]>>)
    outs(%d : memref<?x328xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<nn>}
  return
}
