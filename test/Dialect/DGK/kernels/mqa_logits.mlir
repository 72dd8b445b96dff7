// FP8 MQA logits, synchronous, with the operations of a matrix product: the
// keys are operand A, the heads of two queries operand B, and what follows the
// product (relu, weights, sum over the heads, key scale) is element-wise work
// and a row reduction on the accumulator. The visible key range of a query
// comes from memory; the loop over keys runs over the union of the block.
//
//   logits[i][j] = scale[j] * sum_h relu(q[i][h] . kv[j]) * weights[i][h]
//
// RUN: dgk-opt %s | FileCheck %s
// The passes split it into roles: both read the key range, a ring for the queries
// goes around one for the keys.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline,dgk-stage-stores,dgk-warp-specialize,dgk-hoist-scales,canonicalize,cse,dgk-assign-memory,dgk-plan-launch,dgk-verify-hazards))' | FileCheck %s --check-prefix=ROLES
// The passes make an asynchronous kernel of it whose order is proven.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores,dgk-pipeline,dgk-hoist-scales,dgk-warp-specialize,dgk-assign-memory,dgk-plan-launch,dgk-verify-hazards,dgk-unroll-scales,dgk-verify-hazards,dgk-lower-tiles,dgk-verify-hazards))' -o %t

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>>

!scores = !dgk.accumulator<128x128xf32>
!half = !dgk.accumulator<128x64xf32>
!heads = !dgk.accumulator<1x64xf32>
!keys = !dgk.accumulator<128x1xf32>

// ROLES-LABEL: dgk.kernel @mqa_logits
// ROLES-DAG:     %[[KEYS:.*]] = dgk.pipeline producers(1) consumers(8) at {{[0-9]+}} : !dgk.pipeline<3>
// ROLES-DAG:     %[[QUERIES:.*]] = dgk.pipeline producers(1) consumers(8) at {{[0-9]+}} : !dgk.pipeline<2>
// ROLES:         dgk.role @math
// ROLES-COUNT-4:   memref.load
// ROLES:           %[[Q:.*]] = dgk.wait %[[QUERIES]]
// ROLES:           scf.for
// ROLES-NEXT:        %[[K:.*]] = dgk.wait %[[KEYS]]
// ROLES:             dgk.mma
// ROLES-NEXT:        dgk.release %[[KEYS]][%[[K]]]
// ROLES-COUNT-2:     dgk.store {{.*}} transposed
// ROLES-NEXT:      }
// ROLES-NEXT:      dgk.release %[[QUERIES]][%[[Q]]]
// ROLES:         dgk.role @load
// ROLES-COUNT-4:   memref.load
// ROLES:           dgk.commit %[[QUERIES]]
// ROLES:           scf.for
// ROLES:             dgk.commit %[[KEYS]]
// ROLES-NOT:       dgk.store

