// One matmul, one synchronous kernel: a loop over output tiles, a loop for each
// span of scale words that is longer than a K tile, a loop over K tiles.
//
// RUN: dgemm-opt %s --convert-dgemm-to-dgk --mlir-print-local-scope | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#bk64 = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#bk128 = #dgk.schedule<tile = 64x128x128, warp_grid = 4x2, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 4, along = n>>
#target = #dgk.target<"sm_120a", sm120, ptx = 88,
  limits = #dgk.limits<sharedPerCta = 101376, registersPerSm = 65536, registersPerThread = 255,
                       warpsPerSm = 48, clusterSize = 1, tensorMemoryColumns = 0>,
  rates = #dgk.rates<smCount = 188, smsPerGpc = 1, smsOfLastGpc = 0, clockMhz = 2114,
            bf16PerCycle = 1024, fp8PerCycle = 2048, fp4PerCycle = 4096, memoryGbs = 1500>, instructions = [#mma]>

!a = memref<?x1024xf8E4M3FN>
!b = memref<256x1024xf8E4M3FN>
!sa128 = memref<?x2xi32, strided<[1, ?]>>
!sb128 = memref<256x2xi32, strided<[1, 256]>>
!sa32 = memref<?x8xi32, strided<[1, ?]>>
!sb32 = memref<256x8xi32, strided<[1, 256]>>
!d = memref<?x256xbf16>

// The op becomes a launch with the op's operands: data, scales, output.
// CHECK-LABEL: func.func @by_128(
// CHECK-SAME:    %[[A:[^:]*]]: memref<?x1024xf8E4M3FN>, %[[SA:[^:]*]]: memref<?x2xi32, strided<[1, ?]>>,
// CHECK-SAME:    %[[B:[^:]*]]: memref<256x1024xf8E4M3FN>, %[[SB:[^:]*]]: {{.*}}, %[[D:[^:]*]]: memref<?x256xbf16>
// CHECK-NEXT:  dgk.launch @by_128_kernel(%[[A]], %[[B]], %[[SA]], %[[SB]], %[[D]])
// CHECK-NEXT:  return
func.func @by_128(%a: !a, %sa: !sa128, %b: !b, %sb: !sb128, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa128, !b, !sb128) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #bk64, dgk.target = #target}
  return
}

func.func @by_32(%a: !a, %sa: !sa32, %b: !b, %sb: !sb32, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa32, !b, !sb32) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, dgk.schedule = #bk64, dgk.target = #target}
  return
}

func.func @by_128_and_32(%a: !a, %sa: !sa128, %b: !b, %sb: !sb32, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa128, !b, !sb32) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, dgk.schedule = #bk64, dgk.target = #target}
  return
}

func.func @by_32_and_128(%a: !a, %sa: !sa32, %b: !b, %sb: !sb128, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa32, !b, !sb128) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, dgk.schedule = #bk128, dgk.target = #target}
  return
}

