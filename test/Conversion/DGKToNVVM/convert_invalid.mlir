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

#mma = #dgk.mma_sync<tf32, m = 16, n = 8, k = 8, a = f32, b = f32>
#schedule = #dgk.schedule<tile = 128x128x32, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

// expected-error @below {{'dgk.kernel' op [dgk_to_nvvm-c2] uses #dgk.mma_sync<tf32, m = 16, n = 8, k = 8, a = f32, b = f32>, which has no lowering here; #dgk.wgmma, and #dgk.mma_sync of bf16, mxf4nvf4, and mxf8f6f4 with FP8 and FP4 have one}}
dgk.kernel @no_products() attributes {schedule = #schedule, launch = #launch} {
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
  // expected-error @below {{'memref.dim' op [dgk_to_nvvm-c3] needs a size, address, tensor map or workspace that the launch plan does not pass; run dgk-plan-launch}}
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
  // expected-error @below {{'dgk.store' op [dgk_to_nvvm-c3] needs a size, address, tensor map or workspace}}
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
  // expected-error @below {{'dgk.store_async' op [dgk_to_nvvm-c3] needs a size, address, tensor map or workspace}}
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

// -----

// Branches between blocks.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

// expected-error @below {{'dgk.kernel' op [dgk_to_nvvm-c5] has branches between blocks; use scf, which is lowered later}}
dgk.kernel @blocks() attributes {schedule = #schedule, launch = #launch} {
  cf.br ^end
^end:
  dgk.return
}

// -----

// A wait of nobody.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 384, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @outside() attributes {schedule = #schedule, launch = #launch} {
  %p = dgk.pipeline producers(1) consumers(8) at 0 : !dgk.pipeline<2>
  // expected-error @below {{'dgk.wait' op [dgk_to_nvvm-c6] stands outside of the roles; run dgk-warp-specialize}}
  %s = dgk.wait %p : !dgk.pipeline<2>
  dgk.return
}

// -----

// A copy by every thread of 8 warps.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 256, cluster = 1, shared = 32800, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (64, 256), strides = () -> (128), box = [64, 128], swizzle = b128>],
  parameters = [<map 0>]>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>

dgk.kernel @all_threads(%a: memref<256x64xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) at 32768 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(8) {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [dgk_to_nvvm-c7] stands in role @load, whose threads would all copy; make the role elected}}
      dgk.copy_async %a[%c0, %c0] to %r[%s] map(0) : memref<256x64xbf16>, !ring
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// Scalars from memory.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 256, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @scalar(%lens: memref<4xi32>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(8) {
      // expected-error @below {{'memref.load' op [dgk_to_nvvm-c8] reaches memory in a way that has no lowering; dgk.copy_async, dgk.store_async, dgk.store, dgk.add_from and dgk.fetch_scales have}}
      %len = memref.load %lens[%c0] : memref<4xi32>
    }
  }
  dgk.return
}

// -----

// The second byte behind the last one.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 5440, workspace = 0,
  maps = [], parameters = []>
!fa = !dgk.fragments<a, 64x32xf8E4M3FN>
!fb = !dgk.fragments<b, 16x32xf8E4M3FN>

dgk.kernel @beyond_word() attributes {schedule = #schedule, launch = #launch} {
  %c5 = arith.constant 5 : index
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  %rb = dgk.buffer at 4096 : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
  %rs = dgk.buffer at 5120 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  %rv = dgk.buffer at 5376 : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
  dgk.roles {
    dgk.role @math warps(4) {
      %ta = dgk.view %ra : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %tb = dgk.view %rb : !dgk.buffer<1 x 16x64xf8E4M3FN, #dgk.shared<b64>>
      %u = dgk.view %rs : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %v = dgk.view %rv : !dgk.buffer<1 x 16x1xi32, #dgk.shared<none>>
      %fa = dgk.read_fragments %ta at 0 : !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64>> -> !fa
      %fb = dgk.read_fragments %tb at 0 : !dgk.tile<16x64xf8E4M3FN, #dgk.shared<b64>> -> !fb
      %sa = dgk.read_scales %u : !dgk.tile<64x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 64, i32>
      %sb = dgk.read_scales %v : !dgk.tile<16x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 16, i32>
      %acc = dgk.zero : !dgk.accumulator<64x16xf32>
      // expected-error @below {{'dgk.mma' op [mma-c5] takes 1 of its scales from positions 5 and 5 on, expected them in one word of those that it has}}
      // expected-error @below {{failed to legalize operation 'dgk.mma'}}
      %sum = dgk.mma %fa scaled by %sa[%c5] per 32, %fb scaled by %sb[%c5] per 32, %acc
        : !fa, !fb, !dgk.scales<a, 64, i32>, !dgk.scales<b, 16, i32> -> !dgk.accumulator<64x16xf32>
    }
  }
  dgk.return
}

