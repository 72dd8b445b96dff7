// Kernels whose order is proven although it is not written in one piece. The
// whole kernels are in ../kernels.
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s

// A loop of four against four slots written out.
// CHECK-LABEL: dgk.kernel @unrolled
dgk.kernel @unrolled(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      scf.for %k = %i to %c4 step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      %s0 = dgk.wait %p : !dgk.pipeline<2>
      %v0 = dgk.view %r[%s0] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x0 = dgk.unpack %v0 : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s0] : !dgk.pipeline<2>
      %s1 = dgk.wait %p : !dgk.pipeline<2>
      %v1 = dgk.view %r[%s1] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x1 = dgk.unpack %v1 : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s1] : !dgk.pipeline<2>
      %s2 = dgk.wait %p : !dgk.pipeline<2>
      %v2 = dgk.view %r[%s2] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x2 = dgk.unpack %v2 : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s2] : !dgk.pipeline<2>
      %s3 = dgk.wait %p : !dgk.pipeline<2>
      %v3 = dgk.view %r[%s3] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x3 = dgk.unpack %v3 : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s3] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// Both roles skip the same tiles, by what memory says.
// CHECK-LABEL: dgk.kernel @skipped
dgk.kernel @skipped(%a: memref<?x64xbf16>, %b: memref<?xi1>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      dgk.tiles (%m) in (%n by 128) {
        %skip = memref.load %b[%m] : memref<?xi1>
        scf.if %skip {
          %s = dgk.acquire %p : !dgk.pipeline<2>
          dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
          dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
        }
      }
    }
    dgk.role @math warps(4) {
      dgk.tiles (%m) in (%n by 128) {
        %skip = memref.load %b[%m] : memref<?xi1>
        scf.if %skip {
          %s = dgk.wait %p : !dgk.pipeline<2>
          %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
          %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
          dgk.release %p[%s] : !dgk.pipeline<2>
        }
      }
    }
  }
  dgk.return
}

// A trip count that each role finds in a loop of its own.
// CHECK-LABEL: dgk.kernel @computed
dgk.kernel @computed(%a: memref<?x64xbf16>, %b: memref<?xindex>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %k1 = scf.for %j = %i to %n step %c1 iter_args(%m = %i) -> index {
        %e = memref.load %b[%j] : memref<?xindex>
        %f = arith.maxsi %m, %e : index
        scf.yield %f : index
      }
      scf.for %k = %i to %k1 step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      %k2 = scf.for %j = %i to %n step %c1 iter_args(%m = %i) -> index {
        %e = memref.load %b[%j] : memref<?xindex>
        %f = arith.maxsi %m, %e : index
        scf.yield %f : index
      }
      scf.for %k = %i to %k2 step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// A slot that each branch hands over.
// CHECK-LABEL: dgk.kernel @branches
dgk.kernel @branches(%a: memref<?x64xbf16>, %n: index, %c: i1) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      scf.if %c {
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      } else {
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// Two consumers of one slot.
// CHECK-LABEL: dgk.kernel @consumers
dgk.kernel @consumers(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(6) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
    dgk.role @more warps(2) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// Without roles there is nothing to order.
// CHECK-LABEL: dgk.kernel @sequential
dgk.kernel @sequential() {
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<2>
  %s = dgk.acquire %p : !dgk.pipeline<2>
  dgk.return
}

// CTAs that share slots, take tiles side by side, and wait for each other.
dgk.kernel @pairs(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      dgk.tiles (%x, %y) in (%n by 128, %n by 64) cluster <size = 2, along = m> {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] multicast(3) : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      dgk.tiles (%x, %y) in (%n by 128, %n by 64) cluster <size = 2, along = m> {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %u = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.cluster_barrier
  dgk.return
}

// Where threads copy, each of them arrives, and one more for the role, which alone
// fills the other ring.
// CHECK-LABEL: dgk.kernel @kernel
dgk.kernel @kernel(%a: memref<?x64xf4E2M1FN>, %b: memref<?x256xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %r = dgk.buffer : !dgk.buffer<2 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %t = dgk.buffer : !dgk.buffer<2 x 64x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(129) consumers(4) : !dgk.pipeline<2>
  %q = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] by_threads transposed : memref<?x64xf4E2M1FN>, !dgk.buffer<2 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
      dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
      %u = dgk.acquire %q : !dgk.pipeline<2>
      dgk.copy_async %b[%i, %i] to %t[%u] : memref<?x256xbf16>, !dgk.buffer<2 x 64x64xbf16, #dgk.shared<b128>>
      dgk.commit %q[%u] bytes(8192) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
      %f = dgk.read_fragments %v at 0 : !dgk.tile<64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>> -> !dgk.fragments<a, 64x64xf4E2M1FN>
      dgk.release %p[%s] : !dgk.pipeline<2>
      %u = dgk.wait %q : !dgk.pipeline<2>
      %w = dgk.view %t[%u] : !dgk.buffer<2 x 64x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %w : !dgk.tile<64x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<64x64xf32>
      dgk.release %q[%u] : !dgk.pipeline<2>
    }
  }
  dgk.return
}
