// RUN: dgk-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-plan-launch))'

!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
dgk.kernel @not_an_argument(%pages: memref<?x128x128xi8>) {
  %c0 = arith.constant 0 : index
  %a = dgk.field %pages at 0 : memref<?x128x128xi8> to memref<?x128x64xbf16, strided<[8192, 64, 1]>>
  %ring = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{[plan_launch-c1] views memory that is not a kernel argument; pass the memref to the kernel}}
      dgk.copy_async %a[%c0, %c0, %c0] to %ring[%s] : memref<?x128x64xbf16, strided<[8192, 64, 1]>>, !ring
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

dgk.kernel @dynamic_dimension(%a: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{[plan_launch-c2] asks for a dimension that is not a constant below the rank}}
  %rows = memref.dim %a, %i : memref<?x64xbf16>
  dgk.roles {
    dgk.role @math warps(4) {
    }
  }
  dgk.return
}

// -----

dgk.kernel @extent_from_memory(%lens: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %len = memref.load %lens[%c0] : memref<1xi32>
  %rows = arith.index_cast %len : i32 to index
  dgk.roles {
    dgk.role @math warps(4) {
      // expected-error @below {{[plan_launch-c3] has an extent that is no sum, difference or product of constants and sizes of kernel arguments}}
      dgk.tiles (%m) in (%rows by 128) {
      }
    }
  }
  dgk.return
}

// -----

// expected-error @below {{[plan_launch-c4] has no roles; run dgk-warp-specialize first}}
dgk.kernel @synchronous() {
  dgk.return
}

// -----

// A column of a row-major matrix is not contiguous.
!words = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
dgk.kernel @column(%s: memref<?x16xi32>) {
  %c0 = arith.constant 0 : index
  %ring = dgk.buffer at 0 : !words
  %p = dgk.pipeline producers(1) consumers(8) at 1024 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %t = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{[plan_launch-c5] moves boxes along dimension 0 of 'memref<?x16xi32>', expected stride 1 there; copy the operand}}
      dgk.copy_async %s[%c0, %c0] to %ring[%t] : memref<?x16xi32>, !words
      dgk.commit %p[%t] bytes(512) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

!staging = !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
dgk.kernel @odd_rows(%d: memref<?x33xbf16>) {
  %c0 = arith.constant 0 : index
  %staging = dgk.buffer at 0 : !staging
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !dgk.accumulator<128x128xbf16>
      // expected-error @below {{[plan_launch-c6] has a stride of 66 bytes in 'memref<?x33xbf16>', expected a multiple of 16 as TMA needs; pad the rows, or store from registers}}
      dgk.store_async %zero, %d[%c0, %c0] through %staging : !dgk.accumulator<128x128xbf16>, memref<?x33xbf16>, !staging
    }
  }
  dgk.return
}

// -----

// What a tensor map cannot say is the map's own rule.
!ring = !dgk.buffer<1 x 512x16xbf16, #dgk.shared<b32>>
dgk.kernel @tall(%a: memref<?x64xbf16>) {
  %c0 = arith.constant 0 : index
  %ring = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<1>
      // expected-error @below {{a box size is outside 1..256}}
      dgk.copy_async %a[%c0, %c0] to %ring[%s] : memref<?x64xbf16>, !ring
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// -----

dgk.kernel @unknown_tiles(%lens: memref<1xi32>) {
  %c0 = arith.constant 0 : index
  %len = memref.load %lens[%c0] : memref<1xi32>
  %tiles = arith.index_cast %len : i32 to index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{[plan_launch-c7] has a number of tiles that is no sum, product or rounded up quotient of constants and sizes of kernel arguments}}
      %sum, %last = dgk.combine %zero[%c0] of 2, tile %c0 of %tiles rows %c0 : !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

// Elements of 4 bits that get a byte each travel in groups of 128.
!ring = !dgk.buffer<1 x 128x128xf4E2M1FN, #dgk.shared<b128, expanded>>
dgk.kernel @expanded(%a: memref<?x192xf4E2M1FN>) {
  %c0 = arith.constant 0 : index
  %ring = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<1>
      // expected-error @below {{[plan_launch-c9] expands 'memref<?x192xf4E2M1FN>' along dimension 1, expected a multiple of 128 elements there as TMA needs; pad them with zeros to 256}}
      dgk.copy_async %a[%c0, %c0] to %ring[%s] : memref<?x192xf4E2M1FN>, !ring
      dgk.commit %p[%s] bytes(8192) : !dgk.pipeline<1>
    }
  }
  dgk.return
}

// -----

dgk.kernel @two_sums() {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      %sum, %last = dgk.combine %zero[%c0] of 2, tile %c0 of %c0 rows %c0 : !dgk.accumulator<64x64xf32>
      // expected-error @below {{[plan_launch-c8] is not the only one of its kernel; they would share one workspace}}
      %more, %end = dgk.combine %zero[%c0] of 2, tile %c0 of %c0 rows %c0 : !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

!ring = !dgk.buffer<1 x 128x128xf4E2M1FN, #dgk.shared<b128, expanded>>
dgk.kernel @expanded_rows(%a: memref<?x128xf4E2M1FN, strided<[160, 1]>>) {
  %c0 = arith.constant 0 : index
  %ring = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<1>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<1>
      // expected-error @below {{[plan_launch-c6] has a stride of 80 bytes in 'memref<?x128xf4E2M1FN, strided<[160, 1]>>', expected a multiple of 32 as TMA needs}}
      dgk.copy_async %a[%c0, %c0] to %ring[%s] : memref<?x128xf4E2M1FN, strided<[160, 1]>>, !ring
      dgk.commit %p[%s] bytes(8192) : !dgk.pipeline<1>
    }
  }
  dgk.return
}
