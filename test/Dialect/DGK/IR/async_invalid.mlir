// RUN: dgk-opt %s --split-input-file --verify-diagnostics

dgk.kernel @bad() {
  // expected-error @below {{'dgk.buffer' op [buffer-c5] offset 512 is not a multiple of 1024, which the layout needs}}
  %r = dgk.buffer at 512 : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad() {
  // expected-error @below {{'dgk.buffer' op [buffer-c5] offset -1024 is not a multiple of 1024}}
  %r = dgk.buffer at -1024 : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad() {
  // expected-error @below {{'dgk.pipeline' op [pipeline-c1] has 0 producers and 8 consumers in 1 CTAs, expected at least one of each}}
  %p = dgk.pipeline producers(0) consumers(8) : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  // expected-error @below {{'dgk.pipeline' op [pipeline-c1] has 1 producers and 8 consumers in 0 CTAs}}
  %p = dgk.pipeline producers(1) consumers(8) ctas(0) : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  // expected-error @below {{'dgk.pipeline' op [pipeline-c2] offset 4 is not a multiple of 8}}
  %p = dgk.pipeline producers(1) consumers(8) at 4 : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.commit' op [commit-c1] slot does not come from dgk.acquire of the same pipeline}}
  dgk.commit %q[%s] : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.wait %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.commit' op [commit-c1] slot does not come from dgk.acquire}}
  dgk.commit %p[%s] : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.commit' op [commit-c2] announces 1024 bytes, but the copies into the slot transfer 16384}}
  dgk.commit %p[%s] bytes(1024) : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.release' op [release-c1] slot does not come from dgk.wait of the same pipeline}}
  dgk.release %p[%s] : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @bad() {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.wait %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.view' op [view-c1] result is '!dgk.tile<128x64xbf16>', expected '!dgk.tile<128x64xbf16, #dgk.shared<b128>>'}}
  %v = "dgk.view"(%r, %s) : (!dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>, !dgk.slot) -> !dgk.tile<128x64xbf16>
  dgk.return
}

// -----

dgk.kernel @bad() {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  // expected-error @below {{'dgk.view' op [view-c2] names no slot, but the buffer has 4; take one from a pipeline}}
  %v = dgk.view %r : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c1] has 1 coordinates for 'memref<?x64xbf16>', expected one per dimension}}
  dgk.copy_async %a[%i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c2] copies 'memref<?x64xf16>' to '!dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>', expected shared memory and equal element types}}
  dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  %t = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.tmem<cta_group = 1>>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c2] copies 'memref<?x64xbf16>' to '!dgk.buffer<4 x 128x64xbf16, #dgk.tmem<cta_group = 1>>'}}
  dgk.copy_async %a[%i, %i] to %t[%s] : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.tmem<cta_group = 1>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16, strided<[1, ?]>>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c3] 'memref<?x64xbf16, strided<[1, ?]>>' is not contiguous along the rows of}}
  dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16, strided<[1, ?]>>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c4] multicast mask is 5, but the slot's pipeline spans 2 CTAs; give dgk.pipeline a larger ctas(n)}}
  dgk.copy_async %a[%i, %i] to %r[%s] multicast(5) : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad() {
  dgk.roles {
    dgk.role @math warps(4) {
      // expected-error @below {{'dgk.cluster_barrier' op [cluster_barrier-c1] stands in 'dgk.role', expected the body of dgk.kernel, where all threads pass}}
      dgk.cluster_barrier
    }
  }
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x4xi32, strided<[1, ?]>>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %q : !dgk.pipeline<4>
  %w = dgk.buffer : !dgk.buffer<4 x 128x1xi32, #dgk.shared<none, scale_words>>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c5] copies to '!dgk.buffer<4 x 128x1xi32, #dgk.shared<none, scale_words>>', but TMA cannot write the order scale_words}}
  dgk.copy_async %a[%i, %i] to %w[%s] : memref<?x4xi32, strided<[1, ?]>>, !dgk.buffer<4 x 128x1xi32, #dgk.shared<none, scale_words>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %x = dgk.zero : !dgk.accumulator<128x64xf32>
  // expected-error @below {{'dgk.store_async' op [store_async-c1] stores '!dgk.accumulator<128x64xf32>' through '!dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>' to 'memref<?x64xbf16>', expected shared memory and equal element types}}
  dgk.store_async %x, %a[%i, %i] through %r : !dgk.accumulator<128x64xf32>, memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<?xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %q = dgk.pipeline producers(1) consumers(8) ctas(2) : !dgk.pipeline<4>
  %x = dgk.zero : !dgk.accumulator<128x64xbf16>
  // expected-error @below {{'dgk.store_async' op [store_async-c2] has 1 coordinates for 'memref<?xbf16>', expected one per dimension and at least 2}}
  dgk.store_async %x, %a[%i] through %r : !dgk.accumulator<128x64xbf16>, memref<?xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x32xbf16, #dgk.shared<b64>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %m: i1) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c1] multiplies '!dgk.tile<128x64xbf16, #dgk.shared<b128>>' by '!dgk.tile<64x32xbf16, #dgk.shared<b64>>' into}}
  dgk.mma_async %a, %b into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x32xbf16, #dgk.shared<b64>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>, %c: !dgk.tile<128x64xf32, #dgk.shared<b128>>, %m: i1) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c1] multiplies}}
  dgk.mma_async %a, %b into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>> into !dgk.tile<128x64xf32, #dgk.shared<b128>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.tmem<cta_group = 1>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %m: i1) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c4] multiplies '!dgk.tile<128x64xbf16, #dgk.shared<b128>>' by '!dgk.tile<64x64xbf16, #dgk.tmem<cta_group = 1>>', expected A in shared or tensor memory and B in shared memory}}
  dgk.mma_async %a, %b into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.tmem<cta_group = 1>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 2>>, %m: i1) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c5] has cta_group 1 for A, 1 for B and 2 for the accumulator, expected the same}}
  dgk.mma_async %a, %b into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 2>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %m: i1, %i: index,
               %s: !dgk.tile<128x1xi32, #dgk.shared<none>>, %t: !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>>) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c2] expected scales in tensor memory for both operands or neither}}
  dgk.mma_async %a scaled by %s[%i] per 32, %b scaled by %t[%i] per 32 into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>>,
      !dgk.tile<128x1xi32, #dgk.shared<none>>, !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %m: i1, %i: index,
               %s: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>, %t: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c3] scale of B is '!dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>' per 32, expected 64x1xi32 with an index, per 16, 32 or 128}}
  dgk.mma_async %a scaled by %s[%i] per 32, %b scaled by %t[%i] per 32 into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>>,
      !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>, !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%a: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, %b: !dgk.tile<64x64xbf16, #dgk.shared<b128>>, %c: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>, %m: i1, %i: index,
               %s: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>, %t: !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>>) {
  // expected-error @below {{'dgk.mma_async' op [mma_async-c3] scale of A is '!dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>' per 64, expected 128x1xi32}}
  dgk.mma_async %a scaled by %s[%i] per 64, %b scaled by %t[%i] per 32 into %c accumulate(%m)
    : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128>>,
      !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>, !dgk.tile<64x1xi32, #dgk.tmem<cta_group = 1>> into !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%x: !dgk.tile<64x1xi32, #dgk.shared<none, scale_words>>, %y: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>) {
  // expected-error @below {{'dgk.copy_to_tmem' op [copy_to_tmem-c1] copies '!dgk.tile<64x1xi32, #dgk.shared<none, scale_words>>' to '!dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>', expected shared to tensor memory, same shape and element type}}
  dgk.copy_to_tmem %x to %y : !dgk.tile<64x1xi32, #dgk.shared<none, scale_words>>, !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

func.func @bad(%x: !dgk.tile<128x1xi32, #dgk.shared<none>>, %y: !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>) {
  // expected-error @below {{'dgk.copy_to_tmem' op [copy_to_tmem-c2] copies scale words from '!dgk.tile<128x1xi32, #dgk.shared<none>>', expected the order scale_words; reorder them with dgk.unpack and dgk.write}}
  dgk.copy_to_tmem %x to %y : !dgk.tile<128x1xi32, #dgk.shared<none>>, !dgk.tile<128x1xi32, #dgk.tmem<cta_group = 1>>
  return
}

// -----

dgk.kernel @bad(%a: memref<17x56xf32>, %i: index) {
  %p = dgk.pipeline producers(2) consumers(8) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  %r = dgk.buffer : !dgk.buffer<4 x 33x1xf32, #dgk.shared<none>>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c6] copies '!dgk.buffer<4 x 33x1xf32, #dgk.shared<none>>' elementwise, expected at most 32 x 1 elements of 4 bytes, without swizzle and multicast, and two positive row numbers or none; copy by TMA, without elementwise and rows}}
  dgk.copy_async %a[%i, %i] to %r[%s] elementwise : memref<17x56xf32>, !dgk.buffer<4 x 33x1xf32, #dgk.shared<none>>
  dgk.return
}

// -----

dgk.kernel @bad(%a: memref<17x56xf32>, %i: index) {
  %p = dgk.pipeline producers(2) consumers(8) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  %r = dgk.buffer : !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c6] copies '!dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>' elementwise, expected at most 32 x 1 elements}}
  dgk.copy_async %a[%i, %i] to %r[%s] elementwise rows [0, 128] : memref<17x56xf32>, !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  dgk.return
}