// -----

// Slots of two instructions' rows.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (128, 128), strides = () -> (256), box = [64, 32], swizzle = b128>], parameters = [<map 0>]>

dgk.kernel @tall_slots(%d: memref<128x128xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<4 x 32x64xbf16, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xbf16>
      // expected-error @below {{'dgk.store_async' op [store_async-c3] stages '!dgk.buffer<4 x 32x64xbf16, #dgk.shared<b128>>', expected slots of 16 rows}}
      // expected-error @below {{failed to legalize operation 'dgk.store_async'}}
      dgk.store_async %zero, %d[%c0, %c0] through %staging map(0)
        : !dgk.accumulator<64x64xbf16>, memref<128x128xbf16>, !dgk.buffer<4 x 32x64xbf16, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// -----

// Three slots for four warps.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 3, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 6144, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (128, 128), strides = () -> (256), box = [64, 16], swizzle = b128>], parameters = [<map 0>]>

dgk.kernel @few_slots(%d: memref<128x128xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %staging = dgk.buffer at 0 : !dgk.buffer<3 x 16x64xbf16, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xbf16>
      // expected-error @below {{'dgk.store_async' op [store_async-c3] has 3 staging slots for 4 warps with 1 pieces each; the slots of a warp must divide its pieces}}
      // expected-error @below {{failed to legalize operation 'dgk.store_async'}}
      dgk.store_async %zero, %d[%c0, %c0] through %staging map(0)
        : !dgk.accumulator<64x64xbf16>, memref<128x128xbf16>, !dgk.buffer<3 x 16x64xbf16, #dgk.shared<b128>>
    }
  }
  dgk.return
}

// -----

// A column of sums.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @column() attributes {schedule = #schedule, launch = #launch} {
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.reduce' op [dgk_to_nvvm-c9] makes '!dgk.accumulator<64x1xf32>', for which the schedule's instruction has no registers; the schedule's tile has 64x64}}
      %sums = dgk.reduce add %zero along 1 group 64 : !dgk.accumulator<64x64xf32> -> !dgk.accumulator<64x1xf32>
    }
  }
  dgk.return
}

// -----

// A product of tiles, and one without scales.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 4352, workspace = 0,
                           maps = [], parameters = []>
!tile = !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64>>
!words = !dgk.tile<64x1xi32, #dgk.shared<none>>

dgk.kernel @tiles() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  %rs = dgk.buffer at 4096 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %u = dgk.view %rs : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c10] has operands or scales that are not in registers; run dgk-hoist-scales and dgk-read-fragments first}}
      %sum = dgk.mma %t scaled by %u[%c0] per 32, %t scaled by %u[%c0] per 32, %acc
        : !tile, !tile, !words, !words -> !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 4096, workspace = 0,
                           maps = [], parameters = []>
!tile = !dgk.tile<64x64xf8E4M3FN, #dgk.shared<b64>>

dgk.kernel @unscaled() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !dgk.buffer<1 x 64x64xf8E4M3FN, #dgk.shared<b64>>
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c10] has no scales, but #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32> takes them}}
      %sum = dgk.mma %t, %t, %acc : !tile, !tile -> !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 8448, workspace = 0,
                           maps = [], parameters = []>
!tile = !dgk.tile<64x64xbf16, #dgk.shared<b128>>
!words = !dgk.tile<64x1xi32, #dgk.shared<none>>

dgk.kernel @scaled() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128>>
  %rs = dgk.buffer at 8192 : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128>>
      %u = dgk.view %rs : !dgk.buffer<1 x 64x1xi32, #dgk.shared<none>>
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c10] has scales, but #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16> takes none}}
      %sum = dgk.mma %t scaled by %u[%c0] per 32, %t scaled by %u[%c0] per 32, %acc
        : !tile, !tile, !words, !words -> !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 64x64x128, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
                           maps = [], parameters = []>
!tile = !dgk.tile<64x128xf8E4M3FN, #dgk.shared<b128>>
!scales = !dgk.tile<64x1xf32, #dgk.shared<none>>

dgk.kernel @scaled_outside(%c0: index) attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
  %rs = dgk.buffer at 8192 : !dgk.buffer<1 x 64x1xf32, #dgk.shared<none>>
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
      %u = dgk.view %rs : !dgk.buffer<1 x 64x1xf32, #dgk.shared<none>>
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c11] has scales, or operands that are not tiles in shared memory with rows of whole swizzle spans; run dgk-promote-partials first}}
      %sum = dgk.mma %t scaled by %u[%c0] per 128, %t scaled by %u[%c0] per 128, %acc : !tile, !tile, !scales, !scales -> !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

// FP8 lies along K.
#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x128x128, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
                           maps = [], parameters = []>
!tile = !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128, column_major>>

