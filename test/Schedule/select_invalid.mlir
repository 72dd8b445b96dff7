// Ops that the target cannot serve: rules select-c2 to select-c11.
// RUN: dgemm-opt %s --split-input-file --verify-diagnostics --dgemm-select-schedule=target=sm_120a

func.func @other_op(%a: memref<8x4xf32>, %d: memref<8x1xi32, strided<[1, 8]>>) {
  // expected-error @below {{'dgemm.pack_scales' op [select-c2] no lowering for dgemm.pack_scales on sm_120a yet; it runs on --device=reference}}
  dgemm.pack_scales ins(%a : memref<8x4xf32>) outs(%d : memref<8x1xi32, strided<[1, 8]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @grouped(%a: memref<?x7168xbf16>, %b: memref<4x2112x7168xbf16>,
                   %group: memref<?xi32>, %d: memref<?x2112xbf16>) {
  // expected-error @below {{'dgemm.grouped_matmul' op [select-c2] no lowering for dgemm.grouped_matmul on sm_120a yet; it runs on --device=reference}}
  dgemm.grouped_matmul ins(%a, %b grouped by %group : memref<?x7168xbf16>, memref<4x2112x7168xbf16>, memref<?xi32>)
    outs(%d : memref<?x2112xbf16>) {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @tensors(%a: tensor<?x7168xf8E4M3FN>, %sa: tensor<?x14xi32>,
                   %b: tensor<2112x7168xf8E4M3FN>, %sb: tensor<2112x14xi32>,
                   %d: tensor<?x2112xbf16>) -> tensor<?x2112xbf16> {
  // expected-error @below {{'dgemm.matmul' op [select-c3] operand of type 'tensor<?x7168xf8E4M3FN>', expected a memref: strides decide how tiles are loaded and stored; run --one-shot-bufferize first}}
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<?x7168xf8E4M3FN>, tensor<?x14xi32>, tensor<2112x7168xf8E4M3FN>, tensor<2112x14xi32>)
    outs(%d : tensor<?x2112xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %0 : tensor<?x2112xbf16>
}

// -----

// FP4 beside FP8 is expanded by TMA, 128 elements at a time.
!a = memref<?x576xf8E4M3FN>
!sa = memref<?x5xi32, strided<[1, ?]>>
!b = memref<2112x576xf4E2M1FN>
!sb = memref<2112x5xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @expanded(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] K is 576, expected a multiple of 128: TMA expands the 'f4E2M1FN' elements of b in groups of that size beside the other operand's bytes; pad K of both operands with zeros to 640}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

!a = memref<?x640xf4E2M1FN, strided<[672, 1]>>
!sa = memref<?x5xi32, strided<[1, ?]>>
!b = memref<2112x640xf8E4M3FN>
!sb = memref<2112x5xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @expanded_rows(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] rows of a are 336 bytes apart, expected a multiple of 32 as TMA needs; pad them to 352 bytes}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

// K comes first, the distance of rows follows from it.
!a = memref<?x160xf8E4M3FN>
!sa = memref<?x1xi32, strided<[1, ?]>>
!b = memref<200x160xf4E2M1FN>
!sb = memref<200x2xi32, strided<[1, 200]>>
!d = memref<?x200xbf16>
func.func @expanded_k_first(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] K is 160, expected a multiple of 128: TMA expands the 'f4E2M1FN' elements of b in groups of that size beside the other operand's bytes; pad K of both operands with zeros to 256}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// -----

// Copies are compiled for the dimension that is contiguous.
!a = memref<?x640xf8E4M3FN, strided<[?, ?]>>
!sa = memref<?x2xi32, strided<[1, ?]>>
!b = memref<200x640xf8E4M3FN>
!sb = memref<200x2xi32, strided<[1, 200]>>
!d = memref<?x200xbf16>
func.func @unknown_strides(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] a is 'memref<?x640xf8E4M3FN, strided<[?, ?]>>', expected stride 1 along one dimension in its type: copies are compiled for it; if one is contiguous, cast to a type that says so, as strided<[?, 1]>, otherwise copy the operand}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @unknown_strides_of_b(%a: memref<?x64xbf16>, %b: memref<32x64xbf16, strided<[?, ?]>>, %d: memref<?x32xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c6] b is 'memref<32x64xbf16, strided<[?, ?]>>', expected stride 1 along one dimension in its type}}
  dgemm.matmul ins(%a, %b : memref<?x64xbf16>, memref<32x64xbf16, strided<[?, ?]>>) outs(%d : memref<?x32xbf16>)
  return
}

