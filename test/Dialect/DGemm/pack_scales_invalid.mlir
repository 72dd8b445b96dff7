// RUN: dgemm-opt %s -split-input-file -verify-diagnostics

func.func @c1(%scales: memref<2112x56xf32>, %packed: tensor<2112x14xi32>) {
  // expected-error@+1 {{[pack_scales-c1] operand #1 is 'tensor<2112x14xi32>', but operand #0 is 'memref<2112x56xf32>'}}
  %0 = dgemm.pack_scales ins(%scales
      : memref<2112x56xf32>)
    outs(%packed : tensor<2112x14xi32>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c2(%scales: memref<2112x56xbf16>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c2] scales have elements of type 'bf16', expected f32 or f8E8M0FNU}}
  dgemm.pack_scales ins(%scales
      : memref<2112x56xbf16>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c2_2(%scales: memref<2112x56xf32>, %packed: memref<2112x14xi8>) {
  // expected-error@+1 {{[pack_scales-c2] packed has elements of type 'i8', expected i32}}
  dgemm.pack_scales ins(%scales
      : memref<2112x56xf32>)
    outs(%packed : memref<2112x14xi8>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c3(%scales: memref<56xf32>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c3] scales have 1 dimension ('memref<56xf32>'), expected 2 or 3, [batch, rows, K]}}
  dgemm.pack_scales ins(%scales
      : memref<56xf32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c3_2(%scales: memref<8x2112x56xf32>,
                %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c3] packed has 2 dimensions ('memref<2112x14xi32, strided<[1, 2112]>>'), expected 3, as scales}}
  dgemm.pack_scales ins(%scales
      : memref<8x2112x56xf32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c4(%scales: memref<2112x56xf32>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c4] has granularity 1x16, expected 32 or 128 elements of K for each scale}}
  dgemm.pack_scales ins(%scales
      : memref<2112x56xf32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x16>}
  return
}

// -----

func.func @c5(%scales: memref<16x56xf32>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c5] scales have 16 rows, expected 17 (packed has 2112 rows, 128 for each scale)}}
  dgemm.pack_scales ins(%scales
      : memref<16x56xf32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<128x128>}
  return
}

// -----

func.func @c5_2(%scales: memref<2112x57xf32>,
                %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c5] packed has 14 words along K, expected 15 for 57 scales of 4 to a word}}
  dgemm.pack_scales ins(%scales
      : memref<2112x57xf32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c5_3(%scales: memref<2112x16xf32>, %ks: memref<4xi32>,
                %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c5] packed has 14 words along K, expected 4 to 8 for 16 scales of 4 to a word}}
  dgemm.pack_scales ins(%scales grouped by %ks
      : memref<2112x16xf32>, memref<4xi32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c6(%scales: memref<17x56xf32>, %ks: memref<4xi32>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c6] has granularity 128x128, expected 1 row for each scale with K groups}}
  dgemm.pack_scales ins(%scales grouped by %ks
      : memref<17x56xf32>, memref<4xi32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<128x128>}
  return
}

// -----

func.func @c6_2(%scales: memref<2110x56xf32>, %ks: memref<4xi32>,
                %packed: memref<2110x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c6] rows = 2110 (of packed), expected a multiple of 4 with K groups}}
  dgemm.pack_scales ins(%scales grouped by %ks
      : memref<2110x56xf32>, memref<4xi32>)
    outs(%packed : memref<2110x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c6_3(%scales: memref<2112x56xf32>, %ks: memref<129xi32>,
                %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c6] has 129 K groups, expected at most 128}}
  dgemm.pack_scales ins(%scales grouped by %ks
      : memref<2112x56xf32>, memref<129xi32>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c7(%scales: memref<2112x56xf32>, %ks: memref<4xi64>,
              %packed: memref<2112x14xi32, strided<[1, 2112]>>) {
  // expected-error@+1 {{[pack_scales-c7] ks has elements of type 'i64', expected i32}}
  dgemm.pack_scales ins(%scales grouped by %ks
      : memref<2112x56xf32>, memref<4xi64>)
    outs(%packed : memref<2112x14xi32, strided<[1, 2112]>>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}

// -----

func.func @c8(%scales: memref<2112x56xf32>, %packed: memref<2112x14xi32>) {
  // expected-error@+1 {{[pack_scales-c8] packed has strides 14x1, expected 1x2112}}
  dgemm.pack_scales ins(%scales
      : memref<2112x56xf32>)
    outs(%packed : memref<2112x14xi32>)
    {granularity = #dgemm.scale_block<1x128>}
  return
}
