// Copies are TMA instructions into a slot, counted by its full barrier.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm --canonicalize --cse | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 49184, workspace = 0,
  maps = [<of 0, f8E4M3FN, dims = () -> (256, 256), strides = () -> (256), box = [64, 64], swizzle = b64>,
          <of 1, i32, dims = () -> (256, 2), strides = () -> (1024), box = [64, 1], swizzle = none>,
          <of 2, f32, dims = () -> (256, 32, 4), strides = () -> (1024, 32768), box = [32, 32, 1], swizzle = b128>],
  parameters = [<map 0>, <map 1>, <map 2>]>
!ring = !dgk.buffer<2 x 64x64xf8E4M3FN, #dgk.shared<b64>>
!words = !dgk.buffer<2 x 64x1xi32, #dgk.shared<none>>
!wide = !dgk.buffer<2 x 32x64xf32, #dgk.shared<b128>>

// CHECK-LABEL: llvm.func @copies(
// CHECK-SAME:    %[[A:[^:]*]]: !llvm.ptr {{{.*}}}, %[[S:[^:]*]]: !llvm.ptr {{{.*}}}, %[[B:[^:]*]]: !llvm.ptr {
// CHECK:         nvvm.elect.sync
// CHECK:         %[[SLOT:.*]] = llvm.load
// The barrier of the slot, and the slot in the ring of 4096-byte tiles; offsets
// of the ring and the barriers end up in the instructions. TMA names coordinates
// from the contiguous dimension outwards: k before m.
// CHECK:         %[[FULL:.*]] = llvm.getelementptr %{{.*}}[49152]
// CHECK:         %[[AT:.*]] = arith.muli %[[SLOT]], %c4096_i32
// CHECK:         %[[TO:.*]] = llvm.getelementptr %{{.*}}[16384]
// CHECK-NEXT:    nvvm.cp.async.bulk.tensor.shared.cluster.global %[[TO]], %[[A]], %[[FULL]], box[%c64_i32, %c128_i32] {isCTAOnly = true} : !llvm.ptr<3>, !llvm.ptr
// A column of scale words moves along the rows.
// CHECK:         %[[WORDS:.*]] = llvm.getelementptr %{{.*}}[24576]
// CHECK-NEXT:    nvvm.cp.async.bulk.tensor.shared.cluster.global %[[WORDS]], %[[S]], %[[FULL]], box[%c128_i32, %c1_i32]
// Rows of 256 bytes are two boxes of 128, the second behind all rows of the
// first; the leading coordinate selects a plane.
// CHECK:         nvvm.cp.async.bulk.tensor.shared.cluster.global %[[FIRST:.*]], %[[B]], %[[FULL]], box[%c64_i32, %c0_i32, %c3_i32]
// CHECK:         %[[SECOND:.*]] = llvm.getelementptr %[[FIRST]][4096]
// CHECK:         nvvm.cp.async.bulk.tensor.shared.cluster.global %[[SECOND]], %[[B]], %[[FULL]], box[%c96_i32, %c0_i32, %c3_i32]
// CHECK:         nvvm.mbarrier.arrive.expect_tx %[[FULL]]
dgk.kernel @copies(%a: memref<256x256xf8E4M3FN>, %s: memref<256x2xi32, strided<[1, 256]>>, %b: memref<4x32x256xf32>)
    attributes {schedule = #schedule, launch = #launch} {
  %count = gpu.grid_dim x
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %ra = dgk.buffer at 16384 : !ring
  %rs = dgk.buffer at 24576 : !words
  %rb = dgk.buffer at 0 : !wide
  %p = dgk.pipeline producers(1) consumers(4) at 49152 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      scf.for %i = %c0 to %count step %c1 {
      %free = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%c128, %c64] to %ra[%free] map(0) : memref<256x256xf8E4M3FN>, !ring
      dgk.copy_async %s[%c128, %c1] to %rs[%free] map(1) : memref<256x2xi32, strided<[1, 256]>>, !words
      dgk.copy_async %b[%c3, %c0, %c64] to %rb[%free] map(2) : memref<4x32x256xf32>, !wide
      dgk.commit %p[%free] bytes(12544) : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// For both CTAs of a pair: the first fetches the tile, and both receive it at the
// same place. Each knows the bytes.
#pairs = #dgk.launch_plan<symbols = [], grid = () -> (2), block = 128, cluster = 2, shared = 49184, workspace = 0,
  maps = [<of 0, f8E4M3FN, dims = () -> (256, 256), strides = () -> (256), box = [64, 64], swizzle = b64>,
          <of 1, i32, dims = () -> (256, 2), strides = () -> (1024), box = [64, 1], swizzle = none>,
          <of 2, f32, dims = () -> (256, 32, 4), strides = () -> (1024, 32768), box = [32, 32, 1], swizzle = b128>],
  parameters = [<map 0>, <map 1>, <map 2>]>
// CHECK-LABEL: llvm.func @pairs(
// CHECK-SAME:    %[[A:[^:]*]]: !llvm.ptr {{{.*}}}, %[[S:[^:]*]]: !llvm.ptr {{{.*}}}, %[[B:[^:]*]]: !llvm.ptr {
// CHECK-SAME:    nvvm.cluster_dim = array<i32: 2, 1, 1>
// CHECK:         %[[RANK:.*]] = nvvm.read.ptx.sreg.cluster.ctarank
// CHECK:         %[[FIRST:.*]] = arith.cmpi eq, %[[RANK]], %c0_i32
// CHECK-NEXT:    scf.if %[[FIRST]] {
// CHECK:           %[[TO:.*]] = llvm.addrspacecast %{{.*}} : !llvm.ptr<3> to !llvm.ptr<7>
// CHECK-NEXT:      nvvm.cp.async.bulk.tensor.shared.cluster.global %[[TO]], %[[A]], %[[FULL:.*]], box[%c64_i32, %c128_i32] multicast_mask = %c3_i16 : !llvm.ptr<7>, !llvm.ptr
// CHECK-NEXT:    }
// The others of the slot too, and the own ones beside them not.
// CHECK:         scf.if
// CHECK:           nvvm.cp.async.bulk.tensor.shared.cluster.global %{{.*}}, %[[S]], %[[FULL]], box[%c128_i32, %c1_i32] multicast_mask = %c3_i16
// CHECK:         }
// CHECK-NOT:     scf.if
// CHECK:         nvvm.cp.async.bulk.tensor.shared.cluster.global %{{.*}}, %[[B]], %[[FULL]], box[%c64_i32, %c0_i32, %c3_i32] {isCTAOnly = true}
// CHECK:         nvvm.mbarrier.arrive.expect_tx %[[FULL]], %c12544_i32
dgk.kernel @pairs(%a: memref<256x256xf8E4M3FN>, %s: memref<256x2xi32, strided<[1, 256]>>, %b: memref<4x32x256xf32>)
    attributes {schedule = #schedule, launch = #pairs} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %ra = dgk.buffer at 16384 : !ring
  %rs = dgk.buffer at 24576 : !words
  %rb = dgk.buffer at 0 : !wide
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) at 49152 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %free = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%c128, %c64] to %ra[%free] multicast(3) map(0) : memref<256x256xf8E4M3FN>, !ring
      dgk.copy_async %s[%c128, %c1] to %rs[%free] multicast(3) map(1) : memref<256x2xi32, strided<[1, 256]>>, !words
      dgk.copy_async %b[%c3, %c0, %c64] to %rb[%free] map(2) : memref<4x32x256xf32>, !wide
      dgk.commit %p[%free] bytes(12544) : !dgk.pipeline<2>
    }
  }
  dgk.cluster_barrier
  dgk.return
}

