// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%q: memref<512x64x128xf8E4M3FN>, %kv: tensor<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c1] operand #1 is 'tensor<8192x128xf8E4M3FN>', but operand #0 is 'memref<512x64x128xf8E4M3FN>'}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, tensor<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c2(%q: memref<512x64x128xbf16>, %kv: memref<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c2] q has elements of type 'bf16', expected f8E4M3FN or f4E2M1FN}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xbf16>, memref<8192x128xf8E4M3FN>, memref<8192xf32>,
        memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c2_2(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf4E2M1FN>,
                %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c2] kv has elements of type 'f4E2M1FN', expected 'f8E4M3FN' as in q}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf4E2M1FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c3(%q: memref<512x64x128xf4E2M1FN>, %kv: memref<8192x128xf4E2M1FN>,
              %kvs: memref<8192xi32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c3] lacks q_scale, expected one for an f4E2M1FN q; add 'scaled by'}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf4E2M1FN>, memref<8192x128xf4E2M1FN>,
        memref<8192xi32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c3_2(%q: memref<512x64x128xf8E4M3FN>, %qs: memref<512x64xi32>,
                %kv: memref<8192x128xf8E4M3FN>, %kvs: memref<8192xf32>,
                %w: memref<512x64xf32>, %ks: memref<512xi32>,
                %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c3] has q_scale, expected none for an f8E4M3FN q; fold it into the weights}}
  dgemm.mqa_logits ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<512x64xi32>,
        memref<8192x128xf8E4M3FN>, memref<8192xf32>, memref<512x64xf32>,
        memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c3_3(%q: memref<512x64x128xf4E2M1FN>, %qs: memref<512x64xi32>,
                %kv: memref<8192x128xf4E2M1FN>, %kvs: memref<8192xf32>,
                %w: memref<512x64xf32>, %ks: memref<512xi32>,
                %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c3] kv_scale has elements of type 'f32', expected i32 (four UE8M0 bytes) for a kv of 'f4E2M1FN'}}
  dgemm.mqa_logits ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf4E2M1FN>, memref<512x64xi32>,
        memref<8192x128xf4E2M1FN>, memref<8192xf32>, memref<512x64xf32>,
        memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c3_4(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192xi32>, %w: memref<512x64xf32>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c3] kv_scale has elements of type 'i32', expected f32 for a kv of 'f8E4M3FN'}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xi32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c4(%q: memref<512x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c4] q has 2 dimensions ('memref<512x128xf8E4M3FN>'), expected 3, [S, H, D]}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>, memref<8192xf32>,
        memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c4_2(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192x1xf32>, %w: memref<512x64xf32>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c4] kv_scale has 2 dimensions ('memref<8192x1xf32>'), expected 1, [SKV]}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192x1xf32>, memref<512x64xf32>, memref<512xi32>,
        memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c5(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x64xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c5] kv has shape 8192x64, so D = 64 in dimension 1, expected 128 as in q}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x64xf8E4M3FN>, memref<8192xf32>,
        memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c5_2(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192xf32>, %w: memref<512x32xf32>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c5] weights has shape 512x32, so H = 32 in dimension 1, expected 64 as in q}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x32xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c5_3(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x4096xf32>) {
  // expected-error@+1 {{[mqa_logits-c5] logits has shape 512x4096, so SKV = 4096 in dimension 1, expected 8192 as in kv}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x4096xf32>)
  return
}

// -----

