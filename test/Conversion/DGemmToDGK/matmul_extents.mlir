// Extents that are no multiple of a tile, known only at launch, or zero.
//
// RUN: dgemm-opt %s --convert-dgemm-to-dgk --mlir-print-local-scope | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>

// 576 = 512 + 64: the last word stands behind the loop, so that the loop inside
// has a constant number of iterations in both places.
// CHECK-LABEL: dgk.kernel @tail_kernel
// CHECK:         %[[WHOLE:.*]] = scf.for {{.*}} to %c512{{.*}} step %c512
// CHECK:           dgk.load {{.*}} -> !dgk.tile<128x1xi32>
// CHECK:           scf.for {{.*}} to %c512{{.*}} step %c64
// CHECK:             dgk.mma
// CHECK:         %[[K:.*]] = arith.addi %{{.*}}, %c512
// CHECK:         %[[WORD:.*]] = arith.divui %[[K]], %c512
// CHECK-NEXT:    %[[UA:.*]] = dgk.load %{{.*}}[%m, %[[WORD]]] {{.*}} -> !dgk.tile<128x1xi32>
// CHECK:         %[[UB:.*]] = dgk.load %{{.*}}[%n, %{{.*}}] {{.*}} -> !dgk.tile<128x1xi32>
// CHECK:         %[[REST:.*]] = scf.for {{.*}} to %c64{{.*}} step %c64{{.*}} iter_args(%{{.*}} = %[[WHOLE]])
// CHECK:           dgk.mma {{.*}} scaled by %[[UA]]
// CHECK:         dgk.store %[[REST]], %{{.*}}[%m, %n] : !dgk.accumulator<128x128xf32>
func.func @tail(%a: memref<?x576xf8E4M3FN>, %sa: memref<?x2xi32, strided<[1, ?]>>, %b: memref<24x576xf8E4M3FN>,
                %sb: memref<24x2xi32, strided<[1, 24]>>, %d: memref<?x24xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x576xf8E4M3FN>, memref<?x2xi32, strided<[1, ?]>>,
      memref<24x576xf8E4M3FN>, memref<24x2xi32, strided<[1, 24]>>) outs(%d : memref<?x24xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #schedule, dgk.target = #target}
  return
}

// Less than one word: no outer loop at all.
// CHECK-LABEL: dgk.kernel @short_kernel
// CHECK-COUNT-1: scf.for {{.*}} to %c64{{.*}} step %c64
// CHECK-NOT:     scf.for
// CHECK:         dgk.return
func.func @short(%a: memref<?x64xf8E4M3FN>, %sa: memref<?x1xi32, strided<[1, ?]>>, %b: memref<24x64xf8E4M3FN>,
                 %sb: memref<24x1xi32, strided<[1, 24]>>, %d: memref<?x24xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x64xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
      memref<24x64xf8E4M3FN>, memref<24x1xi32, strided<[1, 24]>>) outs(%d : memref<?x24xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #schedule, dgk.target = #target}
  return
}

// K and N come with the launch: one loop over the words, whose last iteration
// may be shorter, and the extents are sizes of arguments.
// CHECK-LABEL: dgk.kernel @dynamic_kernel(%{{.*}}: memref<?x?xf8E4M3FN>
// CHECK-DAG:     %[[ROWS:.*]] = memref.dim %[[D:.*]], %c0{{.*}} : memref<?x?xbf16>
// CHECK-DAG:     %[[COLUMNS:.*]] = memref.dim %[[D]], %c1{{.*}} : memref<?x?xbf16>
// CHECK:         %[[EXTENT:.*]] = memref.dim %{{.*}}, %c1{{.*}} : memref<?x?xf8E4M3FN>
// CHECK:         dgk.tiles (%m, %n) in (%[[ROWS]] by 128, %[[COLUMNS]] by 128)
// CHECK:           scf.for %[[O:.*]] = %{{.*}} to %[[EXTENT]] step %[[STEP:.*]] iter_args
// CHECK:             %[[REST:.*]] = arith.subi %[[EXTENT]], %[[O]]
// CHECK-NEXT:        %[[LENGTH:.*]] = arith.minui %[[REST]], %[[STEP]]
// CHECK:             scf.for {{.*}} to %[[LENGTH]] step %c64
func.func @dynamic(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xi32, strided<[1, ?]>>, %b: memref<?x?xf8E4M3FN>,
                   %sb: memref<?x?xi32, strided<[1, ?]>>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>,
      memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>) outs(%d : memref<?x?xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #schedule, dgk.target = #target}
  return
}

// K = 0 is a sum of nothing: zeros are stored.
// CHECK-LABEL: dgk.kernel @empty_kernel
// CHECK:         %[[ZERO:.*]] = dgk.zero
// CHECK-NOT:     dgk.load
// CHECK:         dgk.store %[[ZERO]], %{{.*}}[%m, %n]
func.func @empty(%a: memref<?x0xf8E4M3FN>, %sa: memref<?x0xi32, strided<[1, ?]>>, %b: memref<24x0xf8E4M3FN>,
                 %sb: memref<24x0xi32, strided<[1, 24]>>, %d: memref<?x24xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x0xf8E4M3FN>, memref<?x0xi32, strided<[1, ?]>>,
      memref<24x0xf8E4M3FN>, memref<24x0xi32, strided<[1, 24]>>) outs(%d : memref<?x24xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #schedule, dgk.target = #target}
  return
}

// Without scales there is one loop, over K tiles.
// CHECK-LABEL: dgk.kernel @unscaled_kernel
// CHECK:         scf.for {{.*}} to %c1024{{.*}} step %c64
// CHECK-COUNT-2:   dgk.load
// CHECK-NOT:       dgk.load
// CHECK:           dgk.mma %{{.*}}, %{{.*}}, %{{.*}} : !dgk.tile<128x64xbf16>, !dgk.tile<128x64xbf16> -> !dgk.accumulator<128x128xf32>
// CHECK-NOT:     scf.for
// CHECK:         dgk.return
func.func @unscaled(%a: memref<?x1024xbf16>, %b: memref<256x1024xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x1024xbf16>, memref<256x1024xbf16>) outs(%d : memref<?x256xbf16>)
    {dgk.schedule = #schedule, dgk.target = #target}
  return
}