// -----

// Scales that are bytes: rows that TMA can find, one row for each.
!a = memref<?x576xf4E2M1FN>
!sa = memref<?x18xf8E8M0FNU>
!b = memref<2112x576xf4E2M1FN>
!sb = memref<2112x18xf8E8M0FNU>
!d = memref<?x2112xbf16>
func.func @scale_rows(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c11] a_scale is 'memref<?x18xf8E8M0FNU>', expected stride 1 along K and rows a multiple of 4 bytes apart, which are copied at once; pad the rows, or pack the scales with dgemm.pack_scales}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

!a = memref<?x2048xf8E4M3FN>
!sa = memref<?x16xf8E8M0FNU>
!b = memref<2112x2048xf8E4M3FN>
!sb = memref<17x16xf8E8M0FNU>
!d = memref<?x2112xbf16>
func.func @scale_blocks(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c7] b_scale has 128 rows for each scale, expected 1 on sm_120a; dgemm.pack_scales repeats the scale for each row}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @bf16_row_stride(%a: memref<?x65xbf16>, %b: memref<32x65xbf16>, %d: memref<?x32xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] rows of a are 130 bytes apart, expected a multiple of 16 as TMA needs; pad them to 144 bytes}}
  dgemm.matmul ins(%a, %b : memref<?x65xbf16>, memref<32x65xbf16>) outs(%d : memref<?x32xbf16>)
  return
}

// -----

func.func @columns_of_b(%a: memref<?x64xbf16>, %b: memref<64x33xbf16>, %d: memref<?x33xbf16>) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] columns of b are 66 bytes apart, expected a multiple of 16 as TMA needs; pad them to 80 bytes}}
  dgemm.matmul ins(%a, %b : memref<?x64xbf16>, memref<64x33xbf16>) outs(%d : memref<?x33xbf16>)
    {layout = #dgemm.layout<nn>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x56xf32>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @f32_scales(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c7] a_scale has elements of type 'f32', expected i32 that packs four UE8M0 scales on sm_120a, or f8E8M0FNU; convert it with dgemm.pack_scales}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<17x56xf32>
!d = memref<?x2112xbf16>
func.func @block_scales(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c7] b_scale has elements of type 'f32', expected i32 that packs four UE8M0 scales on sm_120a, or f8E8M0FNU; convert it with dgemm.pack_scales}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<?x7168xf8E4M3FN>
!sb = memref<?x14xi32, strided<[1, ?]>>
!d = memref<?x?xbf16>
func.func @head_split(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c9] has epilogue #dgemm.head_split<left = 1073741824, mid = 1073741824, right = 0> with heads of 2147483648 columns, expected at most 2147483647}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, epilogue = #dgemm.head_split<left = 1073741824, mid = 1073741824, right = 0>}
  return
}

// -----

!a = memref<?x1000xf8E4M3FN>
!sa = memref<?x2xi32, strided<[1, ?]>>
!b = memref<2112x1000xf8E4M3FN>
!sb = memref<2112x2xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @row_stride(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] rows of a are 1000 bytes apart, expected a multiple of 16 as TMA needs; pad them to 1008 bytes}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, 30]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @scale_stride(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c11] a_scale is 'memref<?x14xi32, strided<[1, 30]>>', expected stride 1 along the rows and along K a multiple of 4 words as TMA needs; make it with dgemm.pack_scales}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

// Threads copy FP4 along N in pieces of 16 elements.
!a = memref<?x640xf4E2M1FN>
!sa = memref<?x5xi32, strided<[1, ?]>>
!b = memref<640x200xf4E2M1FN>
!sb = memref<200x5xi32, strided<[1, 200]>>
!d = memref<?x200xbf16>
func.func @pieces(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c10] columns of b are 100 bytes apart, expected a multiple of 8 as copies of 16 elements need; pad them to 104 bytes}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>, layout = #dgemm.layout<nn>}
  return
}
