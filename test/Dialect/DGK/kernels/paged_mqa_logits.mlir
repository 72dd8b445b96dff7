// FP8 paged MQA logits (decode), synchronous. The key cache is an array of byte
// records: 64 tokens of 128 bytes, then their 64 scales; dgk.field names both
// parts. The block table is a plain memory load whose result is a coordinate.
// CTA t works on slot t of the metadata: the key splits between two positions
// (query atom, split), two pages for each split, two queries for each atom.
//
// RUN: dgk-opt %s | FileCheck %s
// The passes make an asynchronous kernel of it whose order is proven: both roles
// read the metadata and the block table.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores,dgk-pipeline,dgk-hoist-scales,dgk-warp-specialize,dgk-assign-memory,dgk-verify-hazards,dgk-lower-tiles,dgk-verify-hazards))' -o %t

#mma = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 64x128x128, warp_grid = 4x1, stages = 3, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>>

!pages = memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>>
!kv = memref<?x64x128xf8E4M3FN, strided<[?, 128, 1]>>
!kv_scale = memref<?x64xf32, strided<[?, 1], offset: 2048>>
!q = memref<?x2x64x128xf8E4M3FN>
!flat = memref<?x128xf8E4M3FN>
!logits = memref<?x?xf32, strided<[?, 1]>>
!scores = !dgk.accumulator<64x128xf32>
!half = !dgk.accumulator<64x64xf32>
!heads = !dgk.accumulator<1x64xf32>
!keys = !dgk.accumulator<64x1xf32>

