// HC prenorm, warp-specialised: one ring of a BF16 tile of A and an FP32 tile
// of B (two swizzle atoms wide). The math warps keep the row sums and the
// product in registers and read A once for both.
//
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s

#mma = #dgk.mma_sync<tf32, m = 16, n = 8, k = 8, a = f32, b = f32>
#schedule = #dgk.schedule<tile = 128x32x64, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>, split_k = 16>

!a_ring = !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
!b_ring = !dgk.buffer<4 x 32x64xf32, #dgk.shared<b128>>
!sum = !dgk.accumulator<128x32xf32>
!wide = !dgk.accumulator<128x64xf32>
!column = !dgk.accumulator<128x1xf32>

// CHECK-LABEL: dgk.kernel @hc_prenorm
// CHECK: dgk.role @math warps(8) registers(232) {
// CHECK:   %[[S:.*]] = dgk.wait %[[PIPE:.*]] : !dgk.pipeline<4>
// CHECK:   %[[A:.*]] = dgk.unpack %{{.*}} : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
// CHECK:   dgk.mma %[[A]],
// CHECK:   dgk.release %[[PIPE]][%[[S]]]
// CHECK: dgk.role @load warps(4) registers(40) elected {
// CHECK:   dgk.commit %[[PIPE]][%{{.*}}] bytes(24576)
dgk.kernel @hc_prenorm(%a: memref<?x7680xbf16>, %b: memref<24x7680xf32>, %d: memref<16x?x24xf32>,
                       %sqr_sum: memref<16x?xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %splits = arith.constant 16 : index
  %each = arith.constant 7 : index
  %longer = arith.constant 8 : index
  %rows = memref.dim %a, %c0 : memref<?x7680xbf16>
  %ra = dgk.buffer at 0 : !a_ring
  %rb = dgk.buffer at 65536 : !b_ring
  %pipe = dgk.pipeline producers(1) consumers(8) at 98304 : !dgk.pipeline<4>
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
      dgk.tiles (%s, %m) in (%splits by 1, %rows by 128) {
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
          %slot = dgk.wait %pipe : !dgk.pipeline<4>
          %ta = dgk.view %ra[%slot] : !a_ring
          %tb = dgk.view %rb[%slot] : !b_ring
          %x = dgk.unpack %ta : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !wide
          %xx = dgk.map (%e = %x) : !wide -> !wide {
            %p = arith.mulf %e, %e : f32
            dgk.yield %p : f32
          }
          %row = dgk.reduce add %xx along 1 group 64 : !wide -> !column
          %more = dgk.map (%e = %squares, %f = %row) : !column, !column -> !column {
            %p = arith.addf %e, %f : f32
            dgk.yield %p : f32
          }
          %next = dgk.mma %x, %tb, %acc : !wide, !dgk.tile<32x64xf32, #dgk.shared<b128>> -> !sum
          dgk.release %pipe[%slot] : !dgk.pipeline<4>
          scf.yield %next, %more : !sum, !column
        }
        dgk.store %r#0, %d[%s, %m, %c0] : !sum, memref<16x?x24xf32>
        dgk.store %r#1, %sqr_sum[%s, %m] transposed : !column, memref<16x?xf32>
      }
    }
    dgk.role @load warps(4) registers(40) elected {
      dgk.tiles (%s, %m) in (%splits by 1, %rows by 128) {
        %s1 = arith.addi %s, %c1 : index
        %p0 = arith.muli %s, %each : index
        %p1 = arith.muli %s1, %each : index
        %o0 = arith.minsi %s, %longer : index
        %o1 = arith.minsi %s1, %longer : index
        %k0 = arith.addi %p0, %o0 : index
        %k1 = arith.addi %p1, %o1 : index
        scf.for %k = %k0 to %k1 step %c1 {
          %at = arith.muli %k, %c64 : index
          %slot = dgk.acquire %pipe : !dgk.pipeline<4>
          dgk.copy_async %a[%m, %at] to %ra[%slot] : memref<?x7680xbf16>, !a_ring
          dgk.copy_async %b[%c0, %at] to %rb[%slot] : memref<24x7680xf32>, !b_ring
          dgk.commit %pipe[%slot] bytes(24576) : !dgk.pipeline<4>
        }
      }
    }
  }
  dgk.return
}