// -----

func.func @f(%a: memref<64x?xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c3] 'memref<64x?xbf16>' is not contiguous along the rows of '!dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>'}}
  dgk.copy_async %a[%i, %i] to %r[%s] transposed : memref<64x?xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%a: memref<17x56xf32>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  %p = dgk.pipeline producers(2) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c7] copies to '!dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>' elementwise and transposed, expected two dimensions and TMA}}
  dgk.copy_async %a[%i, %i] to %r[%s] elementwise transposed : memref<17x56xf32>, !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xbf16>, %a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.store_async' op [store_async-c4] accumulates 'bf16', expected f32; add with dgk.add_from and store the sum}}
  dgk.store_async %x, %a[%i, %i] through %r accumulate : !dgk.accumulator<128x64xbf16>, memref<?x64xbf16>, !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %a: memref<?x64xf32>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 16x32xf32, #dgk.shared<b128>>
  // expected-error @below {{'dgk.store_async' op [store_async-c6] is transposed with accumulate, expected neither; use dgk.store or operands in their places}}
  dgk.store_async %x, %a[%i, %i] through %r transposed accumulate : !dgk.accumulator<128x64xf32>, memref<?x64xf32>, !dgk.buffer<4 x 16x32xf32, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xbf16>, %a: memref<?x96xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.store_async' op [store_async-c5] stores '!dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>' with #dgk.head_split<left = 32, mid = 32, right = 32>, expected left and right to be multiples of the columns of the staging buffer, and no accumulate; use dgk.store}}
  dgk.store_async %x, %a[%i, %i] through %r heads <left = 32, mid = 32, right = 32> : !dgk.accumulator<128x64xbf16>, memref<?x96xbf16>, !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %a: memref<?x64xf32>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 16x64xf32, #dgk.shared<b128>>
  // expected-error @below {{'dgk.store_async' op [store_async-c7] stages '!dgk.buffer<4 x 16x64xf32, #dgk.shared<b128>>', expected rows of one swizzle span, here 32 columns}}
  dgk.store_async %x, %a[%i, %i] through %r : !dgk.accumulator<128x64xf32>, memref<?x64xf32>, !dgk.buffer<4 x 16x64xf32, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %a: memref<?x64xf32>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 16x32xf32, #dgk.shared<none>>
  // expected-error @below {{'dgk.store_async' op [store_async-c7] stages '!dgk.buffer<4 x 16x32xf32, #dgk.shared<none>>', expected rows of one swizzle span with swizzle b32, b64 or b128}}
  dgk.store_async %x, %a[%i, %i] through %r : !dgk.accumulator<128x64xf32>, memref<?x64xf32>, !dgk.buffer<4 x 16x32xf32, #dgk.shared<none>>
  return
}

