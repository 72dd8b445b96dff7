// RUN: dgemm-opt %s --one-shot-bufferize="bufferize-function-boundaries" --canonicalize --cse | FileCheck %s

// C and D share a buffer, and the op keeps the attributes that are not its own.
// CHECK-LABEL: @accumulate_in_place
// CHECK-SAME: %[[C:[a-z0-9]+]]: memref<?x256xf32, strided<[?, ?], offset: ?>>)
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: dgemm.matmul ins(%{{.*}}, %{{.*}} plus %[[C]] : {{.*}}) outs(%[[C]] : {{.*}}) {some.schedule = "kept"}
// CHECK: return %[[C]]
func.func @accumulate_in_place(%a: tensor<?x512xbf16>, %b: tensor<256x512xbf16>,
                               %c: tensor<?x256xf32>) -> tensor<?x256xf32> {
  %0 = dgemm.matmul ins(%a, %b plus %c
      : tensor<?x512xbf16>, tensor<256x512xbf16>, tensor<?x256xf32>)
    outs(%c : tensor<?x256xf32>) {some.schedule = "kept"}
  return %0 : tensor<?x256xf32>
}

// The init is overwritten; its content is not copied.
// CHECK-LABEL: @init_is_not_read
// CHECK: %[[NEW:.*]] = memref.alloc
// CHECK-NOT: memref.copy
// CHECK: dgemm.matmul {{.*}} outs(%[[NEW]] :
func.func @init_is_not_read(%a: tensor<64x512xbf16>, %b: tensor<256x512xbf16>,
                            %d: tensor<64x256xf32>)
    -> (tensor<64x256xf32>, tensor<64x256xf32>) {
  %0 = dgemm.matmul ins(%a, %b : tensor<64x512xbf16>, tensor<256x512xbf16>)
    outs(%d : tensor<64x256xf32>)
  return %0, %d : tensor<64x256xf32>, tensor<64x256xf32>
}

// The gap of a head split keeps its content.
// CHECK-LABEL: @head_split_reads_init
// CHECK-SAME: %[[D:[a-z0-9]+]]: memref<64x10240xbf16
// CHECK: %[[NEW:.*]] = memref.alloc
// CHECK: memref.copy %[[D]], %[[NEW]]
// CHECK: dgemm.matmul {{.*}} outs(%[[NEW]] :
func.func @head_split_reads_init(%a: tensor<64x512xf8E4M3FN>,
                                 %sa: tensor<64x4xf32>,
                                 %b: tensor<8192x512xf8E4M3FN>,
                                 %sb: tensor<64x4xf32>,
                                 %d: tensor<64x10240xbf16>)
    -> (tensor<64x10240xbf16>, tensor<64x10240xbf16>) {
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<64x512xf8E4M3FN>, tensor<64x4xf32>,
        tensor<8192x512xf8E4M3FN>, tensor<64x4xf32>)
    outs(%d : tensor<64x10240xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>,
     epilogue = #dgemm.head_split<left = 128, mid = 64, right = 128>}
  return %0, %d : tensor<64x10240xbf16>, tensor<64x10240xbf16>
}

