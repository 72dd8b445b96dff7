// A pipeline is a ring of barriers; each role walks it with a cursor of its own,
// a slot number and a parity, which are never reset.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 256, cluster = 1, shared = 48, workspace = 0,
  maps = [], parameters = []>

// The consumer waits for parity 0 first, the producer for parity 1: a barrier
// that nothing arrived at is in phase 0, so the first round does not wait.
// CHECK-LABEL: llvm.func @ring
// CHECK-DAG:     llvm.store %c0_i32{{.*}}, %[[LOAD_SLOT:.*]] : i32, !llvm.ptr
// CHECK-DAG:     llvm.store %c1_i32{{.*}}, %[[LOAD_PARITY:.*]] : i32, !llvm.ptr
// CHECK-DAG:     llvm.store %c0_i32{{.*}}, %[[MATH_SLOT:.*]] : i32, !llvm.ptr
// CHECK-DAG:     llvm.store %c0_i32{{.*}}, %[[MATH_PARITY:.*]] : i32, !llvm.ptr
// CHECK:         %[[PIPE:.*]] = llvm.ptrtoint
// Roles without registers keep what they start with.
// CHECK-NOT:     nvvm.setmaxregister
// Wait: spin on the full barrier of the slot.
// CHECK:         scf.for
// CHECK-NEXT:    %[[S:.*]] = llvm.load %[[MATH_SLOT:.*]] : !llvm.ptr -> i32
// CHECK-NEXT:    %[[P:.*]] = llvm.load %[[MATH_PARITY:.*]] : !llvm.ptr -> i32
// CHECK:         %[[OFFSET:.*]] = arith.muli %[[S]], %c8_i32
// CHECK-NEXT:    %[[FULL:.*]] = arith.addi %[[PIPE]], %[[OFFSET]]
// CHECK-NEXT:    %[[FULLP:.*]] = llvm.inttoptr %[[FULL]]
// CHECK-NEXT:    scf.while
// CHECK-NEXT:      %[[DONE:.*]] = nvvm.mbarrier.try_wait %[[FULLP]], %[[P]]
// CHECK:           %[[AGAIN:.*]] = arith.xori %[[DONE]], %true
// CHECK-NEXT:      scf.condition(%[[AGAIN]])
// The cursor moves on; behind slot 2 comes slot 0, with the other parity.
// CHECK:         %[[NEXT:.*]] = arith.addi %[[S]], %c1_i32
// CHECK:         %[[WRAPS:.*]] = arith.cmpi eq, %[[NEXT]], %c3_i32
// CHECK:         %[[FLIP:.*]] = arith.extui %[[WRAPS]]
// CHECK:         %[[SLOT:.*]] = arith.select %[[WRAPS]], %c0_i32{{.*}}, %[[NEXT]]
// CHECK-NEXT:    llvm.store %[[SLOT]], %[[MATH_SLOT]]
// CHECK-NEXT:    %[[PARITY:.*]] = arith.xori %{{.*}}, %[[FLIP]]
// CHECK-NEXT:    llvm.store %[[PARITY]], %[[MATH_PARITY]]
// Release: the reads are fenced from the copy that comes next; when the whole
// warp has done so, one lane arrives at the empty barrier,
// 24 bytes behind the full one.
// CHECK:         nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.shared>, space = #nvvm.shared_space<cta>}
// CHECK:         nvvm.bar.warp.sync
// CHECK:         scf.if
// CHECK:           %[[EMPTY:.*]] = llvm.getelementptr %{{.*}}[24]
// CHECK-NEXT:      nvvm.mbarrier.arrive %[[EMPTY]]
// CHECK:         }
// Acquire and commit, in one thread: no lane speaks for others.
// CHECK:         nvvm.elect.sync
// CHECK:         scf.for
// CHECK:         %[[EMPTY:.*]] = llvm.getelementptr %{{.*}}[24]
// CHECK-NEXT:    scf.while
// CHECK-NEXT:      nvvm.mbarrier.try_wait %[[EMPTY]]
// CHECK-NOT:     nvvm.bar.warp.sync
// CHECK:         nvvm.mbarrier.arrive.expect_tx %{{.*}}, %c0_i32
dgk.kernel @ring() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = gpu.grid_dim x
  %p = dgk.pipeline producers(1) consumers(4) at 0 : !dgk.pipeline<3>
  dgk.roles {
    dgk.role @math warps(4) {
      scf.for %i = %c0 to %count step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<3>
        dgk.release %p[%s] : !dgk.pipeline<3>
      }
    }
    dgk.role @load warps(4) elected {
      scf.for %i = %c0 to %count step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<3>
        dgk.commit %p[%s] bytes(0) : !dgk.pipeline<3>
      }
    }
  }
  dgk.return
}

// The other way round: warps that produce arrive once each, an elected consumer
// arrives for itself and syncs with nobody.
// CHECK-LABEL: llvm.func @warps_produce
// CHECK:         nvvm.mbarrier.try_wait
// CHECK:         nvvm.bar.warp.sync
// CHECK:         scf.if
// CHECK:           nvvm.mbarrier.arrive
// CHECK:         nvvm.elect.sync
// CHECK:         nvvm.mbarrier.try_wait
// CHECK-NOT:     nvvm.bar.warp.sync
// CHECK:         nvvm.mbarrier.arrive
// CHECK-NOT:     nvvm.bar.warp.sync
// CHECK:         llvm.return
dgk.kernel @warps_produce() attributes {schedule = #schedule, launch = #launch} {
  %p = dgk.pipeline producers(4) consumers(1) at 0 : !dgk.pipeline<3>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.acquire %p : !dgk.pipeline<3>
      dgk.commit %p[%s] : !dgk.pipeline<3>
    }
    dgk.role @copy warps(4) elected {
      %s = dgk.wait %p : !dgk.pipeline<3>
      dgk.release %p[%s] : !dgk.pipeline<3>
    }
  }
  dgk.return
}

