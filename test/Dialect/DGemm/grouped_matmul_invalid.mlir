// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
              %g: tensor<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c1] operand #2 is 'tensor<1024xi32>', but operand #0 is 'memref<1024x512xbf16>'}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, tensor<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c2(%a: memref<1024x512xf32>, %sa: memref<1024x4xf32>,
              %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c2] a has elements of type 'f32' and b of type 'f8E4M3FN', expected each f8E4M3FN or f4E2M1FN, or both bf16}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf32>, memref<1024x4xf32>, memref<4x256x512xf8E4M3FN>,
        memref<4x2x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c2_2(%a: memref<1024x64xf4E2M1FN>, %sa: memref<64x8xf32>,
                %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c2] a has elements of type 'f4E2M1FN' and b of type 'f8E4M3FN', expected both f8E4M3FN, or both bf16 with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf4E2M1FN>, memref<64x8xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c3(%a: memref<1024x512xf8E4M3FN>, %b: memref<4x256x512xf8E4M3FN>,
              %sb: memref<4x2x4xf32>, %g: memref<1024xi32>,
              %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c3] lacks a_scale, expected one}}
  dgemm.grouped_matmul ins(%a, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<4x256x512xf8E4M3FN>,
        memref<4x2x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c3_2(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                %sb: memref<4x2x4xf32>, %g: memref<1024xi32>,
                %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c3] has b_scale, expected none for bf16 operands}}
  dgemm.grouped_matmul ins(%a, %b scaled by %sb grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<4x2x4xf32>,
        memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c4(%a: memref<4x64x512xbf16>, %b: memref<4x256x512xbf16>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c4] a has 3 dimensions ('memref<4x64x512xbf16>'), expected 2, [M, K]}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<4x64x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c4_2(%a: memref<1024x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
                %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                %g: memref<4xi32>, %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c4] a has 2 dimensions ('memref<1024x512xf8E4M3FN>'), expected 3, [G, M, K]}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c4_3(%a: memref<1024x64xf8E4M3FN>, %sa: memref<64x8xf32>,
                %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c4] a has 2 dimensions ('memref<1024x64xf8E4M3FN>'), expected 1, the [M, K_g] matrices of all groups}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf8E4M3FN>, memref<64x8xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c5(%a: memref<1024x512xbf16>, %b: memref<4x256x500xbf16>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c5] b has shape 4x256x500, so K = 500 in dimension 2, expected 512 as in a}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x500xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c5_2(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                %g: memref<512xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c5] group has shape 512, so M = 512 in dimension 0, expected 1024 as in a}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<512xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c5_3(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                %g: memref<3xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c5] group has shape 3, so G = 3 in dimension 0, expected 4 as in b}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<3xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_psum>}
  return
}

// -----

func.func @c5_4(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
                %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                %g: memref<4xi32>, %d: memref<4x32x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c5] d has shape 4x32x256, so M = 32 in dimension 1, expected 64 as in a}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x32x256xbf16>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c5_5(%a: memref<1024x64xbf16>, %b: memref<512x256xbf16>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c5] b has shape 512x256, so K = 512 in dimension 0, expected 1024 as in a}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<512x256xbf16>, memref<4xi32>,
        memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c5_6(%a: memref<1000xf8E4M3FN>, %sa: memref<64x8xf32>,
                %b: memref<?xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c5] a has 1000 elements, expected a multiple of M = 64}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1000xf8E4M3FN>, memref<64x8xf32>, memref<?xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c5_7(%a: memref<65536xf8E4M3FN>, %sa: memref<64x8xf32>,
                %b: memref<131072xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c5] b has 131072 elements, so K = 512 for N = 256, expected K = 1024 as in a}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<65536xf8E4M3FN>, memref<64x8xf32>, memref<131072xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c5_8(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
                %g: memref<4xi32>, %c: memref<4x64x128xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c5] c has shape 4x64x128, expected 4x64x256 as d}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>,
        memref<4x64x128xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c6(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
              %g: memref<1024xi32>, %d: memref<1024x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c6] d has elements of type 'f32', expected bf16 without k_grouped}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xf32>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c6_2(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
                %g: memref<4xi32>, %c: memref<4x64x256xbf16>,
                %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c6] d has elements of type 'bf16', expected f32 with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>,
        memref<4x64x256xbf16>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c7(%a: memref<1024x512xf8E4M3FN>, %sa: memref<1024x4xf32>,
              %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c7] granularity a = 1x16 has 16 elements of K for each scale, expected 32 or 128}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<1024x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x16, b = 1x32>}
  return
}

// -----

func.func @c7_2(%a: memref<1024x64xf8E4M3FN>, %sa: memref<64x8xf32>,
                %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c7] granularity b = 128x128 has 128 rows for each scale, expected 1 with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf8E4M3FN>, memref<64x8xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c7_3(%a: memref<1024x64xf8E4M3FN>, %sa: memref<64x8xf32>,
                %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c7] has #dgemm.granularity<a = 1x32, b = 1x128>, expected the same elements of K for a and b with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf8E4M3FN>, memref<64x8xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}

