// The dense FP8 kernel of sm_120 with everything that runs beside everything
// else: two pipelines of different depth and period (operands for each K tile,
// scale words for eight of them), a role of one thread that loads, a role of
// eight warps that multiplies and stores. The rings are never drained between
// output tiles. The launch plan says what the host does, for every M.
//
// RUN: dgk-opt %s --dgk-verify-hazards | FileCheck %s
// It enters the pipeline where the passes would be done with it.
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales,dgk-verify-hazards,dgk-unroll-scales,dgk-read-fragments,dgk-overlap-slots,dgk-lower-tiles),convert-dgk-to-nvvm)' | FileCheck %s --check-prefix=NVVM

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8,
  raster = <group = 8, along = m>>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
#launch = #dgk.launch_plan<
  symbols = [<dim 0 of 4>, <stride 1 of 1>, <sm_count>],
  grid = ()[s0, s1, s2] -> (s2, (s0 ceildiv 128) * 17),
  block = 384, cluster = 1, shared = 85088, workspace = 0,
  maps = [<of 0, f8E4M3FN, dims = ()[s0] -> (7168, s0), strides = ()[s0] -> (7168),
           box = [64, 128], swizzle = b64>,
          <of 1, i32, dims = ()[s0] -> (s0, 14), strides = ()[s0, s1] -> (s1 * 4),
           box = [128, 1], swizzle = none>,
          <of 2, f8E4M3FN, dims = () -> (7168, 2112), strides = () -> (7168),
           box = [64, 128], swizzle = b64>,
          <of 3, i32, dims = () -> (2112, 14), strides = () -> (8448),
           box = [128, 1], swizzle = none>,
          <of 4, bf16, dims = ()[s0] -> (2112, s0), strides = ()[s0] -> (4224),
           box = [64, 16], swizzle = b128>],
  parameters = [<map 0>, <map 1>, <map 2>, <map 3>, <map 4>, <symbol 0>]>

!ring = !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
!words = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
!staging = !dgk.buffer<8 x 16x64xbf16, #dgk.shared<b128>>
!tile = !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>
!scales = !dgk.tile<128x1xi32, #dgk.shared<none>>
!acc = !dgk.accumulator<128x128xf32>

// CHECK: #launch = #dgk.launch_plan<symbols = [<dim 0 of 4>, <stride 1 of 1>, <sm_count>]
// CHECK: dgk.kernel @proj({{.*}}) attributes {launch = #launch, schedule = #schedule, target = #sm_120a}
// CHECK: %ring = dgk.buffer at 0 : !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK: %pipe = dgk.pipeline producers(1) consumers(8) at 83968 : !dgk.pipeline<4>
// CHECK: dgk.roles {
// CHECK:   dgk.role @math warps(8) registers(232) {
// CHECK:     dgk.tiles (%m, %n) in
// CHECK:       %slot = dgk.wait
// CHECK:       %view = dgk.view %{{.*}}[%slot]
// CHECK:       dgk.release %pipe{{.*}}[%slot
// CHECK:       dgk.store_async %{{.*}}, %{{.*}}[%m, %n] through
// CHECK:     dgk.drain_stores
// CHECK:   dgk.role @load warps(4) registers(40) elected {
// CHECK:       dgk.commit %{{.*}}[%{{.*}}] bytes(16384)

// NVVM: gpu.module @proj
// NVVM: llvm.func @proj(
dgk.kernel @proj(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
                 %b: memref<2112x7168xf8E4M3FN>, %sb: memref<2112x14xi32, strided<[1, 2112]>>,
                 %d: memref<?x2112xbf16>) attributes {target = #target, schedule = #schedule, launch = #launch} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c8 = arith.constant 8 : index
  %words = arith.constant 14 : index
  %c64 = arith.constant 64 : index
  %c512 = arith.constant 512 : index
  %cols = arith.constant 2112 : index
  %rows = memref.dim %d, %c0 : memref<?x2112xbf16>
  %ra = dgk.buffer at 0 : !ring
  %rb = dgk.buffer at 32768 : !ring
  %rua = dgk.buffer at 65536 : !words
  %rub = dgk.buffer at 66560 : !words
  %staging = dgk.buffer at 67584 : !staging
  %operands = dgk.pipeline producers(1) consumers(8) at 83968 : !dgk.pipeline<4>
  %scales = dgk.pipeline producers(1) consumers(8) at 84032 : !dgk.pipeline<2>
  dgk.dependency_wait
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
      dgk.tiles (%m, %n) in (%rows by 128, %cols by 128) raster <group = 8, along = m> {
        %zero = dgk.zero : !acc
        %sum = scf.for %w = %c0 to %words step %c1 iter_args(%acc0 = %zero) -> !acc {
          %u = dgk.wait %scales : !dgk.pipeline<2>
          %ua = dgk.view %rua[%u] : !words
          %ub = dgk.view %rub[%u] : !words
          %word = scf.for %j = %c0 to %c8 step %c1 iter_args(%acc = %acc0) -> !acc {
            %byte = arith.divui %j, %c2 : index
            %s = dgk.wait %operands : !dgk.pipeline<4>
            %ta = dgk.view %ra[%s] : !ring
            %tb = dgk.view %rb[%s] : !ring
            %next = dgk.mma %ta scaled by %ua[%byte] per 128, %tb scaled by %ub[%byte] per 128, %acc
              : !tile, !tile, !scales, !scales -> !acc
            dgk.release %operands[%s] : !dgk.pipeline<4>
            scf.yield %next : !acc
          }
          dgk.release %scales[%u] : !dgk.pipeline<2>
          scf.yield %word : !acc
        }
        %out = dgk.convert %sum : !acc -> !dgk.accumulator<128x128xbf16>
        dgk.store_async %out, %d[%m, %n] through %staging map(4)
          : !dgk.accumulator<128x128xbf16>, memref<?x2112xbf16>, !staging
      }
      dgk.drain_stores
    }
    dgk.role @load warps(4) registers(40) elected {
      dgk.tiles (%m, %n) in (%rows by 128, %cols by 128) raster <group = 8, along = m> {
        scf.for %w = %c0 to %words step %c1 {
          %u = dgk.acquire %scales : !dgk.pipeline<2>
          dgk.copy_async %sa[%m, %w] to %rua[%u] map(1) : memref<?x14xi32, strided<[1, ?]>>, !words
          dgk.copy_async %sb[%n, %w] to %rub[%u] map(3) : memref<2112x14xi32, strided<[1, 2112]>>, !words
          dgk.commit %scales[%u] bytes(1024) : !dgk.pipeline<2>
          %base = arith.muli %w, %c512 : index
          scf.for %j = %c0 to %c8 step %c1 {
            %o = arith.muli %j, %c64 : index
            %k = arith.addi %base, %o : index
            %s = dgk.acquire %operands : !dgk.pipeline<4>
            dgk.copy_async %a[%m, %k] to %ra[%s] map(0) : memref<?x7168xf8E4M3FN>, !ring
            dgk.copy_async %b[%n, %k] to %rb[%s] map(2) : memref<2112x7168xf8E4M3FN>, !ring
            dgk.commit %operands[%s] bytes(16384) : !dgk.pipeline<4>
          }
        }
      }
    }
  }
  dgk.dependency_signal
  dgk.return
}
