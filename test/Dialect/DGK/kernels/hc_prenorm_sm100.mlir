// HC prenorm for sm_100: four warps widen A and write it to tensor memory, where
// the matrix instruction reads it as its first operand, and sum the squares on
// the way. One ring has two consumers: the widening warps read A, the matrix
// instruction reads B. A second ring in tensor memory joins the two roles.
//
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s

!a_ring = !dgk.buffer<8 x 64x64xbf16, #dgk.shared<b128>>
!b_ring = !dgk.buffer<8 x 32x64xf32, #dgk.shared<b128>>
!wide_ring = !dgk.buffer<2 x 64x64xf32, #dgk.tmem<cta_group = 1>>
!sum_ring = !dgk.buffer<2 x 64x32xf32, #dgk.tmem<cta_group = 1>>
!a_tile = !dgk.tile<64x64xbf16, #dgk.shared<b128>>
!b_tile = !dgk.tile<32x64xf32, #dgk.shared<b128>>
!wide_tile = !dgk.tile<64x64xf32, #dgk.tmem<cta_group = 1>>
!sum_tile = !dgk.tile<64x32xf32, #dgk.tmem<cta_group = 1>>
!wide = !dgk.accumulator<64x64xf32>
!column = !dgk.accumulator<64x1xf32>

// CHECK-LABEL: dgk.kernel @hc_prenorm
// CHECK: dgk.role @widen warps(4) {
// CHECK:   %[[X:.*]] = dgk.unpack %{{.*}} : !dgk.tile<64x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<64x64xf32>
// CHECK:   dgk.write %[[X]] to %{{.*}} : !dgk.accumulator<64x64xf32>, !dgk.tile<64x64xf32, #dgk.tmem<cta_group = 1>>
// CHECK: dgk.role @mma warps(1) elected {
// CHECK:   dgk.mma_async {{.*}} : !dgk.tile<64x64xf32, #dgk.tmem<cta_group = 1>>, !dgk.tile<32x64xf32, #dgk.shared<b128>> into
dgk.kernel @hc_prenorm(%a: memref<?x7168xbf16>, %b: memref<24x7168xf32>, %d: memref<?x24xf32>,
                       %sqr_sum: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %blocks = arith.constant 112 : index
  %rows = memref.dim %a, %c0 : memref<?x7168xbf16>
  %ra = dgk.buffer at 0 : !a_ring
  %rb = dgk.buffer at 65536 : !b_ring
  %rw = dgk.buffer at 0 : !wide_ring
  %rs = dgk.buffer at 128 : !sum_ring
  %tiles = dgk.pipeline producers(1) consumers(5) at 131072 : !dgk.pipeline<8>
  %wide = dgk.pipeline producers(4) consumers(1) at 131200 : !dgk.pipeline<2>
  %sums = dgk.pipeline producers(1) consumers(4) at 131232 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @widen warps(4) {
      dgk.tiles (%m) in (%rows by 64) {
        %none = dgk.zero : !column
        %squares = scf.for %k = %c0 to %blocks step %c1 iter_args(%sum = %none) -> !column {
          %s = dgk.wait %tiles : !dgk.pipeline<8>
          %ta = dgk.view %ra[%s] : !a_ring
          %x = dgk.unpack %ta : !a_tile -> !wide
          dgk.release %tiles[%s] : !dgk.pipeline<8>
          %w = dgk.acquire %wide : !dgk.pipeline<2>
          %tw = dgk.view %rw[%w] : !wide_ring
          dgk.write %x to %tw : !wide, !wide_tile
          dgk.commit %wide[%w] : !dgk.pipeline<2>
          %xx = dgk.map (%e = %x) : !wide -> !wide {
            %p = arith.mulf %e, %e : f32
            dgk.yield %p : f32
          }
          %row = dgk.reduce add %xx along 1 group 64 : !wide -> !column
          %more = dgk.map (%e = %sum, %f = %row) : !column, !column -> !column {
            %p = arith.addf %e, %f : f32
            dgk.yield %p : f32
          }
          scf.yield %more : !column
        }
        dgk.store %squares, %sqr_sum[%m] : !column, memref<?xf32>
      }
    }
    dgk.role @epilogue warps(4) {
      dgk.tiles (%m) in (%rows by 64) {
        %r = dgk.wait %sums : !dgk.pipeline<2>
        %t = dgk.view %rs[%r] : !sum_ring
        %x = dgk.unpack %t : !sum_tile -> !dgk.accumulator<64x32xf32>
        dgk.release %sums[%r] : !dgk.pipeline<2>
        dgk.store %x, %d[%m, %c0] : !dgk.accumulator<64x32xf32>, memref<?x24xf32>
      }
    }
    dgk.role @mma warps(1) elected {
      dgk.tiles (%m) in (%rows by 64) {
        %r = dgk.acquire %sums : !dgk.pipeline<2>
        %t = dgk.view %rs[%r] : !sum_ring
        scf.for %k = %c0 to %blocks step %c1 {
          %s = dgk.wait %tiles : !dgk.pipeline<8>
          %w = dgk.wait %wide : !dgk.pipeline<2>
          %tb = dgk.view %rb[%s] : !b_ring
          %tw = dgk.view %rw[%w] : !wide_ring
          %more = arith.cmpi ne, %k, %c0 : index
          dgk.mma_async %tw, %tb into %t accumulate(%more) : !wide_tile, !b_tile into !sum_tile
          dgk.release %wide[%w] after_mma : !dgk.pipeline<2>
          dgk.release %tiles[%s] after_mma : !dgk.pipeline<8>
        }
        dgk.commit %sums[%r] after_mma : !dgk.pipeline<2>
      }
    }
    dgk.role @load warps(1) elected {
      dgk.tiles (%m) in (%rows by 64) {
        scf.for %k = %c0 to %blocks step %c1 {
          %at = arith.muli %k, %c64 : index
          %s = dgk.acquire %tiles : !dgk.pipeline<8>
          dgk.copy_async %a[%m, %at] to %ra[%s] : memref<?x7168xbf16>, !a_ring
          dgk.copy_async %b[%c0, %at] to %rb[%s] : memref<24x7168xf32>, !b_ring
          dgk.commit %tiles[%s] bytes(16384) : !dgk.pipeline<8>
        }
      }
    }
  }
  dgk.return
}