// -----

func.func @c8(%a: memref<1024x512xf8E4M3FN>, %sa: memref<1024x4xi8>,
              %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c8] a_scale has elements of type 'i8', expected f32, f8E8M0FNU, or i32 that packs four UE8M0 bytes}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<1024x4xi8>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9(%a: memref<1024x512xf8E4M3FN>, %sa: memref<1024x4xf32>,
              %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x256x4xf32>,
              %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c9] b_scale has shape 4x256x4, expected 4x2x4 (N = 256, 128 elements per scale)}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<1024x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x256x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9_2(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<3x64x4xf32>,
                %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                %g: memref<4xi32>, %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c9] a_scale has shape 3x64x4, expected 4x64x4 (G = 4, 1 element per scale)}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<3x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9_3(%a: memref<1024x64xf8E4M3FN>, %sa: memref<64x13xf32>,
                %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c9] a_scale has 13 columns, expected 8 to 12 (K = 1024 in 4 groups, 128 elements per scale)}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf8E4M3FN>, memref<64x13xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c10(%a: memref<1024x7168xf8E4M3FN>, %sa: memref<1024x56xf32>,
               %b: memref<4x256x7168xf8E4M3FN>,
               %sb: memref<4x256x14xi32, strided<[256, 1, 256]>>,
               %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c10] b_scale has strides 256x1x256, expected 3584x1x256}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x7168xf8E4M3FN>, memref<1024x56xf32>,
        memref<4x256x7168xf8E4M3FN>,
        memref<4x256x14xi32, strided<[256, 1, 256]>>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

// A is K-major.
func.func @c11(%a: memref<1024x512xbf16, strided<[1, 1024]>>,
               %b: memref<4x256x512xbf16>, %g: memref<1024xi32>,
               %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c11] a has stride 1024 in dimension 1, expected 1}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16, strided<[1, 1024]>>, memref<4x256x512xbf16>,
        memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

// B as well when masked.
func.func @c11_2(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
                 %b: memref<4x256x512xf8E4M3FN, strided<[131072, 1, 256]>>,
                 %sb: memref<4x2x4xf32>, %g: memref<4xi32>,
                 %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c11] b has stride 256 in dimension 2, expected 1}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN, strided<[131072, 1, 256]>>,
        memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c11_3(%a: memref<1024x512xbf16>,
                 %b: memref<4x256x512xbf16, strided<[262144, 1024, 2]>>,
                 %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c11] b has strides 262144x1024x2, expected stride 1 in one of the two inner dimensions}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>,
        memref<4x256x512xbf16, strided<[262144, 1024, 2]>>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c11_4(%a: memref<1024x512xbf16>,
                 %b: memref<4x256x512xbf16, strided<[262144, 512, 1]>>,
                 %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c11] b has stride 262144 between groups of 256x512, expected 131072; the groups must follow each other densely}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>,
        memref<4x256x512xbf16, strided<[262144, 512, 1]>>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c11_5(%a: memref<1024x64xbf16, strided<[128, 1]>>,
                 %b: memref<1024x256xbf16>, %g: memref<4xi32>,
                 %c: memref<4x64x256xf32>, %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c11] a has stride 128 in dimension 0, expected 64; it must be contiguous}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16, strided<[128, 1]>>, memref<1024x256xbf16>,
        memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c12(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
               %g: memref<1024xi32>,
               %d: memref<1024x256xbf16, strided<[512, 2]>>) {
  // expected-error@+1 {{[grouped_matmul-c12] d has stride 2 in dimension 1, expected 1}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16, strided<[512, 2]>>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c12_2(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
                 %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                 %g: memref<4xi32>,
                 %d: memref<4x64x256xbf16, strided<[32768, 256, 1]>>) {
  // expected-error@+1 {{[grouped_matmul-c12] d has stride 32768 between groups of 64x256, expected 16384}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16, strided<[32768, 256, 1]>>)
    {grouping = #dgemm.grouping<masked>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c12_3(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
                 %g: memref<4xi32>,
                 %c: memref<4x64x256xf32, strided<[32768, 512, 1]>>,
                 %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c12] c has stride 32768 in dimension 0, expected 16384; it must be contiguous}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>,
        memref<4x64x256xf32, strided<[32768, 512, 1]>>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c13(%a: memref<1024x512xf8E4M3FN>, %sa: memref<1024x4xf32>,
               %b: memref<4x255x512xf4E2M1FN, strided<[130560, 1, 255]>>,
               %sb: memref<4x255x4xf32>, %g: memref<1024xi32>,
               %d: memref<1024x255xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c13] b has 255 f4E2M1FN elements in dimension 1, expected an even number}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x512xf8E4M3FN>, memref<1024x4xf32>,
        memref<4x255x512xf4E2M1FN, strided<[130560, 1, 255]>>,
        memref<4x255x4xf32>, memref<1024xi32>)
    outs(%d : memref<1024x255xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c14(%a: memref<1024x544xf8E4M3FN>, %sa: memref<1024x5xf32>,
               %b: memref<4x256x544xf4E2M1FN>, %sb: memref<4x256x17xf32>,
               %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c14] K = 544 (of a), expected a multiple of 128 when only one operand is f4E2M1FN}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<1024x544xf8E4M3FN>, memref<1024x5xf32>,
        memref<4x256x544xf4E2M1FN>, memref<4x256x17xf32>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// -----

