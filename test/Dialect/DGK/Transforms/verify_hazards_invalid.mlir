// One kernel for each way in which a reuse is not ordered.
// RUN: dgk-opt %s --dgk-verify-hazards --split-input-file --verify-diagnostics

// A copy into a slot that is committed already.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [hazards-c1] writes a slot that role @load has not acquired, or has committed already}}
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A copy into a slot that the role only reads.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{[hazards-c4] has 0 producer and 1 consumer roles}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [hazards-c1] writes a slot that role @math has not acquired}}
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A copy that a condition may skip.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index, %c: i1) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      // expected-note @below {{copy in the block that acquires the slot}}
      %s = dgk.acquire %p : !dgk.pipeline<2>
      scf.if %c {
        // expected-error @below {{'dgk.copy_async' op [hazards-c1] may run more or less than once for its slot, whose bytes are announced once}}
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      }
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A reader that writes.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
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
      %z = dgk.zero : !dgk.accumulator<128x64xbf16>
      // expected-error @below {{'dgk.write' op [hazards-c1] writes a slot of dgk.wait, which other roles may read; write one of dgk.acquire}}
      dgk.write %z to %v : !dgk.accumulator<128x64xbf16>, !dgk.tile<128x64xbf16, #dgk.shared<b128>>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A tile that is read after its release.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
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
      // expected-note @below {{move the dgk.commit or dgk.release behind the last use of this view}}
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.release %p[%s] : !dgk.pipeline<2>
      // expected-error @below {{'dgk.unpack' op [hazards-c2] uses a tile after its slot was handed over}}
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
    }
  }
  dgk.return
}

// -----

// A tile that a loop carries.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
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
      %w = scf.for %k = %i to %n step %c1 iter_args(%t = %v) -> !dgk.tile<128x64xbf16, #dgk.shared<b128>> {
        // expected-error @below {{'dgk.unpack' op [hazards-c2] uses a tile in memory that is not a dgk.view; take the view where the slot is held}}
        %x = dgk.unpack %t : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        scf.yield %t : !dgk.tile<128x64xbf16, #dgk.shared<b128>>
      }
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A buffer with fewer slots than its pipeline.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'dgk.buffer' op [hazards-c3] has 1 slots, but its pipeline has 2}}
  %r = dgk.buffer : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<b128>>
  // expected-note @below {{pipeline}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<1 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// Two pipelines that hand out the same buffer.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'dgk.buffer' op [hazards-c3] is used with slots of 2 pipelines and, without slots, by 0 users; expected one pipeline, or one role alone}}
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %q = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      %t = dgk.acquire %q : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%t] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %q[%t] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
      %t = dgk.wait %q : !dgk.pipeline<2>
      dgk.release %q[%t] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A buffer that nothing writes.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{'dgk.buffer' op [hazards-c3] is read, but nothing writes it}}
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.commit %p[%s] : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A buffer without slots that two roles use.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  // expected-error @below {{'dgk.buffer' op [hazards-c3] is used with slots of 0 pipelines and, without slots, by 2 users; expected one pipeline, or one role alone}}
  %o = dgk.buffer : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<none>>
  dgk.roles {
    dgk.role @load warps(1) {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      %v = dgk.view %o : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<none>>
      %z = dgk.zero : !dgk.accumulator<128x64xbf16>
      dgk.write %z to %v : !dgk.accumulator<128x64xbf16>, !dgk.tile<128x64xbf16, #dgk.shared<none>>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
      %w = dgk.view %o : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<none>>
      %y = dgk.unpack %w : !dgk.tile<128x64xbf16, #dgk.shared<none>> -> !dgk.accumulator<128x64xf32>
    }
  }
  dgk.return
}

// -----

// Two producers.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c4] has 2 producer and 1 consumer roles, expected one producer and at least one consumer}}
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
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
    dgk.role @more warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// One role that waits for itself.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c4] has role @load as producer and consumer; expected different roles, or no pipeline}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      %t = dgk.wait %p : !dgk.pipeline<2>
      dgk.release %p[%t] : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A slot that is taken outside of the roles.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  // expected-error @below {{'dgk.acquire' op [hazards-c4] uses a pipeline outside of dgk.role; give it to a role}}
  %o = dgk.acquire %p : !dgk.pipeline<2>
  dgk.commit %p[%o] : !dgk.pipeline<2>
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
  }
  dgk.return
}

// -----

// Eight warps release, four are expected.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c5] counts producers(1) consumers(4), but its roles arrive producers(1) consumers(8): once for each warp, once for an elected role}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(8) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// All warps of the producer commit.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c5] counts producers(1) consumers(4), but its roles arrive producers(4) consumers(4)}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) {
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
  }
  dgk.return
}

// -----