// -----

// TMA expands 128 elements along K and no fewer.
func.func @f(%a: memref<?x64xf4E2M1FN>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c8] copies 'memref<?x64xf4E2M1FN>' to '!dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>', expected by_threads alone, from two dimensions, where the buffer is expanded and column_major; else only rows of 4 bytes without swizzle may have it}}
  dgk.copy_async %a[%i, %i] to %r[%s] transposed : memref<?x64xf4E2M1FN>, !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  return
}

// -----

func.func @f(%a: memref<?x64xbf16>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c8] copies 'memref<?x64xbf16>' to '!dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>' by_threads, expected by_threads alone}}
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads : memref<?x64xbf16>, !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  return
}

// -----

func.func @f(%a: memref<?x64xf4E2M1FN>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(129) consumers(1) ctas(2) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{by_threads with multicast, expected by_threads alone}}
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed multicast(3) : memref<?x64xf4E2M1FN>, !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  return
}

// -----

func.func @f(%a: memref<?x?x64xf4E2M1FN>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{copies 'memref<?x?x64xf4E2M1FN>' to '!dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>' by_threads, expected by_threads alone, from two dimensions}}
  dgk.copy_async %a[%i, %i, %i] to %r[%s] by_threads transposed : memref<?x?x64xf4E2M1FN>, !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  return
}

