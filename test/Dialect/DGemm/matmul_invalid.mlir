// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%a: memref<64x512xbf16>, %b: tensor<256x512xbf16>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c1] operand #1 is 'tensor<256x512xbf16>', but operand #0 is 'memref<64x512xbf16>'; use tensors for all operands or memrefs for all}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, tensor<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @results(%a: tensor<64x512xbf16>, %b: tensor<256x512xbf16>,
                   %d: tensor<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c1] has 0 results, expected 1, one for each init}}
  "dgemm.matmul"(%a, %b, %d) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 1>}>
    : (tensor<64x512xbf16>, tensor<256x512xbf16>, tensor<64x256xbf16>) -> ()
  return
}

// -----

func.func @result_type(%a: tensor<64x512xbf16>, %b: tensor<256x512xbf16>,
                       %d: tensor<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c1] result #0 is 'tensor<64x256xf32>', expected 'tensor<64x256xbf16>' as its init}}
  %0 = "dgemm.matmul"(%a, %b, %d) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 1>}>
    : (tensor<64x512xbf16>, tensor<256x512xbf16>, tensor<64x256xbf16>)
    -> tensor<64x256xf32>
  return
}

// -----

func.func @c2(%a: memref<64x512xf8E5M2>, %sa: memref<64x4xf32>,
              %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c2] a has elements of type 'f8E5M2' and b of type 'f8E4M3FN', expected each f8E4M3FN or f4E2M1FN, or both bf16}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E5M2>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c2_2(%a: memref<64x512xbf16>, %sa: memref<64x4xf32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c2] a has elements of type 'bf16' and b of type 'f8E4M3FN'}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xbf16>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c3(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
              %b: memref<256x512xf8E4M3FN>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c3] lacks b_scale, expected one for a of 'f8E4M3FN' and b of 'f8E4M3FN'; add 'scaled by'}}
  dgemm.matmul ins(%a scaled by %sa, %b
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c3_2(%a: memref<64x512xbf16>, %sa: memref<64x4xf32>,
                %b: memref<256x512xbf16>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c3] has a_scale, expected none for bf16 operands; remove 'scaled by'}}
  dgemm.matmul ins(%a scaled by %sa, %b
      : memref<64x512xbf16>, memref<64x4xf32>, memref<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c3_3(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c3] lacks 'granularity', expected one for scaled operands}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c3_4(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c3] has #dgemm.granularity<a = 1x128, b = 128x128>, expected none for bf16 operands}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c4(%a: memref<64x512xbf16>, %b: memref<1x256x512xbf16>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c4] b has 3 dimensions ('memref<1x256x512xbf16>'), expected 2, [N, K]}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<1x256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c4_2(%a: memref<512xbf16>, %b: memref<256x512xbf16>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c4] a has 1 dimension ('memref<512xbf16>'), expected 2, [K, M]}}
  dgemm.matmul ins(%a, %b
      : memref<512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
    {layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c5(%a: memref<64x512xbf16>, %b: memref<256x500xbf16>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c5] b has shape 256x500, so K = 500 in dimension 1, expected 512 as in a}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x500xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c5_2(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %d: memref<63x256xf32>) {
  // expected-error@+1 {{[matmul-c5] d has shape 63x256, so M = 63 in dimension 0, expected 64 as in a}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<63x256xf32>)
  return
}

// -----

func.func @c5_3(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %d: memref<64x512xf32>) {
  // expected-error@+1 {{[matmul-c5] d has shape 64x512, so N = 512 in dimension 1, expected 256 as in b}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x512xf32>)
  return
}

// -----

// B is [K, N].
func.func @c5_4(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c5] b has shape 256x512, so K = 256 in dimension 0, expected 512 as in a}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
    {layout = #dgemm.layout<nn>}
  return
}

// -----

func.func @c5_5(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %c: memref<1x256xbf16>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c5] c has shape 1x256, expected 64x256 as d}}
  dgemm.matmul ins(%a, %b plus %c
      : memref<64x512xbf16>, memref<256x512xbf16>, memref<1x256xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c6(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
              %d: memref<64x256xf16>) {
  // expected-error@+1 {{[matmul-c6] d has elements of type 'f16', expected bf16 or f32}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xf16>)
  return
}

// -----

func.func @c6_2(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                %c: memref<64x256xf32>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c6] c has elements of type 'f32', expected 'bf16' as in d}}
  dgemm.matmul ins(%a, %b plus %c
      : memref<64x512xbf16>, memref<256x512xbf16>, memref<64x256xf32>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c7(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
              %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c7] granularity b = 1x64 has 64 elements of K for each scale, expected 32 or 128}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x64>}
  return
}

