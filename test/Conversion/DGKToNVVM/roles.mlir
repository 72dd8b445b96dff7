// Roles are branches on the number of the warp; the prologue makes the barriers.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<sm_count>, <dim 0 of 0>], grid = ()[s0, s1] -> (s0, s1), block = 384, cluster = 1,
  shared = 1056, workspace = 0,
  maps = [<of 0, bf16, dims = ()[s0, s1] -> (64, s1), strides = ()[s0, s1] -> (128), box = [64, 128], swizzle = b128>],
  parameters = [<map 0>, <symbol 1>, <pointer 1>]>

// The parameters are those of the plan: a tensor map by value, a number, an
// address. The plan stays with the code.
// CHECK:       gpu.module @kernel attributes {dgk.launch = #{{.*}}}
// CHECK-NEXT:    llvm.mlir.global external @dgk_shared() {addr_space = 3 : i32, alignment = 1024 : i64} : !llvm.array<0 x i8>
// CHECK-NEXT:    llvm.func @kernel(%[[MAP:.*]]: !llvm.ptr {llvm.align = 64 : i64, llvm.byval = !llvm.array<128 x i8>, nvvm.grid_constant}, %[[ROWS:.*]]: i32, %{{.*}}: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel, nvvm.minctasm = 1 : i32, nvvm.reqntid = array<i32: 384, 1, 1>}
// Barriers are at the offset of the pipeline: two full ones that one arrival
// completes, two empty ones that each math warp has to arrive at.
// CHECK:         %[[BASE:.*]] = llvm.ptrtoint %{{.*}} : !llvm.ptr<3> to i32
// CHECK:         %[[TID:.*]] = nvvm.read.ptx.sreg.tid.x
// CHECK:         %[[FIRST:.*]] = arith.cmpi eq, %[[TID]], %c0_i32
// CHECK-NEXT:    scf.if %[[FIRST]] {
// CHECK:           %[[FULL:.*]] = llvm.getelementptr %{{.*}}[1024]
// CHECK:           nvvm.mbarrier.init %[[FULL]], %c1_i32
// CHECK:           nvvm.mbarrier.init %{{.*}}, %c1_i32
// CHECK:           %[[EMPTY:.*]] = llvm.getelementptr %{{.*}}[1040]
// CHECK:           nvvm.mbarrier.init %[[EMPTY]], %c8_i32
// CHECK:           nvvm.mbarrier.init %{{.*}}, %c8_i32
// CHECK-NEXT:      nvvm.fence.mbarrier.init
// CHECK-NEXT:      nvvm.prefetch tensormap, %[[MAP]]
// CHECK:         }
// CHECK-NEXT:    nvvm.barrier0
// CHECK:         %[[TO:.*]] = arith.index_cast %[[ROWS]] : i32 to index
// CHECK:         nvvm.griddepcontrol wait
// Warps 0 to 7 need more registers than the launch gave, 8 to 11 fewer.
// CHECK:         %[[WARP:.*]] = arith.shrui %{{.*}}, %c5_i32
// CHECK:         %[[MATH:.*]] = arith.cmpi ult, %[[WARP]], %c8_i32
// CHECK-NEXT:    scf.if %[[MATH]] {
// CHECK-NEXT:      nvvm.setmaxregister increase 232
// The CTA's number and the number of CTAs are special registers, sizes are
// parameters.
// CHECK:           %[[CTA:.*]] = nvvm.read.ptx.sreg.ctaid.x
// CHECK-NEXT:      %[[FROM:.*]] = arith.index_cast %[[CTA]]
// CHECK:           %[[CTAS:.*]] = nvvm.read.ptx.sreg.nctaid.x
// CHECK-NEXT:      %[[STEP:.*]] = arith.index_cast %[[CTAS]]
// CHECK:           scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %[[STEP]]
// CHECK:         }
// CHECK:         %[[BELOW:.*]] = arith.cmpi ult, %[[WARP]], %c12_i32
// CHECK:         %[[FROM:.*]] = arith.cmpi uge, %[[WARP]], %c8_i32
// CHECK-NEXT:    %[[LOAD:.*]] = arith.andi %[[BELOW]], %[[FROM]]
// CHECK-NEXT:    scf.if %[[LOAD]] {
// CHECK-NEXT:      nvvm.setmaxregister decrease 40
// One thread of the first warp runs it; all warps gave their registers.
// CHECK:           %[[LEADS:.*]] = arith.cmpi eq, %[[WARP]], %c8_i32
// CHECK-NEXT:      scf.if %[[LEADS]] {
// CHECK-NEXT:        %[[ELECTED:.*]] = nvvm.elect.sync
// CHECK-NEXT:        scf.if %[[ELECTED]] {
// CHECK:         nvvm.griddepcontrol launch_dependents
// CHECK-NEXT:    llvm.return
// CHECK-NOT:   dgk.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %d: memref<64xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %rows = memref.dim %a, %c0 : memref<?x64xbf16>
  %p = dgk.pipeline producers(1) consumers(8) at 1024 : !dgk.pipeline<2>
  dgk.dependency_wait
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
      %first = gpu.block_id x
      %step = gpu.grid_dim x
      scf.for %i = %first to %rows step %step {
      }
    }
    dgk.role @load warps(4) registers(40) elected {
    }
  }
  dgk.dependency_signal
  dgk.return
}

// Registers are what the roles say, whether they pay or not: all threads start
// with 255 here, and one role keeps them.
// CHECK:       gpu.module @handwritten
// CHECK:         nvvm.barrier0
// CHECK:         scf.if
// CHECK-NEXT:      nvvm.setmaxregister decrease 200
// CHECK-NEXT:      nvvm.read.ptx.sreg.ctaid.x
// CHECK:         scf.if
// CHECK-NOT:       nvvm.setmaxregister
// CHECK:         llvm.return
#small = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 256, cluster = 1, shared = 0, workspace = 0,
  maps = [], parameters = []>
dgk.kernel @handwritten() attributes {schedule = #schedule, launch = #small} {
  dgk.roles {
    dgk.role @math warps(4) registers(200) {
      %cta = gpu.block_id x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      scf.for %i = %c0 to %cta step %c1 {
      }
    }
    dgk.role @load warps(4) elected {
    }
  }
  dgk.return
}