// The kernel keeps target and schedule. Scales of 128 elements: one word, loaded
// once, covers 512 of them, eight K tiles.
// CHECK-LABEL: dgk.kernel @by_128_kernel(
// CHECK-SAME:    %[[A:[^:]*]]: memref<?x1024xf8E4M3FN> {dgk.name = "a"}, %[[B:[^:]*]]: memref<256x1024xf8E4M3FN> {dgk.name = "b"},
// CHECK-SAME:    %[[SA:[^:]*]]: memref<?x2xi32, {{.*}}> {dgk.name = "a_scale"}, %[[SB:[^:]*]]: memref<256x2xi32, {{.*}}> {dgk.name = "b_scale"},
// CHECK-SAME:    %[[D:[^:]*]]: memref<?x256xbf16> {dgk.name = "d"})
// CHECK-SAME:    schedule = #dgk.schedule<tile = 128x128x64, {{.*}} target = #dgk.target<"sm_120a"
// CHECK:       %[[ROWS:.*]] = memref.dim %[[D]], %c0
// CHECK:       dgk.tiles (%m, %n) in (%[[ROWS]] by 128, %c256 by 128) raster <group = 8, along = m> {
// CHECK-NEXT:    %[[ZERO:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK:         %[[SUM:.*]] = scf.for %[[O:.*]] = %{{.*}} to %c1024{{.*}} step %c512{{.*}} iter_args(%[[ACC0:.*]] = %[[ZERO]])
// CHECK-NEXT:      %[[K0:.*]] = arith.addi %{{.*}}, %[[O]]
// CHECK:           %[[WORD:.*]] = arith.divui %[[K0]], %c512
// CHECK-NEXT:      %[[UA:.*]] = dgk.load %[[SA]][%m, %[[WORD]]] : {{.*}} -> !dgk.tile<128x1xi32>
// CHECK:           %[[UB:.*]] = dgk.load %[[SB]][%n, %{{.*}}] : {{.*}} -> !dgk.tile<128x1xi32>
// CHECK:           scf.for %[[I:.*]] = %{{.*}} to %c512{{.*}} step %c64{{.*}} iter_args(%[[ACC:.*]] = %[[ACC0]])
// CHECK-NEXT:        %[[K:.*]] = arith.addi %[[K0]], %[[I]]
// CHECK-NEXT:        %[[TA:.*]] = dgk.load %[[A]][%m, %[[K]]] : {{.*}} -> !dgk.tile<128x64xf8E4M3FN>
// CHECK-NEXT:        %[[TB:.*]] = dgk.load %[[B]][%n, %[[K]]] : {{.*}} -> !dgk.tile<128x64xf8E4M3FN>
// The byte is the number of scales between the word's first element and k.
// CHECK:             %[[JA:.*]] = arith.divui %[[I]], %c128
// CHECK:             %[[JB:.*]] = arith.divui
// CHECK-NEXT:        %[[NEXT:.*]] = dgk.mma %[[TA]] scaled by %[[UA]][%[[JA]]] per 128, %[[TB]] scaled by %[[UB]][%[[JB]]] per 128, %[[ACC]]
// CHECK-NEXT:        scf.yield %[[NEXT]]
// CHECK:         %[[OUT:.*]] = dgk.convert %[[SUM]] : !dgk.accumulator<128x128xf32> -> !dgk.accumulator<128x128xbf16>
// CHECK-NEXT:    dgk.store %[[OUT]], %[[D]][%m, %n]
// CHECK-NEXT:  }
// CHECK-NEXT:  dgk.return

// Scales of 32 elements: one word covers 128 elements, two K tiles.
// CHECK-LABEL: dgk.kernel @by_32_kernel
// CHECK:         scf.for {{.*}} to %c1024{{.*}} step %c128
// CHECK:           %[[UA:.*]] = dgk.load %{{.*}}[%m, %{{.*}}] : memref<?x8xi32, {{.*}}> -> !dgk.tile<128x1xi32>
// CHECK:           %[[UB:.*]] = dgk.load %{{.*}}[%n, %{{.*}}] : memref<256x8xi32, {{.*}}> -> !dgk.tile<128x1xi32>
// CHECK:           scf.for {{.*}} to %c128{{.*}} step %c64
// CHECK:             dgk.mma %{{.*}} scaled by %[[UA]][%{{.*}}] per 32, %{{.*}} scaled by %[[UB]][%{{.*}}] per 32

// Different granularities: three loops, each word in the loop of its span.
// CHECK-LABEL: dgk.kernel @by_128_and_32_kernel
// CHECK:         scf.for {{.*}} to %c1024{{.*}} step %c512
// CHECK:           %[[UA:.*]] = dgk.load %{{.*}} : memref<?x2xi32, {{.*}}> -> !dgk.tile<128x1xi32>
// CHECK-NOT:       dgk.load
// CHECK:           scf.for {{.*}} to %c512{{.*}} step %c128
// CHECK:             %[[UB:.*]] = dgk.load %{{.*}} : memref<256x8xi32, {{.*}}> -> !dgk.tile<128x1xi32>
// CHECK-NOT:         dgk.load
// CHECK:             scf.for {{.*}} to %c128{{.*}} step %c64
// CHECK-COUNT-2:       dgk.load {{.*}} -> !dgk.tile<128x64xf8E4M3FN>
// CHECK:               dgk.mma %{{.*}} scaled by %[[UA]][%{{.*}}] per 128, %{{.*}} scaled by %[[UB]][%{{.*}}] per 32

