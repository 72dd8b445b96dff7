// Ops that instructions without scales of their own cannot serve.
// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --dgemm-select-schedule=target=sm_90a

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<7168x2112xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @layout(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] b is 'memref<7168x2112xf8E4M3FN>' with layout nn, expected stride 1 along K: sm_90a loads 'f8E4M3FN' along K only; copy the operand to K-major}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>, layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN, strided<[1, 2112]>>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @rows_not_along_k(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] b is 'memref<2112x7168xf8E4M3FN, strided<[1, 2112]>>' with layout nt, expected stride 1 along K: sm_90a loads 'f8E4M3FN' along K only; copy the operand to K-major}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

// 96 columns of BF16 are 192 bytes: b64 divides them, b128 does not.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 128x96x64, warp_grid = 8x1, stages = 3, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
func.func @columns(%a: memref<?x512xbf16>, %b: memref<512x192xbf16>, %d: memref<?x192xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c14] b is contiguous along its rows, 192 bytes of a tile of 96 and K = 64, with swizzle b128; expected a multiple of the swizzle's bytes, and of K = 16 of the instruction}}
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<512x192xbf16>) outs(%d : memref<?x192xbf16>)
    {layout = #dgemm.layout<nn>, dgk.schedule = #s}
  return
}

// -----

// 6 stages of 32 KB and 16 KB of staging fit, but not beside a tile of C.
#w16 = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#s = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 6, scale_stages = 1,
  instruction = #w16, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 8, raster = <group = 8, along = m>>
func.func @addend(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c15] schedule needs 245872 bytes of shared memory, sm_90a has 232448: 6 stages of operands 196608, scales 0, store staging 16384, a tile of C 32768, sums of other CTAs 0, barriers 112;}}
  dgemm.matmul ins(%a, %b plus %d : memref<?x512xbf16>, memref<256x512xbf16>, memref<?x256xbf16>) outs(%d : memref<?x256xbf16>)
    {dgk.schedule = #s}
  return
}

// -----

// Element types that the instructions do not multiply.
func.func @fp4(%a: memref<?x512xf4E2M1FN>, %sa: memref<?x4xf32, strided<[1, ?]>>,
               %b: memref<256x512xf4E2M1FN>, %sb: memref<256x4xf32, strided<[1, 256]>>,
               %d: memref<?x256xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c5] a x b is 'f4E2M1FN' x 'f4E2M1FN', expected f8E4M3FN x f8E4M3FN or bf16 x bf16 on sm_90a: it has no instruction for this pair; it runs on --device=reference}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf4E2M1FN>, memref<?x4xf32, strided<[1, ?]>>,
        memref<256x512xf4E2M1FN>, memref<256x4xf32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<?x512xf8E4M3FN>
!sa = memref<?x16xf32>
!b = memref<256x512xf8E4M3FN>
!sb = memref<256x4xf32>
!d = memref<?x256xbf16>
func.func @short_blocks(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c7] a_scale has granularity 1x32, expected 1x128 on sm_90a}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}

// -----

!a = memref<?x512xf8E4M3FN>
!sa = memref<?x4xf32>
!b = memref<256x512xf8E4M3FN>
!sb = memref<2x16xf32>
!d = memref<?x256xbf16>
func.func @short_columns(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c7] b_scale has granularity 128x32, expected 1x128 or 128x128 on sm_90a}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x32>}
  return
}

// -----

!a = memref<?x512xf8E4M3FN>
!s = memref<?x1xi32, strided<[1, ?]>>
!b = memref<256x512xf4E2M1FN>
!sb = memref<256x4xi32, strided<[1, 256]>>
!d = memref<?x256xbf16>
func.func @mixed(%a: !a, %sa: !s, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c5] a x b is 'f8E4M3FN' x 'f4E2M1FN', expected f8E4M3FN x f8E4M3FN or bf16 x bf16 on sm_90a: it has no instruction for this pair; it runs on --device=reference}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !s, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}
