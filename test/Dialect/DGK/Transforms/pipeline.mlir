// Loads become asynchronous copies into rings of slots.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-pipeline))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
!operand = memref<?x576xf8E4M3FN>
!scale = memref<?x2xi32, strided<[1, ?]>>
!tile = !dgk.tile<128x64xf8E4M3FN>
!words = !dgk.tile<128x1xi32>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 30 copies - Loads turned into asynchronous copies
// STATISTICS-NEXT: (S) 3 multicast - Copies for all CTAs of a cluster
// STATISTICS-NEXT: (S) 14 pipelines - Pipelines made

// Operands travel together through a ring of `stages`, scale words through one of
// `scale_stages`. One arrival fills a slot, one of each math warp empties it.
// CHECK-LABEL: dgk.kernel @product
// CHECK-DAG:     %[[RA:.*]] = dgk.buffer : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-DAG:     %[[RB:.*]] = dgk.buffer : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-DAG:     %[[OPERANDS:.*]] = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
// CHECK-DAG:     %[[RS:.*]] = dgk.buffer : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
// CHECK-DAG:     %[[WORDS:.*]] = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
// CHECK-NOT:     dgk.load
// CHECK:         scf.for %[[I:.*]] = %c0 to
// CHECK-NEXT:      %[[FREE:.*]] = dgk.acquire %[[WORDS]]
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%{{.*}}, %[[I]]] to %[[RS]][%[[FREE]]]
// CHECK-NEXT:      dgk.commit %[[WORDS]][%[[FREE]]] bytes(512)
// CHECK-NEXT:      %[[FULL:.*]] = dgk.wait %[[WORDS]]
// CHECK-NEXT:      %[[U:.*]] = dgk.view %[[RS]][%[[FULL]]]
// CHECK-NEXT:      scf.for %[[J:.*]] = %c0 to
// CHECK-NEXT:        %[[NEXT:.*]] = dgk.acquire %[[OPERANDS]]
// CHECK-NEXT:        dgk.copy_async %{{.*}}[%{{.*}}, %[[J]]] to %[[RA]][%[[NEXT]]]
// CHECK-NEXT:        dgk.copy_async %{{.*}}[%{{.*}}, %[[J]]] to %[[RB]][%[[NEXT]]]
// CHECK-NEXT:        dgk.commit %[[OPERANDS]][%[[NEXT]]] bytes(16384)
// CHECK-NEXT:        %[[S:.*]] = dgk.wait %[[OPERANDS]]
// CHECK-NEXT:        %[[TA:.*]] = dgk.view %[[RA]][%[[S]]]
// CHECK-NEXT:        %[[TB:.*]] = dgk.view %[[RB]][%[[S]]]
// CHECK-NEXT:        dgk.mma %[[TA]] scaled by %[[U]][%[[J]]] per 128, %[[TB]] scaled by %[[U]][%[[J]]] per 128
// CHECK-NEXT:        dgk.release %[[OPERANDS]][%[[S]]]
// CHECK:           }
// The word is held through all products that it scales.
// CHECK-NEXT:      dgk.release %[[WORDS]][%[[FULL]]]
// The last iterations, behind the loop, use the same rings.
// CHECK:         dgk.acquire %[[WORDS]]
// CHECK:         scf.for
// CHECK-NEXT:      dgk.acquire %[[OPERANDS]]
// CHECK:           dgk.release %[[OPERANDS]]
// CHECK:         dgk.release %[[WORDS]]
// CHECK:         dgk.return
dgk.kernel @product(%a: !operand, %b: !operand, %s: !scale, %m: index, %n: index) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %zero = dgk.zero : !acc
  %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc0 = %zero) -> !acc {
    %u = dgk.load %s[%m, %i] : !scale -> !words
    %word = scf.for %j = %c0 to %c4 step %c1 iter_args(%acc = %acc0) -> !acc {
      %ta = dgk.load %a[%m, %j] : !operand -> !tile
      %tb = dgk.load %b[%n, %j] : !operand -> !tile
      %next = dgk.mma %ta scaled by %u[%j] per 128, %tb scaled by %u[%j] per 128, %acc : !tile, !tile, !words, !words -> !acc
      scf.yield %next : !acc
    }
    scf.yield %word : !acc
  }
  %last = dgk.load %s[%m, %c4] : !scale -> !words
  %rest = scf.for %j = %c0 to %c1 step %c1 iter_args(%acc = %sum) -> !acc {
    %ta = dgk.load %a[%m, %j] : !operand -> !tile
    %tb = dgk.load %b[%n, %j] : !operand -> !tile
    %next = dgk.mma %ta scaled by %last[%j] per 128, %tb scaled by %last[%j] per 128, %acc : !tile, !tile, !words, !words -> !acc
    scf.yield %next : !acc
  }
  dgk.return
}

