// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-warp-specialize))' --split-input-file --verify-diagnostics

// expected-error @below {{'dgk.kernel' op [warp_specialize-c1] has no schedule; the pass wants a pipelined kernel with a schedule, once}}
dgk.kernel @no_schedule() {
  dgk.return
}

// -----

// expected-error @below {{'dgk.kernel' op [warp_specialize-c1] already has roles; the pass wants a pipelined kernel with a schedule, once}}
dgk.kernel @twice() attributes {
    schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1,
      instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128,
      math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 16,
      raster = <group = 8, along = m>>} {
  dgk.roles {
    dgk.role @all warps(8) {
    }
  }
  dgk.return
}
