// Attributes of the kernel dialect: what they print and parse, and the names
// that long ones get at the top of a module.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

// CHECK-DAG: #mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
// CHECK-DAG: #mma{{[0-9]+}} = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>
// CHECK-DAG: #mma{{[0-9]+}} = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f4E2M1FN, scale_block = 32>
// CHECK-DAG: #mma{{[0-9]+}} = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
// CHECK-DAG: #mma{{[0-9]+}} = #dgk.wgmma<f8f6f4, m = 64, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN>
// CHECK-DAG: #mma{{[0-9]+}} = #dgk.tcgen05<tf32, m = 128, n = 32, k = 8, a = f32, b = f32>
// CHECK-DAG: #sm_120a = #dgk.target<"sm_120a", sm120, ptx = 88, limits = <sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255, warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>, rates = <smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114, bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
// No kind of instruction but FP8, and the most that a number may be.
// CHECK-DAG: #x = #dgk.target<"x", sm90, ptx = 80, limits = <sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 8, tensorMemoryColumns = 0>, rates = <smCount = 2147483647, smsPerGpc = 16, smsOfLastGpc = 15, clockMhz = 1, bf16PerCycle = 0, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>, instructions = [#mma]>
// CHECK-DAG: #schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2, instruction = #mma, swizzle = b64 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = n>>
// CHECK-DAG: #schedule{{[0-9]+}} = #dgk.schedule<{{.*}}, raster = <group = 1, along = m>, cluster = <size = 2, along = n>, split_k = 4, swap_ab, evict_first = a>
// CHECK-DAG: #launch{{[0-9]*}} = #dgk.launch_plan<symbols = [<dim 0 of 0>, <stride 1 of 2>, <sm_count>], grid = ()[s0, s1] -> (s1, s0 ceildiv 128), block = 384, cluster = 1, shared = 1024, workspace = 64, maps = [<of 0, f8E4M3FN, dims = ()[s0] -> (7168, s0), strides = ()[s0] -> (7168), box = [64, 128], swizzle = b64>, <of 1 at 8192, f32, dims = () -> (64), strides = () -> (), box = [64], swizzle = none>], parameters = [<map 0>, <symbol 1>, <pointer 2>]>
// CHECK-DAG: #launch{{[0-9]*}} = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 32, cluster = 1, shared = 0, workspace = 0, maps = [], parameters = []>

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
#edge = #dgk.target<"x", sm90, ptx = 80,
  limits = #dgk.limits<sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1,
                       warpsPerSm = 1, clusterSize = 8, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 2147483647, smsPerGpc = 16, smsOfLastGpc = 15, clockMhz = 1,
            bf16PerCycle = 0, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>, instructions = [#mma]>
#one = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = n>>
#two = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = none x b32, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0,
  raster = <group = 1, along = m>, cluster = <size = 2, along = n>, split_k = 4, swap_ab, evict_first = a>
#pointers = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 32, cluster = 1, shared = 0,
  workspace = 0, maps = [], parameters = []>
#plan = #dgk.launch_plan<symbols = [<dim 0 of 0>, <stride 1 of 2>, <sm_count>],
  grid = ()[s0, s1] -> (s1, s0 ceildiv 128), block = 384, cluster = 1, shared = 1024, workspace = 64,
  maps = [<of 0, f8E4M3FN, dims = ()[s0] -> (7168, s0), strides = ()[s0] -> (7168), box = [64, 128],
           swizzle = b64>,
          <of 1 at 8192, f32, dims = () -> (64), strides = () -> (), box = [64], swizzle = none>],
  parameters = [<map 0>, <symbol 1>, <pointer 2>]>

func.func private @instructions() attributes {
  a = #mma,
  b = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 16>,
  c = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f4E2M1FN, scale_block = 32>,
  d = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>,
  e = #dgk.wgmma<f8f6f4, m = 64, n = 128, k = 32, a = f8E4M3FN, b = f8E4M3FN>,
  f = #dgk.tcgen05<tf32, m = 128, n = 32, k = 8, a = f32, b = f32>}

// CHECK: @problem() attributes {dgk.schedule = #schedule, dgk.target = #sm_120a, empty = #launch{{[0-9]*}}, other = #schedule{{[0-9]+}}, plan = #launch{{[0-9]*}}}
func.func private @problem() attributes {dgk.schedule = #one, dgk.target = #target, empty = #pointers, other = #two,
                                         plan = #plan}

// CHECK: @edge() attributes {dgk.target = #x}
func.func private @edge() attributes {dgk.target = #edge}

// CHECK: @parts() attributes {
// CHECK-SAME: a = #dgk.shared<none>, b = #dgk.shared<b32, cta_group = 2>, c = #dgk.shared<none, scale_words>
// CHECK-SAME: d = #dgk.shared<none, cta_group = 2, scale_words>, e = #dgk.tmem<cta_group = 1>
// CHECK-SAME: f = #dgk.raster<group = 8, along = m>, g = #dgk.role_spec<warps = 4, registers = 24>
// CHECK-SAME: h = #dgk.symbol<sm_count>, i = #dgk.symbol<dim 1 of 2>, j = #dgk.parameter<pointer 3>
// CHECK-SAME: k = #dgk<reduce_kind max>
func.func private @parts() attributes {
  a = #dgk.shared<none>, b = #dgk.shared<b32, cta_group = 2>, c = #dgk.shared<none, scale_words>,
  d = #dgk.shared<none, scale_words, cta_group = 2>, e = #dgk.tmem<cta_group = 1>,
  f = #dgk.raster<group = 8, along = m>, g = #dgk.role_spec<warps = 4, registers = 24>,
  h = #dgk.symbol<sm_count>, i = #dgk.symbol<dim 1 of 2>, j = #dgk.parameter<pointer 3>,
  k = #dgk<reduce_kind max>}