// -----

// Copies by threads are not part of the bytes.
func.func @f(%a: memref<?x64xf4E2M1FN>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed : memref<?x64xf4E2M1FN>, !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  // expected-error @below {{'dgk.commit' op [commit-c2] announces 2048 bytes, but the copies into the slot transfer 0}}
  dgk.commit %p[%s] bytes(2048) : !dgk.pipeline<4>
  return
}

// -----

dgk.kernel @bad(%a: memref<17x56xf32>, %i: index) {
  %p = dgk.pipeline producers(2) consumers(8) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  %r = dgk.buffer : !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c9] copies to '!dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>' elementwise with evict_first, which only TMA copies have; leave it out}}
  dgk.copy_async %a[%i, %i] to %r[%s] elementwise evict_first : memref<17x56xf32>, !dgk.buffer<4 x 3x1xf32, #dgk.shared<none>>
  dgk.return
}

// -----

// Rows of bytes lie as they are.
func.func @f(%a: memref<16x?xf8E8M0FNU>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c8] copies 'memref<16x?xf8E8M0FNU>' to '!dgk.buffer<4 x 128x16xf8E8M0FNU, #dgk.shared<none>>' by_threads, expected by_threads alone}}
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed : memref<16x?xf8E8M0FNU>, !dgk.buffer<4 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  return
}

// -----

func.func @f(%a: memref<?x14xf8E8M0FNU>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c10] copies 'memref<?x14xf8E8M0FNU>' by_threads, whose lines are 14 elements apart, expected a multiple of 4 bytes; pad them}}
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads : memref<?x14xf8E8M0FNU>, !dgk.buffer<4 x 128x16xf8E8M0FNU, #dgk.shared<none>>
  return
}

// -----

func.func @f(%a: memref<?x72xf4E2M1FN>, %i: index) {
  %r = dgk.buffer : !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %p = dgk.pipeline producers(129) consumers(1) : !dgk.pipeline<4>
  %s = dgk.acquire %p : !dgk.pipeline<4>
  // expected-error @below {{'dgk.copy_async' op [copy_async-c10] copies 'memref<?x72xf4E2M1FN>' by_threads, whose lines are 72 elements apart, expected a multiple of 8 bytes; pad them}}
  dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed : memref<?x72xf4E2M1FN>, !dgk.buffer<4 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  return
}