// A second slot before the first is handed over.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      %t = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%t] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%t] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      // expected-note @below {{hand over this one first}}
      %s = dgk.wait %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.wait' op [hazards-c6] takes a second slot of a pipeline on one path}}
      %t = dgk.wait %p : !dgk.pipeline<2>
      dgk.release %p[%t] : !dgk.pipeline<2>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A slot that is handed over twice.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
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
      // expected-note @below {{hand over what this takes once on every path}}
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
      // expected-error @below {{'dgk.release' op [hazards-c6] hands over a slot that role @math does not hold here}}
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A slot that is kept.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
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
      // expected-error @below {{'dgk.wait' op [hazards-c6] takes a slot that role @math still holds at its end; hand it over with dgk.release}}
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
    }
  }
  dgk.return
}

// -----

// A loop that keeps what it takes.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      // expected-error @below {{'scf.for' op [hazards-c6] holds other slots after its body than before it; take and hand over a slot in the same iteration}}
      scf.for %k = %i to %n step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      }
    }
    dgk.role @math warps(4) {
      scf.for %k = %i to %n step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// -----

// One branch hands over, the other does not.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index, %c: i1) {
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
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      // expected-error @below {{'scf.if' op [hazards-c6] holds other slots on one branch than on the other; take and hand over the same on both}}
      scf.if %c {
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// -----

// Loops over different numbers.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index, %o: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c7] is not proven to give role @math as many slots as role @load fills; give both the same loops over equal values}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      // expected-note @below {{producer}}
      scf.for %k = %i to %n step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      // expected-note @below {{consumer}}
      scf.for %k = %i to %o step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// -----

// A loop with a constant trip count against one slot less.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c7] is not proven to give role @math as many slots}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      // expected-note @below {{producer}}
      scf.for %k = %i to %c2 step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      // expected-note @below {{consumer}}
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A trip count from memory that one role writes.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %b: memref<?xindex>) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c7] is not proven}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %n = memref.load %b[%i] : memref<?xindex>
      // expected-note @below {{producer}}
      scf.for %k = %i to %n step %c1 {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      %n = memref.load %b[%i] : memref<?xindex>
      // expected-note @below {{consumer}}
      scf.for %k = %i to %n step %c1 {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
      memref.store %i, %b[%i] : memref<?xindex>
    }
  }
  dgk.return
}

// -----

// Other tiles.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c7] is not proven}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      // expected-note @below {{producer}}
      dgk.tiles (%m) in (%n by 64) {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      // expected-note @below {{consumer}}
      dgk.tiles (%m) in (%n by 128) {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
        dgk.release %p[%s] : !dgk.pipeline<2>
      }
    }
  }
  dgk.return
}

// -----

// Barriers inside a buffer.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-note @below {{overlaps this; move one of them}}
  %r = dgk.buffer at 0 : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c8] takes bytes of shared memory 32760 to 32792, which overlap 0 to 32768}}
  %p = dgk.pipeline producers(1) consumers(4) at 32760 : !dgk.pipeline<2>
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
  }
  dgk.return
}

// -----

// Memory that the launch plan does not have.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) attributes {
    launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 160, cluster = 1, shared = 32768, workspace = 0,
                              maps = [], parameters = []>} {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer at 0 : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c9] takes bytes of shared memory 32768 to 32800, but the kernel has 32768}}
  %p = dgk.pipeline producers(1) consumers(4) at 32768 : !dgk.pipeline<2>
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
  }
  dgk.return
}

// -----

// Columns that tensor memory does not have.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) attributes {
    target = #dgk.target<"sm_x", sm100, ptx = 88,
      limits = #dgk.limits<sharedPerCta = 232448, registersPerSm = 65536, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 8, tensorMemoryColumns = 512>,
      rates = #dgk.rates<smCount = 8, smsPerGpc = 8, smsOfLastGpc = 0, clockMhz = 1,
            bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = []>} {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  // expected-error @below {{'dgk.buffer' op [hazards-c9] takes columns of tensor memory 384 to 640, but the kernel has 512}}
  %t = dgk.buffer at 384 : !dgk.buffer<2 x 128x128xf32, #dgk.tmem<cta_group = 1>>
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
  }
  dgk.return
}

// -----

// Staging slots that the warps cannot share.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %o = dgk.buffer : !dgk.buffer<6 x 16x64xbf16, #dgk.shared<b128>>
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
      %z = dgk.zero : !dgk.accumulator<128x64xbf16>
      // expected-error @below {{'dgk.store_async' op [hazards-c10] shares 6 staging slots among the warps of role @math, which has 4 warps; expected all threads of a role and a multiple of its warps}}
      dgk.store_async %z, %a[%i, %i] through %o : !dgk.accumulator<128x64xbf16>, memref<?x64xbf16>, !dgk.buffer<6 x 16x64xbf16, #dgk.shared<b128>>
      dgk.drain_stores
    }
  }
  dgk.return
}

