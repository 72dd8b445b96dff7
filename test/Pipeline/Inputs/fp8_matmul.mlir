func.func @proj(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
                %b: memref<2112x7168xf8E4M3FN>, %sb: memref<2112x14xi32, strided<[1, 2112]>>,
                %d: memref<?x2112xbf16>) {
  dgemm.matmul
    ins(%a scaled by %sa, %b scaled by %sb
        : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
          memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
