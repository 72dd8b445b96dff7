// A module may hold several problems: each gets a kernel with a name of its own,
// also where a user took that name. Ops in nested control flow are problems too.
//
// RUN: dgemm-opt %s --convert-dgemm-to-dgk --mlir-pass-statistics 2>%t.statistics | FileCheck %s
// RUN: FileCheck %s --check-prefix=STATISTICS --input-file=%t.statistics

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>
!m = memref<256x256xbf16>

// STATISTICS: ConvertDGemmToDGKPass
// STATISTICS-NEXT: (S) 3 kernels - Kernels made

// CHECK: func.func private @mlp_kernel()
func.func private @mlp_kernel()

// CHECK-LABEL: func.func @mlp
// CHECK: dgk.launch @mlp_kernel_1(%[[X:.*]], %{{.*}}, %[[Y:.*]]) :
// CHECK: scf.if
// CHECK:   dgk.launch @mlp_kernel_2(%[[Y]], %{{.*}}, %[[X]]) :
func.func @mlp(%x: !m, %u: !m, %v: !m, %y: !m, %more: i1) {
  dgemm.matmul ins(%x, %u : !m, !m) outs(%y : !m) {dgk.schedule = #schedule, dgk.target = #target}
  scf.if %more {
    dgemm.matmul ins(%y, %v : !m, !m) outs(%x : !m) {dgk.schedule = #schedule, dgk.target = #target}
  }
  return
}

// CHECK-LABEL: func.func @other
// CHECK: dgk.launch @other_kernel(
func.func @other(%x: !m, %u: !m, %y: !m) {
  dgemm.matmul ins(%x, %u : !m, !m) outs(%y : !m) {dgk.schedule = #schedule, dgk.target = #target}
  return
}

// CHECK: dgk.kernel @mlp_kernel_1(
// CHECK: dgk.kernel @mlp_kernel_2(
// CHECK: dgk.kernel @other_kernel(
