// What is chosen on SM120 for a shape of DeepSeek-V3, and why.
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,LARGE
// RUN: dgemm-opt %s --dgemm-select-schedule="target=sm_120a m=64" --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,SMALL
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_121a --mlir-print-local-scope | FileCheck %s --check-prefix=SPARK
// A second run keeps everything, and needs no target.
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --dgemm-select-schedule --mlir-print-local-scope | FileCheck %s --check-prefixes=CHECK,LARGE

// Many rows: 4 stages of 128 x 128 x 64, of 5 for which there is room: 4 divide
// the 8 K tiles of a scale word and the 112 of K, so that each slot's number is
// known. What is left becomes staging slots.
// Few rows: a CTA for every SM counts most, five for each tile.
// 48 SMs of a DGX Spark work through more waves, in narrower groups.
// CHECK-LABEL: @down_projection
// LARGE: dgk.schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 2x2, stages = 4, scale_stages = 2, instruction = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>, swizzle = b64 x b64, math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 16, along = m>>
// SMALL: dgk.schedule = #dgk.schedule<tile = 64x64x128, warp_grid = 4x2, stages = 5, scale_stages = 2, {{.*}} swizzle = b128 x b128, {{.*}} store = tma, store_slots = 8, raster = <group = 16, along = m>, split_k = 5>
// SPARK: dgk.schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 2x2, stages = 4, {{.*}} raster = <group = 8, along = m>>
// CHECK-SAME: dgk.target = #dgk.target<"sm_120a", sm120, ptx = 88, limits = <sharedPerCta = 101376,
// SPARK-SAME: dgk.target = #dgk.target<"sm_121a", sm120, {{.*}} rates = <smCount = 48,
func.func @down_projection(
    %a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
    %b: memref<2112x7168xf8E4M3FN>,
    %sb: memref<2112x14xi32, strided<[1, 2112]>>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
        memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// D of f32: a slot holds fewer columns and each warp uses it more often.
// CHECK-LABEL: @f32_output
// LARGE: tile = 128x128x64, warp_grid = 2x2, stages = 4, {{.*}} store = tma, store_slots = 16
func.func @f32_output(
    %a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
    %b: memref<2112x7168xf8E4M3FN>,
    %sb: memref<2112x14xi32, strided<[1, 2112]>>, %d: memref<?x2112xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
        memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// Rows of D are 4226 bytes apart, so that no TMA store can write them.
// CHECK-LABEL: @odd_columns
// LARGE: tile = 128x128x64, warp_grid = 2x2, stages = 4, {{.*}} store = registers, store_slots = 0
func.func @odd_columns(
    %a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
    %b: memref<2113x7168xf8E4M3FN>,
    %sb: memref<2113x14xi32, strided<[1, 2116]>>, %d: memref<?x2113xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
        memref<2113x7168xf8E4M3FN>, memref<2113x14xi32, strided<[1, 2116]>>)
    outs(%d : memref<?x2113xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