func.func @c6(%q: memref<512x24x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x24xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c6] H = 24 (of q), expected 8, 16, 32 or 64 heads}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x24x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x24xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c7(%q: memref<512x64x256xf8E4M3FN>, %kv: memref<8192x256xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c7] D = 256 (of q), expected 32, 64 or 128 for f8E4M3FN}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x256xf8E4M3FN>, memref<8192x256xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c7_2(%q: memref<512x64x32xf4E2M1FN>, %qs: memref<512x64xi32>,
                %kv: memref<8192x32xf4E2M1FN>, %kvs: memref<8192xi32>,
                %w: memref<512x64xf32>, %ks: memref<512xi32>,
                %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c7] D = 32 (of q), expected 64 or 128 for f4E2M1FN}}
  dgemm.mqa_logits ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x32xf4E2M1FN>, memref<512x64xi32>,
        memref<8192x32xf4E2M1FN>, memref<8192xi32>, memref<512x64xf32>,
        memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c8(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf64>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c8] weights have elements of type 'f64', expected f32, bf16 or f16}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf64>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c8_2(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192xf32>, %w: memref<512x64xbf16>,
                %ks: memref<512xi32>, %ke: memref<512xi32>,
                %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c8] weights are bf16 with logits of 'f32', expected bf16 logits; use f32 weights}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xbf16>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c8_3(%q: memref<512x64x128xf4E2M1FN>, %qs: memref<512x64xi32>,
                %kv: memref<8192x128xf4E2M1FN>, %kvs: memref<8192xi32>,
                %w: memref<512x64xf16>, %ks: memref<512xi32>,
                %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c8] weights are f16 with q of 'f4E2M1FN', expected q of f8E4M3FN; use f32 weights}}
  dgemm.mqa_logits ins(%q scaled by %qs, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf4E2M1FN>, memref<512x64xi32>,
        memref<8192x128xf4E2M1FN>, memref<8192xi32>, memref<512x64xf16>,
        memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c8_4(%q: memref<510x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
                %kvs: memref<8192xf32>, %w: memref<510x64xf16>,
                %ks: memref<510xi32>, %ke: memref<510xi32>,
                %l: memref<510x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c8] S = 510 (of q), expected a multiple of 4 with f16 weights}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<510x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<510x64xf16>, memref<510xi32>, memref<510xi32>)
    outs(%l : memref<510x8192xf32>)
  return
}

// -----

func.func @c9(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
              %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
              %ks: memref<512xi32>, %ke: memref<512xi32>,
              %l: memref<512x8192xf16>) {
  // expected-error@+1 {{[mqa_logits-c9] logits has elements of type 'f16', expected f32 or bf16}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf16>)
  return
}

// -----

func.func @c10(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
               %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
               %ks: memref<512xi64>, %ke: memref<512xi32>,
               %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c10] ks has elements of type 'i64', expected i32}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi64>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c11(%q: memref<512x64x128xf8E4M3FN>, %kv: memref<8192x128xf8E4M3FN>,
               %kvs: memref<8192xf32>, %w: memref<512x64xf32>,
               %ks: memref<512xi32>, %ke: memref<512xi32>,
               %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c11] is both 'clean' and 'compressed', expected at most one; clean compressed logits with an op of the caller}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
    {clean, compressed}
  return
}

// -----

func.func @c12(%q: memref<512x64x128xf8E4M3FN, strided<[16384, 128, 1]>>,
               %kv: memref<8192x128xf8E4M3FN>, %kvs: memref<8192xf32>,
               %w: memref<512x64xf32>, %ks: memref<512xi32>,
               %ke: memref<512xi32>, %l: memref<512x8192xf32>) {
  // expected-error@+1 {{[mqa_logits-c12] q has stride 16384 in dimension 0, expected 8192; it must be contiguous}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN, strided<[16384, 128, 1]>>,
        memref<8192x128xf8E4M3FN>, memref<8192xf32>, memref<512x64xf32>,
        memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32>)
  return
}

// -----

func.func @c12_2(%q: memref<512x64x128xf8E4M3FN>,
                 %kv: memref<8192x128xf8E4M3FN>, %kvs: memref<8192xf32>,
                 %w: memref<512x64xf32>, %ks: memref<512xi32>,
                 %ke: memref<512xi32>,
                 %l: memref<512x8192xf32, strided<[1, 512]>>) {
  // expected-error@+1 {{[mqa_logits-c12] logits has stride 512 in dimension 1, expected 1}}
  dgemm.mqa_logits ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : memref<512x64x128xf8E4M3FN>, memref<8192x128xf8E4M3FN>,
        memref<8192xf32>, memref<512x64xf32>, memref<512xi32>, memref<512xi32>)
    outs(%l : memref<512x8192xf32, strided<[1, 512]>>)
  return
}
