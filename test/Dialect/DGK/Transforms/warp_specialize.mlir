// Two roles from one body: loads, and arithmetic with stores.
//
// RUN: dgk-opt %s --split-input-file --pass-pipeline='builtin.module(dgk.kernel(dgk-warp-specialize))' | FileCheck %s

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
!ring = !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>
!operand = memref<?x1024xf8E4M3FN>

// Memory, barriers and what costs nothing stay in front; both roles run the same
// loops, each with its own operations; accumulators are carried by @math only.
// CHECK-LABEL: dgk.kernel @product
// CHECK:         %[[ROWS:.*]] = memref.dim
// CHECK-NEXT:    %[[RING:.*]] = dgk.buffer
// CHECK-NEXT:    %[[PIPE:.*]] = dgk.pipeline
// CHECK-NEXT:    dgk.dependency_wait
// CHECK-NEXT:    dgk.roles {
// CHECK-NEXT:      dgk.role @math warps(8) registers(232) {
// CHECK-NEXT:        dgk.tiles (%[[M:.*]]) in (%[[ROWS]] by 128) {
// CHECK-NEXT:          %[[ZERO:.*]] = dgk.zero
// CHECK-NEXT:          %[[SUM:.*]] = scf.for %{{.*}} iter_args(%[[ACC:.*]] = %[[ZERO]])
// CHECK-NEXT:            %[[FULL:.*]] = dgk.wait %[[PIPE]]
// CHECK-NEXT:            %[[TILE:.*]] = dgk.view %[[RING]][%[[FULL]]]
// CHECK-NEXT:            %[[NEXT:.*]] = dgk.mma %[[TILE]], %[[TILE]], %[[ACC]]
// CHECK-NEXT:            dgk.release %[[PIPE]][%[[FULL]]]
// CHECK-NEXT:            scf.yield %[[NEXT]]
// CHECK-NEXT:          }
// CHECK-NEXT:          dgk.store %[[SUM]], %{{.*}}[%[[M]], %{{.*}}]
// CHECK-NEXT:        }
// CHECK-NEXT:        dgk.drain_stores
// CHECK-NEXT:      }
// CHECK-NEXT:      dgk.role @load warps(4) registers(40) elected {
// CHECK-NEXT:        dgk.tiles (%[[M:.*]]) in (%[[ROWS]] by 128) {
// CHECK-NEXT:          scf.for %[[K:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK-NEXT:            %[[FREE:.*]] = dgk.acquire %[[PIPE]]
// CHECK-NEXT:            dgk.copy_async %{{.*}}[%[[M]], %[[K]]] to %[[RING]][%[[FREE]]]
// CHECK-NEXT:            dgk.commit %[[PIPE]][%[[FREE]]] bytes(16384)
// CHECK-NEXT:          }
// CHECK-NEXT:        }
// CHECK-NEXT:      }
// CHECK-NEXT:    }
// CHECK-NEXT:    dgk.return
dgk.kernel @product(%a: !operand, %d: memref<?x128xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c1024 = arith.constant 1024 : index
  %rows = memref.dim %a, %c0 : !operand
  %ring = dgk.buffer : !ring
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.tiles (%m) in (%rows by 128) {
    %zero = dgk.zero : !acc
    %sum = scf.for %k = %c0 to %c1024 step %c128 iter_args(%acc = %zero) -> !acc {
      %free = dgk.acquire %pipe : !dgk.pipeline<2>
      dgk.copy_async %a[%m, %k] to %ring[%free] : !operand, !ring
      dgk.commit %pipe[%free] bytes(16384) : !dgk.pipeline<2>
      %full = dgk.wait %pipe : !dgk.pipeline<2>
      %t = dgk.view %ring[%full] : !ring
      %next = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
      dgk.release %pipe[%full] : !dgk.pipeline<2>
      scf.yield %next : !acc
    }
    dgk.store %sum, %d[%m, %c0] : !acc, memref<?x128xf32>
  }
  dgk.drain_stores
  dgk.return
}

// -----

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
!ring = !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>
!operand = memref<?x128xf8E4M3FN>

