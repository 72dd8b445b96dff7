// One shape each, with M known: tile, grid and store path.
// RUN: dgemm-opt %s --split-input-file --dgemm-select-schedule=target=sm_120a | FileCheck %s

!a = memref<4096x7168xf8E4M3FN>
!sa = memref<4096x56xi32, strided<[1, 4096]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x56xi32, strided<[1, 2112]>>
!d = memref<4096x2112xbf16>
// A word of 128 elements comes with a K tile of 128; with K tiles of 64 every
// other one would wait for scales besides.
// CHECK: tile = 128x128x128, warp_grid = 2x2, stages = 2, scale_stages = 1
// CHECK-LABEL: @gran_32
func.func @gran_32(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

!a = memref<512x2048xf8E4M3FN>
!sa = memref<512x4xi32, strided<[1, 512]>>
!b = memref<2112x2048xf8E4M3FN>
!sb = memref<2112x4xi32, strided<[1, 2112]>>
!d = memref<512x2112xf32>
// 2 x 4 warps load the fewest fragments of a flat tile, and 32 columns of f32
// are a whole line.
// CHECK: tile = 64x128x128, warp_grid = 2x4, {{.*}} store = tma, store_slots = {{[1-9]}}
// CHECK-LABEL: @flat_tile
func.func @flat_tile(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<1024x7168xf8E4M3FN>
!sa = memref<1024x14xi32, strided<[1, 1024]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<1024x2112xbf16>
// One wave; fewer than 2048 rows keep K tiles of 128.
// CHECK: tile = 128x128x128, warp_grid = 2x2, stages = 2, {{.*}} swizzle = b128 x b128, {{.*}} store = tma, store_slots = 16
// CHECK-LABEL: @medium
func.func @medium(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<4096x576xf8E4M3FN>
!sa = memref<4096x2xi32, strided<[1, 4096]>>
!b = memref<16x576xf8E4M3FN>
!sb = memref<16x2xi32, strided<[1, 16]>>
!d = memref<4096x16xbf16>
// 16 columns: a narrow tile, of 4 math warps because 16 x 16 is the least.
// CHECK: tile = 64x16x{{64|128}}, warp_grid = 4x1, {{.*}} math = <warps = 4, registers = 248>
// CHECK-LABEL: @narrow
func.func @narrow(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<?x?xf8E4M3FN, strided<[?, 1]>>
!sa = memref<?x?xi32, strided<[1, ?]>>
!b = memref<?x?xf8E4M3FN, strided<[?, 1]>>
!sb = memref<?x?xi32, strided<[1, ?]>>
!d = memref<?x?xbf16, strided<[?, 1]>>
// Nothing known: the launcher checks strides of loads, stores go without TMA.
// CHECK: store = registers
// CHECK-LABEL: @dynamic
func.func @dynamic(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<4096x7168xf4E2M1FN>
!sa = memref<4096x56xi32, strided<[1, 4096]>>
!b = memref<2112x7168xf4E2M1FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<4096x2112xbf16>
// Two words of A come with a K tile, every other one of which waits for scales of
// B besides; tiles of 64 bytes would wait twice as often.
// CHECK: tile = 128x128x256, warp_grid = 2x2, stages = 2, scale_stages = 2, {{.*}} swizzle = b64 x b64
// CHECK-LABEL: @fp4_32_128
func.func @fp4_32_128(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}

// -----

!a = memref<4096x7168xf4E2M1FN>
!sa = memref<4096x448xf8E4M3FN>
!b = memref<2112x7168xf4E2M1FN>
!sb = memref<2112x448xf8E4M3FN>
!d = memref<4096x2112xbf16>
// Two rows of instructions share the registers of their scales, so that warps of
// 64 x 64 have enough.
// CHECK: tile = 128x128x256, warp_grid = 2x2, stages = 2
// CHECK-LABEL: @nvfp4
func.func @nvfp4(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x16, b = 1x16>}
  return
}

// -----

!a = memref<7168x4096xf8E4M3FN>
!sa = memref<4096x14xi32, strided<[1, 4096]>>
!b = memref<7168x2112xf4E2M1FN>
!sb = memref<2112x56xi32, strided<[1, 2112]>>
!d = memref<4096x2112xbf16>
// C beside scales of different length has room in warps of 64 x 64.
// CHECK: tile = 128x128x128, warp_grid = 2x2, stages = 2
// CHECK-LABEL: @turned_with_c
func.func @turned_with_c(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %c: !d, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c : !a, !sa, !b, !sb, !d)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>, layout = #dgemm.layout<tn>}
  return
}

// -----

!a = memref<7168x4096xf8E4M3FN>
!sa = memref<4096x56xi32, strided<[1, 4096]>>
!b = memref<7168x4096xf4E2M1FN>
!sb = memref<4096x14xi32, strided<[1, 4096]>>
!d = memref<4096x4096xbf16>
// It has not, where those of A are the finer ones and B is turned; the threads of
// the load role, which copy B, have registers for it.
// CHECK: tile = 128x128x128, warp_grid = 4x2, {{.*}} math = <warps = 8, registers = 224>, load = <warps = 4, registers = 56>
// CHECK-LABEL: @turned_with_c_finer_a
func.func @turned_with_c_finer_a(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %c: !d, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c : !a, !sa, !b, !sb, !d)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<tn>}
  return
}

// -----

!a = memref<4096x7168xf4E2M1FN>
!sa = memref<4096x56xi32, strided<[1, 4096]>>
!b = memref<7168x4096xf4E2M1FN>
!sb = memref<4096x14xi32, strided<[1, 4096]>>
!d = memref<4096x4096xbf16>
// FP4 that is turned for B alone has room beside C of BF16, and not of f32.
// CHECK: tile = 128x128x{{.*}}, warp_grid = 2x2
// CHECK-LABEL: @fp4_with_c_bf16
func.func @fp4_with_c_bf16(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %c: !d, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c : !a, !sa, !b, !sb, !d)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<4096x7168xf4E2M1FN>
!sa = memref<4096x56xi32, strided<[1, 4096]>>
!b = memref<7168x4096xf4E2M1FN>
!sb = memref<4096x14xi32, strided<[1, 4096]>>
!c = memref<4096x4096xf32>
// CHECK: tile = 128x128x{{.*}}, warp_grid = 4x2
// CHECK-LABEL: @fp4_with_c_f32
func.func @fp4_with_c_f32(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %c: !c, %d: !c) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c : !a, !sa, !b, !sb, !c)
    outs(%d : !c) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>, layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<4096x7168xf4E2M1FN>
!sa = memref<4096x448xf8E4M3FN>
!b = memref<7168x4096xf4E2M1FN>
!sb = memref<4096x448xf8E4M3FN>
!d = memref<4096x4096xbf16>
// A turned operand has a byte for each element: two slots of 256 do not fit.
// CHECK: tile = 128x128x128, warp_grid = 2x2, stages = 3
// CHECK-LABEL: @nvfp4_along_n
func.func @nvfp4_along_n(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<7168x4096xf4E2M1FN>
!sa = memref<4096x448xf8E4M3FN>
!b = memref<7168x4096xf4E2M1FN>
!sb = memref<4096x448xf8E4M3FN>
!d = memref<4096x4096xbf16>
// Turned on both sides, it has no registers for warps of 64 x 64.
// CHECK: tile = 128x128x128, warp_grid = 4x2, stages = 2
// CHECK-LABEL: @nvfp4_along_m_and_n
func.func @nvfp4_along_m_and_n(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x16, b = 1x16>, layout = #dgemm.layout<tn>}
  return
}
