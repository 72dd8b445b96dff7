// Partial sums through the shared memory of the cluster's first CTA.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm --canonicalize --cse | FileCheck %s

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 3, along = k>, split_k = 3>
#launch = #dgk.launch_plan<symbols = [<dim 0 of 0>], grid = () -> (3), block = 256, cluster = 3, shared = 9728,
  workspace = 0, maps = [], parameters = [<pointer 0>, <symbol 0>]>

// For each of four warps a barrier of its lanes and one of a single arrival, whose
// place is 256 bytes behind. The cluster's barrier is passed by whoever adds up before
// its first sum, by the others at their end.
// CHECK-LABEL: llvm.func @combine(
// CHECK-SAME:    nvvm.cluster_dim = array<i32: 3, 1, 1>
// CHECK-DAG:     %[[LANES:.*]] = arith.constant 32 : i32
// CHECK-COUNT-8: nvvm.mbarrier.init
// CHECK:         nvvm.fence.mbarrier.init
// CHECK:         nvvm.barrier0
// CHECK-NEXT:    nvvm.cluster.arrive.relaxed {aligned}
// CHECK-NOT:     nvvm.cluster.wait
// CHECK:         scf.if
// CHECK-NEXT:      nvvm.cluster.wait {aligned}
// CHECK:           scf.for
// Rank 0: from the second tile on it tells the others that it has read; then it
// announces the bytes of two splits, two vectors of each lane whose row is stored.
// A warp without rows takes no part.
// CHECK:             arith.cmpi ult
// CHECK:             scf.if
// CHECK:               arith.cmpi ne
// CHECK-NEXT:          scf.if
// CHECK-NEXT:            nvvm.bar.warp.sync
// CHECK:                 scf.if
// CHECK:                   nvvm.mapa %{{.*}}, %c1_i32
// CHECK-NEXT:              nvvm.mbarrier.arrive
// CHECK:                   nvvm.mapa %{{.*}}, %c2_i32
// CHECK-NEXT:              nvvm.mbarrier.arrive
// CHECK:               arith.select %{{.*}}, %c64_i32, %c0_i32
// CHECK:               nvvm.mbarrier.arrive.expect_tx
// CHECK:               nvvm.mbarrier.try_wait %{{.*}} {scope = #nvvm.mem_scope<cluster>}
// CHECK-COUNT-4:       llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<3> -> vector<4xf32>
// The others: each waits until its last sums are read.
// CHECK:             } else {
// CHECK:               nvvm.mbarrier.try_wait %{{.*}} {scope = #nvvm.mem_scope<cluster>}
// CHECK:               nvvm.mapa %{{.*}}, %c0_i32
// CHECK:               scf.if
// CHECK:                 llvm.inline_asm has_side_effects "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [$0+1536], {$2, $3, $4, $5}, [$1];", "r,r,f,f,f,f,~{memory}"
// CHECK-NEXT:            llvm.inline_asm has_side_effects "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [$0+3584], {$2, $3, $4, $5}, [$1];"
// CHECK:         nvvm.elect.sync
// CHECK:         nvvm.cluster.wait{{$}}
dgk.kernel @combine(%d: memref<?x16xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %rows = memref.dim %d, %c0 : memref<?x16xf32>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      scf.for %s = %c0 to %c3 step %c1 {
        %sum, %last = dgk.combine_in_cluster %zero[%s] of 3 rows %rows offset = 1024 : !dgk.accumulator<64x16xf32>
        scf.if %last {
          dgk.store %sum, %d[%c0, %c0] : !dgk.accumulator<64x16xf32>, memref<?x16xf32>
        }
      }
    }
    dgk.role @load warps(4) elected {
    }
  }
  dgk.return
}