// CHECK-LABEL: dgk.kernel @paged_mqa_logits
// CHECK: %field = dgk.field %{{.*}} at 0 : memref<?x64x1x132xi8, strided<[?, 132, 132, 1]>> to memref<?x64x128xf8E4M3FN, strided<[?, 128, 1]>>
// CHECK: %[[SCALES:.*]] = dgk.field %{{.*}} at 8192 : {{.*}} to memref<?x64xf32, strided<[?, 1], offset: 2048>>
// CHECK: dgk.tiles (%i) in
// CHECK:   scf.for
// CHECK:   scf.for
// CHECK:   memref.load
// CHECK:   %[[PAGE:.*]] = arith.index_cast %{{.*}} : i32 to index
// CHECK:   dgk.load %field[%[[PAGE]], %{{.*}}, %{{.*}}] : {{.*}} -> !dgk.tile<64x128xf8E4M3FN>
// CHECK:   dgk.load %[[SCALES]][%[[PAGE]], %{{.*}}] : {{.*}} -> !dgk.tile<64xf32>
dgk.kernel @paged_mqa_logits(%q: !q, %pages: !pages, %weights: memref<?x64xf32>, %lens: memref<?x2xi32>,
                             %block_table: memref<?x?xi32, strided<[?, 1]>>, %metadata: memref<?x2xi32>,
                             %logits: !logits) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %heads = arith.constant 64 : index
  %page_tokens = arith.constant 64 : index
  %split_tokens = arith.constant 128 : index
  %flat = memref.collapse_shape %q [[0, 1, 2], [3]] : !q into !flat
  %kv = dgk.field %pages at 0 : !pages to !kv
  %kv_scale = dgk.field %pages at 8192 : !pages to !kv_scale
  %entries = memref.dim %metadata, %c0 : memref<?x2xi32>
  %slots = arith.subi %entries, %c1 : index
  dgk.tiles (%t) in (%slots by 1) {
    %t1 = arith.addi %t, %c1 : index
    %x0 = memref.load %metadata[%t, %c0] : memref<?x2xi32>
    %y0 = memref.load %metadata[%t, %c1] : memref<?x2xi32>
    %x1 = memref.load %metadata[%t1, %c0] : memref<?x2xi32>
    %y1 = memref.load %metadata[%t1, %c1] : memref<?x2xi32>
    %first = arith.index_cast %x0 : i32 to index
    %first_split = arith.index_cast %y0 : i32 to index
    %last = arith.index_cast %x1 : i32 to index
    %last_split = arith.index_cast %y1 : i32 to index
    // The last atom counts only if a part of its splits does.
    %partial = arith.minsi %last_split, %c1 : index
    %stop = arith.addi %last, %partial : index
    scf.for %atom = %first to %stop step %c1 {
      %len = memref.load %lens[%atom, %c1] : memref<?x2xi32>
      %tokens = arith.index_cast %len : i32 to index
      %whole = arith.ceildivui %tokens, %split_tokens : index
      %at_first = arith.cmpi eq, %atom, %first : index
      %at_last = arith.cmpi eq, %atom, %last : index
      %begin = arith.select %at_first, %first_split, %c0 : index
      %end = arith.select %at_last, %last_split, %whole : index

      %query = arith.muli %atom, %c2 : index
      %query1 = arith.addi %query, %c1 : index
      %row = arith.muli %query, %heads : index
      %tq = dgk.load %flat[%row, %c0] : !flat -> !dgk.tile<128x128xf8E4M3FN>
      %tw = dgk.load %weights[%query, %c0] : memref<?x64xf32> -> !dgk.tile<2x64xf32>
      %w = dgk.unpack %tw : !dgk.tile<2x64xf32> -> !dgk.accumulator<2x64xf32>
      %w0 = dgk.extract %w[0, 0] : !dgk.accumulator<2x64xf32> -> !heads
      %w1 = dgk.extract %w[1, 0] : !dgk.accumulator<2x64xf32> -> !heads
      %page_begin = arith.muli %begin, %c2 : index
      %page_end = arith.muli %end, %c2 : index
      scf.for %p = %page_begin to %page_end step %c1 {
        %id = memref.load %block_table[%atom, %p] : memref<?x?xi32, strided<[?, 1]>>
        %page = arith.index_cast %id : i32 to index
        %tkv = dgk.load %kv[%page, %c0, %c0] : !kv -> !dgk.tile<64x128xf8E4M3FN>
        %ts = dgk.load %kv_scale[%page, %c0] : !kv_scale -> !dgk.tile<64xf32>
        %scale = dgk.unpack %ts : !dgk.tile<64xf32> -> !keys
        %zero = dgk.zero : !scores
        %s = dgk.mma %tkv, %tq, %zero : !dgk.tile<64x128xf8E4M3FN>, !dgk.tile<128x128xf8E4M3FN> -> !scores
        %j = arith.muli %p, %page_tokens : index

        %s0 = dgk.extract %s[0, 0] : !scores -> !half
        %r0 = dgk.map (%x = %s0, %y = %w0) : !half, !heads -> !half {
          %f0 = arith.constant 0.0 : f32
          %relu = arith.maximumf %x, %f0 : f32
          %v = arith.mulf %relu, %y : f32
          dgk.yield %v : f32
        }
        %sum0 = dgk.reduce add %r0 along 1 group 64 : !half -> !keys
        %l0 = dgk.map (%x = %sum0, %y = %scale) : !keys, !keys -> !keys {
          %v = arith.mulf %x, %y : f32
          dgk.yield %v : f32
        }
        dgk.store %l0, %logits[%query, %j] transposed : !keys, !logits

        %s1 = dgk.extract %s[0, 64] : !scores -> !half
        %r1 = dgk.map (%x = %s1, %y = %w1) : !half, !heads -> !half {
          %f0 = arith.constant 0.0 : f32
          %relu = arith.maximumf %x, %f0 : f32
          %v = arith.mulf %relu, %y : f32
          dgk.yield %v : f32
        }
        %sum1 = dgk.reduce add %r1 along 1 group 64 : !half -> !keys
        %l1 = dgk.map (%x = %sum1, %y = %scale) : !keys, !keys -> !keys {
          %v = arith.mulf %x, %y : f32
          dgk.yield %v : f32
        }
        dgk.store %l1, %logits[%query1, %j] transposed : !keys, !logits
      }
    }
  }
  dgk.return
}
