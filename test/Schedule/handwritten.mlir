// A schedule that is already there is kept as it is; so is a target.
// RUN: dgemm-opt %s --split-input-file --dgemm-select-schedule=target=sm_120a --mlir-print-local-scope | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#by_hand = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2,
    scale_stages = 2, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = n>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
// CHECK-LABEL: @kept
// CHECK: dgk.schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, {{.*}} raster = <group = 8, along = n>>
// CHECK-SAME: dgk.target = #dgk.target<"sm_120a"
func.func @kept(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
                   dgk.schedule = #by_hand}
  return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#by_hand = #dgk.schedule<tile = 128x128x64, warp_grid = 2x4, stages = 5,
    scale_stages = 1, instruction = #mma, swizzle = b64 x b64,
    math = <warps = 8, registers = 224>, load = <warps = 4, registers = 56>,
    store = registers, store_slots = 0, raster = <group = 1, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
// CHECK-LABEL: @unusual_but_legal
// CHECK: dgk.schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 2x4, stages = 5, scale_stages = 1,
func.func @unusual_but_legal(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
                   dgk.schedule = #by_hand}
  return
}

// -----

// A chip of one's own: half the shared memory leaves 2 stages.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#half = #dgk.target<"sm_120a", sm120, ptx = 88,
    limits = <sharedPerCta = 65536, registersPerSm = 65536,
              registersPerThread = 255, warpsPerSm = 48, clusterSize = 1,
              tensorMemoryColumns = 0>,
    rates = <smCount = 84, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2617,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 896>,
    instructions = [#mma]>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
// CHECK-LABEL: @own_target
// CHECK: dgk.schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 2x2, stages = 3,
// CHECK-SAME: dgk.target = #dgk.target<"sm_120a", sm120, ptx = 88, limits = <sharedPerCta = 65536,
func.func @own_target(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>,
                   dgk.target = #half}
  return
}

// -----

// A K tile of two scale words: each comes with 128 bytes of every row.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#by_hand = #dgk.schedule<tile = 64x64x256, warp_grid = 2x2, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>,
    store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x56xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
// CHECK-LABEL: @two_words
// CHECK: dgk.schedule = #dgk.schedule<tile = 64x64x256, warp_grid = 2x2, stages = 2, scale_stages = 1,
func.func @two_words(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>,
                   dgk.schedule = #by_hand}
  return
}
