// Extents of 0 that the types say: K = 0 leaves C, or zeros; without rows or columns
// there is nothing to launch.
func.func @k_bf16(%a: memref<?x0xbf16>, %b: memref<200x0xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x0xbf16>, memref<200x0xbf16>) outs(%d : memref<?x200xbf16>)
  return
}
func.func @k_plus(%a: memref<0x?xbf16>, %b: memref<77x0xbf16>, %c: memref<?x77xbf16>, %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<0x?xbf16>, memref<77x0xbf16>, memref<?x77xbf16>)
    outs(%d : memref<?x77xbf16>) {layout = #dgemm.layout<tt>}
  return
}
func.func @k_in_place(%a: memref<?x0xbf16>, %b: memref<0x128xbf16>, %d: memref<?x128xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x0xbf16>, memref<0x128xbf16>, memref<?x128xf32>)
    outs(%d : memref<?x128xf32>) {layout = #dgemm.layout<nn>}
  return
}
func.func @k_in_place_bf16(%a: memref<0x?xbf16>, %b: memref<0x128xbf16>, %d: memref<?x128xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<0x?xbf16>, memref<0x128xbf16>, memref<?x128xbf16>)
    outs(%d : memref<?x128xbf16>) {layout = #dgemm.layout<tn>}
  return
}
func.func @m(%a: memref<0x64xbf16>, %b: memref<128x64xbf16>, %c: memref<0x128xf32>, %d: memref<0x128xf32>) {
  dgemm.matmul ins(%a, %b plus %c : memref<0x64xbf16>, memref<128x64xbf16>, memref<0x128xf32>)
    outs(%d : memref<0x128xf32>)
  return
}
func.func @n(%a: memref<?x64xbf16>, %b: memref<0x64xbf16>, %d: memref<?x0xf32>) {
  dgemm.matmul ins(%a, %b : memref<?x64xbf16>, memref<0x64xbf16>) outs(%d : memref<?x0xf32>)
  return
}
func.func @mnk(%a: memref<0x0xbf16>, %b: memref<0x0xbf16>, %d: memref<0x0xf32>) {
  dgemm.matmul ins(%a, %b : memref<0x0xbf16>, memref<0x0xbf16>) outs(%d : memref<0x0xf32>)
  return
}

// Scales have no element either.
!fp8 = memref<?x0xf8E4M3FN>
!fp8_b = memref<256x0xf8E4M3FN>
func.func @k_1d2d(%a: !fp8, %sa: memref<?x0xf32>, %b: !fp8_b, %sb: memref<2x0xf32>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !fp8, memref<?x0xf32>, !fp8_b, memref<2x0xf32>)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}
func.func @k_1d1d(%a: !fp8, %sa: memref<?x0xf32, strided<[1, ?]>>, %b: !fp8_b, %sb: memref<256x0xf32, strided<[1, 256]>>,
                  %d: memref<?x256xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : !fp8, memref<?x0xf32, strided<[1, ?]>>, !fp8_b, memref<256x0xf32, strided<[1, 256]>>, memref<?x256xf32>)
    outs(%d : memref<?x256xf32>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @k_heads(%a: !fp8, %sa: memref<?x0xf32>, %b: !fp8_b, %sb: memref<2x0xf32>, %d: memref<?x384xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !fp8, memref<?x0xf32>, !fp8_b, memref<2x0xf32>)
    outs(%d : memref<?x384xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, epilogue = #dgemm.head_split<left = 64, mid = 64, right = 64>}
  return
}
func.func @n_fp8(%a: memref<?x200xf8E4M3FN, strided<[208, 1]>>, %sa: memref<?x2xf32>, %b: memref<0x200xf8E4M3FN, strided<[208, 1]>>,
                 %sb: memref<0x2xf32>, %d: memref<?x0xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x200xf8E4M3FN, strided<[208, 1]>>, memref<?x2xf32>, memref<0x200xf8E4M3FN, strided<[208, 1]>>, memref<0x2xf32>)
    outs(%d : memref<?x0xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

!words = memref<?x0xi32, strided<[1, ?]>>
!words_b = memref<256x0xi32, strided<[1, 256]>>
func.func @k_words(%a: !fp8, %sa: !words, %b: !fp8_b, %sb: !words_b, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !fp8, !words, !fp8_b, !words_b)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}
func.func @k_bytes(%a: !fp8, %sa: memref<?x0xf8E8M0FNU>, %b: !fp8_b, %sb: memref<256x0xf8E8M0FNU>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : !fp8, memref<?x0xf8E8M0FNU>, !fp8_b, memref<256x0xf8E8M0FNU>, memref<?x256xbf16>)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
!fp4 = memref<0x?xf4E2M1FN>
!fp4_b = memref<0x256xf4E2M1FN>
func.func @k_fp4(%a: !fp4, %sa: !words, %b: !fp4_b, %sb: !words_b, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !fp4, !words, !fp4_b, !words_b)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}
func.func @k_mixed(%a: memref<?x0xf4E2M1FN>, %sa: !words, %b: !fp8_b, %sb: !words_b, %d: memref<?x256xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d : memref<?x0xf4E2M1FN>, !words, !fp8_b, !words_b, memref<?x256xf32>)
    outs(%d : memref<?x256xf32>) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
func.func @m_words(%a: memref<0x640xf8E4M3FN>, %sa: memref<0x2xi32, strided<[1, 0]>>, %b: memref<256x640xf8E4M3FN>,
                   %sb: memref<256x2xi32, strided<[1, 256]>>, %d: memref<0x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<0x640xf8E4M3FN>, memref<0x2xi32, strided<[1, 0]>>, memref<256x640xf8E4M3FN>, memref<256x2xi32, strided<[1, 256]>>)
    outs(%d : memref<0x256xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
