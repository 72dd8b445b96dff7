// NVFP4 along M and N, with rows of 36 scales, which are no multiple of 16 bytes.
//
//   dgemm-run docs/examples/sm120/nvfp4_tn_rows.mlir --target=sm_120a --device=sim --check --m=64

func.func @nvfp4_tn_rows(%a: memref<570x?xf4E2M1FN, strided<[4096, 1]>>, %sa: memref<?x36xf8E4M3FN>,
                  %b: memref<570x200xf4E2M1FN, strided<[208, 1]>>, %sb: memref<200x36xf8E4M3FN>,
                  %d: memref<?x200xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<570x?xf4E2M1FN, strided<[4096, 1]>>, memref<?x36xf8E4M3FN>,
        memref<570x200xf4E2M1FN, strided<[208, 1]>>, memref<200x36xf8E4M3FN>)
    outs(%d : memref<?x200xf32>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, layout = #dgemm.layout<tn>}
  return
}
