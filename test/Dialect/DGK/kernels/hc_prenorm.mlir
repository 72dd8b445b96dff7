// HC prenorm, synchronous: a skinny TF32 product and the row sums of squares
// of its operand, both split over K. A is BF16 and is widened in registers,
// where the squares and the matrix instruction find it. 24 columns meet an
// instruction in steps of 8; rows of B beyond them read as zeros. The sums of
// one split are a column, stored along the second dimension.
//
//   d[s][m][n]    = sum over k in range s of a[m][k] * tf32(b[n][k])
//   sqr_sum[s][m] = sum over k in range s of a[m][k]^2
//
// RUN: dgk-opt %s | FileCheck %s
// The passes split it into roles: the squares and sums of the BF16 tile are work of
// @math, which alone carries both accumulators.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline,dgk-stage-stores,dgk-warp-specialize,dgk-hoist-scales,canonicalize,cse,dgk-assign-memory,dgk-plan-launch,dgk-verify-hazards))' | FileCheck %s --check-prefix=ROLES
// The passes make an asynchronous kernel of it whose order is proven.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores,dgk-pipeline,dgk-hoist-scales,dgk-warp-specialize,dgk-assign-memory,dgk-plan-launch,dgk-verify-hazards,dgk-unroll-scales,dgk-verify-hazards,dgk-lower-tiles,dgk-verify-hazards))' -o %t

#mma = #dgk.mma_sync<tf32, m = 16, n = 8, k = 8, a = f32, b = f32>
#schedule = #dgk.schedule<tile = 128x32x64, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>, split_k = 16>

!sum = !dgk.accumulator<128x32xf32>
!wide = !dgk.accumulator<128x64xf32>
!column = !dgk.accumulator<128x1xf32>

// ROLES-LABEL: dgk.kernel @hc_prenorm
// ROLES:         dgk.pipeline producers(1) consumers(8) at {{[0-9]+}} : !dgk.pipeline<4>
// ROLES-NOT:     = dgk.pipeline
// ROLES:         dgk.role @math
// ROLES:           scf.for {{.*}} -> (!dgk.accumulator<128x32xf32>, !dgk.accumulator<128x1xf32>) {
// ROLES:             dgk.mma
// ROLES-NEXT:        dgk.release
// ROLES:           dgk.store {{.*}} memref<16x?x24xf32>
// ROLES:           dgk.store {{.*}} transposed : {{.*}} memref<16x?xf32>
// ROLES:         dgk.role @load
// ROLES:           scf.for %{{.*}} = %{{.*}} to %{{.*}} step %{{.*}} {
// ROLES-NOT:       accumulator
// ROLES:             dgk.commit {{.*}} bytes(24576)

// CHECK-LABEL: dgk.kernel @hc_prenorm
// CHECK: dgk.tiles (%i, %i_0) in (%{{.*}} by 1, %{{.*}} by 128) {
// CHECK:   scf.for {{.*}} -> (!dgk.accumulator<128x32xf32>, !dgk.accumulator<128x1xf32>) {
// CHECK:     %[[A:.*]] = dgk.unpack %{{.*}} : !dgk.tile<128x64xbf16> -> !dgk.accumulator<128x64xf32>
// CHECK:     dgk.reduce add
// CHECK:     dgk.mma %[[A]], %{{.*}}, %{{.*}} : !dgk.accumulator<128x64xf32>, !dgk.tile<32x64xf32> -> !dgk.accumulator<128x32xf32>
// CHECK:   dgk.store %{{.*}}, %{{.*}}[%i, %i_0, %{{.*}}] : !dgk.accumulator<128x32xf32>, memref<16x?x24xf32>
// CHECK:   dgk.store %{{.*}}, %{{.*}}[%i, %i_0] transposed : !dgk.accumulator<128x1xf32>, memref<16x?xf32>
dgk.kernel @hc_prenorm(%a: memref<?x7680xbf16>, %b: memref<24x7680xf32>, %d: memref<16x?x24xf32>,
                       %sqr_sum: memref<16x?xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %splits = arith.constant 16 : index
  %each = arith.constant 7 : index
  %longer = arith.constant 8 : index
  %rows = memref.dim %a, %c0 : memref<?x7680xbf16>
  dgk.tiles (%s, %m) in (%splits by 1, %rows by 128) {
    // 120 K blocks: each split has 7, the first 8 splits have one more.
    %s1 = arith.addi %s, %c1 : index
    %p0 = arith.muli %s, %each : index
    %p1 = arith.muli %s1, %each : index
    %o0 = arith.minsi %s, %longer : index
    %o1 = arith.minsi %s1, %longer : index
    %k0 = arith.addi %p0, %o0 : index
    %k1 = arith.addi %p1, %o1 : index
    %zero = dgk.zero : !sum
    %none = dgk.zero : !column
    %r:2 = scf.for %k = %k0 to %k1 step %c1 iter_args(%acc = %zero, %squares = %none) -> (!sum, !column) {
      %at = arith.muli %k, %c64 : index
      %ta = dgk.load %a[%m, %at] : memref<?x7680xbf16> -> !dgk.tile<128x64xbf16>
      %tb = dgk.load %b[%c0, %at] : memref<24x7680xf32> -> !dgk.tile<32x64xf32>
      %x = dgk.unpack %ta : !dgk.tile<128x64xbf16> -> !wide
      %xx = dgk.map (%e = %x) : !wide -> !wide {
        %p = arith.mulf %e, %e : f32
        dgk.yield %p : f32
      }
      %row = dgk.reduce add %xx along 1 group 64 : !wide -> !column
      %more = dgk.map (%e = %squares, %f = %row) : !column, !column -> !column {
        %p = arith.addf %e, %f : f32
        dgk.yield %p : f32
      }
      %next = dgk.mma %x, %tb, %acc : !wide, !dgk.tile<32x64xf32> -> !sum
      scf.yield %next, %more : !sum, !column
    }
    dgk.store %r#0, %d[%s, %m, %c0] : !sum, memref<16x?x24xf32>
    dgk.store %r#1, %sqr_sum[%s, %m] transposed : !column, memref<16x?xf32>
  }
  dgk.return
}
