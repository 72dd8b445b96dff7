// From the problem to PTX for wgmma: what each part of the kernel becomes.
//
// RUN: dgemm-compile %s --target=sm_90a --kernel=bf16_kernel | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: dgemm-compile %s --target=sm_90a --kernel=fp8_kernel | FileCheck %s --check-prefixes=CHECK,FP8
// REQUIRES: dgemm-compile

// CHECK:       .target sm_90a
// CHECK:       .reqntid 384, 1, 1
// CHECK:       setmaxnreg.inc.sync.aligned.u32 232
// FP8:         ld.shared.b32
// Every scale is used, in the products of two rows and five columns, before the slot
// goes back: nothing of it is in flight.
// FP8-COUNT-10: mul.rn.f32
// CHECK:       wgmma.fence.sync.aligned;
// A product starts from what the registers held only where that is a sum.
// BF16:        setp.ne.b32 p, 1, 0;
// BF16-NEXT:   wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16
// BF16-COUNT-3: wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16
// FP8:         setp.ne.b32 p, 0, 0;
// FP8-NEXT:    wgmma.mma_async.sync.aligned.m64n160k32.f32.e4m3.e4m3
// FP8-COUNT-3: wgmma.mma_async.sync.aligned.m64n160k32.f32.e4m3.e4m3
// CHECK:       wgmma.commit_group.sync.aligned;
// The next slot is waited for while the product runs.
// CHECK:       mbarrier.try_wait.parity.shared.b64
// CHECK:       wgmma.wait_group.sync.aligned 0;
// CHECK-NOT:   fence.proxy.async
// CHECK:       mbarrier.arrive.shared.b64
// CHECK:       stmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK:       fence.proxy.async.shared::cta;
// CHECK:       cp.async.bulk.tensor.2d.global.shared::cta
// One thread fills the slots. The scales of B are below what TMA moves: they come
// by cp.async, which arrives by itself.
// CHECK:       setmaxnreg.dec.sync.aligned.u32 40
// CHECK:       cp.async.bulk.tensor.2d{{.*}}.mbarrier::complete_tx::bytes
// FP8-COUNT-5: cp.async.ca.shared.global
// CHECK:       mbarrier.arrive.expect_tx
// FP8:         cp.async.mbarrier.arrive.noinc.shared.b64

#wgmma16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#wgmma8 = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#bf16 = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 6, scale_stages = 1,
  instruction = #wgmma16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#fp8 = #dgk.schedule<tile = 128x160x128, warp_grid = 8x1, stages = 5, scale_stages = 1,
  instruction = #wgmma8, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>

func.func @bf16(%a: memref<?x7168xbf16>, %b: memref<2112x7168xbf16>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x7168xbf16>, memref<2112x7168xbf16>)
    outs(%d : memref<?x2112xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #bf16}
  return
}

func.func @fp8(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32, strided<[1, ?]>>,
               %b: memref<2112x7168xf8E4M3FN>, %sb: memref<17x56xf32>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32, strided<[1, ?]>>, memref<2112x7168xf8E4M3FN>, memref<17x56xf32>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, dgk.schedule = #fp8}
  return
}
