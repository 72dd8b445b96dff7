// Rates are those of the target, one that is written by hand included.
// REQUIRES: dgemm-explain
// RUN: split-file %s %t
// RUN: dgemm-explain %t/own.mlir --m 4096 | FileCheck %s
// RUN: not dgemm-explain %t/none.mlir --target=sm_90a --m 128 | FileCheck %s --check-prefix=NONE
// RUN: not dgemm-explain %t/none.mlir --target=sm_90a --m 128 --json > %t/none.json
// RUN: %python -c "import json, sys; print(json.load(open(sys.argv[1]))[0]['candidates'][0]['predicted_us'])" %t/none.json | FileCheck %s --check-prefix=JSON

//--- own.mlir
// The H100's name with a tenth of its clock, and BF16 at an eighth of FP8: no
// schedule that was measured there.
// CHECK: on sm_90a: 132 SMs, 24.7 TFLOP/s in BF16, 3350 GB/s
// CHECK: M = 4096, N = 2112, K = 7168: bf16 x bf16 to bf16
// CHECK: {{^> .* 8[0-9]%}}
// CHECK-NOT: timed on the chip
// CHECK: dgk.schedule = #dgk.schedule<
#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#slow = #dgk.target<"sm_90a", sm90, ptx = 88, limits = <sharedPerCta = 232448, registersPerSm = 65536,
    registersPerThread = 255, warpsPerSm = 64, clusterSize = 8, tensorMemoryColumns = 0>,
    rates = <smCount = 132, smsPerGpc = 16, smsOfLastGpc = 8, clockMhz = 183,
             bf16PerCycle = 1024, fp8PerCycle = 8192, fp4PerCycle = 0, memoryGbs = 3350>, instructions = [#mma]>
func.func @own(%a: memref<?x7168xbf16>, %b: memref<2112x7168xbf16>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x7168xbf16>, memref<2112x7168xbf16>)
    outs(%d : memref<?x2112xbf16>) {layout = #dgemm.layout<nt>, dgk.target = #slow}
  return
}

//--- none.mlir
// sm_90a has no FP4: a rule is broken, and there is no time.
// NONE: 128x128x64 {{.*}} 0.0 0 0% 0 0% [select-c12] instruction: schedule uses #dgk.mma_sync<mxf4nvf4
// JSON: {{^}}0{{$}}
#mma = #dgk.mma_sync<mxf4nvf4, m = 16, n = 8, k = 64, a = f4E2M1FN, b = f4E2M1FN, scale_block = 32>
#s = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2,
    scale_stages = 1, instruction = #mma, swizzle = b128 x b128,
    math = <warps = 8, registers = 232>, load = <warps = 4, registers = 40>,
    store = tma, store_slots = 8, raster = <group = 8, along = m>>
func.func @none(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #s}
  return
}
