// A schedule written by hand is verified and kept: no search, no other tile.
//
//   dgemm-run docs/examples/sm120/fp8_schedule.mlir --target=sm_120a --device=sim --check

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x128, warp_grid = 2x2, stages = 3,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 200>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>, split_k = 3>

func.func @fp8_schedule(%a: memref<?x1040xf8E4M3FN>, %sa: memref<?x3xi32, strided<[1, ?]>>,
                        %b: memref<200x1040xf8E4M3FN>, %sb: memref<200x3xi32, strided<[1, 200]>>,
                        %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x1040xf8E4M3FN>, memref<?x3xi32, strided<[1, ?]>>, memref<200x1040xf8E4M3FN>, memref<200x3xi32, strided<[1, 200]>>)
    outs(%d : memref<?x200xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
     dgk.schedule = #schedule}
  return
}
