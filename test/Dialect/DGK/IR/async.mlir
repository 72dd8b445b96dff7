// Memory, pipelines and asynchronous operations: what they print and parse.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

!ring = !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
!staging = !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>

// CHECK-LABEL: dgk.kernel @ring
// CHECK: %ring = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK: %[[R:.*]] = dgk.buffer at 1024 : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK: %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
// CHECK: %[[P:.*]] = dgk.pipeline producers(2) consumers(1) ctas(2) at 8 : !dgk.pipeline<4>
// CHECK: %slot = dgk.acquire %[[P]] : !dgk.pipeline<4>
// CHECK: dgk.copy_async %[[A:.*]][%[[I:.*]], %[[I]]] to %[[R]][%slot] : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK: dgk.copy_async %[[A]][%[[I]], %[[I]]] to %[[R]][%slot] multicast(3) map(5) : memref<?x64xbf16>
// CHECK: dgk.commit %[[P]][%slot] bytes(32768) : !dgk.pipeline<4>
// CHECK: %[[S:.*]] = dgk.wait %[[P]] : !dgk.pipeline<4>
// CHECK: %view = dgk.view %[[R]][%[[S]]] : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
// CHECK: dgk.release %[[P]][%[[S]]] : !dgk.pipeline<4>
// CHECK: %[[T:.*]] = dgk.acquire %pipe : !dgk.pipeline<4>
// CHECK: dgk.commit %pipe[%[[T]]] after_mma : !dgk.pipeline<4>
// CHECK: %[[U:.*]] = dgk.wait %pipe : !dgk.pipeline<4>
// CHECK: dgk.release %pipe[%[[U]]] after_mma : !dgk.pipeline<4>
dgk.kernel @ring(%a: memref<?x64xbf16>, %i: index) {
  %r0 = dgk.buffer : !ring
  %r1 = dgk.buffer at 1024 : !ring
  %p0 = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %p1 = dgk.pipeline producers(2) consumers(1) ctas(2) at 8 : !dgk.pipeline<4>
  %s = dgk.acquire %p1 : !dgk.pipeline<4>
  dgk.copy_async %a[%i, %i] to %r1[%s] : memref<?x64xbf16>, !ring
  dgk.copy_async %a[%i, %i] to %r1[%s] multicast(3) map(5) : memref<?x64xbf16>, !ring
  dgk.commit %p1[%s] bytes(32768) : !dgk.pipeline<4>
  %t = dgk.wait %p1 : !dgk.pipeline<4>
  %v = dgk.view %r1[%t] : !ring
  dgk.release %p1[%t] : !dgk.pipeline<4>
  %u = dgk.acquire %p0 : !dgk.pipeline<4>
  dgk.commit %p0[%u] after_mma : !dgk.pipeline<4>
  %w = dgk.wait %p0 : !dgk.pipeline<4>
  dgk.release %p0[%w] after_mma : !dgk.pipeline<4>
  dgk.return
}

// A vector, and a column of a memory whose other stride is 1.
// CHECK-LABEL: dgk.kernel @copies
// CHECK: dgk.copy_async %{{.*}}[%{{.*}}] to %{{.*}}[%{{.*}}] : memref<?xf32>, !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
// CHECK: dgk.copy_async %{{.*}}[%{{.*}}, %{{.*}}] to %{{.*}}[%{{.*}}] : memref<?x?xi32, strided<[1, ?]>>, !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
dgk.kernel @copies(%v: memref<?xf32>, %c: memref<?x?xi32, strided<[1, ?]>>, %i: index) {
  %r0 = dgk.buffer : !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
  %r1 = dgk.buffer : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.copy_async %v[%i] to %r0[%s] : memref<?xf32>, !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
  dgk.copy_async %c[%i, %i] to %r1[%s] : memref<?x?xi32, strided<[1, ?]>>, !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
  dgk.commit %p[%s] bytes(1024) : !dgk.pipeline<2>
  dgk.return
}

// CHECK-LABEL: dgk.kernel @stores
// CHECK: dgk.store_async %{{.*}}, %{{.*}}[%[[I:.*]], %[[I]]] through %{{.*}} : !dgk.accumulator<128x128xbf16>, memref<?x128xbf16>, !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
// CHECK: dgk.store_async %{{.*}}, %{{.*}}[%[[I]], %[[I]]] through %{{.*}} transposed map(1) :
// CHECK: dgk.drain_stores
dgk.kernel @stores(%d: memref<?x128xbf16>, %i: index) {
  %r = dgk.buffer : !staging
  %x = dgk.zero : !dgk.accumulator<128x128xbf16>
  dgk.store_async %x, %d[%i, %i] through %r : !dgk.accumulator<128x128xbf16>, memref<?x128xbf16>, !staging
  dgk.store_async %x, %d[%i, %i] through %r transposed map(1) : !dgk.accumulator<128x128xbf16>, memref<?x128xbf16>, !staging
  dgk.drain_stores
  dgk.return
}

