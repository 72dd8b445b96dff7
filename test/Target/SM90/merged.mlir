// A slot with two K tiles: all of its products are one group. In A the second atom
// column is 64 rows of 128 bytes behind the first, in B 32 rows, in units of 16.
//
// RUN: dgemm-compile %s --target=sm_90a | FileCheck %s
// RUN: %if ptxas %{ dgemm-compile %s --target=sm_90a --emit=cubin -o %t.cubin --facts 2>&1 | FileCheck %s --check-prefix=FACTS %}
// REQUIRES: dgemm-compile

// CHECK:         mbarrier.try_wait.parity
// CHECK:         or.b64 %rd{{[0-9]+}}, %[[A:rd[0-9]+]], [[#%u,FIRST:]];
// CHECK:         or.b64 %rd{{[0-9]+}}, %[[B:rd[0-9]+]], [[#FIRST]];
// CHECK:         wgmma.fence.sync.aligned;
// CHECK-COUNT-4: wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16
// CHECK-NOT:     wgmma.commit_group
// CHECK:         add.s64 %rd{{[0-9]+}}, %[[A]], [[#FIRST+512]];
// CHECK-NEXT:    add.s64 %rd{{[0-9]+}}, %[[B]], [[#FIRST+256]];
// CHECK-COUNT-4: wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16
// CHECK:         wgmma.commit_group.sync.aligned;
// CHECK:         wgmma.wait_group.sync.aligned 0;
// CHECK:         mbarrier.arrive.shared.b64
// Two boxes of each operand into a slot, under one barrier.
// CHECK:         cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [%[[SA:.*]]], {{.*}}, [%[[BARRIER:.*]]];
// CHECK:         cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [%[[SA]]+8192], {{.*}}, [%[[BARRIER]]];
// CHECK:         cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [%[[SB:.*]]+81920], {{.*}}, [%[[BARRIER]]];
// CHECK:         cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes [%[[SB]]+86016], {{.*}}, [%[[BARRIER]]];
// CHECK-NOT:     cp.async.bulk.tensor
// CHECK:         mbarrier.arrive.expect_tx.shared.b64 %{{.*}}, [%[[BARRIER]]],
// FACTS:         spill stores 0
// FACTS:         spill loads 0

#mma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 64x32x128, warp_grid = 4x1, stages = 5, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 4, raster = <group = 8, along = m>>

func.func @narrow(%a: memref<?x7168xbf16>, %b: memref<576x7168xbf16>, %d: memref<?x576xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x7168xbf16>, memref<576x7168xbf16>)
    outs(%d : memref<?x576xbf16>) {layout = #dgemm.layout<nt>, dgk.schedule = #schedule}
  return
}
