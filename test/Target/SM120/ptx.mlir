// From the problem to PTX: what each part of the kernel becomes.
//
// RUN: dgemm-compile %s --target=sm_120a --kernel=staged_kernel | FileCheck %s --check-prefixes=CHECK,SM120
// RUN: dgemm-compile %s --target=sm_121a --kernel=staged_kernel | FileCheck %s --check-prefixes=CHECK,SM121
// RUN: dgemm-compile %s --target=sm_120a --kernel=from_registers_kernel | FileCheck %s --check-prefix=REGISTERS
// RUN: dgemm-compile %s --target=sm_120a --kernel=dynamic_kernel | FileCheck %s --check-prefix=DYNAMIC
// REQUIRES: dgemm-compile

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#tma = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
#registers = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>

// SM120:       .target sm_120a
// SM121:       .target sm_121a
// CHECK:       .extern .shared .align 1024 .b8 dgk_shared[];
// CHECK:       .visible .entry staged_kernel(
// CHECK-COUNT-5: .param .align 64 .b8 staged_kernel_param_{{[0-9]}}[128]
// CHECK:       .reqntid 384, 1, 1
// CHECK-NEXT:  .minnctapersm 1
// CHECK-NOT:   .local
// CHECK:       mbarrier.init.shared.b64
// CHECK:       fence.mbarrier_init.release.cluster
// CHECK:       prefetch{{.*}}tensormap
// CHECK:       bar.sync 0
// CHECK-NEXT:  griddepcontrol.wait
// The math role: scale words, operands, products with a byte selector, staging.
// CHECK:       setmaxnreg.inc.sync.aligned.u32 232
// CHECK:       mbarrier.try_wait.parity.shared.b64
// CHECK:       ld.shared.b32
// CHECK:       mbarrier.arrive.shared.b64
// CHECK:       mbarrier.try_wait.parity.shared.b64
// CHECK:       ldmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK:       mma.sync.aligned.m16n8k32.row.col.kind::mxf8f6f4.block_scale.scale_vec::1X.f32.e4m3.e4m3.f32.ue8m0
// CHECK-NEXT:    {%r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}},
// CHECK-NEXT:    {%r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}},
// CHECK-NEXT:    {%r{{[0-9]+}}, %r{{[0-9]+}}},
// CHECK-NEXT:    {%r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}, %r{{[0-9]+}}},
// CHECK-NEXT:    %r{{[0-9]+}}, {%rs{{[0-9]+}}, %rs{{[0-9]+}}},
// CHECK-NEXT:    %r{{[0-9]+}}, {%rs{{[0-9]+}}, %rs{{[0-9]+}}};
// CHECK:       cvt.rn.bf16x2.f32
// CHECK:       stmatrix.sync.aligned.m8n8.x4.shared.b16
// CHECK:       fence.proxy.async.shared::cta
// CHECK:       cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group
// CHECK:       cp.async.bulk.commit_group
// CHECK:       cp.async.bulk.wait_group 0
// The load role: one thread copies.
// CHECK:       setmaxnreg.dec.sync.aligned.u32 40
// CHECK:       elect.sync
// CHECK-COUNT-4: cp.async.bulk.tensor.2d.shared::cta.global.tile.mbarrier::complete_tx::bytes
// CHECK-NOT:   setmaxnreg
func.func @staged(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb) outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #tma}
  return
}

// The output's address and number of rows are parameters; no staging, and every
// store in a branch of its own.
// REGISTERS:     .visible .entry from_registers_kernel(
// REGISTERS-DAG: .param .u32 from_registers_kernel_param_{{[0-9]}}
// REGISTERS-DAG: .param .u64 .ptr {{.*}}from_registers_kernel_param_{{[0-9]}}
// REGISTERS-NOT: stmatrix
// REGISTERS:     st.global.b32
// REGISTERS-NOT: cp.async.bulk.tensor.2d.global
func.func @from_registers(%a: !a, %sa: !sa, %b: memref<33x7168xf8E4M3FN>, %sb: memref<33x14xi32, strided<[1, 36]>>,
                          %d: memref<?x33xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, memref<33x7168xf8E4M3FN>, memref<33x14xi32, strided<[1, 36]>>)
    outs(%d : memref<?x33xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #registers}
  return
}

// K from the launch: the position of a scale is a value, so words are shifted
// and one loop over K tiles is left.
// DYNAMIC:       .visible .entry dynamic_kernel(
// DYNAMIC:       shr.u32
// DYNAMIC-COUNT-32: mma.sync
// DYNAMIC-NOT:   mma.sync
func.func @dynamic(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xi32, strided<[1, ?]>>, %b: memref<2112x?xf8E4M3FN>,
                   %sb: memref<2112x?xi32, strided<[1, 2112]>>, %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>,
      memref<2112x?xf8E4M3FN>, memref<2112x?xi32, strided<[1, 2112]>>) outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #tma}
  return
}
