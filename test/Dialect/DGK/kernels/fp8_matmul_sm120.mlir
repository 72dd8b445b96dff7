// The dense FP8 kernel of sm_120, synchronous: one output tile after the other,
// one K tile after the other, one scale word for four K tiles. Nothing here
// names a thread, a stage or an address.
//
// RUN: dgk-opt %s | FileCheck %s
// The passes make an asynchronous kernel of it whose order is proven.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores,dgk-pipeline,dgk-hoist-scales,dgk-warp-specialize,dgk-assign-memory,dgk-plan-launch,dgk-verify-hazards,dgk-unroll-scales,dgk-verify-hazards,dgk-lower-tiles,dgk-verify-hazards))' -o %t

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8,
  raster = <group = 8, along = m>>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>

// CHECK-DAG: #mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32
// CHECK-DAG: #schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4
// CHECK-DAG: #sm_120a = #dgk.target<"sm_120a", sm120
// CHECK: dgk.kernel @proj(%[[A:.*]]: memref<?x7168xf8E4M3FN>, {{.*}}) attributes {schedule = #schedule, target = #sm_120a}
// CHECK: dgk.tiles (%m, %n) in (%{{.*}} by 128, %{{.*}} by 128) raster <group = 8, along = m> {
// CHECK:   %zero = dgk.zero
// CHECK:   scf.for
// CHECK:     %tile = dgk.load
// CHECK:     scf.for
// CHECK:       %[[TA:.*]] = dgk.load %[[A]][%m,
// CHECK:       %acc = dgk.mma %[[TA]] scaled by %tile[%{{.*}}] per 128
// CHECK:   %out = dgk.convert
// CHECK:   dgk.store %out, %{{.*}}[%m, %n]
dgk.kernel @proj(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
                 %b: memref<2112x7168xf8E4M3FN>, %sb: memref<2112x14xi32, strided<[1, 2112]>>,
                 %d: memref<?x2112xbf16>) attributes {target = #target, schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %words = arith.constant 14 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  %cols = arith.constant 2112 : index
  %rows = memref.dim %d, %c0 : memref<?x2112xbf16>
  dgk.tiles (%m, %n) in (%rows by 128, %cols by 128) raster <group = 8, along = m> {
    %zero = dgk.zero : !dgk.accumulator<128x128xf32>
    %sum = scf.for %w = %c0 to %words step %c1 iter_args(%acc0 = %zero) -> !dgk.accumulator<128x128xf32> {
      %ua = dgk.load %sa[%m, %w] : memref<?x14xi32, strided<[1, ?]>> -> !dgk.tile<128x1xi32>
      %ub = dgk.load %sb[%n, %w] : memref<2112x14xi32, strided<[1, 2112]>> -> !dgk.tile<128x1xi32>
      %base = arith.muli %w, %c512 : index
      %word = scf.for %j = %c0 to %c8 step %c1 iter_args(%acc = %acc0) -> !dgk.accumulator<128x128xf32> {
        %o = arith.muli %j, %c64 : index
        %k = arith.addi %base, %o : index
        %byte = arith.divui %j, %c2 : index
        %ta = dgk.load %a[%m, %k] : memref<?x7168xf8E4M3FN> -> !dgk.tile<128x64xf8E4M3FN>
        %tb = dgk.load %b[%n, %k] : memref<2112x7168xf8E4M3FN> -> !dgk.tile<128x64xf8E4M3FN>
        %next = dgk.mma %ta scaled by %ua[%byte] per 128, %tb scaled by %ub[%byte] per 128, %acc
          : !dgk.tile<128x64xf8E4M3FN>, !dgk.tile<128x64xf8E4M3FN>, !dgk.tile<128x1xi32>, !dgk.tile<128x1xi32>
          -> !dgk.accumulator<128x128xf32>
        scf.yield %next : !dgk.accumulator<128x128xf32>
      }
      scf.yield %word : !dgk.accumulator<128x128xf32>
    }
    %out = dgk.convert %sum : !dgk.accumulator<128x128xf32> -> !dgk.accumulator<128x128xbf16>
    dgk.store %out, %d[%m, %n] : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>
  }
  dgk.return
}