// Packed scales get the layout that they must have.
// CHECK-LABEL: @pack_and_multiply
// CHECK-SAME: %[[M:[a-z0-9]+]]: index)
// CHECK-DAG: %[[GROUPS:.*]] = arith.ceildivui %[[M]], %{{.*}}
// CHECK-DAG: %[[ROWS:.*]] = arith.muli %[[GROUPS]], %{{.*}}
// CHECK: %[[PA:.*]] = memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [%[[M]], 14], strides: [1, %[[ROWS]]]
// CHECK: dgemm.pack_scales {{.*}} outs(%[[PA]] :
// CHECK: %[[B:.*]] = memref.alloc() {{.*}} : memref<29624xi32>
// CHECK: %[[PB:.*]] = memref.reinterpret_cast %[[B]] to offset: [0], sizes: [2113, 14], strides: [1, 2116]
// CHECK: dgemm.pack_scales {{.*}} outs(%[[PB]] :
// CHECK: dgemm.matmul ins(%{{.*}} scaled by %[[PA]], %{{.*}} scaled by %[[PB]] :
func.func @pack_and_multiply(%a: tensor<?x7168xf8E4M3FN>, %sa: tensor<?x56xf32>,
                             %b: tensor<2113x7168xf8E4M3FN>,
                             %sb: tensor<17x56xf32>, %m: index)
    -> tensor<?x2113xbf16> {
  %empty_a = tensor.empty(%m) : tensor<?x14xi32>
  %empty_b = tensor.empty() : tensor<2113x14xi32>
  %empty_d = tensor.empty(%m) : tensor<?x2113xbf16>
  %pa = dgemm.pack_scales ins(%sa : tensor<?x56xf32>)
    outs(%empty_a : tensor<?x14xi32>)
    {granularity = #dgemm.scale_block<1x128>}
  %pb = dgemm.pack_scales ins(%sb : tensor<17x56xf32>)
    outs(%empty_b : tensor<2113x14xi32>)
    {granularity = #dgemm.scale_block<128x128>}
  %d = dgemm.matmul ins(%a scaled by %pa, %b scaled by %pb
      : tensor<?x7168xf8E4M3FN>, tensor<?x14xi32>,
        tensor<2113x7168xf8E4M3FN>, tensor<2113x14xi32>)
    outs(%empty_d : tensor<?x2113xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return %d : tensor<?x2113xbf16>
}

// Scales that another op packed in row-major order are copied.
// CHECK-LABEL: @repack
// CHECK: linalg.fill {{.*}} outs(%[[ROWS:.*]] : memref<8x256x16xi32>)
// CHECK: %[[PACKED:.*]] = memref.reinterpret_cast %{{.*}} to offset: [0], sizes: [8, 256, 16], strides: [4096, 1, 256]
// CHECK: memref.copy %[[ROWS]], %[[PACKED]]
// CHECK: dgemm.grouped_matmul ins(%{{.*}} scaled by %{{.*}}, %{{.*}} scaled by %[[PACKED]] grouped by
func.func @repack(%a: tensor<?x2048xf8E4M3FN>, %sa: tensor<?x16xf32>,
                  %b: tensor<8x256x2048xf4E2M1FN>, %rows: tensor<?xi32>,
                  %d: tensor<?x256xbf16>, %word: i32) -> tensor<?x256xbf16> {
  %empty = tensor.empty() : tensor<8x256x16xi32>
  %sb = linalg.fill ins(%word : i32) outs(%empty : tensor<8x256x16xi32>)
    -> tensor<8x256x16xi32>
  %0 = dgemm.grouped_matmul
    ins(%a scaled by %sa, %b scaled by %sb grouped by %rows
      : tensor<?x2048xf8E4M3FN>, tensor<?x16xf32>,
        tensor<8x256x2048xf4E2M1FN>, tensor<8x256x16xi32>, tensor<?xi32>)
    outs(%d : tensor<?x256xbf16>)
    {grouping = #dgemm.grouping<contiguous_index>,
     granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return %0 : tensor<?x256xbf16>
}

// A projection with parts in a loop.
// CHECK-LABEL: @loop
// CHECK: scf.for
// CHECK: dgemm.batched_matmul ins({{.*}} plus %[[ACC:.*]] : {{.*}}) outs(%[[ACC]] :
// CHECK-NOT: memref.copy
// CHECK: return
func.func @loop(%x: tensor<512x8x64xf8E4M3FN>, %sx: tensor<4x8x64xf32>,
                %y: tensor<512x8x256xf8E4M3FN>, %sy: tensor<4x8x256xf32>,
                %d: tensor<8x64x256xf32>, %n: index) -> tensor<8x64x256xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %d)
      -> tensor<8x64x256xf32> {
    %1 = dgemm.batched_matmul ins(%x scaled by %sx, %y scaled by %sy plus %acc
        : tensor<512x8x64xf8E4M3FN>, tensor<4x8x64xf32>,
          tensor<512x8x256xf8E4M3FN>, tensor<4x8x256xf32>,
          tensor<8x64x256xf32>)
      outs(%acc : tensor<8x64x256xf32>)
      {equation = #dgemm.equation<bhd_bhr_hdr>,
       granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
    scf.yield %1 : tensor<8x64x256xf32>
  }
  return %0 : tensor<8x64x256xf32>
}

// CHECK-LABEL: @hc_prenorm
// CHECK: dgemm.hc_prenorm {{.*}} outs(%[[D:.*]], %[[S:.*]] : {{.*}}) {num_splits = 16 : i64}
// CHECK: return %[[D]], %[[S]]
func.func @hc_prenorm(%a: tensor<?x28672xbf16>, %b: tensor<24x28672xf32>,
                      %d: tensor<16x?x24xf32>, %s: tensor<16x?xf32>)
    -> (tensor<16x?x24xf32>, tensor<16x?xf32>) {
  %0:2 = dgemm.hc_prenorm ins(%a, %b
      : tensor<?x28672xbf16>, tensor<24x28672xf32>)
    outs(%d, %s : tensor<16x?x24xf32>, tensor<16x?xf32>) {num_splits = 16}
  return %0#0, %0#1 : tensor<16x?x24xf32>, tensor<16x?xf32>
}

// Logits, then their cleaning in the same buffer.
// CHECK-LABEL: @logits
// CHECK: dgemm.mqa_logits {{.*}} outs(%[[L:.*]] : {{.*}})
// CHECK-NOT: memref.copy
// CHECK: dgemm.clean_logits {{.*}} outs(%[[L]] :
// CHECK: return %[[L]]
func.func @logits(%q: tensor<?x64x128xf8E4M3FN>, %kv: tensor<?x128xf8E4M3FN>,
                  %kvs: tensor<?xf32>, %w: tensor<?x64xf32>,
                  %ks: tensor<?xi32>, %ke: tensor<?xi32>,
                  %l: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = dgemm.mqa_logits
    ins(%q, %kv scaled by %kvs weighted by %w from %ks to %ke
      : tensor<?x64x128xf8E4M3FN>, tensor<?x128xf8E4M3FN>, tensor<?xf32>,
        tensor<?x64xf32>, tensor<?xi32>, tensor<?xi32>)
    outs(%l : tensor<?x?xf32>)
  %1 = dgemm.clean_logits ins(from %ks to %ke : tensor<?xi32>, tensor<?xi32>)
    outs(%0 : tensor<?x?xf32>)
  return %1 : tensor<?x?xf32>
}

// What lies within a row's range stays, so it must be copied.
// CHECK-LABEL: @clean_reads_init
// CHECK: memref.copy
// CHECK: dgemm.clean_logits
func.func @clean_reads_init(%ke: tensor<32xi32>, %l: tensor<64x4096xbf16>)
    -> (tensor<64x4096xbf16>, tensor<64x4096xbf16>) {
  %0 = dgemm.clean_logits ins(to %ke : tensor<32xi32>)
    outs(%l : tensor<64x4096xbf16>) {next_n = 2}
  return %0, %l : tensor<64x4096xbf16>, tensor<64x4096xbf16>
}

// CHECK-LABEL: @paged
// CHECK: dgemm.paged_mqa_metadata {{.*}} outs(%[[META:.*]] : memref<189x2xi32>)
// CHECK: dgemm.paged_mqa_logits ins({{.*}} scheduled by %[[META]] :
func.func @paged(%q: tensor<?x2x64x128xf8E4M3FN>, %cache: tensor<?x64x1x132xi8>,
                 %table: tensor<?x?xi32>, %w: tensor<?x64xf32>,
                 %lens: tensor<?x2xi32>, %l: tensor<?x?xf32>)
    -> tensor<?x?xf32> {
  %empty = tensor.empty() : tensor<189x2xi32>
  %meta = dgemm.paged_mqa_metadata ins(%lens : tensor<?x2xi32>)
    outs(%empty : tensor<189x2xi32>) {block_kv = 64, split_kv = 128}
  %0 = dgemm.paged_mqa_logits
    ins(%q, %cache paged by %table weighted by %w to %lens scheduled by %meta
      : tensor<?x2x64x128xf8E4M3FN>, tensor<?x64x1x132xi8>, tensor<?x?xi32>,
        tensor<?x64xf32>, tensor<?x2xi32>, tensor<189x2xi32>)
    outs(%l : tensor<?x?xf32>) {block_kv = 64}
  return %0 : tensor<?x?xf32>
}