// -----

// A store that nothing waits for.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %o = dgk.buffer : !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
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
      dgk.drain_stores
      %z = dgk.zero : !dgk.accumulator<128x64xbf16>
      // expected-error @below {{'dgk.store_async' op [hazards-c11] may not be done when role @math ends; end the role with dgk.drain_stores}}
      dgk.store_async %z, %a[%i, %i] through %o : !dgk.accumulator<128x64xbf16>, memref<?x64xbf16>, !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// -----

// A store in a loop behind the drain.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  %o = dgk.buffer : !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
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
      %z = dgk.zero : !dgk.accumulator<128x64xbf16>
      scf.for %k = %i to %n step %c1 {
        dgk.drain_stores
        // expected-error @below {{'dgk.store_async' op [hazards-c11] may not be done when role @math ends}}
        dgk.store_async %z, %a[%i, %i] through %o : !dgk.accumulator<128x64xbf16>, memref<?x64xbf16>, !dgk.buffer<4 x 16x64xbf16, #dgk.shared<b128>>
      }
    }
  }
  dgk.return
}

// -----

// A slot that a matrix instruction still reads.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(1) : !dgk.pipeline<2>
  %t = dgk.buffer : !dgk.buffer<1 x 128x128xf32, #dgk.tmem<cta_group = 1>>
  %true = arith.constant true
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(1) elected {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %d = dgk.view %t : !dgk.buffer<1 x 128x128xf32, #dgk.tmem<cta_group = 1>>
      dgk.mma_async %v, %v into %d accumulate(%true) : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<128x64xbf16, #dgk.shared<b128>> into !dgk.tile<128x128xf32, #dgk.tmem<cta_group = 1>>
      // expected-error @below {{'dgk.release' op [hazards-c12] does not wait for the matrix instructions that run on the slot in the background; add after_mma}}
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// Copies whose bytes nobody announces.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      // expected-error @below {{'dgk.commit' op [hazards-c13] does not announce the bytes of the copies into the slot; add bytes(n)}}
      dgk.commit %p[%s] : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// A leader that empties slots only where it runs.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c14] joins a leader role with a role of every CTA, but spans one CTA; add ctas(n)}}
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%i, %i] to %r[%s] : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
    dgk.role @math warps(4) leader {
      %s = dgk.wait %p : !dgk.pipeline<2>
      %v = dgk.view %r[%s] : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
      %x = dgk.unpack %v : !dgk.tile<128x64xbf16, #dgk.shared<b128>> -> !dgk.accumulator<128x64xf32>
      dgk.release %p[%s] : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// More CTAs than the cluster has.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) attributes {
    launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 160, cluster = 1, shared = 0, workspace = 0,
                              maps = [], parameters = []>} {
  %i = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c14] spans 2 CTAs, but the launch plan's cluster has 1}}
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) : !dgk.pipeline<2>
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
  }
  dgk.return
}

// -----

// A CTA may end while the other still writes into it.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c15] spans 2 CTAs, one of which may end while others still write into its shared memory; end the kernel with dgk.cluster_barrier}}
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
  dgk.return
}

// -----

// Each CTA has tiles of its own, one more than the other at times.
dgk.kernel @kernel(%a: memref<?x64xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c15] spans 2 CTAs, which take different numbers of tiles}}
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(1) elected {
      dgk.tiles (%x, %y) in (%n by 128, %n by 64) {
        %s = dgk.acquire %p : !dgk.pipeline<2>
        dgk.copy_async %a[%i, %i] to %r[%s] multicast(3) : memref<?x64xbf16>, !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
        dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
      }
    }
    dgk.role @math warps(4) {
      // expected-note @below {{give this loop cluster or per_cluster}}
      dgk.tiles (%x, %y) in (%n by 128, %n by 64) {
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

// -----

// 128 threads arrive, and the one that speaks for them.
dgk.kernel @kernel(%a: memref<?x64xf4E2M1FN>, %b: memref<?x256xbf16>, %n: index) {
  %i = arith.constant 0 : index
  %r = dgk.buffer : !dgk.buffer<2 x 64x64xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>
  %t = dgk.buffer : !dgk.buffer<2 x 64x64xbf16, #dgk.shared<b128>>
  // expected-error @below {{'dgk.pipeline' op [hazards-c5] counts producers(128) consumers(4), but its roles arrive producers(129) consumers(4): once for each warp, once for an elected role or one that copies by threads, once more with elementwise copies, and once for each thread with copies by threads}}
  %p = dgk.pipeline producers(128) consumers(4) : !dgk.pipeline<2>
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
