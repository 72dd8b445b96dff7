// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-assign-memory))' --split-input-file --verify-diagnostics

// expected-error @below {{'dgk.kernel' op [assign_memory-c1] needs 65600 bytes of shared memory, but sm_x has 16384 for a CTA; use fewer stages or a smaller tile}}
dgk.kernel @large() attributes {
    target = #dgk.target<"sm_x", sm90, ptx = 80,
      limits = #dgk.limits<sharedPerCta = 16384, registersPerSm = 65536, registersPerThread = 255,
                           warpsPerSm = 64, clusterSize = 1, tensorMemoryColumns = 0>,
      rates = #dgk.rates<smCount = 1, fp8Tflops = 1, memoryGbs = 1>, instructions = []>} {
  %r = dgk.buffer : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  dgk.return
}

// -----

dgk.kernel @buffer() {
  // expected-error @below {{'dgk.buffer' op [assign_memory-c2] already has an offset; dgk-assign-memory runs once}}
  %r = dgk.buffer at 0 : !dgk.buffer<4 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @pipeline() {
  // expected-error @below {{'dgk.pipeline' op [assign_memory-c2] already has an offset}}
  %p = dgk.pipeline producers(1) consumers(8) at 0 : !dgk.pipeline<4>
  dgk.return
}
