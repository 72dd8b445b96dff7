// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%lens: memref<16x2xi32>, %meta: tensor<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c1] operand #1 is 'tensor<133x2xi32>', but operand #0 is 'memref<16x2xi32>'}}
  %0 = dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : tensor<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c2(%lens: memref<16x2xi32>, %meta: memref<133x2xi64>) {
  // expected-error@+1 {{[paged_mqa_metadata-c2] metadata has elements of type 'i64', expected i32}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x2xi64>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c3(%lens: memref<16xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c3] context_lens has 1 dimension ('memref<16xi32>'), expected 2, [B, next_n]}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c4(%lens: memref<16x2xi32>, %meta: memref<133x4xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c4] metadata has shape 133x4, expected [slots + 1, 2] with at least one slot}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x4xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c4_2(%lens: memref<16x1xi32>, %idx: memref<8xi32>,
                %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c4] indices has shape 8, so B = 8 in dimension 0, expected 16 as in context_lens}}
  dgemm.paged_mqa_metadata ins(%lens indexed by %idx
      : memref<16x1xi32>, memref<8xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c4_3(%lens: memref<16x0xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c4] next_n = 0 (of context_lens), expected at least 1}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x0xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c5(%lens: memref<16x2xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c5] block_kv = 16, expected pages of 32 or 64 tokens}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 16, split_kv = 256}
  return
}

// -----

func.func @c6(%lens: memref<16x2xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c6] split_kv = 100, expected a positive multiple of block_kv = 64}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 100}
  return
}

// -----

func.func @c6_2(%lens: memref<16x2xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c6] split_kv = 0, expected a positive multiple of block_kv = 64}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 0}
  return
}

// -----

func.func @c7(%lens: memref<16x2xi32>, %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c7] atom = 0, expected at least 1 query token}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256, atom = 0}
  return
}

// -----

func.func @c8(%lens: memref<16x2xi32>, %idx: memref<16xi32>,
              %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c8] has indices with next_n = 2 (of context_lens), expected 1}}
  dgemm.paged_mqa_metadata ins(%lens indexed by %idx
      : memref<16x2xi32>, memref<16xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}

// -----

func.func @c8_2(%lens: memref<16x1xi32>, %idx: memref<16xi32>,
                %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c8] has indices with atom = 4, expected 1 or 2}}
  dgemm.paged_mqa_metadata ins(%lens indexed by %idx
      : memref<16x1xi32>, memref<16xi32>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256, atom = 4}
  return
}

// -----

func.func @c9(%lens: memref<16x2xi32, strided<[4, 1]>>,
              %meta: memref<133x2xi32>) {
  // expected-error@+1 {{[paged_mqa_metadata-c9] context_lens has stride 4 in dimension 0, expected 2; it must be contiguous}}
  dgemm.paged_mqa_metadata ins(%lens
      : memref<16x2xi32, strided<[4, 1]>>)
    outs(%meta : memref<133x2xi32>)
    {block_kv = 64, split_kv = 256}
  return
}
