// A tile of 128 x 256 multiplies and promotes 128 columns at a time, in the
// registers of two warpgroups.
//
// RUN: dgemm-compile %s --target=sm_90a | FileCheck %s
// RUN: %if ptxas %{ dgemm-compile %s --target=sm_90a --emit=cubin -o %t.cubin --facts 2>&1 | FileCheck %s --check-prefix=FACTS %}
// REQUIRES: dgemm-compile

// CHECK:         wgmma.fence.sync.aligned;
// CHECK:         setp.ne.b32 p, 0, 0;
// CHECK-NEXT:    wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {%[[R:r[0-9]+]],{{.*}}}, %[[A:rd[0-9]+]], %{{rd[0-9]+}},
// CHECK-COUNT-3: wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {%[[R]],
// CHECK:         wgmma.wait_group.sync.aligned 0;
// CHECK-COUNT-64: fma.rn.f32
// The second band takes over the registers of the first and reads A again. It
// starts 128 rows of 128 bytes behind in B.
// CHECK:         wgmma.fence.sync.aligned;
// CHECK:         setp.ne.b32 p, 0, 0;
// CHECK-NEXT:    wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3 {%{{r[0-9]+}},{{.*}}}, %[[A]], %{{rd[0-9]+}},
// CHECK-COUNT-3: wgmma.mma_async.sync.aligned.m64n128k32.f32.e4m3.e4m3
// CHECK:         wgmma.wait_group.sync.aligned 0;
// CHECK:         mbarrier.arrive.shared.b64
// FACTS:         spill stores 0
// FACTS:         spill loads 0

#mma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#schedule = #dgk.schedule<tile = 128x256x128, warp_grid = 8x1, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 16, along = m>>

func.func @wide(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32, strided<[1, ?]>>,
                %b: memref<4096x7168xf8E4M3FN>, %sb: memref<32x56xf32>, %d: memref<?x4096xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32, strided<[1, ?]>>, memref<4096x7168xf8E4M3FN>, memref<32x56xf32>)
    outs(%d : memref<?x4096xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #schedule}
  return
}
