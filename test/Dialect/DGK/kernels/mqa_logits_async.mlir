// FP8 MQA logits, warp-specialised: a pipeline for the queries (heads and
// weights, one slot per query block) around a pipeline for the keys (tile and
// scales, one slot per key tile). Both roles read the key range and so run the
// same number of iterations. The output is the compressed form: column c of
// query i is key ks[i] + c; results go from registers straight to memory.
//
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>>

!q_ring = !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!w_ring = !dgk.buffer<2 x 2x64xf32, #dgk.shared<none>>
!kv_ring = !dgk.buffer<3 x 128x128xf8E4M3FN, #dgk.shared<b128>>
!s_ring = !dgk.buffer<3 x 128xf32, #dgk.shared<none>>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>
!scores = !dgk.accumulator<128x128xf32>
!half = !dgk.accumulator<128x64xf32>
!heads = !dgk.accumulator<1x64xf32>
!keys = !dgk.accumulator<128x1xf32>

// CHECK-LABEL: dgk.kernel @mqa_logits
// CHECK: dgk.role @math warps(8) registers(232) {
// CHECK:   %[[Q:.*]] = dgk.wait %[[QPIPE:.*]] : !dgk.pipeline<2>
// CHECK:   scf.for
// CHECK:     %[[KV:.*]] = dgk.wait %[[KVPIPE:.*]] : !dgk.pipeline<3>
// CHECK:     dgk.release %[[KVPIPE]][%[[KV]]]
// CHECK:     dgk.store %{{.*}}, %{{.*}}[%{{.*}}, %{{.*}}] within(%{{.*}}, %{{.*}}) transposed
// CHECK:   }
// CHECK:   dgk.release %[[QPIPE]][%[[Q]]]
// CHECK: dgk.role @load warps(4) registers(40) elected {
dgk.kernel @mqa_logits(%q: memref<?x128xf8E4M3FN>, %kv: memref<?x128xf8E4M3FN>, %kv_scale: memref<?xf32>,
                       %weights: memref<?x64xf32, strided<[?, 1]>>, %ks: memref<?xi32>, %ke: memref<?xi32>,
                       %logits: memref<?x?xf32, strided<[?, 1]>>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  %queries = memref.dim %ks, %c0 : memref<?xi32>
  %last = arith.subi %queries, %c1 : index
  %rq = dgk.buffer at 0 : !q_ring
  %rkv = dgk.buffer at 32768 : !kv_ring
  %rw = dgk.buffer at 81920 : !w_ring
  %rs = dgk.buffer at 82944 : !s_ring
  %query = dgk.pipeline producers(1) consumers(8) at 84480 : !dgk.pipeline<2>
  %key = dgk.pipeline producers(1) consumers(8) at 84512 : !dgk.pipeline<3>
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
      dgk.tiles (%i) in (%queries by 2) {
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
        %b0 = arith.index_cast %ks0 : i32 to index
        %b1 = arith.index_cast %ks1 : i32 to index
        %e0 = arith.index_cast %ke0 : i32 to index
        %e1 = arith.index_cast %ke1 : i32 to index
        %len0 = arith.subi %e0, %b0 : index
        %len1 = arith.subi %e1, %b1 : index

        %sq = dgk.wait %query : !dgk.pipeline<2>
        %tq = dgk.view %rq[%sq] : !q_ring
        %tw = dgk.view %rw[%sq] : !w_ring
        %w = dgk.unpack %tw : !dgk.tile<2x64xf32, #dgk.shared<none>> -> !dgk.accumulator<2x64xf32>
        %w0 = dgk.extract %w[0, 0] : !dgk.accumulator<2x64xf32> -> !heads
        %w1 = dgk.extract %w[1, 0] : !dgk.accumulator<2x64xf32> -> !heads
        scf.for %j = %begin to %end step %c128 {
          %skv = dgk.wait %key : !dgk.pipeline<3>
          %tkv = dgk.view %rkv[%skv] : !kv_ring
          %ts = dgk.view %rs[%skv] : !s_ring
          %scale = dgk.unpack %ts : !dgk.tile<128xf32, #dgk.shared<none>> -> !keys
          %zero = dgk.zero : !scores
          %s = dgk.mma %tkv, %tq, %zero : !tile, !tile -> !scores
          dgk.release %key[%skv] : !dgk.pipeline<3>

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
          %j0 = arith.subi %j, %b0 : index
          dgk.store %l0, %logits[%i, %j0] within(%c0, %len0) transposed
            : !keys, memref<?x?xf32, strided<[?, 1]>>

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
          %j1 = arith.subi %j, %b1 : index
          dgk.store %l1, %logits[%next, %j1] within(%c0, %len1) transposed
            : !keys, memref<?x?xf32, strided<[?, 1]>>
        }
        dgk.release %query[%sq] : !dgk.pipeline<2>
      }
    }
    dgk.role @load warps(4) registers(40) elected {
      dgk.tiles (%i) in (%queries by 2) {
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
        %sq = dgk.acquire %query : !dgk.pipeline<2>
        dgk.copy_async %q[%row, %c0] to %rq[%sq] : memref<?x128xf8E4M3FN>, !q_ring
        dgk.copy_async %weights[%i, %c0] to %rw[%sq] : memref<?x64xf32, strided<[?, 1]>>, !w_ring
        dgk.commit %query[%sq] bytes(16896) : !dgk.pipeline<2>
        scf.for %j = %begin to %end step %c128 {
          %skv = dgk.acquire %key : !dgk.pipeline<3>
          dgk.copy_async %kv[%j, %c0] to %rkv[%skv] : memref<?x128xf8E4M3FN>, !kv_ring
          dgk.copy_async %kv_scale[%j] to %rs[%skv] : memref<?xf32>, !s_ring
          dgk.commit %key[%skv] bytes(16896) : !dgk.pipeline<3>
        }
      }
    }
  }
  dgk.return
}