// A trip count from memory is read by both roles, together with what follows
// from it; memory is written by @math alone. The kernel waits for its predecessors
// once.
// CHECK-LABEL: dgk.kernel @range
// CHECK-NOT:     memref.load
// CHECK:         dgk.dependency_wait
// CHECK-NEXT:    dgk.roles {
// CHECK-NEXT:      dgk.role @math
// CHECK:           %[[LEN:.*]] = memref.load
// CHECK-NEXT:      %[[END:.*]] = arith.index_cast %[[LEN]]
// CHECK:           scf.for %{{.*}} to %[[END]]
// CHECK:             dgk.wait
// CHECK:           memref.store
// CHECK:         dgk.role @load
// CHECK:           %[[LEN:.*]] = memref.load
// CHECK-NEXT:      %[[END:.*]] = arith.index_cast %[[LEN]]
// CHECK-NEXT:      scf.for %{{.*}} to %[[END]]
// CHECK:             dgk.copy_async
// CHECK-NOT:       memref.store
// CHECK:         dgk.dependency_signal
// CHECK-NEXT:    dgk.return
dgk.kernel @range(%a: !operand, %lens: memref<?xi32>, %d: memref<?x128xf32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %ring = dgk.buffer : !ring
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.dependency_wait
  %len = memref.load %lens[%c0] : memref<?xi32>
  %end = arith.index_cast %len : i32 to index
  %zero = dgk.zero : !acc
  scf.for %m = %c0 to %end step %c128 {
    %free = dgk.acquire %pipe : !dgk.pipeline<2>
    dgk.copy_async %a[%m, %c0] to %ring[%free] : !operand, !ring
    dgk.commit %pipe[%free] bytes(16384) : !dgk.pipeline<2>
    %full = dgk.wait %pipe : !dgk.pipeline<2>
    %t = dgk.view %ring[%full] : !ring
    %next = dgk.mma %t, %t, %zero : !tile, !tile -> !acc
    dgk.release %pipe[%full] : !dgk.pipeline<2>
    dgk.store %next, %d[%m, %c0] : !acc, memref<?x128xf32>
  }
  memref.store %len, %lens[%c0] : memref<?xi32>
  dgk.dependency_signal
  dgk.return
}

// Branches and loops with a condition: what they return splits too. Accumulators
// go to @math, the position goes to both.
// CHECK-LABEL: dgk.kernel @control_flow
// CHECK:         dgk.role @math
// CHECK:           %{{.*}}:2 = scf.while (%{{.*}}, %{{.*}}) : (index, !dgk.accumulator<128x128xf32>) -> (index, !dgk.accumulator<128x128xf32>)
// CHECK:             scf.condition(%{{.*}}) %{{.*}}, %{{.*}} : index, !dgk.accumulator<128x128xf32>
// CHECK:             %{{.*}}:2 = scf.if %{{.*}} -> (!dgk.accumulator<128x128xf32>, index) {
// CHECK:               dgk.wait
// CHECK:               scf.yield %{{.*}}, %{{.*}} : !dgk.accumulator<128x128xf32>, index
// CHECK:         dgk.role @load
// CHECK-NOT:       dgk.accumulator
// CHECK:           %{{.*}} = scf.while (%{{.*}} = %{{.*}}) : (index) -> index {
// CHECK:             scf.condition(%{{.*}}) %{{.*}} : index
// CHECK:             %[[STEP:.*]] = scf.if %{{.*}} -> (index) {
// CHECK:               dgk.copy_async
// CHECK:               scf.yield %{{.*}} : index
// CHECK:             } else {
// CHECK-NEXT:          scf.yield %{{.*}} : index
// CHECK:             %[[AT:.*]] = arith.addi %{{.*}}, %[[STEP]]
// CHECK-NEXT:        scf.yield %[[AT]] : index
// An epilogue without loads is nothing to @load.
// CHECK-NOT:       scf.if
// CHECK:         dgk.return
dgk.kernel @control_flow(%a: !operand, %end: index, %skip: memref<?xi1>, %d: memref<?x128xf32>)
    attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c256 = arith.constant 256 : index
  %true = arith.constant true
  %ring = dgk.buffer : !ring
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  %zero = dgk.zero : !acc
  %r:2 = scf.while (%at = %c0, %acc = %zero) : (index, !acc) -> (index, !acc) {
    %more = arith.cmpi ult, %at, %end : index
    scf.condition(%more) %at, %acc : index, !acc
  } do {
  ^bb0(%at: index, %acc: !acc):
    %s = memref.load %skip[%at] : memref<?xi1>
    %next:2 = scf.if %s -> (!acc, index) {
      %free = dgk.acquire %pipe : !dgk.pipeline<2>
      dgk.copy_async %a[%at, %c0] to %ring[%free] : !operand, !ring
      dgk.commit %pipe[%free] bytes(16384) : !dgk.pipeline<2>
      %full = dgk.wait %pipe : !dgk.pipeline<2>
      %t = dgk.view %ring[%full] : !ring
      %sum = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
      dgk.release %pipe[%full] : !dgk.pipeline<2>
      scf.yield %sum, %c128 : !acc, index
    } else {
      scf.yield %acc, %c256 : !acc, index
    }
    %then = arith.addi %at, %next#1 : index
    scf.yield %then, %next#0 : index, !acc
  }
  scf.if %true {
    dgk.store %r#1, %d[%c0, %c0] : !acc, memref<?x128xf32>
  }
  dgk.return
}

// -----

// Slots that several CTAs share: none of them ends before the others.
#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>,
  cluster = <size = 2, along = m>>
!ring = !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!operand = memref<?x1024xf8E4M3FN>

