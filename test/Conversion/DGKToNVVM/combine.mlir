// Partial sums through the workspace: everybody writes, the last one adds.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm --canonicalize --cse | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<dim 0 of 0>], grid = () -> (1), block = 128, cluster = 1, shared = 0,
  workspace = 12416, maps = [], parameters = [<pointer 0>, <symbol 0>, <workspace>]>

// A tile has 128 bytes of counters and 3 times 64 x 16 partial sums.
// CHECK-LABEL: llvm.func @combine(
// CHECK-SAME:    %[[WORKSPACE:[a-z0-9]*]]: !llvm.ptr) attributes
// CHECK-DAG:     %[[BYTES:.*]] = arith.constant 12416 : i64
// CHECK-DAG:     %[[GLOBAL:.*]] = llvm.addrspacecast %[[WORKSPACE]] : !llvm.ptr to !llvm.ptr<1>
// CHECK:         %[[AT:.*]] = arith.muli %{{.*}}, %[[BYTES]] : i64
// CHECK:         %[[COUNTERS:.*]] = llvm.getelementptr %[[GLOBAL]][%[[AT]]]
// Rows that are not stored are not exchanged; two neighbouring instructions are two
// vectors of a thread, 128 threads apart.
// CHECK:         scf.if %[[HOLDS:.*]] {
// CHECK:           llvm.store %{{.*}} {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr<1>
// CHECK:           %[[NEXT:.*]] = llvm.getelementptr %{{.*}}[2048] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i8
// CHECK:           llvm.store %{{.*}}, %[[NEXT]] {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr<1>
// CHECK-NEXT:    }
// All lanes have written before one of them counts for the warp.
// CHECK-NEXT:    nvvm.bar.warp.sync
// CHECK:         %[[OLD:.*]] = scf.if %{{.*}} -> (i32) {
// CHECK:           llvm.inline_asm has_side_effects "atom.acq_rel.gpu.global.inc.u32 $0, [$1], $2;", "=r,l,r,~{memory}" %{{.*}}, %c2_i32
// CHECK:         %[[BEFORE:.*]] = nvvm.shfl.sync idx %{{.*}}, %[[OLD]]
// CHECK-NEXT:    nvvm.bar.warp.sync
// CHECK-NEXT:    %[[LAST:.*]] = arith.cmpi eq, %[[BEFORE]], %c2_i32
// CHECK-NEXT:    %[[WANTED:.*]] = arith.andi %{{.*}}, %{{.*}} : i1
// The sums of the last one itself, zeros here, are in registers: of three splits it
// reads two. All loads stand in front of the first addition; the order is that of
// the splits, where 0 and 1 may change places.
// CHECK-NEXT:    scf.if %[[WANTED]] -> (f32, f32, f32, f32, f32, f32, f32, f32) {
// CHECK-NEXT:      %[[FRONT:.*]] = arith.cmpi ule, %[[SPLIT:.*]], %c1_i32
// CHECK-NEXT:      scf.if %[[FRONT]]
// CHECK-NEXT:        arith.subi %c1_i32, %[[SPLIT]]
// CHECK-COUNT-4:     llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
// CHECK-NOT:         llvm.load
// CHECK:             %[[FIRST:.*]] = arith.addf %{{.*}}, %cst
// CHECK:             arith.addf %[[FIRST]]
// CHECK:           } else {
// CHECK-COUNT-4:     llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
// CHECK-NOT:         llvm.load
// CHECK:             %[[TWO:.*]] = arith.addf
// CHECK-NEXT:        arith.addf %[[TWO]], %cst
// CHECK:           }
dgk.kernel @combine(%d: memref<?x16xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = memref.dim %d, %c0 : memref<?x16xf32>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      %sum, %last = dgk.combine %zero[%rows] of 3, tile %rows of %c1 rows %rows : !dgk.accumulator<64x16xf32>
      scf.if %last {
        dgk.store %sum, %d[%c0, %c0] : !dgk.accumulator<64x16xf32>, memref<?x16xf32>
      }
    }
  }
  dgk.return
}

// Of many splits all are read.
// CHECK-LABEL: llvm.func @many(
// CHECK:         llvm.inline_asm has_side_effects "atom.acq_rel.gpu.global.inc.u32
// CHECK-COUNT-10:  llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
// CHECK-NOT:       llvm.load
// CHECK:           %[[FIRST:.*]] = arith.addf
// CHECK:           arith.addf %[[FIRST]]
dgk.kernel @many(%d: memref<?x16xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %rows = memref.dim %d, %c0 : memref<?x16xf32>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      %sum, %last = dgk.combine %zero[%rows] of 5, tile %rows of %c1 rows %rows : !dgk.accumulator<64x16xf32>
      scf.if %last {
        dgk.store %sum, %d[%c0, %c0] : !dgk.accumulator<64x16xf32>, memref<?x16xf32>
      }
    }
  }
  dgk.return
}

// Rows of the tile go along the columns of the matrix: two rows of the tile, 8
// apart, are 8 elements apart in a row of D.
// CHECK-LABEL: llvm.func @transposed(
// CHECK:         scf.if
// CHECK:           %[[START:.*]] = arith.muli %{{.*}} : i64
// CHECK:           scf.if
// CHECK:             llvm.store %{{.*}} : f32, !llvm.ptr
// CHECK:           scf.if
// CHECK:             llvm.store %{{.*}} : f32, !llvm.ptr
dgk.kernel @transposed(%d: memref<?x16xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      dgk.store %zero, %d[%c0, %c0] transposed : !dgk.accumulator<64x16xf32>, memref<?x16xf32>
    }
  }
  dgk.return
}
