// What C, operands along M and N, and a head split become in PTX, and that the
// assembler keeps all of it in registers.
//
// RUN: dgemm-compile %s --target=sm_90a --kernel=tn_kernel -o %t.tn.ptx && FileCheck %s --input-file=%t.tn.ptx --check-prefix=TN
// RUN: dgemm-compile %s --target=sm_90a --kernel=gradient_kernel -o %t.gradient.ptx && FileCheck %s --input-file=%t.gradient.ptx --check-prefix=GRADIENT
// RUN: dgemm-compile %s --target=sm_90a --kernel=distinct_kernel -o %t.distinct.ptx && FileCheck %s --input-file=%t.distinct.ptx --check-prefix=DISTINCT
// RUN: dgemm-compile %s --target=sm_90a --kernel=fetched_kernel -o %t.fetched.ptx && FileCheck %s --input-file=%t.fetched.ptx --check-prefix=FETCHED
// RUN: dgemm-compile %s --target=sm_90a --kernel=heads_kernel -o %t.heads.ptx
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.fetched.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.tn.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.gradient.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.distinct.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// RUN: %if ptxas %{ ptxas -arch=sm_90a -v %t.heads.ptx -o %t.cubin 2>&1 | FileCheck %s --check-prefix=PTXAS %}
// REQUIRES: dgemm-compile

// PTXAS: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads

// Both operands lie along their rows: the last two immediates. 128 rows are two
// boxes for each operand.
// TN-COUNT-4:  wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {{.*}}, 1, 1, 1, 1;
// TN:          cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.tile.bulk_group
// TN-COUNT-4:  cp.async.bulk.tensor.2d.shared
// TN-NOT:      cp.async.bulk.tensor.2d.shared

// The sum with C is formed where C lies: no thread reads it.
// GRADIENT:     wgmma.mma_async
// GRADIENT-NOT: ld.global
// GRADIENT:     cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.tile.bulk_group
// GRADIENT-NOT: ld.global

// Other C comes as a tile, long before it is added behind the last product.
// DISTINCT-NOT:      ld.global
// DISTINCT:          wgmma.wait_group
// DISTINCT:          mbarrier.try_wait
// DISTINCT-COUNT-32: ld.shared.v2.b16
// DISTINCT:          stmatrix
// DISTINCT-NOT:      ld.global
// Where TMA cannot copy the scales, threads fetch them before they wait for the
// tiles.
// FETCHED-COUNT-2: ld.global.b32
// FETCHED:         mbarrier.try_wait
// FETCHED:         wgmma.mma_async

#wgmma16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#wgmma8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#bf16 = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 6, scale_stages = 1,
  instruction = #wgmma16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#fp8 = #dgk.schedule<tile = 128x128x128, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #wgmma8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>

func.func @tn(%a: memref<?x7168xbf16>, %b: memref<?x4096xbf16>, %d: memref<7168x4096xf32>) {
  dgemm.matmul ins(%a, %b plus %d : memref<?x7168xbf16>, memref<?x4096xbf16>, memref<7168x4096xf32>)
    outs(%d : memref<7168x4096xf32>) {layout = #dgemm.layout<tn>, dgk.schedule = #bf16}
  return
}

func.func @gradient(%a: memref<?x4096xf8E4M3FN>, %sa: memref<?x32xf32, strided<[1, ?]>>,
                    %b: memref<2112x4096xf8E4M3FN>, %sb: memref<2112x32xf32, strided<[1, 2112]>>, %d: memref<?x2112xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<?x4096xf8E4M3FN>, memref<?x32xf32, strided<[1, ?]>>, memref<2112x4096xf8E4M3FN>,
        memref<2112x32xf32, strided<[1, 2112]>>, memref<?x2112xf32>)
    outs(%d : memref<?x2112xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #fp8}
  return
}

#with_c = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #wgmma16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
func.func @distinct(%a: memref<?x7168xbf16>, %b: memref<2112x7168xbf16>, %c: memref<?x2112xbf16>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x7168xbf16>, memref<2112x7168xbf16>, memref<?x2112xbf16>)
    outs(%d : memref<?x2112xbf16>) {dgk.schedule = #with_c}
  return
}

func.func @heads(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
                 %b: memref<8192x512xf8E4M3FN>, %sb: memref<64x4xf32>, %d: memref<?x10240xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32, strided<[1, ?]>>, memref<8192x512xf8E4M3FN>, memref<64x4xf32>)
    outs(%d : memref<?x10240xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #fp8,
     epilogue = #dgemm.head_split<left = 128, mid = 64, right = 128>}
  return
}

func.func @fetched(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>, %b: memref<8192x512xf8E4M3FN>, %sb: memref<64x4xf32>,
                   %d: memref<?x8192xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>, memref<8192x512xf8E4M3FN>, memref<64x4xf32>)
    outs(%d : memref<?x8192xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #fp8}
  return
}
