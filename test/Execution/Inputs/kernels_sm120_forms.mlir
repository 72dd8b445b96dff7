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