// -----

func.func @c8(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xbf16>,
              %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c8] a_scale has elements of type 'bf16', expected f32, f8E8M0FNU, or i32 that packs four UE8M0 bytes}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xbf16>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c8_2(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<2x1xi32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c8] b_scale is packed in i32 with 128 rows for each scale, expected 1; dgemm.pack_scales repeats the scale for each row}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x1xi32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x3xf32>,
              %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
              %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c9] a_scale has shape 64x3, expected 64x4 (K = 512, 128 elements per scale); rebuild the scale or set granularity}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x3xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9_2(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<1x4xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c9] b_scale has shape 1x4, expected 2x4 (N = 256, 128 elements per scale)}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<1x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9_3(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xi32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c9] a_scale has shape 64x4, expected 64x1 (K = 512, 512 elements per word of packed scales)}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xi32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

// The last scale covers a part of a block.
func.func @c9_4(%a: memref<64x7200xf8E4M3FN>, %sa: memref<64x56xf32>,
                %b: memref<256x7200xf8E4M3FN>, %sb: memref<2x57xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c9] a_scale has shape 64x56, expected 64x57 (K = 7200, 128 elements per scale)}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x7200xf8E4M3FN>, memref<64x56xf32>, memref<256x7200xf8E4M3FN>,
        memref<2x57xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9_5(%a: memref<64x512xf8E4M3FN>, %sa: memref<64xf32>,
                %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c9] a_scale has 1 dimension ('memref<64xf32>'), expected 2}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c10(%a: memref<64x7168xf8E4M3FN>, %sa: memref<64x14xi32>,
               %b: memref<256x7168xf8E4M3FN>, %sb: memref<2x56xf32>,
               %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c10] a_scale has strides 14x1, expected 1x64 (words lie along M or N, rounded up to 4); make them with dgemm.pack_scales}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x7168xf8E4M3FN>, memref<64x14xi32>, memref<256x7168xf8E4M3FN>,
        memref<2x56xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c10_2(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x56xf32>,
                 %b: memref<253x7168xf8E4M3FN>,
                 %sb: memref<253x14xi32, strided<[1, 253]>>,
                 %d: memref<?x253xbf16>) {
  // expected-error@+1 {{[matmul-c10] b_scale has strides 1x253, expected 1x256}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x56xf32>, memref<253x7168xf8E4M3FN>,
        memref<253x14xi32, strided<[1, 253]>>)
    outs(%d : memref<?x253xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c11(%a: memref<64x512xbf16, strided<[1024, 2]>>,
               %b: memref<256x512xbf16>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c11] a has strides 1024x2, expected stride 1 in one of the two inner dimensions; copy it to a dense buffer}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16, strided<[1024, 2]>>, memref<256x512xbf16>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c12(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
               %d: memref<64x256xf32, strided<[1, 64]>>) {
  // expected-error@+1 {{[matmul-c12] d has stride 64 in dimension 1, expected 1; copy it or transpose the view}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xf32, strided<[1, 64]>>)
  return
}

// -----

func.func @c12_2(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                 %d: memref<64x256xf32, strided<[128, 1]>>) {
  // expected-error@+1 {{[matmul-c12] d has stride 128 between rows of 256 elements, expected at least 256}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x256xf32, strided<[128, 1]>>)
  return
}

// -----

func.func @c12_3(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                 %c: memref<64x256xbf16, strided<[512, 2]>>,
                 %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c12] c has stride 2 in dimension 1, expected 1}}
  dgemm.matmul ins(%a, %b plus %c
      : memref<64x512xbf16>, memref<256x512xbf16>,
        memref<64x256xbf16, strided<[512, 2]>>)
    outs(%d : memref<64x256xbf16>)
  return
}

// -----

func.func @c13(%a: memref<64x511xf4E2M1FN>, %sa: memref<64x16xf32>,
               %b: memref<256x511xf4E2M1FN>, %sb: memref<256x16xf32>,
               %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c13] a has 511 f4E2M1FN elements in dimension 1, expected an even number because a byte holds two; pad with zeros}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x511xf4E2M1FN>, memref<64x16xf32>, memref<256x511xf4E2M1FN>,
        memref<256x16xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

func.func @c13_2(%a: memref<64x544xf4E2M1FN>, %sa: memref<64x17xf32>,
                 %b: memref<256x544xf4E2M1FN, strided<[545, 1]>>,
                 %sb: memref<256x17xf32>, %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c13] b has stride 545 f4E2M1FN elements in dimension 0, expected an even number}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x544xf4E2M1FN>, memref<64x17xf32>,
        memref<256x544xf4E2M1FN, strided<[545, 1]>>, memref<256x17xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