// Operands of the schedule's swizzle; other tiles of the widest that their rows
// fill; vectors and columns of none.
// CHECK-LABEL: dgk.kernel @swizzles
// CHECK-DAG:     dgk.buffer : !dgk.buffer<2 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-DAG:     dgk.buffer : !dgk.buffer<2 x 2x64xf32, #dgk.shared<b128>>
// CHECK-DAG:     dgk.buffer : !dgk.buffer<2 x 2x8xf32, #dgk.shared<b32>>
// CHECK-DAG:     dgk.buffer : !dgk.buffer<2 x 2x4xf32, #dgk.shared<none>>
// CHECK-DAG:     dgk.buffer : !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
// CHECK:         dgk.commit {{.*}} bytes(9312)
dgk.kernel @swizzles(%a: !operand, %w: memref<?x64xf32>, %v: memref<?xf32>, %m: index, %more: i1) attributes {schedule = #schedule} {
  %ta = dgk.load %a[%m, %m] : !operand -> !tile
  %t0 = dgk.load %w[%m, %m] : memref<?x64xf32> -> !dgk.tile<2x64xf32>
  %t1 = dgk.load %w[%m, %m] : memref<?x64xf32> -> !dgk.tile<2x8xf32>
  %t2 = dgk.load %w[%m, %m] : memref<?x64xf32> -> !dgk.tile<2x4xf32>
  %t3 = dgk.load %v[%m] : memref<?xf32> -> !dgk.tile<128xf32>
  // Inside of another operation: the slot is held behind all of it.
  scf.if %more {
    %zero = dgk.zero : !acc
    %p = dgk.mma %ta, %ta, %zero : !tile, !tile -> !acc
  }
  // CHECK:      }
  // CHECK-NEXT: dgk.release
  dgk.return
}

// A tile that is used before the last load cannot wait for it: two rings.
// CHECK-LABEL: dgk.kernel @used_between
// CHECK-COUNT-2: = dgk.pipeline
// CHECK:         dgk.wait
// CHECK:         dgk.unpack
// CHECK-NEXT:    dgk.release
// CHECK:         memref.load
// CHECK:         dgk.copy_async
// CHECK:         dgk.wait
// CHECK:         dgk.unpack
// CHECK-NEXT:    dgk.release
dgk.kernel @used_between(%w: memref<?x64xf32>, %v: memref<?xf32>, %ids: memref<?xindex>, %m: index) attributes {schedule = #schedule} {
  %t0 = dgk.load %w[%m, %m] : memref<?x64xf32> -> !dgk.tile<2x64xf32>
  %x0 = dgk.unpack %t0 : !dgk.tile<2x64xf32> -> !dgk.accumulator<2x64xf32>
  %id = memref.load %ids[%m] : memref<?xindex>
  %t1 = dgk.load %v[%id] : memref<?xf32> -> !dgk.tile<128xf32>
  %x1 = dgk.unpack %t1 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  dgk.return
}

// Tiles of one source that are all there before the first is used share a slot:
// a ring for each, one pipeline.
// CHECK-LABEL: dgk.kernel @held_together
// CHECK-COUNT-1: = dgk.pipeline
// CHECK-NOT:     = dgk.pipeline
// CHECK:         dgk.acquire
// CHECK-COUNT-2: dgk.copy_async
// CHECK-NEXT:    dgk.commit %{{.*}} bytes(1024)
// CHECK-NEXT:    dgk.wait
// CHECK-NOT:     dgk.wait
// CHECK-COUNT-2: dgk.unpack
// CHECK-NEXT:    dgk.release
dgk.kernel @held_together(%v: memref<?xf32>, %m: index, %n: index) attributes {schedule = #schedule} {
  %t0 = dgk.load %v[%m] : memref<?xf32> -> !dgk.tile<128xf32>
  %t1 = dgk.load %v[%n] : memref<?xf32> -> !dgk.tile<128xf32>
  %x0 = dgk.unpack %t0 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  %x1 = dgk.unpack %t1 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  %x = dgk.map (%e = %x0, %f = %x1) : !dgk.accumulator<128x1xf32>, !dgk.accumulator<128x1xf32> -> !dgk.accumulator<128x1xf32> {
    %s = arith.addf %e, %f : f32
    dgk.yield %s : f32
  }
  dgk.return
}

