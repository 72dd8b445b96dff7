// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16x2xi32>, %meta: tensor<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c1] operand #5 is 'tensor<133x2xi32>', but operand #0 is 'memref<16x2x64x128xf8E4M3FN>'}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        tensor<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c2(%q: memref<16x2x64x128xi8>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c2] q has elements of type 'i8', expected f8E4M3FN or f4E2M1FN}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xi8>, memref<1000x64x1x132xi8>, memref<16x32xi32>,
        memref<32x64xf32>, memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c2_2(%q: memref<16x2x64x128xf8E4M3FN>,
                %kv: memref<1000x64x1x132xf8E4M3FN>, %table: memref<16x32xi32>,
                %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
                %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c2] kv_cache has elements of type 'f8E4M3FN', expected i8, the bytes of the pages}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xf8E4M3FN>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c3(%q: memref<16x2x64x128xf4E2M1FN>, %kv: memref<1000x64x1x68xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c3] lacks q_scale, expected one for an f4E2M1FN q}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf4E2M1FN>, memref<1000x64x1x68xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c3_2(%q: memref<16x2x64x128xf4E2M1FN>, %qs: memref<16x2x64xf32>,
                %kv: memref<1000x64x1x68xi8>, %table: memref<16x32xi32>,
                %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
                %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c3] q_scale has elements of type 'f32', expected i32}}
  dgemm.paged_mqa_logits ins(%q scaled by %qs, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf4E2M1FN>, memref<16x2x64xf32>,
        memref<1000x64x1x68xi8>, memref<16x32xi32>, memref<32x64xf32>,
        memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c4(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c4] context_lens has 1 dimension ('memref<16xi32>'), expected 2, [B, next_n]}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c5(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<8x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c5] block_table has shape 8x32, so B = 8 in dimension 0, expected 16 as in q}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<8x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c5_2(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
                %table: memref<16x32xi32>, %w: memref<16x64xf32>,
                %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
                %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c5] weights has shape 16x64, so B * next_n = 16 in dimension 0, expected 32 as in q}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<16x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c5_3(%q: memref<16x0x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
                %table: memref<16x32xi32>, %w: memref<32x64xf32>,
                %lens: memref<16x0xi32>, %meta: memref<133x2xi32>,
                %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c5] next_n = 0 (of q), expected at least 1}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x0x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x0xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c6(%q: memref<16x2x128x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x128xf32>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c6] H = 128 (of q), expected 8, 16, 32 or 64 heads}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x128x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x128xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c7(%q: memref<16x2x64x32xf4E2M1FN>, %qs: memref<16x2x64xi32>,
              %kv: memref<1000x64x1x68xi8>, %table: memref<16x32xi32>,
              %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
              %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c7] D = 32 (of q), expected 64 or 128 for f4E2M1FN}}
  dgemm.paged_mqa_logits ins(%q scaled by %qs, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x32xf4E2M1FN>, memref<16x2x64xi32>,
        memref<1000x64x1x68xi8>, memref<16x32xi32>, memref<32x64xf32>,
        memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c8(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf16>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c8] weights have elements of type 'f16', expected f32 or bf16}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf16>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c8_2(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
                %table: memref<16x32xi32>, %w: memref<32x64xbf16>,
                %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
                %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c8] weights are bf16 with logits of 'f32', expected bf16 logits}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xbf16>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c9(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
              %table: memref<16x32xi32>, %w: memref<32x64xf32>,
              %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
              %l: memref<32x2048xf16>) {
  // expected-error@+1 {{[paged_mqa_logits-c9] logits has elements of type 'f16', expected f32 or bf16}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf16>)
    {block_kv = 64}
  return
}

// -----

func.func @c10(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
               %table: memref<16x32xi64>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
               %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c10] block_table has elements of type 'i64', expected i32}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi64>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c11(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x128x1x132xi8>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
               %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c11] block_kv = 128, expected pages of 32 or 64 tokens}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x128x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 128}
  return
}

// -----

