// RUN: dgk-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{[shared-c1] cta_group is 3, expected 1 or 2}}
func.func private @bad() attributes {a = #dgk.shared<b128, cta_group = 3>}

// -----

// expected-error @below {{[shared-c2] scale_words has swizzle b128, expected none}}
func.func private @bad() attributes {a = #dgk.shared<b128, scale_words>}

// -----

// expected-error @below {{[shared-c3] column_major has swizzle none and cta_group 1, expected a swizzle and cta_group 1}}
func.func private @bad() attributes {a = #dgk.shared<none, column_major>}

// -----

// expected-error @below {{[shared-c3] column_major has swizzle b128 and cta_group 2, expected a swizzle and cta_group 1}}
func.func private @bad() attributes {a = #dgk.shared<b128, cta_group = 2, column_major>}

// -----

// expected-error @below {{[head_split-c1] has sizes 0, 64 and 0, expected sizes of at most 2147483647 in all, left + right positive}}
func.func private @bad() attributes {a = #dgk.head_split<left = 0, mid = 64, right = 0>}

// -----

// expected-error @below {{[head_split-c1] has sizes 64, -1 and 64, expected sizes of at most 2147483647 in all, left + right positive}}
func.func private @bad() attributes {a = #dgk.head_split<left = 64, mid = -1, right = 64>}

// -----

// expected-error @below {{[head_split-c1] has sizes 1073741824, 1 and 1073741824, expected sizes of at most 2147483647 in all}}
func.func private @bad() attributes {a = #dgk.head_split<left = 1073741824, mid = 1, right = 1073741824>}

// -----

// expected-error @below {{[tmem-c1] cta_group is 4, expected 1 or 2}}
func.func private @bad() attributes {a = #dgk.tmem<cta_group = 4>}

// -----

// expected-error @below {{[mma_instruction-c1] mma_sync has k = 16 with 8-bit elements, expected k = 32}}
func.func private @bad() attributes {a = #dgk.mma_sync<f8f6f4, m = 16, n = 8, k = 16, a = f8E4M3FN, b = f8E4M3FN>}

// -----

// expected-error @below {{[mma_instruction-c2] mma_sync has scale_block = 0, expected 32}}
func.func private @bad() attributes {a = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN>}

// -----

// expected-error @below {{[mma_instruction-c2] wgmma has scale_block = 32, but its kind takes no scales}}
func.func private @bad() attributes {a = #dgk.wgmma<f8f6f4, m = 64, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>}

// -----

// expected-error @below {{[mma_instruction-c3] mma_sync is m = 8, n = 8, expected m = 16, n = 8}}
func.func private @bad() attributes {a = #dgk.mma_sync<bf16, m = 8, n = 8, k = 16, a = bf16, b = bf16>}

// -----

// expected-error @below {{[mma_instruction-c3] wgmma is m = 64, n = 264, expected m = 64 and n a multiple of 8 in 8..256}}
func.func private @bad() attributes {a = #dgk.wgmma<bf16, m = 64, n = 264, k = 16, a = bf16, b = bf16>}

// -----

// expected-error @below {{[mma_instruction-c3] tcgen05 is m = 32, n = 16, expected m = 64, 128 or 256}}
func.func private @bad() attributes {a = #dgk.tcgen05<bf16, m = 32, n = 16, k = 16, a = bf16, b = bf16>}

// -----

// expected-error @below {{[mma_instruction-c4] mma_sync multiplies 'index' by 'bf16', expected integers or floats}}
func.func private @bad() attributes {a = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = index, b = bf16>}

// -----

// expected-error @below {{[target-c1] attribute 'dgk.target' is "sm_120a", expected a #dgk.target}}
func.func private @bad() attributes {dgk.target = "sm_120a"}

// -----

// expected-error @below {{[target-c2] instruction "wgmma" is not a matrix instruction}}
func.func private @bad() attributes {a = #dgk.target<"x", sm90, ptx = 80, limits = #dgk.limits<sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 1, tensorMemoryColumns = 0>, rates = #dgk.rates<smCount = 1, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 1, memoryGbs = 1>, instructions = ["wgmma"]>}

// -----

// expected-error @below {{[limits-c1] sharedPerCta is 0, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.limits<sharedPerCta = 0, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 1, tensorMemoryColumns = 0>}

// -----

// expected-error @below {{[limits-c1] clusterSize is 4294967296, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.limits<sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 4294967296, tensorMemoryColumns = 0>}

// -----

// expected-error @below {{[limits-c1] tensorMemoryColumns is -1, expected 0 to 2147483647}}
func.func private @bad() attributes {a = #dgk.limits<sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 1, tensorMemoryColumns = -1>}

// -----

// expected-error @below {{[rates-c1] smCount is 0, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 0, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c1] clockMhz is -1830, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = -1830, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c1] memoryGbs is 0, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 0>}

// -----

// expected-error @below {{[rates-c1] smCount is 2147483648, expected 1 to 2147483647}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2147483648, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c2] fp4PerCycle is -1, expected 0 to 2147483647}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = -1, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c3] smsPerGpc is 0 of 2 SMs, expected 1 to 2; 1 for a part without clusters}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 0, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c3] smsPerGpc is 16 of 2 SMs, expected 1 to 2; 1 for a part without clusters}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 16, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[rates-c3] smsOfLastGpc is 2 beside GPCs of 2 SMs, expected 0 to 1; 0 if there is no smaller one}}
func.func private @bad() attributes {a = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 2, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>}

// -----

// expected-error @below {{[target-c3] instruction #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32> does 0 operations in a cycle on operands of 4 bits, expected a positive number in rates; or leave the instruction out}}
func.func private @bad() attributes {a = #dgk.target<"x", sm90, ptx = 80, limits = <sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 1, tensorMemoryColumns = 0>, rates = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>, instructions = [#dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>]>}

// -----

// expected-error @below {{[target-c4] clusterSize is 4, but a GPC has 2 SMs (smsPerGpc), and a cluster lies in one GPC}}
func.func private @bad() attributes {a = #dgk.target<"x", sm90, ptx = 80, limits = <sharedPerCta = 1, registersPerSm = 1, registersPerThread = 1, warpsPerSm = 1, clusterSize = 4, tensorMemoryColumns = 0>, rates = #dgk.rates<smCount = 2, smsPerGpc = 2, smsOfLastGpc = 0, clockMhz = 1, bf16PerCycle = 1, fp8PerCycle = 1, fp4PerCycle = 0, memoryGbs = 1>, instructions = []>}

// -----

// expected-error @below {{[raster-c2] goes along k, expected m or n: the tiles of the output have no other axes}}
func.func private @bad() attributes {a = #dgk.raster<group = 8, along = k>}

// -----

// expected-error @below {{[raster-c1] group is 0, expected a positive number of tiles}}
func.func private @bad() attributes {a = #dgk.raster<group = 0, along = m>}

// -----

// expected-error @below {{[role_spec-c1] warps is 2, expected a multiple of 4 up to 32: setmaxnreg works on whole warpgroups, and a CTA has at most 1024 threads}}
func.func private @bad() attributes {a = #dgk.role_spec<warps = 2, registers = 40>}

// -----

// expected-error @below {{[role_spec-c1] warps is 9223372036854775804, expected a multiple of 4 up to 32: setmaxnreg works on whole warpgroups, and a CTA has at most 1024 threads}}
func.func private @bad() attributes {a = #dgk.role_spec<warps = 9223372036854775804, registers = 40>}

// -----

// expected-error @below {{[role_spec-c2] registers is 20, expected a multiple of 8 in 24..256}}
func.func private @bad() attributes {a = #dgk.role_spec<warps = 4, registers = 20>}

// -----

// expected-error @below {{[schedule-c1] attribute 'dgk.schedule' is 1 : i64, expected a #dgk.schedule}}
func.func private @bad() attributes {dgk.schedule = 1}

// -----

// expected-error @below {{[schedule-c2] instruction is "mma", expected a matrix instruction}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1, instruction = "mma", swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>}

// -----

// expected-error @below {{[schedule-c3] expected three positive tile sizes and two positive warp counts, got 2 and 2}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128, warp_grid = 4x2, stages = 2, scale_stages = 1, instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>}

// -----

// expected-error @below {{[schedule-c4] warp_grid 2 x 2 has 4 warps, but the math role has 8}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128x64, warp_grid = 2x2, stages = 2, scale_stages = 1, instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>}

// -----

// expected-error @below {{[schedule-c5] tile 128 x 128 x 24 is not a whole number of instructions m = 16, n = 8, k = 16 for each warp}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128x24, warp_grid = 4x2, stages = 2, scale_stages = 1, instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>}

// -----

// expected-error @below {{[schedule-c6] stages, scale_stages and split_k are at least 1, store_slots at least 0}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 0, scale_stages = 1, instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>}

// -----

// expected-error @below {{[cluster-c1] size is 1, expected 2 to 16; leave the cluster out for CTAs that work alone}}
func.func private @bad() attributes {a = #dgk.cluster<size = 1, along = m>}

// -----

// expected-error @below {{unknown schedule parameter 'swap', expected cluster, split_k, swap_ab or evict_first}}
func.func private @bad() attributes {a = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1, instruction = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>, swizzle = b128 x b128, math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>, swap>}

// -----

// expected-error @below {{[tensor_map-c1] 2 sizes, 1 strides and 3 box sizes; expected n, n - 1 and n for n in 1..5}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, bf16, dims = () -> (64, 64), strides = () -> (128), box = [64, 8, 1], swizzle = b128>}

// -----

// expected-error @below {{[tensor_map-c2] a box size is outside 1..256}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, bf16, dims = () -> (64, 64), strides = () -> (128), box = [64, 257], swizzle = b128>}

// -----

// expected-error @below {{[tensor_map-c3] the box is 8 bytes wide, expected a multiple of 16}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, bf16, dims = () -> (64, 64), strides = () -> (128), box = [4, 8], swizzle = b128>}

// -----

// expected-error @below {{[tensor_map-c4] the box is 256 bytes wide, more than the swizzle span 128}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, bf16, dims = () -> (64, 64), strides = () -> (128), box = [128, 8], swizzle = b128>}

// -----

// expected-error @below {{[tensor_map-c5] element type is 'index', expected an integer or float}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, index, dims = () -> (64, 64), strides = () -> (128), box = [64, 8], swizzle = b128>}

// -----

// expected-error @below {{[tensor_map-c6] begins at byte 8, expected a multiple of 16}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0 at 8, bf16, dims = () -> (64, 64), strides = () -> (128), box = [64, 8], swizzle = b128>}

// -----

// expected-error @below {{[launch_plan-c1] grid affine_map<()[s0, s1] -> (s1)> must have results and use only the plan's 1 symbols}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0, s1] -> (s1), block = 128, cluster = 1, shared = 0, workspace = 0, maps = [], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c2] block is 100 threads and cluster 1, expected a multiple of 32 up to 1024, and >= 1}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 100, cluster = 1, shared = 0, workspace = 0, maps = [], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c3] negative number of bytes}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = -1, workspace = 0, maps = [], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c4] a tensor map uses more than the plan's 1 symbols}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 0, workspace = 0, maps = [<of 0, bf16, dims = ()[s0, s1] -> (s0, s1), strides = () -> (128), box = [64, 8], swizzle = b128>], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c5] parameter index 1 is out of range}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 0, workspace = 0, maps = [<of 0, bf16, dims = () -> (64, 64), strides = () -> (128), box = [64, 8], swizzle = b128>], parameters = [<map 1>]>}

// -----

// expected-error @below {{[launch_plan-c6] workspace affine_map<()[s0, s1] -> (s1)> must have one result and use only the plan's 1 symbols}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [<sm_count>], grid = ()[s0] -> (s0), block = 128, cluster = 1, shared = 0, workspace = ()[s0, s1] -> (s1), maps = [], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c6] workspace affine_map<() -> (1, 2)> must have one result and use only the plan's 0 symbols}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = () -> (1, 2), maps = [], parameters = []>}

// -----

// expected-error @below {{[launch_plan-c3] negative number of bytes}}
func.func private @bad() attributes {a = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = -1, maps = [], parameters = []>}

// -----

// expected-error @below {{[shared-c4] expanded has swizzle b64, expected b128 or none and no other order, as TMA writes it}}
func.func private @bad() attributes {a = #dgk.shared<b64, expanded>}

// -----

// expected-error @below {{[shared-c4] expanded has swizzle none and scale_words, expected b128 or none and no other order}}
func.func private @bad() attributes {a = #dgk.shared<none, scale_words, expanded>}

// -----

// expected-error @below {{[tensor_map-c7] expands boxes of 64 elements of type 'f4E2M1FN' with swizzle b128, expected 128 elements of 4 bits with b128 or none}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, f4E2M1FN, dims = () -> (128, 64), strides = () -> (64), box = [64, 8], swizzle = b128, expanded = true>}

// -----

// expected-error @below {{[tensor_map-c7] expands boxes of 128 elements of type 'f8E4M3FN'}}
func.func private @bad() attributes {a = #dgk.tensor_map<of 0, f8E4M3FN, dims = () -> (128, 64), strides = () -> (128), box = [128, 8], swizzle = b128, expanded = true>}
