// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%a: memref<64x8x512xbf16>, %b: memref<8x256x512xbf16>,
              %d: tensor<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c1] operand #2 is 'tensor<64x8x256xbf16>', but operand #0 is 'memref<64x8x512xbf16>'}}
  %0 = dgemm.batched_matmul ins(%a, %b
      : memref<64x8x512xbf16>, memref<8x256x512xbf16>)
    outs(%d : tensor<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c2(%a: memref<64x8x512xf8E4M3FN>, %sa: memref<64x8x4xf32>,
              %b: memref<8x256x512xf4E2M1FN>, %sb: memref<8x2x4xf32>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c2] a has elements of type 'f8E4M3FN' and b of type 'f4E2M1FN', expected both f8E4M3FN, or both bf16 with equation bhr_hdr_bhd}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x512xf8E4M3FN>, memref<64x8x4xf32>,
        memref<8x256x512xf4E2M1FN>, memref<8x2x4xf32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c2_2(%a: memref<16x128x256xf8E4M3FN>,
                %b: memref<16x384x256xf8E4M3FN>, %d: memref<128x384xbf16>) {
  // expected-error@+1 {{[batched_matmul-c2] a has elements of type 'f8E4M3FN' and b of type 'f8E4M3FN', expected both bf16 with equation bmk_bnk_mn}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x256xf8E4M3FN>, memref<16x384x256xf8E4M3FN>)
    outs(%d : memref<128x384xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c2_3(%a: memref<512x8x64xbf16>, %sa: memref<4x8x64xf32>,
                %b: memref<512x8x256xbf16>, %sb: memref<4x8x256xf32>,
                %c: memref<8x64x256xf32>, %d: memref<8x64x256xf32>) {
  // expected-error@+1 {{[batched_matmul-c2] a has elements of type 'bf16' and b of type 'bf16', expected both f8E4M3FN with equation bhd_bhr_hdr}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<512x8x64xbf16>, memref<4x8x64xf32>, memref<512x8x256xbf16>,
        memref<4x8x256xf32>, memref<8x64x256xf32>)
    outs(%d : memref<8x64x256xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c3(%a: memref<64x8x512xf8E4M3FN>, %sa: memref<64x8x4xf32>,
              %b: memref<8x256x512xf8E4M3FN>, %sb: memref<8x2x4xf32>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c3] lacks 'granularity', expected one for scaled operands}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x512xf8E4M3FN>, memref<64x8x4xf32>,
        memref<8x256x512xf8E4M3FN>, memref<8x2x4xf32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c4(%a: memref<16x128x256xbf16>, %b: memref<16x384x256xbf16>,
              %d: memref<1x128x384xbf16>) {
  // expected-error@+1 {{[batched_matmul-c4] d has 3 dimensions ('memref<1x128x384xbf16>'), expected 2, as in the equation}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x256xbf16>, memref<16x384x256xbf16>)
    outs(%d : memref<1x128x384xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c5(%a: memref<64x8x512xbf16>, %b: memref<8x256x500xbf16>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c5] b has shape 8x256x500, so K = 500 in dimension 2, expected 512 as in a}}
  dgemm.batched_matmul ins(%a, %b
      : memref<64x8x512xbf16>, memref<8x256x500xbf16>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c5_2(%a: memref<64x8x512xbf16>, %b: memref<8x256x512xbf16>,
                %d: memref<64x4x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c5] d has shape 64x4x256, so the batch = 4 in dimension 1, expected 8 as in a}}
  dgemm.batched_matmul ins(%a, %b
      : memref<64x8x512xbf16>, memref<8x256x512xbf16>)
    outs(%d : memref<64x4x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c5_3(%a: memref<64x8x256xbf16>, %b: memref<8x256x512xbf16>,
                %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c5] d has shape 64x8x256, so N = 256 in dimension 2, expected 512 as in b}}
  dgemm.batched_matmul ins(%a, %b
      : memref<64x8x256xbf16>, memref<8x256x512xbf16>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhd_hdr_bhr>}
  return
}

// -----

