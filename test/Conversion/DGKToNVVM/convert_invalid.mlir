// RUN: dgk-opt %s --convert-dgk-to-nvvm --split-input-file --verify-diagnostics

#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

// expected-error @below {{'dgk.kernel' op [dgk_to_nvvm-c1] has no schedule; run dgemm-select-schedule first}}
dgk.kernel @schedule() attributes {launch = #launch} {
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>

// expected-error @below {{'dgk.kernel' op [dgk_to_nvvm-c1] has no launch plan; run dgk-plan-launch first}}
dgk.kernel @plan() attributes {schedule = #schedule} {
  dgk.return
}

// -----

#mma = #dgk.tcgen05<bf16, m = 128, n = 128, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 1024x128x64, warp_grid = 8x1, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

// expected-error @below {{'dgk.kernel' op [dgk_to_nvvm-c2] uses #dgk.tcgen05<bf16, m = 128, n = 128, k = 16, a = bf16, b = bf16>, which has no lowering here}}
dgk.kernel @instruction() attributes {schedule = #schedule, launch = #launch} {
  dgk.return
}

// -----

// A size, a pointer and a tensor map that a plan written by hand forgets.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<dim 0 of 1>], grid = () -> (1), block = 384, cluster = 1, shared = 0,
                           workspace = 0, maps = [], parameters = [<symbol 0>]>

dgk.kernel @size(%a: memref<?x64xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  // expected-error @below {{'memref.dim' op [dgk_to_nvvm-c3] needs a size, address or tensor map that the launch plan does not pass; run dgk-plan-launch}}
  %n = memref.dim %a, %c0 : memref<?x64xf32>
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<dim 0 of 0>], grid = () -> (1), block = 384, cluster = 1, shared = 0,
                           workspace = 0, maps = [], parameters = [<symbol 0>]>

dgk.kernel @pointer(%a: memref<?x64xf32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %x = dgk.zero : !dgk.accumulator<128x128xf32>
  // expected-error @below {{'dgk.store' op [dgk_to_nvvm-c3] needs a size, address or tensor map}}
  dgk.store %x, %a[%c0, %c0] : !dgk.accumulator<128x128xf32>, memref<?x64xf32>
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @map(%a: memref<?x64xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
  %x = dgk.zero : !dgk.accumulator<128x128xbf16>
  // expected-error @below {{'dgk.store_async' op [dgk_to_nvvm-c3] needs a size, address or tensor map}}
  dgk.store_async %x, %a[%c0, %c0] through %r map(0)
    : !dgk.accumulator<128x128xbf16>, memref<?x64xbf16>, !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 512x256x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @registers() attributes {schedule = #schedule, launch = #launch} {
  // expected-error @below {{'dgk.zero' op [dgk_to_nvvm-c4] makes '!dgk.accumulator<512x256xf32>', 512 registers of each thread of 8 math warps, and a thread has 255; take a smaller tile or more warps}}
  %x = dgk.zero : !dgk.accumulator<512x256xf32>
  dgk.return
}