func.func @c15(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
               %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c15] has layout tn, expected nt or nn with grouping contiguous_index}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c15_2(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
                 %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
                 %g: memref<4xi32>, %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c15] has layout nn, expected nt with grouping masked}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<masked>, layout = #dgemm.layout<nn>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c15_3(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
                 %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                 %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c15] has layout nt, expected tn for bf16 with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>,
        memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>}
  return
}

// -----

func.func @c15_4(%a: memref<1024x64xf8E4M3FN>, %sa: memref<64x8xf32>,
                 %b: memref<1024x256xf8E4M3FN>, %sb: memref<256x8xf32>,
                 %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                 %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c15] has layout tt, expected tn or nt with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g plus %c
      : memref<1024x64xf8E4M3FN>, memref<64x8xf32>, memref<1024x256xf8E4M3FN>,
        memref<256x8xf32>, memref<4xi32>, memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tt>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c16(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
               %g: memref<4xi32>, %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c16] lacks c, expected one with grouping k_grouped; add 'plus' with the memref of d, or with zeros}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c16_2(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                 %g: memref<1024xi32>, %c: memref<1024x256xbf16>,
                 %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c16] has c, expected none with grouping contiguous_index}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>,
        memref<1024x256xbf16>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c17(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
               %g: memref<1024xi64>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c17] group has elements of type 'i64', expected i32}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi64>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c17_2(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                 %g: memref<1024x1xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c17] group has 2 dimensions ('memref<1024x1xi32>'), expected 1, [M]}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024x1xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c17_3(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                 %g: memref<1024xi32, strided<[2]>>,
                 %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c17] group has stride 2 in dimension 0, expected 1; it must be contiguous}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>,
        memref<1024xi32, strided<[2]>>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c18(%a: memref<4x64x512xf8E4M3FN>, %sa: memref<4x64x4xf32>,
               %b: memref<4x256x512xf8E4M3FN>, %sb: memref<4x2x4xf32>,
               %g: memref<4xi32>, %d: memref<4x64x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c18] has alignment = 64, expected none with grouping masked; every group has a slab of its own}}
  dgemm.grouped_matmul ins(%a scaled by %sa, %b scaled by %sb grouped by %g
      : memref<4x64x512xf8E4M3FN>, memref<4x64x4xf32>,
        memref<4x256x512xf8E4M3FN>, memref<4x2x4xf32>, memref<4xi32>)
    outs(%d : memref<4x64x256xbf16>)
    {grouping = #dgemm.grouping<masked, alignment = 64>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c18_2(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
                 %g: memref<4xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c18] has alignment = 100, expected a multiple of 16 with grouping contiguous_psum}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<4xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_psum, alignment = 100>}
  return
}

// -----

func.func @c18_3(%a: memref<1024x64xbf16>, %b: memref<1024x256xbf16>,
                 %g: memref<4xi32>, %c: memref<4x64x256xf32>,
                 %d: memref<4x64x256xf32>) {
  // expected-error@+1 {{[grouped_matmul-c18] has alignment = 48, expected a multiple of 32 with grouping k_grouped}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g plus %c
      : memref<1024x64xbf16>, memref<1024x256xbf16>, memref<4xi32>,
        memref<4x64x256xf32>)
    outs(%d : memref<4x64x256xf32>)
    {grouping = #dgemm.grouping<k_grouped, alignment = 48>,
     layout = #dgemm.layout<tn>}
  return
}

// -----

func.func @c19(%a: memref<1024x512xbf16>, %b: memref<4x256x512xbf16>,
               %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c19] has expected_m = 64, expected none with grouping contiguous_index; it is a hint for masked and contiguous_psum}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x256x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index, expected_m = 64>}
  return
}

// -----

func.func @c20(%a: memref<1024x512xbf16>, %b: memref<4x0x512xbf16>,
               %g: memref<1024xi32>, %d: memref<1024x0xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c20] N = 0 (of b), expected at least 1; leave the op out}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x512xbf16>, memref<4x0x512xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x0xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}

// -----

func.func @c20_2(%a: memref<1024x0xbf16>, %b: memref<4x256x0xbf16>,
                 %g: memref<1024xi32>, %d: memref<1024x256xbf16>) {
  // expected-error@+1 {{[grouped_matmul-c20] K = 0 (of a), expected at least 1}}
  dgemm.grouped_matmul ins(%a, %b grouped by %g
      : memref<1024x0xbf16>, memref<4x256x0xbf16>, memref<1024xi32>)
    outs(%d : memref<1024x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>}
  return
}
