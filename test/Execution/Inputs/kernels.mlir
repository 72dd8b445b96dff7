// FP8 matmuls of which everything is dynamic, whose tiles do not fit, and whose
// scales cover 32 elements.
func.func @dynamic(%a: memref<?x?xf8E4M3FN, strided<[?, 1]>>, %sa: memref<?x?xi32, strided<[1, ?]>>,
                   %b: memref<?x?xf8E4M3FN, strided<[?, 1]>>, %sb: memref<?x?xi32, strided<[1, ?]>>,
                   %d: memref<?x?xbf16, strided<[?, 1]>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN, strided<[?, 1]>>, memref<?x?xi32, strided<[1, ?]>>,
        memref<?x?xf8E4M3FN, strided<[?, 1]>>, memref<?x?xi32, strided<[1, ?]>>)
    outs(%d : memref<?x?xbf16, strided<[?, 1]>>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
func.func @fine(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x9xi32, strided<[1, ?]>>,
                %b: memref<200x1040xf8E4M3FN>, %sb: memref<200x9xi32, strided<[1, 200]>>,
                %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x9xi32, strided<[1, ?]>>,
        memref<200x1040xf8E4M3FN>, memref<200x9xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
func.func @odd(%a: memref<?x784xf8E4M3FN>, %sa: memref<?x2xi32, strided<[1, ?]>>,
               %b: memref<33x784xf8E4M3FN>, %sb: memref<33x2xi32, strided<[1, 36]>>,
               %d: memref<?x33xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x784xf8E4M3FN>, memref<?x2xi32, strided<[1, ?]>>,
        memref<33x784xf8E4M3FN>, memref<33x2xi32, strided<[1, 36]>>)
    outs(%d : memref<?x33xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
// Two kernels; tensors, whose packed scales get their layout on the way.
func.func @two(%a: tensor<?x512xf8E4M3FN>, %sa: tensor<?x1xi32>,
               %b: tensor<256x512xf8E4M3FN>, %sb: tensor<256x1xi32>,
               %d: tensor<?x256xbf16>, %e: tensor<?x256xf32>)
    -> (tensor<?x256xbf16>, tensor<?x256xf32>) {
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x512xf8E4M3FN>, tensor<?x1xi32>, tensor<256x512xf8E4M3FN>, tensor<256x1xi32>)
    outs(%d : tensor<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  %1 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x512xf8E4M3FN>, tensor<?x1xi32>, tensor<256x512xf8E4M3FN>, tensor<256x1xi32>)
    outs(%e : tensor<?x256xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %0, %1 : tensor<?x256xbf16>, tensor<?x256xf32>
}