// One inside the other: a pipeline hands out one slot at a time, so they have
// pipelines of their own.
// CHECK-LABEL: dgk.kernel @held_around
// CHECK-COUNT-2: = dgk.pipeline
dgk.kernel @held_around(%v: memref<?xf32>, %n: index) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %t0 = dgk.load %v[%c0] : memref<?xf32> -> !dgk.tile<128xf32>
  scf.for %i = %c1 to %n step %c1 {
    %t1 = dgk.load %v[%i] : memref<?xf32> -> !dgk.tile<128xf32>
    %x0 = dgk.unpack %t0 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
    %x1 = dgk.unpack %t1 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  }
  dgk.return
}

// One after the other: one ring.
// CHECK-LABEL: dgk.kernel @in_turn
// CHECK-COUNT-1: = dgk.pipeline
// CHECK-NOT:     = dgk.pipeline
// CHECK:         dgk.unpack
// CHECK-NEXT:    dgk.release
// CHECK:         dgk.unpack
// CHECK-NEXT:    dgk.release
dgk.kernel @in_turn(%v: memref<?xf32>, %m: index, %n: index) attributes {schedule = #schedule} {
  %t0 = dgk.load %v[%m] : memref<?xf32> -> !dgk.tile<128xf32>
  %x0 = dgk.unpack %t0 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  %t1 = dgk.load %v[%n] : memref<?xf32> -> !dgk.tile<128xf32>
  %x1 = dgk.unpack %t1 : !dgk.tile<128xf32> -> !dgk.accumulator<128x1xf32>
  dgk.return
}

// A tile that nobody reads still passes through its slot.
// CHECK-LABEL: dgk.kernel @unused
// CHECK:         dgk.wait
// CHECK-NEXT:    dgk.view
// CHECK-NEXT:    dgk.release
dgk.kernel @unused(%v: memref<?xf32>, %m: index) attributes {schedule = #schedule} {
  %t0 = dgk.load %v[%m] : memref<?xf32> -> !dgk.tile<128xf32>
  dgk.return
}

// A kernel without loads needs no schedule.
// CHECK-LABEL: dgk.kernel @no_loads
// CHECK-NEXT:    dgk.return
dgk.kernel @no_loads() {
  dgk.return
}

// The layout says along which dimension the memory is contiguous, whichever it
// names first: A lies along K in both, B along N.
// CHECK-LABEL: dgk.kernel @majors
// CHECK:         dgk.copy_async %{{.*}} : memref<?x576xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK-NEXT:    dgk.copy_async %{{.*}} transposed : memref<576x?xbf16>, !dgk.buffer<4 x 96x64xbf16, #dgk.shared<b64, column_major>>
// CHECK:         dgk.copy_async %{{.*}} transposed : memref<576x?xbf16, strided<[1, ?]>>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK-NEXT:    dgk.copy_async %{{.*}} : memref<?x576xbf16, strided<[1, ?]>>, !dgk.buffer<4 x 96x64xbf16, #dgk.shared<b64, column_major>>
#wgmma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#sm90 = #dgk.schedule<tile = 128x96x64, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #wgmma, swizzle = b128 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
dgk.kernel @majors(%a: memref<?x576xbf16>, %b: memref<576x?xbf16>, %c: memref<576x?xbf16, strided<[1, ?]>>,
                   %e: memref<?x576xbf16, strided<[1, ?]>>, %m: index, %n: index, %k: index, %true: i1) attributes {schedule = #sm90} {
  %zero = dgk.zero : !dgk.accumulator<128x96xf32>
  %ta = dgk.load %a[%m, %k] : memref<?x576xbf16> -> !dgk.tile<128x64xbf16>
  %tb = dgk.load %b[%k, %n] transposed : memref<576x?xbf16> -> !dgk.tile<96x64xbf16>
  %0 = dgk.mma %ta, %tb, %zero : !dgk.tile<128x64xbf16>, !dgk.tile<96x64xbf16> -> !dgk.accumulator<128x96xf32>
  %more = scf.if %true -> !dgk.accumulator<128x96xf32> {
    %tc = dgk.load %c[%k, %m] transposed : memref<576x?xbf16, strided<[1, ?]>> -> !dgk.tile<128x64xbf16>
    %te = dgk.load %e[%n, %k] : memref<?x576xbf16, strided<[1, ?]>> -> !dgk.tile<96x64xbf16>
    %1 = dgk.mma %tc, %te, %0 : !dgk.tile<128x64xbf16>, !dgk.tile<96x64xbf16> -> !dgk.accumulator<128x96xf32>
    scf.yield %1 : !dgk.accumulator<128x96xf32>
  } else {
    scf.yield %0 : !dgk.accumulator<128x96xf32>
  }
  dgk.return
}

