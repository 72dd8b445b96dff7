// Scales that are UE8M0 on wgmma, which knows no scales: words of four by TMA, bytes by
// the threads that use them.
!a = memref<?x600xf8E4M3FN, strided<[608, 1]>>
!b = memref<200x600xf8E4M3FN, strided<[608, 1]>>
!sa_words = memref<?x2xi32, strided<[1, ?]>>
!sb_words = memref<200x2xi32, strided<[1, 200]>>
func.func @words(%a: !a, %sa: !sa_words, %b: !b, %sb: !sb_words, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa_words, !b, !sb_words)
    outs(%d : memref<?x200xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @bytes(%a: !a, %sa: memref<?x5xf8E8M0FNU, strided<[5, 1]>>, %b: !b, %sb: memref<200x5xf8E8M0FNU, strided<[7, 1]>>,
                 %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : !a, memref<?x5xf8E8M0FNU, strided<[5, 1]>>, !b, memref<200x5xf8E8M0FNU, strided<[7, 1]>>, memref<?x200xf32>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @words_and_blocks(%a: !a, %sa: !sa_words, %b: !b, %sb: memref<2x5xf8E8M0FNU>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa_words, !b, memref<2x5xf8E8M0FNU>)
    outs(%d : memref<?x200xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
func.func @words_and_f32(%a: !a, %sa: !sa_words, %b: !b, %sb: memref<2x5xf32>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa_words, !b, memref<2x5xf32>)
    outs(%d : memref<?x200xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// K is only known at launch; columns of a tile that begin inside of a block; two blocks
// of K in a slot.
#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#inside = #dgk.schedule<tile = 64x96x128, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#merged = #dgk.schedule<tile = 64x64x256, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, split_k = 2>
#swapped = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, swap_ab>
func.func @inside(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xf8E8M0FNU>, %b: memref<200x?xf8E4M3FN>,
                  %sb: memref<2x?xf8E8M0FNU>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN>, memref<?x?xf8E8M0FNU>, memref<200x?xf8E4M3FN>, memref<2x?xf8E8M0FNU>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #inside}
  return
}
func.func @merged(%a: !a, %sa: !sa_words, %b: !b, %sb: memref<200x5xf8E8M0FNU>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa_words, !b, memref<200x5xf8E8M0FNU>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #merged}
  return
}
func.func @swapped(%a: !a, %sa: !sa_words, %b: !b, %sb: memref<2x5xf8E8M0FNU>, %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa_words, !b, memref<2x5xf8E8M0FNU>)
    outs(%d : memref<?x200xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #swapped}
  return
}

// One block of K: its scales are the codes of a file.
func.func @codes(%a: memref<255x128xf8E4M3FN>, %sa: memref<255x1xf8E8M0FNU>, %b: memref<64x128xf8E4M3FN>,
                 %sb: memref<64x1xi32, strided<[1, 64]>>, %d: memref<255x64xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<255x128xf8E4M3FN>, memref<255x1xf8E8M0FNU>, memref<64x128xf8E4M3FN>, memref<64x1xi32, strided<[1, 64]>>)
    outs(%d : memref<255x64xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