func.func @c6(%a: memref<64x8x512xbf16>, %b: memref<8x256x512xbf16>,
              %d: memref<64x8x256xf32>) {
  // expected-error@+1 {{[batched_matmul-c6] d has elements of type 'f32', expected bf16 for bf16 operands with equation bhr_hdr_bhd}}
  dgemm.batched_matmul ins(%a, %b
      : memref<64x8x512xbf16>, memref<8x256x512xbf16>)
    outs(%d : memref<64x8x256xf32>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c6_2(%a: memref<512x8x64xf8E4M3FN>, %sa: memref<4x8x64xf32>,
                %b: memref<512x8x256xf8E4M3FN>, %sb: memref<4x8x256xf32>,
                %c: memref<8x64x256xf32>, %d: memref<8x64x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c6] d has elements of type 'bf16', expected f32 for f8E4M3FN operands with equation bhd_bhr_hdr}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<512x8x64xf8E4M3FN>, memref<4x8x64xf32>,
        memref<512x8x256xf8E4M3FN>, memref<4x8x256xf32>, memref<8x64x256xf32>)
    outs(%d : memref<8x64x256xbf16>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c7(%a: memref<64x8x512xf8E4M3FN>, %sa: memref<64x8x4xf32>,
              %b: memref<8x256x512xf8E4M3FN>, %sb: memref<8x2x4xf32>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c7] granularity a = 1x256 has 256 elements of K for each scale, expected 32 or 128}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x512xf8E4M3FN>, memref<64x8x4xf32>,
        memref<8x256x512xf8E4M3FN>, memref<8x2x4xf32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x256, b = 128x128>}
  return
}

// -----

func.func @c7_2(%a: memref<512x8x64xf8E4M3FN>, %sa: memref<4x8x64xf32>,
                %b: memref<512x8x256xf8E4M3FN>, %sb: memref<4x8x256xf32>,
                %c: memref<8x64x256xf32>, %d: memref<8x64x256xf32>) {
  // expected-error@+1 {{[batched_matmul-c7] granularity b = 128x128 has 128 rows for each scale, expected 1 with equation bhd_bhr_hdr}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<512x8x64xf8E4M3FN>, memref<4x8x64xf32>,
        memref<512x8x256xf8E4M3FN>, memref<4x8x256xf32>, memref<8x64x256xf32>)
    outs(%d : memref<8x64x256xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c8(%a: memref<64x8x512xf8E4M3FN>, %sa: memref<64x8x4xf32>,
              %b: memref<8x256x512xf8E4M3FN>, %sb: memref<8x2x1xi32>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c8] b_scale is packed in i32 with 128 rows for each scale, expected 1}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x512xf8E4M3FN>, memref<64x8x4xf32>,
        memref<8x256x512xf8E4M3FN>, memref<8x2x1xi32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c9(%a: memref<64x8x512xf8E4M3FN>, %sa: memref<64x8x3xf32>,
              %b: memref<8x256x512xf8E4M3FN>, %sb: memref<8x2x4xf32>,
              %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c9] a_scale has shape 64x8x3, expected 64x8x4 (K = 512, 128 elements per scale)}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x512xf8E4M3FN>, memref<64x8x3xf32>,
        memref<8x256x512xf8E4M3FN>, memref<8x2x4xf32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

// K comes first.
func.func @c9_2(%a: memref<512x8x64xf8E4M3FN>, %sa: memref<512x8x64xf32>,
                %b: memref<512x8x256xf8E4M3FN>, %sb: memref<4x8x256xf32>,
                %c: memref<8x64x256xf32>, %d: memref<8x64x256xf32>) {
  // expected-error@+1 {{[batched_matmul-c9] a_scale has shape 512x8x64, expected 4x8x64 (K = 512, 128 elements per scale)}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb plus %c
      : memref<512x8x64xf8E4M3FN>, memref<512x8x64xf32>,
        memref<512x8x256xf8E4M3FN>, memref<4x8x256xf32>, memref<8x64x256xf32>)
    outs(%d : memref<8x64x256xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c10(%a: memref<64x8x2048xf8E4M3FN>, %sa: memref<64x8x4xi32>,
               %b: memref<8x256x2048xf8E4M3FN>, %sb: memref<8x2x16xf32>,
               %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c10] a_scale has strides 32x4x1, expected 1x256x64}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x8x2048xf8E4M3FN>, memref<64x8x4xi32>,
        memref<8x256x2048xf8E4M3FN>, memref<8x2x16xf32>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>,
     granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// -----