// Packed along M.
func.func @c13_3(%a: memref<63x544xf4E2M1FN, strided<[1, 64]>>,
                 %sa: memref<63x17xf32>, %b: memref<256x544xf4E2M1FN>,
                 %sb: memref<256x17xf32>, %d: memref<63x256xbf16>) {
  // expected-error@+1 {{[matmul-c13] a has 63 f4E2M1FN elements in dimension 0, expected an even number}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<63x544xf4E2M1FN, strided<[1, 64]>>, memref<63x17xf32>,
        memref<256x544xf4E2M1FN>, memref<256x17xf32>)
    outs(%d : memref<63x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}

// -----

func.func @c14(%a: memref<64x512xf4E2M1FN>, %sa: memref<64x32xf8E4M3FN>,
               %b: memref<256x512xf8E4M3FN>, %sb: memref<256x32xf8E4M3FN>,
               %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c14] b has elements of type 'f8E4M3FN' and scales of type 'f8E4M3FN' for 1x16, expected f4E2M1FN and f8E4M3FN for 1x16 of both operands where one has scales of f8E4M3FN}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf4E2M1FN>, memref<64x32xf8E4M3FN>,
        memref<256x512xf8E4M3FN>, memref<256x32xf8E4M3FN>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x16, b = 1x16>}
  return
}

// -----

func.func @c14_2(%a: memref<64x512xf4E2M1FN>, %sa: memref<64x16xf8E8M0FNU>,
                 %b: memref<256x512xf4E2M1FN>, %sb: memref<256x32xf8E4M3FN>,
                 %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c14] a has elements of type 'f4E2M1FN' and scales of type 'f8E8M0FNU' for 1x32}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf4E2M1FN>, memref<64x16xf8E8M0FNU>,
        memref<256x512xf4E2M1FN>, memref<256x32xf8E4M3FN>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x16>}
  return
}

// -----

func.func @c15(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
               %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
               %c: memref<64x320xbf16>, %d: memref<64x320xbf16>) {
  // expected-error@+1 {{[matmul-c15] has both c and a head_split epilogue, expected no c; add it in an op of its own}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>, memref<64x320xbf16>)
    outs(%d : memref<64x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}

// -----

func.func @c15_2(%a: memref<64x512xbf16>, %b: memref<256x512xbf16>,
                 %d: memref<64x320xbf16>) {
  // expected-error@+1 {{[matmul-c15] a has elements of type 'bf16', expected f8E4M3FN with a head_split epilogue}}
  dgemm.matmul ins(%a, %b
      : memref<64x512xbf16>, memref<256x512xbf16>)
    outs(%d : memref<64x320xbf16>)
    {epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}

// -----

func.func @c15_3(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x16xf32>,
                 %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                 %d: memref<64x320xbf16>) {
  // expected-error@+1 {{[matmul-c15] has #dgemm.granularity<a = 1x32, b = 128x128>, expected 128 elements of K for each scale with a head_split epilogue}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x16xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x32, b = 128x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}

// -----

func.func @c16(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
               %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
               %d: memref<64x320xbf16>) {
  // expected-error@+1 {{[matmul-c16] N = 256 (of b), expected a multiple of left + right = 96}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 32>}
  return
}

// -----

func.func @c16_2(%a: memref<64x512xf8E4M3FN>, %sa: memref<64x4xf32>,
                 %b: memref<256x512xf8E4M3FN>, %sb: memref<2x4xf32>,
                 %d: memref<64x256xbf16>) {
  // expected-error@+1 {{[matmul-c16] d has 256 columns, expected 320 (2 heads of 64 + 32 + 64)}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x512xf8E4M3FN>, memref<64x4xf32>, memref<256x512xf8E4M3FN>,
        memref<2x4xf32>)
    outs(%d : memref<64x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}

// -----

// The generic form can leave out an operand that is not optional.
func.func @no_init(%a: tensor<64x512xbf16>, %b: tensor<256x512xbf16>, %d: tensor<64x256xbf16>) {
  // expected-error @below {{'dgemm.matmul' op has 0 values in operand group 5 of operandSegmentSizes, expected 1}}
  "dgemm.matmul"(%a, %b, %d) <{operandSegmentSizes = array<i32: 1, 1, 0, 1, 0, 0>}>
    : (tensor<64x512xbf16>, tensor<256x512xbf16>, tensor<64x256xbf16>) -> ()
  return
}