func.func @c12(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x32x1x132xi8>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
               %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c12] kv_cache has shape 1000x32x1x132, expected 1000x64x1x132 (block_kv = 64, elements of a token and 4 bytes of scale)}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x32x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c12_2(%q: memref<16x2x64x128xf4E2M1FN>, %qs: memref<16x2x64xi32>,
                 %kv: memref<1000x64x1x132xi8>, %table: memref<16x32xi32>,
                 %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
                 %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c12] kv_cache has shape 1000x64x1x132, expected 1000x64x1x68}}
  dgemm.paged_mqa_logits ins(%q scaled by %qs, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf4E2M1FN>, memref<16x2x64xi32>,
        memref<1000x64x1x132xi8>, memref<16x32xi32>, memref<32x64xf32>,
        memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c13(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
               %idx: memref<16xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c13] has indices with next_n = 2 (of q), expected 1; give each token a row of its own}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta indexed by %idx
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>, memref<16xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c14(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x3xi32>,
               %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c14] metadata has shape 133x3, expected [slots + 1, 2] with at least one slot}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x3xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c14_2(%q: memref<16x2x64x128xf8E4M3FN>,
                 %kv: memref<1000x64x1x132xi8>, %table: memref<16x32xi32>,
                 %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
                 %meta: memref<1x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c14] metadata has shape 1x2, expected [slots + 1, 2] with at least one slot}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>, memref<1x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c15(%q: memref<16x2x64x128xf8E4M3FN>,
               %kv: memref<1000x64x1x132xi8, strided<[8704, 136, 132, 1]>>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
               %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c15] kv_cache has stride 136 between tokens, expected 132; a page is contiguous}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>,
        memref<1000x64x1x132xi8, strided<[8704, 136, 132, 1]>>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c15_2(%q: memref<16x2x64x128xf8E4M3FN>,
                 %kv: memref<1000x64x1x132xi8, strided<[8450, 132, 132, 1]>>,
                 %table: memref<16x32xi32>, %w: memref<32x64xf32>,
                 %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
                 %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c15] kv_cache has stride 8450 between pages, expected a multiple of 4 bytes, at least 8448}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>,
        memref<1000x64x1x132xi8, strided<[8450, 132, 132, 1]>>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c15_3(%q: memref<16x2x64x128xf8E4M3FN>,
                 %kv: memref<1000x64x1x132xi8, strided<[4224, 132, 132, 1]>>,
                 %table: memref<16x32xi32>, %w: memref<32x64xf32>,
                 %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
                 %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c15] kv_cache has stride 4224 between pages, expected a multiple of 4 bytes, at least 8448}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>,
        memref<1000x64x1x132xi8, strided<[4224, 132, 132, 1]>>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c16(%q: memref<16x2x64x128xf8E4M3FN>, %kv: memref<1000x64x1x132xi8>,
               %table: memref<16x32xi32>, %w: memref<32x64xf32>,
               %lens: memref<16x2xi32, strided<[4, 1]>>,
               %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c16] context_lens has stride 4 in dimension 0, expected 2; it must be contiguous}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32>, memref<16x2xi32, strided<[4, 1]>>,
        memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c16_2(%q: memref<16x2x64x128xf8E4M3FN>,
                 %kv: memref<1000x64x1x132xi8>, %table: memref<16x32xi32>,
                 %w: memref<32x64xf32, strided<[128, 1]>>,
                 %lens: memref<16x2xi32>, %meta: memref<133x2xi32>,
                 %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c16] weights has stride 128 in dimension 0, expected 64; it must be contiguous}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32>, memref<32x64xf32, strided<[128, 1]>>,
        memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}

// -----

func.func @c16_3(%q: memref<16x2x64x128xf8E4M3FN>,
                 %kv: memref<1000x64x1x132xi8>,
                 %table: memref<16x32xi32, strided<[1, 16]>>,
                 %w: memref<32x64xf32>, %lens: memref<16x2xi32>,
                 %meta: memref<133x2xi32>, %l: memref<32x2048xf32>) {
  // expected-error@+1 {{[paged_mqa_logits-c16] block_table has stride 16 in dimension 1, expected 1}}
  dgemm.paged_mqa_logits ins(%q, %kv paged by %table weighted by %w to %lens scheduled by %meta
      : memref<16x2x64x128xf8E4M3FN>, memref<1000x64x1x132xi8>,
        memref<16x32xi32, strided<[1, 16]>>, memref<32x64xf32>,
        memref<16x2xi32>, memref<133x2xi32>)
    outs(%l : memref<32x2048xf32>)
    {block_kv = 64}
  return
}
