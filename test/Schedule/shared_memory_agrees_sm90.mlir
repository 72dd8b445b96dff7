// What the rules count is what dgk-assign-memory uses, with a tile of C, and with
// scales that threads fetch.
// RUN: dgemm-opt %s --pass-pipeline="builtin.module(dgemm-select-schedule{target=sm_90a},convert-dgemm-to-dgk,dgk.kernel(dgk-pipeline,dgk-stage-stores,dgk-warp-specialize,dgk-hoist-scales,dgk-assign-memory,dgk-plan-launch))" | FileCheck %s

#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#w8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#s16 = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#merged8 = #dgk.schedule<tile = 64x96x256, warp_grid = 4x1, stages = 4, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#s8 = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #w8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>

// 5 stages of 32768, staging of 16384, a tile of 32768, 16 for each of 5 + 1 slots.
// CHECK-DAG: #dgk.launch_plan<{{.*}} shared = 213088,
func.func @with_c(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x512xbf16>, memref<256x512xbf16>, memref<?x256xbf16>) outs(%d : memref<?x256xbf16>)
    {dgk.schedule = #s16}
  return
}

// 5 stages of 32768 with a scale of B in 128, staging of 16384, 16 for each of 5 slots.
// CHECK-DAG: #dgk.launch_plan<{{.*}} shared = 180944,
func.func @fetched(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x5xf32>, %b: memref<256x640xf8E4M3FN>, %sb: memref<2x5xf32>,
                   %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf8E4M3FN>, memref<?x5xf32>, memref<256x640xf8E4M3FN>, memref<2x5xf32>) outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #s8}
  return
}

// 4 stages of 40960 with two times 64 scales of A in 256, 3 of B in 128; 16 for each of 4 slots.
// CHECK-DAG: #dgk.launch_plan<{{.*}} shared = 166976,
func.func @merged(%a: memref<?x640xf8E4M3FN>, %sa: memref<?x5xf32, strided<[1, ?]>>, %b: memref<192x640xf8E4M3FN>,
                  %sb: memref<2x5xf32>, %d: memref<?x192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf8E4M3FN>, memref<?x5xf32, strided<[1, ?]>>, memref<192x640xf8E4M3FN>, memref<2x5xf32>) outs(%d : memref<?x192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #merged8}
  return
}
