// The rule that an illegal call breaks, and the nearest legal call. Each function
// is a file of its own.
// REQUIRES: dgemm-explain
// RUN: split-file %s %t
// RUN: not dgemm-explain %t/strides.mlir --target=sm_120a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=STRIDES < %t/out
// RUN: not dgemm-explain %t/scales.mlir --target=sm_120a --m 1,16 > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=SCALES < %t/out
// RUN: not dgemm-explain %t/verifier.mlir --target=sm_90a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=VERIFIER < %t/out
// RUN: not dgemm-explain %t/grouped.mlir --target=sm_120a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=GROUPED < %t/out
// RUN: not dgemm-explain %t/given.mlir --target=sm_90a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=GIVEN < %t/out
// RUN: not dgemm-explain %t/no_output.mlir --target=sm_120a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=OUTPUT < %t/out
// RUN: not dgemm-explain %t/mixed.mlir --target=sm_120a > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=MIXED < %t/out

// Rows of 520 bytes are no multiple of 16: padded.
// STRIDES: error: 'dgemm.matmul' op [select-c10] rows of a are 520 bytes apart
// STRIDES: nearest legal call: pad the rows of the operands to a multiple of 16 bytes
// STRIDES-NEXT: func.func @nearest(%arg0: memref<?x260xbf16, strided<[264, 1]>>, %arg1: memref<64x260xbf16, strided<[264, 1]>>
//--- strides.mlir
func.func @f(%a: memref<?x260xbf16>, %b: memref<64x260xbf16>, %d: memref<?x64xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x260xbf16>, memref<64x260xbf16>)
    outs(%d : memref<?x64xbf16>)
  return
}

// Plain f32 scales on a chip whose instructions take packed UE8M0; a call is
// explained once, whatever M.
// SCALES: error: 'dgemm.matmul' op [select-c7] a_scale has elements of type 'f32', expected i32
// SCALES: nearest legal call: pack the scales with dgemm.pack_scales
// SCALES: memref<?x1xi32, strided<[1, ?]>>
// SCALES-NOT: nearest legal call
//--- scales.mlir
func.func @f(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x4xf32>, %b: memref<256x512xf8E4M3FN>,
             %sb: memref<256x4xf32>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x4xf32>, memref<256x512xf8E4M3FN>, memref<256x4xf32>)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// What does not even verify: B has another K, and the tensors must become buffers.
// VERIFIER: error: 'dgemm.matmul' op {{.*}}[matmul-c5]
// VERIFIER: nearest legal call: bufferize: memrefs instead of tensors; give B and D the extents of A and B
// VERIFIER-NEXT: func.func @nearest(%arg0: memref<64x128xbf16>, %arg1: memref<256x128xbf16>, %arg2: memref<64x256xbf16>)
//--- verifier.mlir
func.func @f(%a: tensor<64x128xbf16>, %b: tensor<256x64xbf16>,
             %d: tensor<64x256xbf16>) -> tensor<64x256xbf16> {
  %0 = dgemm.matmul ins(%a, %b : tensor<64x128xbf16>, tensor<256x64xbf16>)
    outs(%d : tensor<64x256xbf16>)
  return %0 : tensor<64x256xbf16>
}

// GROUPED: error: 'dgemm.clean_logits' op [select-c2]
// GROUPED: no legal call is near: the op runs on --device=reference
//--- grouped.mlir
func.func @f(%ks: memref<8xi32>, %ke: memref<8xi32>, %logits: memref<8x64xf32>) {
  dgemm.clean_logits ins(from %ks to %ke : memref<8xi32>, memref<8xi32>)
    outs(%logits : memref<8x64xf32>)
  return
}

// A schedule that the op has is the only candidate.
// GIVEN: 128x128x64 8x1 9 {{.*}} [select-c15] shared memory: schedule needs {{[0-9]+}} bytes of shared memory, sm_90a has 232448
// GIVEN: not legal: the schedule that the op has breaks a rule
// GIVEN-NOT: {{.}}
//--- given.mlir
func.func @f(%a: memref<?x512xbf16>, %b: memref<256x512xbf16>, %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<?x256xbf16>)
    {dgk.schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 9,
       scale_stages = 1,
       instruction = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>,
       swizzle = b128 x b128, math = <warps = 8, registers = 232>,
       load = <warps = 4, registers = 40>, store = tma, store_slots = 8,
       raster = <group = 8, along = m>>}
  return
}

// FP4 beside FP8: TMA expands 128 elements at a time.
// MIXED: error: 'dgemm.matmul' op [select-c10] K is 576, expected a multiple of 128
// MIXED: nearest legal call: pad K of the operands with zeros to a multiple of 128
// MIXED-NEXT: func.func @nearest(%arg0: memref<?x640xf8E4M3FN>
//--- mixed.mlir
func.func @f(%a: memref<?x576xf8E4M3FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
             %b: memref<256x576xf4E2M1FN>, %sb: memref<256x5xi32, strided<[1, 256]>>,
             %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x576xf8E4M3FN>, memref<?x5xi32, strided<[1, ?]>>,
        memref<256x576xf4E2M1FN>, memref<256x5xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// What is no product at all has no neighbours.
// OUTPUT: error: 'dgemm.matmul' op has 0 values in operand group 5 of operandSegmentSizes, expected 1
// OUTPUT: no legal call is near
//--- no_output.mlir
func.func @f(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>, %d: memref<64x256xbf16>) {
  "dgemm.matmul"(%a, %b, %d) <{operandSegmentSizes = array<i32: 1, 1, 0, 1, 0, 0>}>
    : (memref<64x512xbf16>, memref<256x512xbf16>, memref<64x256xbf16>) -> ()
  return
}
