// FP8 by FP4 with M and K open: TMA expands 128 elements at a time.
!a = memref<?x?xf8E4M3FN, strided<[?, 1]>>
!s = memref<?x?xi32, strided<[1, ?]>>
!b = memref<72x?xf4E2M1FN, strided<[?, 1]>>
!sb = memref<72x?xi32, strided<[1, 72]>>
func.func @mixed(%a: !a, %sa: !s, %b: !b, %sb: !sb, %d: memref<?x72xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !s, !b, !sb)
    outs(%d : memref<?x72xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