dgk.kernel @column_major() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128, column_major>>
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128, column_major>>
      %acc = dgk.zero : !dgk.accumulator<128x128xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c11] has scales, or operands that are not tiles in shared memory with rows of whole swizzle spans; run dgk-promote-partials first}}
      %sum = dgk.mma %t, %t, %acc : !tile, !tile -> !dgk.accumulator<128x128xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 16384, workspace = 0,
                           maps = [], parameters = []>
!ring = !dgk.buffer<1 x 64x64xf32, #dgk.shared<b128, column_major>>

dgk.kernel @wide_columns() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !ring
  dgk.roles {
    dgk.role @math warps(4) {
      %t = dgk.view %ra : !ring
      // expected-error @below {{'dgk.read_fragments' op [dgk_to_nvvm-c13] reads '!dgk.fragments<a, 64x8xf32>' from a column-major tile, expected elements of 8 or 16 bits and 32 bytes of K, or 32 or 64 expanded ones of 4 bits; let the tile lie along K}}
      %f = dgk.read_fragments %t at 0 : !dgk.tile<64x64xf32, #dgk.shared<b128, column_major>> -> !dgk.fragments<a, 64x8xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x64x128, warp_grid = 4x1, stages = 1, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 24576, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @rows_elsewhere() attributes {schedule = #schedule, launch = #launch} {
  dgk.roles {
    dgk.role @math warps(4) {
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.convert' op [dgk_to_nvvm-c12] takes '!dgk.accumulator<64x64xf32>', expected all of the tile's 128x64 elements; parts of it go to dgk.promote}}
      %out = dgk.convert %acc : !dgk.accumulator<64x64xf32> -> !dgk.accumulator<64x64xbf16>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x64x128, warp_grid = 4x1, stages = 1, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 24576, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @rows_between() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rb = dgk.buffer at 16384 : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %a = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
      %b = dgk.view %rb : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
      %acc = dgk.zero : !dgk.accumulator<64x64xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c12] has '!dgk.accumulator<64x64xf32>' from row 32, column 0, expected multiples of its size}}
      %sum = dgk.mma %a rows 32, %b, %acc : !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.tile<64x128xf8E4M3FN, #dgk.shared<b128>> -> !dgk.accumulator<64x64xf32>
    }
  }
  dgk.return
}

// -----

// A pair inside of a larger cluster.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (4), block = 256, cluster = 4, shared = 32800, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (64, 256), strides = () -> (128), box = [64, 64], swizzle = b128>],
  parameters = [<map 0>]>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>

dgk.kernel @part(%a: memref<256x64xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !ring
  // expected-error @below {{'dgk.pipeline' op [dgk_to_nvvm-c14] spans 2 CTAs of a cluster of 4, expected 1 or all of them}}
  %p = dgk.pipeline producers(1) consumers(8) ctas(2) at 32768 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(8) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      dgk.copy_async %a[%c0, %c0] to %r[%s] multicast(3) map(0) : memref<256x64xbf16>, !ring
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x64x128, warp_grid = 4x1, stages = 1, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 24576, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @columns_between() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %rb = dgk.buffer at 16384 : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
  dgk.roles {
    dgk.role @math warps(4) {
      %a = dgk.view %ra : !dgk.buffer<1 x 128x128xf8E4M3FN, #dgk.shared<b128>>
      %b = dgk.view %rb : !dgk.buffer<1 x 64x128xf8E4M3FN, #dgk.shared<b128>>
      %acc = dgk.zero : !dgk.accumulator<128x32xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c12] has '!dgk.accumulator<128x32xf32>' from row 0, column 16, expected multiples of its size}}
      %sum = dgk.mma %a, %b columns 16, %acc : !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.tile<64x128xf8E4M3FN, #dgk.shared<b128>> -> !dgk.accumulator<128x32xf32>
    }
  }
  dgk.return
}

// -----

// A copy for two of four.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 1, instruction = #mma,
  swizzle = b64 x b64, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma,
  store_slots = 16, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (4), block = 256, cluster = 4, shared = 32800, workspace = 0,
  maps = [<of 0, bf16, dims = () -> (64, 256), strides = () -> (128), box = [64, 64], swizzle = b128>],
  parameters = [<map 0>]>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>

dgk.kernel @part(%a: memref<256x64xbf16>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !ring
  %p = dgk.pipeline producers(1) consumers(8) ctas(4) at 32768 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(8) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [dgk_to_nvvm-c14] is for 2 CTAs of a cluster of 4, expected all of them}}
      dgk.copy_async %a[%c0, %c0] to %r[%s] multicast(3) map(0) : memref<256x64xbf16>, !ring
      dgk.commit %p[%s] bytes(16384) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// Lines of 64 columns: a descriptor cannot start at column 16.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x64x64, warp_grid = 4x1, stages = 1, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 232>, load = <warps = 4, registers = 40>,
  store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 24576, workspace = 0,
                           maps = [], parameters = []>