// CHECK-LABEL: dgk.kernel @mqa_logits
// CHECK: dgk.tiles (%i) in (%{{.*}} by 2) {
// CHECK:   %[[SCALE:.*]] = dgk.load %{{.*}}[%{{.*}}] : memref<?xf32> -> !dgk.tile<128xf32>
// CHECK:   dgk.unpack %[[SCALE]] : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
// CHECK:   dgk.mma
// CHECK:   dgk.map (%[[X:.*]] = %{{.*}}, %[[W:.*]] = %{{.*}}) : !dgk.accumulator<128x64xf32>, !dgk.accumulator<1x64xf32> -> !dgk.accumulator<128x64xf32> {
// CHECK:   dgk.reduce add %{{.*}} along 1 group 64
// CHECK:   dgk.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] transposed : !dgk.accumulator<128x1xf32>
dgk.kernel @mqa_logits(%q: memref<?x128xf8E4M3FN>, %kv: memref<?x128xf8E4M3FN>, %kv_scale: memref<?xf32>,
                       %weights: memref<?x64xf32, strided<[?, 1]>>, %ks: memref<?xi32>, %ke: memref<?xi32>,
                       %logits: memref<?x?xf32, strided<[?, 1]>>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %queries = memref.dim %ks, %c0 : memref<?xi32>
  %last = arith.subi %queries, %c1 : index
  dgk.tiles (%i) in (%queries by 2) {
    // The block's second query may not exist: it repeats the first.
    %next = arith.addi %i, %c1 : index
    %i1 = arith.minsi %next, %last : index
    %ks0 = memref.load %ks[%i] : memref<?xi32>
    %ks1 = memref.load %ks[%i1] : memref<?xi32>
    %ke0 = memref.load %ke[%i] : memref<?xi32>
    %ke1 = memref.load %ke[%i1] : memref<?xi32>
    %min = arith.minsi %ks0, %ks1 : i32
    %max = arith.maxsi %ke0, %ke1 : i32
    %begin = arith.index_cast %min : i32 to index
    %end = arith.index_cast %max : i32 to index

    %row = arith.muli %i, %c64 : index
    %tq = dgk.load %q[%row, %c0] : memref<?x128xf8E4M3FN> -> !dgk.tile<128x128xf8E4M3FN>
    %tw = dgk.load %weights[%i, %c0] : memref<?x64xf32, strided<[?, 1]>> -> !dgk.tile<2x64xf32>
    %w = dgk.unpack %tw : !dgk.tile<2x64xf32> -> !dgk.accumulator<2x64xf32>
    %w0 = dgk.extract %w[0, 0] : !dgk.accumulator<2x64xf32> -> !heads
    %w1 = dgk.extract %w[1, 0] : !dgk.accumulator<2x64xf32> -> !heads
    scf.for %j = %begin to %end step %c128 {
      %tkv = dgk.load %kv[%j, %c0] : memref<?x128xf8E4M3FN> -> !dgk.tile<128x128xf8E4M3FN>
      %ts = dgk.load %kv_scale[%j] : memref<?xf32> -> !dgk.tile<128xf32>
      %scale = dgk.unpack %ts : !dgk.tile<128xf32> -> !keys
      %zero = dgk.zero : !scores
      %s = dgk.mma %tkv, %tq, %zero : !dgk.tile<128x128xf8E4M3FN>, !dgk.tile<128x128xf8E4M3FN> -> !scores

      %s0 = dgk.extract %s[0, 0] : !scores -> !half
      %r0 = dgk.map (%x = %s0, %y = %w0) : !half, !heads -> !half {
        %f0 = arith.constant 0.0 : f32
        %relu = arith.maximumf %x, %f0 : f32
        %p = arith.mulf %relu, %y : f32
        dgk.yield %p : f32
      }
      %sum0 = dgk.reduce add %r0 along 1 group 64 : !half -> !keys
      %l0 = dgk.map (%x = %sum0, %y = %scale) : !keys, !keys -> !keys {
        %p = arith.mulf %x, %y : f32
        dgk.yield %p : f32
      }
      dgk.store %l0, %logits[%i, %j] transposed : !keys, memref<?x?xf32, strided<[?, 1]>>

      %s1 = dgk.extract %s[0, 64] : !scores -> !half
      %r1 = dgk.map (%x = %s1, %y = %w1) : !half, !heads -> !half {
        %f0 = arith.constant 0.0 : f32
        %relu = arith.maximumf %x, %f0 : f32
        %p = arith.mulf %relu, %y : f32
        dgk.yield %p : f32
      }
      %sum1 = dgk.reduce add %r1 along 1 group 64 : !half -> !keys
      %l1 = dgk.map (%x = %sum1, %y = %scale) : !keys, !keys -> !keys {
        %p = arith.mulf %x, %y : f32
        dgk.yield %p : f32
      }
      dgk.store %l1, %logits[%next, %j] transposed : !keys, memref<?x?xf32, strided<[?, 1]>>
    }
  }
  dgk.return
}
