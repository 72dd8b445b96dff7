// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-plan-launch))' --split-input-file --verify-diagnostics

// A size that is a part of an argument.
dgk.kernel @part(%a: memref<?x64xbf16>) {
  %c0 = arith.constant 0 : index
  %b = memref.cast %a : memref<?x64xbf16> to memref<?x?xbf16>
  // expected-error @below {{'memref.dim' op [plan_launch-c1] views memory that is not a kernel argument; pass the memref to the kernel}}
  %n = memref.dim %b, %c0 : memref<?x?xbf16>
  dgk.roles {
    dgk.role @all warps(8) {
      dgk.tiles (%i) in (%c0 by 64) {
      }
    }
  }
  dgk.return
}

// -----

dgk.kernel @dimension(%a: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'memref.dim' op [plan_launch-c2] asks for a dimension that is not a constant below the rank}}
  %n = memref.dim %a, %i : memref<?x64xbf16>
  %c64 = arith.constant 64 : index
  dgk.roles {
    dgk.role @all warps(8) {
      dgk.tiles (%j) in (%c64 by 64) {
      }
    }
  }
  dgk.return
}

// -----

dgk.kernel @extent(%n: index) {
  dgk.roles {
    dgk.role @all warps(8) {
      // expected-error @below {{'dgk.tiles' op [plan_launch-c3] has an extent that is neither a constant nor a size of a kernel argument}}
      dgk.tiles (%i) in (%n by 64) {
      }
    }
  }
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [plan_launch-c4] has no roles; run dgk-warp-specialize first}}
dgk.kernel @roles() {
  dgk.return
}