dgk.kernel @columns_along_lines() attributes {schedule = #schedule, launch = #launch} {
  %ra = dgk.buffer at 0 : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<b128>>
  %rb = dgk.buffer at 16384 : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128, column_major>>
  dgk.roles {
    dgk.role @math warps(4) {
      %a = dgk.view %ra : !dgk.buffer<1 x 128x64xbf16, #dgk.shared<b128>>
      %b = dgk.view %rb : !dgk.buffer<1 x 64x64xbf16, #dgk.shared<b128, column_major>>
      %acc = dgk.zero : !dgk.accumulator<128x16xf32>
      // expected-error @below {{'dgk.mma' op [dgk_to_nvvm-c12] takes columns of '!dgk.tile<64x64xbf16, #dgk.shared<b128, column_major>>', which lies along them, expected a tile along K}}
      %sum = dgk.mma %a, %b columns 16, %acc : !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<64x64xbf16, #dgk.shared<b128, column_major>> -> !dgk.accumulator<128x16xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 49184, workspace = 0,
  maps = [], parameters = [<pointer 0>]>
!turned = !dgk.buffer<2 x 64x128xf4E2M1FN, #dgk.shared<b64, column_major, expanded>>

dgk.kernel @by_threads(%a: memref<256x256xf4E2M1FN>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !turned
  %p = dgk.pipeline producers(129) consumers(4) at 49152 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) elected {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [dgk_to_nvvm-c7] copies by threads in role @load, which is one; leave out elected}}
      dgk.copy_async %a[%c0, %c0] to %r[%s] by_threads transposed : memref<256x256xf4E2M1FN>, !turned
      dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x128, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 49184, workspace = 0,
  maps = [], parameters = [<pointer 0>]>
!turned = !dgk.buffer<2 x 96x128xf4E2M1FN, #dgk.shared<b32, column_major, expanded>>

dgk.kernel @by_threads(%a: memref<256x256xf4E2M1FN>) attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %r = dgk.buffer at 0 : !turned
  %p = dgk.pipeline producers(129) consumers(4) at 49152 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @load warps(4) {
      %s = dgk.acquire %p : !dgk.pipeline<2>
      // expected-error @below {{'dgk.copy_async' op [dgk_to_nvvm-c15] copies columns of 6 x 16 elements by 128 threads, expected a multiple of 8 x 6 threads; take a power of two of rows}}
      dgk.copy_async %a[%c0, %c0] to %r[%s] by_threads transposed : memref<256x256xf4E2M1FN>, !turned
      dgk.commit %p[%s] bytes(0) : !dgk.pipeline<2>
    }
  }
  dgk.return
}

// -----

// Splits without a CTA.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>, store = registers,
  store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (2), block = 128, cluster = 2, shared = 9728,
  workspace = 0, maps = [], parameters = []>

dgk.kernel @splits() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      // expected-error @below {{'dgk.combine_in_cluster' op [dgk_to_nvvm-c14] adds up 3 splits in a cluster of 2, expected one in each CTA}}
      %sum, %last = dgk.combine_in_cluster %zero[%c0] of 3 rows %c0 offset = 0 : !dgk.accumulator<64x16xf32>
    }
  }
  dgk.return
}

// -----

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>, store = registers,
  store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (2), block = 128, cluster = 2, shared = 9728,
  workspace = 0, maps = [], parameters = []>

dgk.kernel @nowhere() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      // expected-error @below {{'dgk.combine_in_cluster' op [dgk_to_nvvm-c14] has no offset; run dgk-assign-memory}}
      %sum, %last = dgk.combine_in_cluster %zero[%c0] of 2 rows %c0 : !dgk.accumulator<64x16xf32>
    }
  }
  dgk.return
}

// -----

// Slots of two CTAs beside sums of two.
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 1, instruction = #mma,
  swizzle = b128 x b128, math = <warps = 4, registers = 248>, load = <warps = 4, registers = 40>, store = registers,
  store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (2), block = 128, cluster = 2, shared = 9728,
  workspace = 0, maps = [], parameters = []>

dgk.kernel @both() attributes {schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %p = dgk.pipeline producers(1) consumers(4) ctas(2) at 8192 : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(4) {
      %zero = dgk.zero : !dgk.accumulator<64x16xf32>
      // expected-error @below {{'dgk.combine_in_cluster' op [dgk_to_nvvm-c14] stands beside a pipeline of several CTAs, expected one or the other; let each CTA load its own tiles}}
      %sum, %last = dgk.combine_in_cluster %zero[%c0] of 2 rows %c0 offset = 0 : !dgk.accumulator<64x16xf32>
    }
  }
  dgk.return
}