// CTAs of a cluster that differ in m have the tile of B in common, and its scales:
// they are fetched once for both, and no slot is free before both have read it. A
// block's scale, copied on its own, is fetched by each.
// CHECK-LABEL: dgk.kernel @pairs
// CHECK-DAG:     %[[OPERANDS:.*]] = dgk.pipeline producers(2) consumers(8) ctas(2) : !dgk.pipeline<4>
// CHECK-DAG:     %[[A:.*]] = dgk.buffer : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-DAG:     %[[B:.*]] = dgk.buffer : !dgk.buffer<4 x 64x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-DAG:     %[[LOCAL:.*]] = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
// CHECK:         dgk.tiles (%[[M:.*]], %[[N:.*]]) in {{.*}} cluster <size = 2, along = m> {
// CHECK:           %[[S:.*]] = dgk.acquire %[[OPERANDS]]
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%[[M]], %{{.*}}] to %[[A]][%[[S]]] : memref<?x576xf8E4M3FN>
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%[[N]], %{{.*}}] to %[[B]][%[[S]]] multicast(3) : memref<?x576xf8E4M3FN>
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%[[N]], %{{.*}}] to %{{.*}}[%[[S]]] multicast(3) : memref<?x5xf32, strided<[1, ?]>>
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%[[N]], %{{.*}}] to %{{.*}}[%[[S]]] multicast(3) : memref<?x5xf32, strided<[1, ?]>>
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%{{.*}}, %{{.*}}] to %{{.*}}[%[[S]]] elementwise
// CHECK:           %[[T:.*]] = dgk.acquire %[[LOCAL]]
// CHECK-NEXT:      dgk.copy_async %{{.*}}[%{{.*}}, %{{.*}}] to %{{.*}}[%[[T]]] : memref<?x576xf8E4M3FN>
#pairs = #dgk.schedule<tile = 128x64x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>,
  cluster = <size = 2, along = m>>
!scales = memref<?x5xf32, strided<[1, ?]>>
dgk.kernel @pairs(%a: !operand, %b: !operand, %s: !scales, %rows: index, %columns: index) attributes {schedule = #pairs} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) cluster <size = 2, along = m> {
    %zero = dgk.zero : !dgk.accumulator<128x64xf32>
    %sum = scf.for %i = %c0 to %c4 step %c1 iter_args(%acc = %zero) -> (!dgk.accumulator<128x64xf32>) {
      %ta = dgk.load %a[%m, %i] : !operand -> !tile
      %tb = dgk.load %b[%n, %i] : !operand -> !dgk.tile<64x64xf8E4M3FN>
      %long = dgk.load %s[%n, %i] : !scales -> !dgk.tile<64x1xf32>
      %short = dgk.load %s[%n, %i] : !scales -> !dgk.tile<16x1xf32>
      %one = dgk.load %s[%n, %i] : !scales -> !dgk.tile<1x1xf32>
      %x = dgk.unpack %long : !dgk.tile<64x1xf32> -> !dgk.accumulator<64x1xf32>
      %y = dgk.unpack %short : !dgk.tile<16x1xf32> -> !dgk.accumulator<16x1xf32>
      %z = dgk.unpack %one : !dgk.tile<1x1xf32> -> !dgk.accumulator<1x1xf32>
      %next = dgk.mma %ta, %tb, %acc : !tile, !dgk.tile<64x64xf8E4M3FN> -> !dgk.accumulator<128x64xf32>
      scf.yield %next : !dgk.accumulator<128x64xf32>
    }
    // What depends on m, through arithmetic and a loop, differs as m does.
    %end = arith.addi %m, %c4 : index
    %rest = scf.for %i = %m to %end step %c1 iter_args(%acc = %sum) -> (!dgk.accumulator<128x64xf32>) {
      %ta = dgk.load %a[%c0, %c0] : !operand -> !dgk.tile<256x64xf8E4M3FN>
      %x = dgk.unpack %ta : !dgk.tile<256x64xf8E4M3FN> -> !dgk.accumulator<256x64xf32>
      scf.yield %acc : !dgk.accumulator<128x64xf32>
    }
  }
  dgk.return
}
