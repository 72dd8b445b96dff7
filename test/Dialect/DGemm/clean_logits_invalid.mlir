// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%ks: memref<64xi32>, %ke: tensor<64xi32>,
              %l: memref<64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c1] operand #1 is 'tensor<64xi32>', but operand #0 is 'memref<64xi32>'}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, tensor<64xi32>)
    outs(%l : memref<64x4096xf32>)
  return
}

// -----

func.func @c2(%ks: memref<64xi32>, %ke: memref<64xi64>,
              %l: memref<64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c2] ke has elements of type 'i64', expected i32}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi64>)
    outs(%l : memref<64x4096xf32>)
  return
}

// -----

func.func @c2_2(%ks: memref<64xi32>, %ke: memref<64xi32>,
                %l: memref<64x4096xf16>) {
  // expected-error@+1 {{[clean_logits-c2] logits has elements of type 'f16', expected f32 or bf16}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32>)
    outs(%l : memref<64x4096xf16>)
  return
}

// -----

func.func @c3(%ks: memref<64xi32>, %ke: memref<64xi32>,
              %l: memref<1x64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c3] logits has 3 dimensions ('memref<1x64x4096xf32>'), expected 2, [rows, columns]}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32>)
    outs(%l : memref<1x64x4096xf32>)
  return
}

// -----

func.func @c4(%ks: memref<64xi32>, %ke: memref<64xi32>,
              %l: memref<64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c4] next_n = 0, expected at least 1}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32>)
    outs(%l : memref<64x4096xf32>)
    {next_n = 0}
  return
}

// -----

func.func @c5(%ke: memref<32xi32>, %l: memref<63x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c5] rows = 63 (of logits), expected a multiple of 2 (next_n)}}
  dgemm.clean_logits ins(to %ke
      : memref<32xi32>)
    outs(%l : memref<63x4096xf32>)
    {next_n = 2}
  return
}

// -----

func.func @c5_2(%ks: memref<64xi32>, %ke: memref<64xi32>,
                %l: memref<64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c5] ke has shape 64, so rows / next_n = 64 in dimension 0, expected 32 as in logits}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32>)
    outs(%l : memref<64x4096xf32>)
    {next_n = 2}
  return
}

// -----

func.func @c6(%ks: memref<64xi32>, %ke: memref<64xi32, strided<[2]>>,
              %l: memref<64x4096xf32>) {
  // expected-error@+1 {{[clean_logits-c6] ke has stride 2 in dimension 0, expected 1; it must be contiguous}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32, strided<[2]>>)
    outs(%l : memref<64x4096xf32>)
  return
}

// -----

func.func @c6_2(%ks: memref<64xi32>, %ke: memref<64xi32>,
                %l: memref<64x4096xf32, strided<[1, 64]>>) {
  // expected-error@+1 {{[clean_logits-c6] logits has stride 64 in dimension 1, expected 1}}
  dgemm.clean_logits ins(from %ks to %ke
      : memref<64xi32>, memref<64xi32>)
    outs(%l : memref<64x4096xf32, strided<[1, 64]>>)
  return
}