func.func @c11(%a: memref<64x8x512xbf16>,
               %b: memref<8x256x512xbf16, strided<[131072, 1, 256]>>,
               %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c11] b has stride 256 in dimension 2, expected 1}}
  dgemm.batched_matmul ins(%a, %b
      : memref<64x8x512xbf16>,
        memref<8x256x512xbf16, strided<[131072, 1, 256]>>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c11_2(%a: memref<16x128x256xbf16, strided<[65536, 256, 1]>>,
                 %b: memref<16x384x256xbf16>, %d: memref<128x384xbf16>) {
  // expected-error@+1 {{[batched_matmul-c11] a has stride 65536 in dimension 0, expected 32768; it must be contiguous}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x256xbf16, strided<[65536, 256, 1]>>,
        memref<16x384x256xbf16>)
    outs(%d : memref<128x384xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c12(%a: memref<16x128x256xbf16>, %b: memref<16x384x256xbf16>,
               %d: memref<128x384xf32>) {
  // expected-error@+1 {{[batched_matmul-c12] lacks c, expected one for an f32 d with equation bmk_bnk_mn; add 'plus' with the memref of d, or with zeros}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x256xbf16>, memref<16x384x256xbf16>)
    outs(%d : memref<128x384xf32>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c12_2(%a: memref<64x8x512xbf16>, %b: memref<8x256x512xbf16>,
                 %c: memref<64x8x256xbf16>, %d: memref<64x8x256xbf16>) {
  // expected-error@+1 {{[batched_matmul-c12] has c, expected none for a bf16 d of bf16 operands with equation bhr_hdr_bhd}}
  dgemm.batched_matmul ins(%a, %b plus %c
      : memref<64x8x512xbf16>, memref<8x256x512xbf16>, memref<64x8x256xbf16>)
    outs(%d : memref<64x8x256xbf16>)
    {equation = #dgemm.equation<bhr_hdr_bhd>}
  return
}

// -----

func.func @c12_3(%a: memref<512x8x64xf8E4M3FN>, %sa: memref<4x8x64xf32>,
                 %b: memref<512x8x256xf8E4M3FN>, %sb: memref<4x8x256xf32>,
                 %d: memref<8x64x256xf32>) {
  // expected-error@+1 {{[batched_matmul-c12] lacks c, expected one for an f32 d with equation bhd_bhr_hdr}}
  dgemm.batched_matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<512x8x64xf8E4M3FN>, memref<4x8x64xf32>,
        memref<512x8x256xf8E4M3FN>, memref<4x8x256xf32>)
    outs(%d : memref<8x64x256xf32>)
    {equation = #dgemm.equation<bhd_bhr_hdr>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// -----

func.func @c13(%a: memref<16x128x200xbf16>, %b: memref<16x384x200xbf16>,
               %d: memref<128x384xbf16>) {
  // expected-error@+1 {{[batched_matmul-c13] K = 200 (of a), expected a multiple of 64 with equation bmk_bnk_mn}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x200xbf16>, memref<16x384x200xbf16>)
    outs(%d : memref<128x384xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c13_2(%a: memref<16x128x256xbf16>, %b: memref<16x100x256xbf16>,
                 %d: memref<128x100xbf16>) {
  // expected-error@+1 {{[batched_matmul-c13] N = 100 (of b), expected a multiple of 64}}
  dgemm.batched_matmul ins(%a, %b
      : memref<16x128x256xbf16>, memref<16x100x256xbf16>)
    outs(%d : memref<128x100xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}

// -----

func.func @c14(%a: memref<33554432x128x256xbf16>,
               %b: memref<33554432x384x256xbf16>, %d: memref<128x384xbf16>) {
  // expected-error@+1 {{[batched_matmul-c14] has 33554432 matrices of M = 128 rows, expected at most 2147483647 rows in all; split the batch}}
  dgemm.batched_matmul ins(%a, %b
      : memref<33554432x128x256xbf16>, memref<33554432x384x256xbf16>)
    outs(%d : memref<128x384xbf16>)
    {equation = #dgemm.equation<bmk_bnk_mn>}
  return
}