// By threads: 64 rows are 4 pieces of 16 elements, so 128 threads serve 32 lines of
// K at once and go on 32 lines, 2048 bytes of the slot. What is outside is not
// read. The barrier hears from each thread, and from the first for all; the other
// ring is the first thread's alone.
#mma4 = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#schedule4 = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma4, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#pieces = #dgk.launch_plan<symbols = [<dim 0 of 0>], grid = () [s0] -> (1), block = 128, cluster = 1, shared = 49184, workspace = 0,
  maps = [<of 1, i32, dims = () [s0] -> (256, 2), strides = () [s0] -> (1024), box = [64, 1], swizzle = none>],
  parameters = [<pointer 0>, <symbol 0>, <map 0>]>
!turned = !dgk.buffer<2 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>

// CHECK-LABEL: llvm.func @pieces(
// CHECK-SAME:    %[[A:[^:]*]]: !llvm.ptr, %[[K:[^:]*]]: i32, %[[S:[^:]*]]: !llvm.ptr {
// CHECK-NOT:     nvvm.elect.sync
// CHECK:         nvvm.mbarrier.try_wait
// CHECK:         %[[PIECE:.*]] = arith.remui %{{.*}}, %c4_i32
// CHECK:         %[[LINE:.*]] = arith.divui %{{.*}}, %c4_i32
// CHECK:         arith.xori %[[LINE]], %{{.*}}
// CHECK:         %[[INSIDE:.*]] = arith.cmpi ult, %{{.*}}, %[[K]]
// CHECK:         %[[BYTES:.*]] = arith.select %[[INSIDE]], %{{.*}}, %c0_i32
// CHECK:         nvvm.cp.async.shared.global %{{.*}}, %{{.*}}, 8, cache = {{ *}}ca, %[[BYTES]]
// CHECK:         llvm.getelementptr %{{.*}}[10240]
// CHECK:         nvvm.cp.async.shared.global
// CHECK-NOT:     nvvm.cp.async.shared.global
// CHECK:         scf.if
// CHECK:           nvvm.mbarrier.arrive.expect_tx %{{.*}}, %c0_i32
// CHECK:         }
// CHECK:         nvvm.cp.async.mbarrier.arrive %{{.*}} {noinc = true}
// CHECK:         scf.if
// CHECK:           nvvm.mbarrier.try_wait
// CHECK:         scf.if
// CHECK:           nvvm.cp.async.bulk.tensor.shared.cluster.global %{{.*}}, %[[S]]
// CHECK:         scf.if
// CHECK:           nvvm.mbarrier.arrive.expect_tx %{{.*}}, %c256_i32
// CHECK-NOT:     nvvm.cp.async.mbarrier.arrive
dgk.kernel @pieces(%a: memref<?x256xf4E2M1FN>, %s: memref<256x2xi32, strided<[1, 256]>>)
    attributes {schedule = #schedule4, launch = #pieces} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %ra = dgk.buffer at 8192 : !turned
  %rs = dgk.buffer at 0 : !words
  %p = dgk.pipeline producers(129) consumers(4) at 49152 : !dgk.pipeline<2>
  %q = dgk.pipeline producers(1) consumers(4) at 49088 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) {
      %free = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%c64, %c0] to %ra[%free] by_threads transposed : memref<?x256xf4E2M1FN>, !turned
      dgk.commit %p[%free] bytes(0) : !dgk.pipeline<2>
      %other = dgk.acquire %q : !dgk.pipeline<2>
      dgk.copy_async %s[%c0, %c0] to %rs[%other] map(0) : memref<256x2xi32, strided<[1, 256]>>, !words
      dgk.commit %q[%other] bytes(256) : !dgk.pipeline<2>
    }
  }
  dgk.return
}