// CHECK-LABEL: dgk.kernel @pairs
// CHECK:         dgk.role @math
// CHECK-NEXT:      dgk.tiles {{.*}} cluster <size = 2, along = m> {
// CHECK:         dgk.role @load
// CHECK-NEXT:      dgk.tiles {{.*}} cluster <size = 2, along = m> {
// CHECK:         }
// CHECK:         dgk.cluster_barrier
// CHECK-NEXT:    dgk.return
dgk.kernel @pairs(%a: !operand, %n: index) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<2>
  dgk.tiles (%i, %j) in (%n by 128, %n by 128) cluster <size = 2, along = m> {
    %s = dgk.acquire %p : !dgk.pipeline<2>
    dgk.copy_async %a[%j, %c0] to %r[%s] multicast(3) : !operand, !ring
    dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    %t = dgk.wait %p : !dgk.pipeline<2>
    dgk.release %p[%t] : !dgk.pipeline<2>
  }
  dgk.return
}

// Copies by threads want all of them.
// CHECK-LABEL: dgk.kernel @by_threads
// CHECK:       dgk.role @load warps(4) registers(40) {
// CHECK:         dgk.copy_async {{.*}} by_threads
!turned = !dgk.buffer<2 x 128x64xf4E2M1FN, #dgk.shared<b128, column_major, expanded>>
dgk.kernel @by_threads(%a: memref<1024x?xf4E2M1FN>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %ring = dgk.buffer : !turned
  %pipe = dgk.pipeline producers(129) consumers(8) : !dgk.pipeline<2>
  scf.for %k = %c0 to %c1024 step %c64 {
    %free = dgk.acquire %pipe : !dgk.pipeline<2>
    dgk.copy_async %a[%k, %c0] to %ring[%free] by_threads transposed : memref<1024x?xf4E2M1FN>, !turned
    dgk.commit %pipe[%free] bytes(0) : !dgk.pipeline<2>
    %full = dgk.wait %pipe : !dgk.pipeline<2>
    %t = dgk.view %ring[%full] : !turned
    %f = dgk.read_fragments %t at 0 : !dgk.tile<128x64xf4E2M1FN, #dgk.shared<b128, column_major, expanded>> -> !dgk.fragments<a, 128x64xf4E2M1FN>
    dgk.release %pipe[%full] : !dgk.pipeline<2>
  }
  dgk.return
}

// -----

// 256 threads start with 255 registers each, so no role needs to give any back.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>

// CHECK-LABEL: dgk.kernel @nobody_needs_more
// CHECK:         dgk.role @math warps(4) {
// CHECK:         dgk.role @load warps(4) elected {
dgk.kernel @nobody_needs_more() attributes {schedule = #schedule} {
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
  dgk.return
}

// With half of a register file they start with 128, and @math needs more.
// CHECK-LABEL: dgk.kernel @math_needs_more
// CHECK:         dgk.role @math warps(4) registers(192) {
// CHECK:         dgk.role @load warps(4) registers(40) elected {
#half = #dgk.schedule<tile = 128x128x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 192>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
dgk.kernel @math_needs_more() attributes {schedule = #half,
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 1024, registersPerSm = 32768, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>} {
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
  dgk.return
}

// Products with four scales at once are better off with 248 registers than with
// 255, and products that read shared memory do not need them.
// CHECK-LABEL: dgk.kernel @four_scales
// CHECK:         dgk.role @math warps(4) registers(248) {
// CHECK:         dgk.role @load warps(4) registers(40) elected {
#nvfp4 = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>
#four_scales = #dgk.schedule<tile = 128x128x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #nvfp4, swizzle = b64 x b64, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
dgk.kernel @four_scales() attributes {schedule = #four_scales} {
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
  dgk.return
}

// CHECK-LABEL: dgk.kernel @from_shared_memory
// CHECK:         dgk.role @math warps(4) registers(248) {
// CHECK:         dgk.role @load warps(4) registers(40) elected {
#wgmma = #dgk.wgmma<bf16, m = 64, n = 128, k = 16, a = bf16, b = bf16>
#from_shared = #dgk.schedule<tile = 64x128x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #wgmma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
dgk.kernel @from_shared_memory() attributes {schedule = #from_shared} {
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
  dgk.return
}

// What loads nothing, as where K is 0, has one role, which is all of the CTA: 8
// warps start with 255 registers, 12 would with 168.
// CHECK-LABEL: dgk.kernel @no_loads
// CHECK:         dgk.roles {
// CHECK-NEXT:      dgk.role @math warps(8) {
// CHECK:           dgk.store
// CHECK-NEXT:    }
// CHECK-NEXT:  }
#eight = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
dgk.kernel @no_loads(%d: memref<128x128xf32>) attributes {schedule = #eight} {
  %c0 = arith.constant 0 : index
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  dgk.store %zero, %d[%c0, %c0] : !dgk.accumulator<128x128xf32>, memref<128x128xf32>
  dgk.return
}
