// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%a: memref<64x7168xbf16>, %b: tensor<24x7168xf32>,
              %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c1] operand #1 is 'tensor<24x7168xf32>', but operand #0 is 'memref<64x7168xbf16>'}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, tensor<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c2(%a: memref<64x7168xf32>, %b: memref<24x7168xf32>,
              %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c2] a has elements of type 'f32', expected bf16}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xf32>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c2_2(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<64x24xf32>, %s: memref<64xbf16>) {
  // expected-error@+1 {{[hc_prenorm-c2] sqr_sum has elements of type 'bf16', expected f32}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xbf16>)
  return
}

// -----

func.func @c3(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
              %d: memref<4x64x24xf32>, %s: memref<4x64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c3] num_splits = 0, expected at least 1; leave it out for one part without a split dimension}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<4x64x24xf32>, memref<4x64xf32>)
    {num_splits = 0}
  return
}

// -----

func.func @c4(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
              %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c4] d has 2 dimensions ('memref<64x24xf32>'), expected 3, [num_splits, M, N]}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
    {num_splits = 4}
  return
}

// -----

func.func @c4_2(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<64x24xf32>, %s: memref<4x64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c4] sqr_sum has 2 dimensions ('memref<4x64xf32>'), expected 1, [M]}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<4x64xf32>)
  return
}

// -----

func.func @c5(%a: memref<64x7168xbf16>, %b: memref<24x7104xf32>,
              %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c5] b has shape 24x7104, so K = 7104 in dimension 1, expected 7168 as in a}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7104xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c5_2(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<64x24xf32>, %s: memref<32xf32>) {
  // expected-error@+1 {{[hc_prenorm-c5] sqr_sum has shape 32, so M = 32 in dimension 0, expected 64 as in a}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<32xf32>)
  return
}

// -----

func.func @c5_3(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<4x64x24xf32>, %s: memref<4x64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c5] d has shape 4x64x24, so the split dimension = 4 in dimension 0, expected 8 as in num_splits}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<4x64x24xf32>, memref<4x64xf32>)
    {num_splits = 8}
  return
}

// -----

func.func @c6(%a: memref<64x7100xbf16>, %b: memref<24x7100xf32>,
              %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c6] K = 7100 (of a), expected a multiple of 64; pad K with zeros}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7100xbf16>, memref<24x7100xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c6_2(%a: memref<64x0xbf16>, %b: memref<24x0xf32>,
                %d: memref<64x24xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c6] K = 0 (of a), expected at least 1}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x0xbf16>, memref<24x0xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c7(%a: memref<64x7168xbf16>, %b: memref<20x7168xf32>,
              %d: memref<64x20xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c7] N = 20 (of b), expected a multiple of 8; pad N with zeros}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<20x7168xf32>)
    outs(%d, %s : memref<64x20xf32>, memref<64xf32>)
  return
}

// -----

func.func @c7_2(%a: memref<64x7168xbf16>, %b: memref<136x7168xf32>,
                %d: memref<64x136xf32>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c7] N = 136 (of b), expected at most 128; use dgemm.matmul for wide products}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<136x7168xf32>)
    outs(%d, %s : memref<64x136xf32>, memref<64xf32>)
  return
}

// -----

func.func @c8(%a: memref<64x7168xbf16>,
              %b: memref<24x7168xf32, strided<[1, 24]>>, %d: memref<64x24xf32>,
              %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c8] b has stride 24 in dimension 1, expected 1}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32, strided<[1, 24]>>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32>)
  return
}

// -----

func.func @c8_2(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<64x24xf32, strided<[16, 1]>>, %s: memref<64xf32>) {
  // expected-error@+1 {{[hc_prenorm-c8] d has stride 16 between rows of 24 elements, expected at least 24}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32, strided<[16, 1]>>, memref<64xf32>)
  return
}

// -----

func.func @c8_3(%a: memref<64x7168xbf16>, %b: memref<24x7168xf32>,
                %d: memref<64x24xf32>, %s: memref<64xf32, strided<[2]>>) {
  // expected-error@+1 {{[hc_prenorm-c8] sqr_sum has stride 2 in dimension 0, expected 1; it must be contiguous}}
  dgemm.hc_prenorm ins(%a, %b
      : memref<64x7168xbf16>, memref<24x7168xf32>)
    outs(%d, %s : memref<64x24xf32>, memref<64xf32, strided<[2]>>)
  return
}
