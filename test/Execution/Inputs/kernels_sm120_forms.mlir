// Block-scaled kernels with C and with a head split; schedules are chosen.
!a = memref<?x272xf8E4M3FN>
!sa = memref<?x1xi32, strided<[1, ?]>>
!b = memref<200x272xf8E4M3FN>
!sb = memref<200x1xi32, strided<[1, 200]>>

func.func @in_place(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d : !a, !sa, !b, !sb, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @in_place_odd(%a: !a, %sa: !sa, %b: memref<77x272xf8E4M3FN>, %sb: memref<77x1xi32, strided<[1, 80]>>,
                        %d: memref<?x77xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : !a, !sa, memref<77x272xf8E4M3FN>, memref<77x1xi32, strided<[1, 80]>>, memref<?x77xf32>)
    outs(%d : memref<?x77xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @rounded_in_place(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d : !a, !sa, !b, !sb, memref<?x200xbf16>)
    outs(%d : memref<?x200xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @distinct(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %c: memref<?x200xf32, strided<[?, 1]>>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c : !a, !sa, !b, !sb, memref<?x200xf32, strided<[?, 1]>>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @heads(%a: !a, %sa: !sa, %b: memref<384x272xf8E4M3FN>, %sb: memref<384x1xi32, strided<[1, 384]>>,
                 %d: memref<?x480xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : !a, !sa, memref<384x272xf8E4M3FN>, memref<384x1xi32, strided<[1, 384]>>)
    outs(%d : memref<?x480xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 48, right = 128>}
  return
}
func.func @odd_heads(%a: !a, %sa: !sa, %b: memref<180x272xf8E4M3FN>, %sb: memref<180x1xi32, strided<[1, 180]>>,
                     %d: memref<?x275xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : !a, !sa, memref<180x272xf8E4M3FN>, memref<180x1xi32, strided<[1, 180]>>)
    outs(%d : memref<?x275xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
     epilogue = #dgemm.head_split<left = 23, mid = 19, right = 13>}
  return
}

// K tiles of two scale words, the last with one behind the end of K.
#fp8 = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#fp4 = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#words_fp8 = #dgk.schedule<tile = 64x64x256, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #fp8, swizzle = b128 x b64,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
#words_fp4 = #dgk.schedule<tile = 64x64x256, warp_grid = 2x2, stages = 3,
    scale_stages = 2, instruction = #fp4, swizzle = b64 x b64,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>, split_k = 2>

func.func @two_words(%a: memref<?x1056xf8E4M3FN>, %sa: memref<?x9xi32, strided<[1, ?]>>,
                     %b: memref<1056x208xf8E4M3FN>, %sb: memref<208x9xi32, strided<[1, 208]>>,
                     %d: memref<?x208xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1056xf8E4M3FN>, memref<?x9xi32, strided<[1, ?]>>,
        memref<1056x208xf8E4M3FN>, memref<208x9xi32, strided<[1, 208]>>)
    outs(%d : memref<?x208xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<nn>,
     dgk.schedule = #words_fp8}
  return
}
func.func @two_words_of_one(%a: memref<?x1664xf4E2M1FN>, %sa: memref<?x13xi32, strided<[1, ?]>>,
                            %b: memref<200x1664xf4E2M1FN>, %sb: memref<200x4xi32, strided<[1, 200]>>,
                            %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1664xf4E2M1FN>, memref<?x13xi32, strided<[1, ?]>>,
        memref<200x1664xf4E2M1FN>, memref<200x4xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, dgk.schedule = #words_fp4}
  return
}

// Scales of 16 for warps of 64 x 64: two rows of instructions share registers.
#nvfp4 = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>
#spread = #dgk.schedule<tile = 128x128x256, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #nvfp4, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>

func.func @spread_scales(%a: memref<?x1344xf4E2M1FN>, %sa: memref<?x84xf8E4M3FN>,
                         %b: memref<200x1344xf4E2M1FN>, %sb: memref<200x84xf8E4M3FN>,
                         %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1344xf4E2M1FN>, memref<?x84xf8E4M3FN>,
        memref<200x1344xf4E2M1FN>, memref<200x84xf8E4M3FN>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, dgk.schedule = #spread}
  return
}