// With a K tile of 128 a word of A covers just one: it travels with the tile,
// and there is no loop for it.
// CHECK-LABEL: dgk.kernel @by_32_and_128_kernel
// CHECK:       dgk.tiles (%m, %n) in (%{{.*}} by 64, %{{.*}} by 128) raster <group = 4, along = n> {
// CHECK:         scf.for {{.*}} to %c1024{{.*}} step %c512
// CHECK:           %[[UB:.*]] = dgk.load %{{.*}} : memref<256x2xi32, {{.*}}> -> !dgk.tile<128x1xi32>
// CHECK:           scf.for {{.*}} to %c512{{.*}} step %c128
// CHECK:             dgk.load {{.*}} -> !dgk.tile<64x128xf8E4M3FN>
// CHECK:             dgk.load {{.*}} -> !dgk.tile<128x128xf8E4M3FN>
// CHECK:             %[[UA:.*]] = dgk.load %{{.*}} : memref<?x8xi32, {{.*}}> -> !dgk.tile<64x1xi32>
// CHECK-NOT:         scf.for
// CHECK:             dgk.mma %{{.*}} scaled by %[[UA]][%{{.*}}] per 32, %{{.*}} scaled by %[[UB]][%{{.*}}] per 128

// C in place and in f32 is added by the store; other C in f32 before the one
// rounding. Operands are loaded in the order of their layout; a head split maps the
// columns, of which B has the number.
// CHECK-LABEL: dgk.kernel @in_place_kernel(
// CHECK:         %[[SUM:.*]] = scf.for
// CHECK:         dgk.store %{{.*}}, %arg5[%m, %n] accumulate : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
// CHECK-LABEL: dgk.kernel @rounded_kernel(
// CHECK:         %[[C:.*]] = dgk.add_from %{{.*}}, %arg5[%m, %n] : !dgk.accumulator<128x128xf32>, memref<?x256xbf16>
// CHECK-NEXT:    %[[OUT:.*]] = dgk.convert %[[C]]
// CHECK-NEXT:    dgk.store %[[OUT]], %arg5[%m, %n] : !dgk.accumulator<128x128xbf16>
// CHECK-LABEL: dgk.kernel @tn_kernel(
// CHECK:         %[[K:.*]] = memref.dim %arg0, %c0
// CHECK:         dgk.load %arg0[%{{.*}}, %m] transposed : memref<?x512xbf16> -> !dgk.tile<128x64xbf16>
// CHECK-NEXT:    dgk.load %arg1[%{{.*}}, %n] transposed : memref<?x256xbf16> -> !dgk.tile<128x64xbf16>
// CHECK-LABEL: dgk.kernel @heads_kernel(
// CHECK:         dgk.tiles (%m, %n) in (%{{.*}} by 128, %c256{{.*}} by 128)
// CHECK:         dgk.store %{{.*}}, %arg4[%m, %n] heads <left = 64, mid = 32, right = 64> :
func.func @in_place(%a: !a, %sa: !sa128, %b: !b, %sb: !sb128, %d: memref<?x256xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d : !a, !sa128, !b, !sb128, memref<?x256xf32>)
    outs(%d : memref<?x256xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #bk64, dgk.target = #target}
  return
}
func.func @rounded(%a: !a, %sa: !sa128, %b: !b, %sb: !sb128, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d : !a, !sa128, !b, !sb128, !d) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #bk64, dgk.target = #target}
  return
}
func.func @tn(%a: memref<?x512xbf16>, %b: memref<?x256xbf16>, %d: memref<512x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<?x256xbf16>) outs(%d : memref<512x256xbf16>)
    {layout = #dgemm.layout<tn>, dgk.schedule = #bk64, dgk.target = #target}
  return
}
func.func @heads(%a: !a, %sa: !sa128, %b: !b, %sb: !sb128, %d: memref<?x320xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa128, !b, !sb128) outs(%d : memref<?x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #bk64, dgk.target = #target,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}
