// RUN: dgk-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(dgk.kernel(dgk-warp-specialize))'

// expected-error @below {{[warp_specialize-c1] has no schedule; the pass wants a kernel with a schedule and structured control flow, after dgk-pipeline, once}}
dgk.kernel @no_schedule(%a: memref<?x64xbf16>) {
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
// expected-error @below {{[warp_specialize-c1] already has roles}}
dgk.kernel @twice() attributes {schedule = #schedule} {
  dgk.roles {
    dgk.role @all warps(4) {
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
// expected-error @below {{[warp_specialize-c1] still has dgk.load}}
dgk.kernel @synchronous(%a: memref<?x64xbf16>, %m: index) attributes {schedule = #schedule} {
  %t = dgk.load %a[%m, %m] : memref<?x64xbf16> -> !dgk.tile<128x64xbf16>
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
// expected-error @below {{[warp_specialize-c1] has branches between blocks}}
dgk.kernel @blocks(%again: i1) attributes {schedule = #schedule} {
  cf.br ^loop
^loop:
  cf.cond_br %again, ^loop, ^end
^end:
  dgk.return
}

// -----

// The number of the next tile comes from an atomic counter, which only one role
// may advance: the other would get a number of its own.
#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 1, along = m>>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
dgk.kernel @counter(%a: memref<?x64xbf16>, %counter: memref<1xi32>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %one = arith.constant 1 : i32
  %ring = dgk.buffer : !ring
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  // expected-note @below {{the value}}
  %next = memref.atomic_rmw addi %one, %counter[%c0] : (i32, memref<1xi32>) -> i32
  // expected-error @below {{'arith.index_cast' op [warp_specialize-c2] needs a value in the load role that only the math role computes; read it from memory in both}}
  %m = arith.index_cast %next : i32 to index
  %free = dgk.acquire %pipe : !dgk.pipeline<2>
  dgk.copy_async %a[%m, %c0] to %ring[%free] : memref<?x64xbf16>, !ring
  dgk.commit %pipe[%free] bytes(16384) : !dgk.pipeline<2>
  dgk.return
}