// Slots that a pair of CTAs shares: an empty barrier counts the consumers of both,
// each of which arrives at both; the barriers exist before anyone arrives, and
// until all have.
// CHECK-LABEL: llvm.func @pairs
// CHECK-SAME:    nvvm.cluster_dim = array<i32: 2, 1, 1>
// CHECK-COUNT-3: nvvm.mbarrier.init %{{.*}}, %c1_i32
// CHECK-COUNT-3: nvvm.mbarrier.init %{{.*}}, %c8_i32
// CHECK:         nvvm.fence.mbarrier.init
// CHECK-NOT:     nvvm.barrier0
// CHECK:         nvvm.cluster.arrive {aligned}
// CHECK-NEXT:    nvvm.cluster.wait {aligned}
// CHECK:         nvvm.mbarrier.try_wait
// CHECK:         nvvm.bar.warp.sync
// CHECK:         %[[LANE:.*]] = arith.andi %{{.*}}, %c31_i32
// CHECK:         %[[RANK:.*]] = arith.minui %[[LANE]], %c1_i32
// CHECK:         %[[EMPTY:.*]] = llvm.getelementptr %{{.*}}[24]
// CHECK-NEXT:    %[[THERE:.*]] = nvvm.mapa %[[EMPTY]], %[[RANK]] : !llvm.ptr<3> -> !llvm.ptr<7>
// CHECK:         %[[SPEAKS:.*]] = arith.cmpi ult, %[[LANE]], %c2_i32
// CHECK-NEXT:    scf.if %[[SPEAKS]] {
// CHECK-NEXT:      nvvm.mbarrier.arrive %[[THERE]] {scope = #nvvm.mem_scope<cluster>} : !llvm.ptr<7>
// CHECK:         nvvm.elect.sync
// CHECK:         nvvm.mbarrier.try_wait
// CHECK:         nvvm.cluster.arrive{{$}}
// CHECK-NEXT:    nvvm.cluster.wait{{$}}
// CHECK-NEXT:    llvm.return
#pairs = #dgk.launch_plan<symbols = [], grid = () -> (2), block = 256, cluster = 2, shared = 48, workspace = 0,
  maps = [], parameters = []>
dgk.kernel @pairs() attributes {schedule = #schedule, launch = #pairs} {
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) at 0 : !dgk.pipeline<3>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<3>
      dgk.release %p[%s] : !dgk.pipeline<3>
    }
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<3>
      dgk.commit %p[%s] bytes(0) : !dgk.pipeline<3>
    }
  }
  dgk.cluster_barrier
  dgk.return
}

// One thread arrives at one CTA after the other.
// CHECK-LABEL: llvm.func @elected_consumer
// CHECK:         nvvm.elect.sync
// CHECK:         nvvm.mapa %{{.*}}, %c0_i32
// CHECK-NEXT:    nvvm.mbarrier.arrive
// CHECK:         nvvm.mapa %{{.*}}, %c1_i32
// CHECK-NEXT:    nvvm.mbarrier.arrive
dgk.kernel @elected_consumer() attributes {schedule = #schedule, launch = #pairs} {
  %p = dgk.pipeline producers(4) consumers(1) ctas(2) at 0 : !dgk.pipeline<3>
  dgk.roles {
    dgk.role @math warps(4) {
      %s = dgk.acquire %p : !dgk.pipeline<3>
      dgk.commit %p[%s] : !dgk.pipeline<3>
    }
    dgk.role @copy warps(4) elected {
      %s = dgk.wait %p : !dgk.pipeline<3>
      dgk.release %p[%s] : !dgk.pipeline<3>
    }
  }
  dgk.cluster_barrier
  dgk.return
}

// A whole round of the ring in each iteration, and two slots behind the loop: the
// numbers of all slots are known, and only the parity is loaded.
// CHECK-LABEL: llvm.func @known_slots
// CHECK-DAG:     llvm.store %c0_i32{{.*}}, %[[SLOT:[0-9]+]] : i32, !llvm.ptr
// CHECK:         nvvm.elect.sync
// CHECK-NOT:     llvm.load %[[SLOT]]
// CHECK:         scf.for
// CHECK-COUNT-2:   nvvm.mbarrier.try_wait
// CHECK:         nvvm.mbarrier.try_wait
// CHECK:         llvm.return
dgk.kernel @known_slots() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = gpu.grid_dim x
  %p = dgk.pipeline producers(1) consumers(1) at 0 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @copy warps(8) elected {
      scf.for %i = %c0 to %count step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<2>
        dgk.release %p[%s] : !dgk.pipeline<2>
        %t = dgk.wait %p : !dgk.pipeline<2>
        dgk.release %p[%t] : !dgk.pipeline<2>
      }
      %u = dgk.wait %p : !dgk.pipeline<2>
      dgk.release %p[%u] : !dgk.pipeline<2>
    }
  }
  dgk.return
}