// Columns that are contiguous, in memory that names them first; sums in memory;
// columns with gaps.
// CHECK-LABEL: dgk.kernel @forms
// CHECK: dgk.copy_async %{{.*}}[%[[I:.*]], %[[I]]] to %{{.*}}[%slot] transposed evict_first map(2) : memref<?x128xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128, column_major>>
// CHECK: dgk.store_async %{{.*}}, %{{.*}}[%[[I]], %[[I]]] through %{{.*}} accumulate map(0) : !dgk.accumulator<16x32xf32>
// CHECK: dgk.store_async %{{.*}}, %{{.*}}[%[[I]], %[[I]]] through %{{.*}} heads <left = 64, mid = 32, right = 32> : !dgk.accumulator<16x32xf32>
dgk.kernel @forms(%a: memref<?x128xbf16>, %d: memref<?x128xf32>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128, column_major>>
  %o = dgk.buffer : !dgk.buffer<4 x 16x32xf32, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.copy_async %a[%i, %i] to %r[%s] transposed evict_first map(2) : memref<?x128xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128, column_major>>
  dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
  %x = dgk.zero : !dgk.accumulator<16x32xf32>
  dgk.store_async %x, %d[%i, %i] through %o accumulate map(0) : !dgk.accumulator<16x32xf32>, memref<?x128xf32>, !dgk.buffer<4 x 16x32xf32, #dgk.shared<b128>>
  dgk.store_async %x, %d[%i, %i] through %o heads <left = 64, mid = 32, right = 32> : !dgk.accumulator<16x32xf32>, memref<?x128xf32>, !dgk.buffer<4 x 16x32xf32, #dgk.shared<b128>>
  dgk.return
}

// A buffer with one slot, kept by one role, needs no slot value.
// CHECK-LABEL: dgk.kernel @own
// CHECK: dgk.view %{{.*}} : !dgk.buffer<1 x 128x1xi32, #dgk.tmem<cta_group = 1>>
dgk.kernel @own() {
  %b = dgk.buffer at 4 : !dgk.buffer<1 x 128x1xi32, #dgk.tmem<cta_group = 1>>
  %v = dgk.view %b : !dgk.buffer<1 x 128x1xi32, #dgk.tmem<cta_group = 1>>
  dgk.return
}

// CHECK-LABEL: @tensor_memory
// CHECK: dgk.mma_async %{{.*}}, %{{.*}} into %{{.*}} accumulate(%[[C:.*]]) : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
// CHECK: dgk.mma_async %{{.*}} scaled by %{{.*}}[%[[J:.*]]] per 32, %{{.*}} scaled by %{{.*}}[%[[J]]] per 32 into %{{.*}} accumulate(%[[C]]) :
// CHECK: dgk.mma_async %{{.*}}, %{{.*}} into %{{.*}} accumulate(%[[C]]) : !dgk.tile<128x8xf32, #dgk.tmem<cta_group = 1>>, !dgk.tile<64x8xf32, #dgk.shared<b32>>
// CHECK: dgk.copy_to_tmem %{{.*}} to %{{.*}} : !dgk.tile<128x1xi32, #dgk.shared<none, scale_words>>, !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
func.func @tensor_memory(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>,
                         %sa: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>,
                         %sb: !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>>,
                         %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %more: i1, %j: index,
                         %x: !dgk.tile<128x8xf32, #dgk.tmem<cta_group = 1>>, %y: !dgk.tile<64x8xf32, #dgk.shared<b32>>,
                         %w: !dgk.tile<128x1xi32, #dgk.shared<none, scale_words>>) {
  dgk.mma_async %a, %b into %c accumulate(%more)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>>
      into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  dgk.mma_async %a scaled by %sa[%j] per 32, %b scaled by %sb[%j] per 32 into %c accumulate(%more)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>>,
      !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>, !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>>
      into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  dgk.mma_async %x, %y into %c accumulate(%more)
    : !dgk.tile<128x8xf32, #dgk.tmem<cta_group = 1>>, !dgk.tile<64x8xf32, #dgk.shared<b32>>
      into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  dgk.copy_to_tmem %w to %sa
    : !dgk.tile<128x1xi32, #dgk.shared<none, scale_words>>, !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
  return
}

// Elements of 4 bits along the rows of an operand, and rows of bytes: copied by
// threads, whose copies count no bytes.
// CHECK-LABEL: dgk.kernel @by_threads
// CHECK: dgk.copy_async %{{.*}}[%[[I:.*]], %[[I]]] to %{{.*}}[%slot] by_threads transposed : memref<?x128xf4E2M1FN>, !dgk.buffer<2 x 48x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
// CHECK: dgk.copy_async %{{.*}}[%[[I]], %[[I]]] to %{{.*}}[%slot] by_threads : memref<?x20xf8E8M0FNU>, !dgk.buffer<2 x 128x16xf8E8M0FNU, #dgk.shared<none>>
// CHECK: dgk.commit %{{.*}}[%slot] bytes(0)
dgk.kernel @by_threads(%a: memref<?x128xf4E2M1FN>, %b: memref<?x20xf8E8M0FNU>, %i: index) {
  %t = dgk.buffer : !dgk.buffer<2 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  %r = dgk.buffer : !dgk.buffer<2 x 48x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed : memref<?x128xf4E2M1FN>, !dgk.buffer<2 x 48x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  dgk.copy_async %b[%i, %i] to %t[%s] by_threads : memref<?x20xf8E8M0FNU>, !dgk.buffer<2 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
  dgk.return
}
