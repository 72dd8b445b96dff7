// RUN: dgk-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-assign-memory))'

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
// expected-error @below {{[assign_memory-c1] needs 114800 bytes of shared memory, but sm_120a has 101376 for a CTA; use fewer stages or a smaller tile}}
dgk.kernel @too_large() attributes {target = #target} {
  %a = dgk.buffer : !dgk.buffer<7 x 128x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<7>
  dgk.return
}

// -----

dgk.kernel @buffer_twice() {
  // expected-error @below {{[assign_memory-c2] already has an offset; dgk-assign-memory runs once}}
  %a = dgk.buffer at 1024 : !dgk.buffer<7 x 128x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

dgk.kernel @pipeline_twice() {
  // expected-error @below {{[assign_memory-c2] already has an offset}}
  %p = dgk.pipeline producers(1) consumers(8) at 0 : !dgk.pipeline<7>
  dgk.return
}

// -----

dgk.kernel @exchange_twice(%n: index) {
  %zero = dgk.zero : !dgk.accumulator<64x16xf32>
  // expected-error @below {{[assign_memory-c2] already has an offset}}
  %sum, %last = dgk.combine_in_cluster %zero[%n] of 2 rows %n offset = 0 : !dgk.accumulator<64x16xf32>
  dgk.return
}
