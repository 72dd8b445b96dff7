// What the host must do, as expressions over sizes and strides of the arguments.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-plan-launch))' --mlir-print-local-scope | FileCheck %s

!a_ring = !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
!words = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
!staging = !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
!operand = memref<?x7168xf8E4M3FN>
!scale = memref<?x14xi32, strided<[1, ?]>>

// Two maps for three copies: copies of one argument with one box share a map.
// Sizes innermost first; strides in bytes; a column of scale words moves along
// the rows, which are contiguous. Parameters stand in the order of their first
// use, roles in their order.
// CHECK-LABEL: dgk.kernel @matmul
// CHECK-SAME:    launch = #dgk.launch_plan<
// CHECK-SAME:      symbols = [<sm_count>, <dim 0 of 2>, <dim 0 of 0>, <dim 0 of 1>, <stride 1 of 1>],
// CHECK-SAME:      grid = ()[s0, s1, s2, s3, s4] -> (s0, (s1 ceildiv 128) * 17),
// CHECK-SAME:      block = 384, cluster = 1, shared = 51296, workspace = 0,
// CHECK-SAME:      maps = [
// CHECK-SAME:        <of 2, bf16, dims = {{[^>]*}} -> (2112, s1), strides = {{[^>]*}} -> (4224), box = [64, 16], swizzle = b128>,
// CHECK-SAME:        <of 0, f8E4M3FN, dims = {{[^>]*}} -> (7168, s2), strides = {{[^>]*}} -> (7168), box = [64, 128], swizzle = b64>,
// CHECK-SAME:        <of 1, i32, dims = {{[^>]*}} -> (s3, 14), strides = {{[^>]*}} -> (s4 * 4), box = [128, 1], swizzle = none>],
// CHECK-SAME:      parameters = [<symbol 1>, <map 0>, <map 1>, <map 2>]>
// CHECK:         dgk.store_async {{.*}} map(0) :
// CHECK:         dgk.copy_async {{.*}} map(1) :
// CHECK:         dgk.copy_async {{.*}} map(1) :
// CHECK:         dgk.copy_async {{.*}} map(2) :
dgk.kernel @matmul(%a: !operand, %sa: !scale, %d: memref<?x2112xbf16>) {
  %c0 = arith.constant 0 : index
  %columns = arith.constant 2112 : index
  %rows = memref.dim %d, %c0 : memref<?x2112xbf16>
  %ra = dgk.buffer at 0 : !a_ring
  %rs = dgk.buffer at 49152 : !words
  %staging = dgk.buffer at 32768 : !staging
  %p = dgk.pipeline producers(1) consumers(8) at 51200 : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) at 51264 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      dgk.tiles (%m, %n) in (%rows by 128, %columns by 128) {
        %zero = dgk.zero : !dgk.accumulator<128x128xbf16>
        dgk.store_async %zero, %d[%m, %n] through %staging : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>, !staging
      }
    }
    dgk.role @load warps(4) elected {
      dgk.tiles (%m, %n) in (%rows by 128, %columns by 128) {
        %s = dgk.acquire %p : !dgk.pipeline<4>
        dgk.copy_async %a[%m, %c0] to %ra[%s] : !operand, !a_ring
        dgk.copy_async %a[%n, %c0] to %ra[%s] : !operand, !a_ring
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<4>
        %t = dgk.acquire %q : !dgk.pipeline<2>
        dgk.copy_async %sa[%m, %c0] to %rs[%t] : !scale, !words
        dgk.commit %q[%t] bytes(512) : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// Everything known: constants only, and the SM count.
// CHECK-LABEL: dgk.kernel @static
// CHECK-SAME:      symbols = [<sm_count>], grid = ()[s0] -> (s0, 4), block = 128, cluster = 1, shared = 0,
// CHECK-SAME:      maps = [], parameters = [<pointer 0>]>
dgk.kernel @static(%d: memref<256x256xf32>) {
  %c256 = arith.constant 256 : index
  dgk.roles {
    dgk.role @math warps(4) {
      dgk.tiles (%m, %n) in (%c256 by 128, %c256 by 128) {
        %zero = dgk.zero : !dgk.accumulator<128x128xf32>
        dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x128xf32>, memref<256x256xf32>
      }
    }
  }
  dgk.return
}

// A store from registers needs the address, and what is not known of sizes and
// strides, as parameters.
// CHECK-LABEL: dgk.kernel @registers
// CHECK-SAME:      symbols = [<sm_count>, <dim 0 of 0>, <stride 0 of 0>, <dim 1 of 0>],
// CHECK-SAME:      parameters = [<symbol 1>, <pointer 0>, <symbol 2>, <symbol 3>]>
dgk.kernel @registers(%d: memref<?x?xf32, strided<[?, 1]>>) {
  %c0 = arith.constant 0 : index
  %rows = memref.dim %d, %c0 : memref<?x?xf32, strided<[?, 1]>>
  dgk.roles {
    dgk.role @math warps(4) {
      dgk.tiles (%m) in (%rows by 128) {
        %zero = dgk.zero : !dgk.accumulator<128x128xf32>
        dgk.store %zero, %d[%m, %c0] : !dgk.accumulator<128x128xf32>, memref<?x?xf32, strided<[?, 1]>>
      }
    }
  }
  dgk.return
}

// A row of a tile wider than the swizzle's span comes in several boxes. Leading
// dimensions select one plane.
// CHECK-LABEL: dgk.kernel @boxes
// CHECK-SAME:      maps = [<of 0, f32, dims = {{[^>]*}} -> (512, 24, 3), strides = {{[^>]*}} -> (2048, 49152), box = [32, 32, 1], swizzle = b128>]
dgk.kernel @boxes(%b: memref<3x24x512xf32>) {
  %c0 = arith.constant 0 : index
  %rb = dgk.buffer at 0 : !dgk.buffer<2 x 32x64xf32, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) at 16384 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %b[%c0, %c0, %c0] to %rb[%s] : memref<3x24x512xf32>, !dgk.buffer<2 x 32x64xf32, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(8192) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// Extents may be computed from sizes: one tile for each pair of neighbours.
// CHECK-LABEL: dgk.kernel @computed
// CHECK-SAME:      grid = ()[s0, s1] -> (s0, s1 - 1)
dgk.kernel @computed(%entries: memref<?x2xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %entries, %c0 : memref<?x2xi32>
  %slots = arith.subi %n, %c1 : index
  dgk.roles {
    dgk.role @math warps(4) {
      dgk.tiles (%t) in (%slots by 1) {
      }
    }
  }
  dgk.return
}

// Boxes go along the dimension in which the tile is contiguous: for tiles of A
// along M, the last of [K, M] and the first of [M, K]; several of one swizzle span.
// CHECK-LABEL: dgk.kernel @columns
// CHECK-SAME:      maps = [
// CHECK-SAME:        <of 0, bf16, dims = {{[^>]*}} -> (s1, 576), strides = {{[^>]*}} -> (s2 * 2), box = [64, 32], swizzle = b128>,
// CHECK-SAME:        <of 1, bf16, dims = {{[^>]*}} -> (s3, 576), strides = {{[^>]*}} -> (s4 * 2), box = [64, 32], swizzle = b128>],
// CHECK:         dgk.copy_async %arg0{{.*}} transposed map(0) :
// CHECK:         dgk.copy_async %arg1{{.*}} map(1) :
!columns = !dgk.buffer<2 x 128x32xbf16, #dgk.shared<b128, column_major>>
dgk.kernel @columns(%a: memref<576x?xbf16, strided<[?, 1]>>, %b: memref<?x576xbf16, strided<[1, ?]>>) {
  %c0 = arith.constant 0 : index
  %ra = dgk.buffer at 0 : !columns
  %rb = dgk.buffer at 16384 : !columns
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%c0, %c0] to %ra[%s] transposed : memref<576x?xbf16, strided<[?, 1]>>, !columns
      dgk.copy_async %b[%c0, %c0] to %rb[%s] : memref<?x576xbf16, strided<[1, ?]>>, !columns
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// The workspace of a sum over splits: 128 bytes of counters and 4 times 64 x 128
// partial sums for each tile.
// CHECK-LABEL: dgk.kernel @combine
// CHECK-SAME:    grid = ()[s0, s1] -> (s0, (s1 ceildiv 64) * 68),
// CHECK-SAME:    workspace = ()[s0, s1] -> (((s1 + 63) floordiv 64) * 2230400),
// CHECK-SAME:    parameters = [<symbol 1>, <workspace>]>
dgk.kernel @combine(%d: memref<?x2112xf32>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c17 = arith.constant 17 : index
  %c63 = arith.constant 63 : index
  %c64 = arith.constant 64 : index
  %columns = arith.constant 2112 : index
  %rows = memref.dim %d, %c0 : memref<?x2112xf32>
  %up = arith.addi %rows, %c63 : index
  %tiles_m = arith.divui %up, %c64 : index
  %tiles = arith.muli %tiles_m, %c17 : index
  dgk.roles {
    dgk.role @math warps(4) {
      dgk.tiles (%s, %m, %n) in (%c4 by 1, %rows by 64, %columns by 128) {
        %zero = dgk.zero : !dgk.accumulator<64x128xf32>
        %sum, %last = dgk.combine %zero[%s] of 4, tile %m of %tiles rows %rows : !dgk.accumulator<64x128xf32>
      }
    }
  }
  dgk.return
}

// Splits in a cluster need no workspace. Of 132 SMs 44 clusters of three.
// CHECK-LABEL: dgk.kernel @in_cluster
// CHECK-SAME:    grid = ()[s0, s1] -> ((s0 ceildiv 3) * 3, (s1 ceildiv 64) * 51), block = 128, cluster = 3, shared = 17920,
// CHECK-SAME:    workspace = 0
#wgmma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#shared_k = #dgk.schedule<tile = 64x32x64, warp_grid = 4x1, stages = 2, scale_stages = 1,
  instruction = #wgmma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 3, along = k>, split_k = 3>
dgk.kernel @in_cluster(%d: memref<?x544xf32>) attributes {schedule = #shared_k} {
  %c0 = arith.constant 0 : index
  %c3 = arith.constant 3 : index
  %columns = arith.constant 544 : index
  %rows = memref.dim %d, %c0 : memref<?x544xf32>
  dgk.roles {
    dgk.role @math warps(4) {
      dgk.tiles (%s, %m, %n) in (%c3 by 1, %rows by 64, %columns by 32) cluster <size = 3, along = k> {
        %zero = dgk.zero : !dgk.accumulator<64x32xf32>
        %sum, %last = dgk.combine_in_cluster %zero[%s] of 3 rows %rows offset = 1024 : !dgk.accumulator<64x32xf32>
      }
    }
  }
  dgk.return
}

// Whole clusters: of the tiles, of which an odd number along the pair's axis has one
// beyond the end, and of the SMs.
// CHECK-LABEL: dgk.kernel @pairs
// CHECK-SAME:      symbols = [<sm_count>, <dim 0 of 1>, <dim 0 of 0>],
// CHECK-SAME:      grid = ()[s0, s1, s2] -> ((s0 ceildiv 2) * 2, (s1 ceildiv 128) * 18), block = 128, cluster = 2,
// CHECK-SAME:        <of 0, f8E4M3FN, {{.*}}, box = [64, 128], swizzle = b64>]
// CHECK:         dgk.copy_async {{.*}} map(0) :
// CHECK:         dgk.copy_async {{.*}} multicast(3) map(0) :
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#pairs = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>,
  cluster = <size = 2, along = n>>
dgk.kernel @pairs(%a: !operand, %d: memref<?x2112xbf16>) attributes {schedule = #pairs} {
  %c0 = arith.constant 0 : index
  %columns = arith.constant 2112 : index
  %rows = memref.dim %d, %c0 : memref<?x2112xbf16>
  %ra = dgk.buffer at 0 : !a_ring
  %rb = dgk.buffer at 32768 : !a_ring
  %p = dgk.pipeline producers(1) consumers(8) ctas(2) at 65536 : !dgk.pipeline<4>
  dgk.roles {
    dgk.role @load warps(4) elected {
      dgk.tiles (%m, %n) in (%rows by 128, %columns by 128) cluster <size = 2, along = n> {
        %s = dgk.acquire %p : !dgk.pipeline<4>
        dgk.copy_async %a[%n, %c0] to %ra[%s] : !operand, !a_ring
        dgk.copy_async %a[%m, %c0] to %rb[%s] multicast(3) : !operand, !a_ring
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<4>
      }
    }
  }
  dgk.cluster_barrier
  dgk.return
}
