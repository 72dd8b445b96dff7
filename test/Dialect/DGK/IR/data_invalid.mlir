// RUN: dgk-opt %s --split-input-file --verify-diagnostics

func.func @f(%m: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.load' op [load-c1] has 1 coordinates for 'memref<?x64xbf16>' and '!dgk.tile<8x64xbf16>', expected one per dimension}}
  %0 = dgk.load %m[%i] : memref<?x64xbf16> -> !dgk.tile<8x64xbf16>
  return
}

// -----

func.func @f(%m: memref<?xbf16>, %i: index) {
  // expected-error @below {{'dgk.load' op [load-c1] has 1 coordinates for 'memref<?xbf16>' and '!dgk.tile<8x64xbf16>'}}
  %0 = dgk.load %m[%i] : memref<?xbf16> -> !dgk.tile<8x64xbf16>
  return
}

// -----

func.func @f(%m: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.load' op [load-c2] loads '!dgk.tile<8x64xf32>' from 'memref<?x64xbf16>', expected equal element types}}
  %0 = dgk.load %m[%i, %i] : memref<?x64xbf16> -> !dgk.tile<8x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xbf16>, %m: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c1] has 1 coordinates for 'memref<?x64xbf16>', expected one per dimension and at least 2}}
  dgk.store %x, %m[%i] : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xbf16>, %m: memref<?xbf16>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c1] has 1 coordinates for 'memref<?xbf16>', expected one per dimension and at least 2}}
  dgk.store %x, %m[%i] : !dgk.accumulator<8x64xbf16>, memref<?xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %m: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c2] stores '!dgk.accumulator<8x64xf32>' to 'memref<?x64xbf16>', expected equal element types}}
  dgk.store %x, %m[%i, %i] : !dgk.accumulator<8x64xf32>, memref<?x64xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xbf16>, %m: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c3] has one bound of within, expected both}}
  "dgk.store"(%x, %m, %i, %i, %i) <{operandSegmentSizes = array<i32: 1, 1, 2, 1, 0>}>
    : (!dgk.accumulator<8x64xbf16>, memref<?x64xbf16>, index, index, index) -> ()
  return
}

// -----

func.func @f(%p: memref<?x132xi32>) {
  // expected-error @below {{'dgk.field' op [field-c1] source is 'memref<?x132xi32>', expected records of i8 with static contiguous sizes}}
  %0 = dgk.field %p at 0 : memref<?x132xi32> to memref<?x32xf32, strided<[33, 1]>>
  return
}

// -----

func.func @f(%p: memref<?x?xi8>) {
  // expected-error @below {{'dgk.field' op [field-c1] source is 'memref<?x?xi8>'}}
  %0 = dgk.field %p at 0 : memref<?x?xi8> to memref<?x32xf32, strided<[?, 1]>>
  return
}

// -----

func.func @f(%p: memref<?x132xi8>) {
  // expected-error @below {{'dgk.field' op [field-c2] 128 bytes at 8 are not a field of a record of 132 bytes, aligned to elements of 4 bytes}}
  %0 = dgk.field %p at 8 : memref<?x132xi8> to memref<?x32xf32, strided<[33, 1], offset: 2>>
  return
}

// -----

func.func @f(%p: memref<?x132xi8>) {
  // expected-error @below {{'dgk.field' op [field-c2] 4 bytes at 2 are not a field of a record of 132 bytes}}
  %0 = dgk.field %p at 2 : memref<?x132xi8> to memref<?x1xf32, strided<[33, 1]>>
  return
}

// -----

func.func @f(%p: memref<?x132xi8>) {
  // expected-error @below {{'dgk.field' op [field-c3] result 'memref<?x32xf32>' does not have the records' number, stride and offset of 'memref<?x132xi8>'}}
  %0 = dgk.field %p at 4 : memref<?x132xi8> to memref<?x32xf32>
  return
}

// -----

func.func @f(%s: memref<17x56xf32>, %n: index, %k: index) {
  // expected-error @below {{'dgk.load' op [load-c3] loads '!dgk.tile<3x1xf32>' with 1 row numbers, expected a tile of one column and two positive numbers}}
  %0 = dgk.load %s[%n, %k] rows [64] : memref<17x56xf32> -> !dgk.tile<3x1xf32>
  return
}

// -----

func.func @f(%a: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.load' op [load-c4] loads '!dgk.tile<64xbf16>' transposed, expected a tile of two dimensions without them}}
  %0 = dgk.load %a[%i, %i] transposed : memref<?x64xbf16> -> !dgk.tile<64xbf16>
  return
}

// -----

func.func @f(%s: memref<17x56xf32>, %i: index) {
  // expected-error @below {{'dgk.load' op [load-c4] loads '!dgk.tile<3x1xf32>' with row numbers transposed, expected a tile of two dimensions without them}}
  %0 = dgk.load %s[%i, %i] rows [64, 128] transposed : memref<17x56xf32> -> !dgk.tile<3x1xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xbf16>, %a: memref<?x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c4] accumulates 'bf16', expected f32; add with dgk.add_from and store the sum}}
  dgk.store %x, %a[%i, %i] accumulate : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %a: memref<?x64xf32>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c5] has accumulate beside within, expected a plain rectangle}}
  dgk.store %x, %a[%i, %i] within(%i, %i) accumulate : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %a: memref<?x64xf32>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c5] has heads beside transposed, expected a plain rectangle}}
  dgk.store %x, %a[%i, %i] transposed heads <left = 64, mid = 32, right = 64> : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %a: memref<?x64xf32>, %i: index) {
  // expected-error @below {{'dgk.store' op [store-c5] has both heads and accumulate, expected one; add with dgk.add_from}}
  dgk.store %x, %a[%i, %i] accumulate heads <left = 64, mid = 32, right = 64> : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %a: memref<4x?x64xf32>, %i: index) {
  // expected-error @below {{'dgk.add_from' op [add_from-c1] has 3 coordinates for 'memref<4x?x64xf32>', expected two for two dimensions}}
  %0 = dgk.add_from %x, %a[%i, %i, %i] : !dgk.accumulator<8x64xf32>, memref<4x?x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %a: memref<?x64xi32>, %i: index) {
  // expected-error @below {{'dgk.add_from' op [add_from-c2] adds 'memref<?x64xi32>' to '!dgk.accumulator<8x64xf32>', expected elements of f32 or bf16 and an accumulator of f32}}
  %0 = dgk.add_from %x, %a[%i, %i] : !dgk.accumulator<8x64xf32>, memref<?x64xi32>
  return
}

// -----

func.func @one_cta(%x: !dgk.accumulator<64x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine_in_cluster' op [combine_in_cluster-c1] has 1 splits, expected 2 to 16}}
  %sum, %last = dgk.combine_in_cluster %x[%i] of 1 rows %i : !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @many_ctas(%x: !dgk.accumulator<64x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine_in_cluster' op [combine_in_cluster-c1] has 17 splits, expected 2 to 16}}
  %sum, %last = dgk.combine_in_cluster %x[%i] of 17 rows %i : !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @odd_sums_in_cluster(%x: !dgk.accumulator<8x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine_in_cluster' op [combine_in_cluster-c2] adds '!dgk.accumulator<8x64xf32>', expected f32 and multiples of 16 x 8 elements}}
  %sum, %last = dgk.combine_in_cluster %x[%i] of 2 rows %i : !dgk.accumulator<8x64xf32>
  return
}

// -----

dgk.kernel @along_another_axis(%x: index) {
  dgk.tiles (%s, %m, %n) in (%x by 1, %x by 64, %x by 64) cluster <size = 2, along = m> {
    %sum = dgk.zero : !dgk.accumulator<64x64xf32>
    // expected-error @below {{'dgk.combine_in_cluster' op [combine_in_cluster-c3] adds up 2 splits, expected its tile loop to have cluster <size = 2, along = k> and the split to be the coordinate in front of M and N}}
    %all, %last = dgk.combine_in_cluster %sum[%s] of 2 rows %x : !dgk.accumulator<64x64xf32>
  }
  dgk.return
}

// -----

dgk.kernel @fewer_ctas_than_splits(%x: index) {
  dgk.tiles (%s, %m, %n) in (%x by 1, %x by 64, %x by 64) cluster <size = 2, along = k> {
    %sum = dgk.zero : !dgk.accumulator<64x64xf32>
    // expected-error @below {{[combine_in_cluster-c3] adds up 4 splits}}
    %all, %last = dgk.combine_in_cluster %sum[%s] of 4 rows %x : !dgk.accumulator<64x64xf32>
  }
  dgk.return
}

// -----

dgk.kernel @another_coordinate(%x: index) {
  dgk.tiles (%s, %m, %n) in (%x by 1, %x by 64, %x by 64) cluster <size = 2, along = k> {
    %sum = dgk.zero : !dgk.accumulator<64x64xf32>
    // expected-error @below {{[combine_in_cluster-c3] adds up 2 splits}}
    %all, %last = dgk.combine_in_cluster %sum[%m] of 2 rows %x : !dgk.accumulator<64x64xf32>
  }
  dgk.return
}

// -----

func.func @one_split(%x: !dgk.accumulator<64x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine' op [combine-c1] has 1 splits, expected 2 to 32}}
  %sum, %last = dgk.combine %x[%i] of 1, tile %i of %i rows %i : !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @f(%s: memref<4x?x5xf32>, %i: index) {
  // expected-error @below {{'dgk.fetch_scales' op [fetch_scales-c1] has 3 coordinates for 'memref<4x?x5xf32>', expected two for two dimensions}}
  %0 = dgk.fetch_scales %s[%i, %i, %i] : memref<4x?x5xf32> -> !dgk.scales<a, 128, f32>
  return
}

// -----

func.func @many_splits(%x: !dgk.accumulator<64x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine' op [combine-c1] has 33 splits, expected 2 to 32}}
  %sum, %last = dgk.combine %x[%i] of 33, tile %i of %i rows %i : !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @rounded_partial_sums(%x: !dgk.accumulator<64x64xbf16>, %i: index) {
  // expected-error @below {{'dgk.combine' op [combine-c2] adds '!dgk.accumulator<64x64xbf16>', expected f32 and multiples of 16 x 8 elements}}
  %sum, %last = dgk.combine %x[%i] of 2, tile %i of %i rows %i : !dgk.accumulator<64x64xbf16>
  return
}

// -----

func.func @odd_partial_sums(%x: !dgk.accumulator<8x64xf32>, %i: index) {
  // expected-error @below {{'dgk.combine' op [combine-c2] adds '!dgk.accumulator<8x64xf32>', expected f32 and multiples of 16 x 8 elements}}
  %sum, %last = dgk.combine %x[%i] of 2, tile %i of %i rows %i : !dgk.accumulator<8x64xf32>
  return
}

// -----

func.func @f(%s: memref<?x5xf8E8M0FNU>, %i: index) {
  // expected-error @below {{'dgk.fetch_scales' op [fetch_scales-c2] fetches '!dgk.scales<a, 128, f32>' from 'memref<?x5xf8E8M0FNU>', expected f32 in both, or one word of i32 for f8E8M0FNU or i32}}
  %0 = dgk.fetch_scales %s[%i, %i] : memref<?x5xf8E8M0FNU> -> !dgk.scales<a, 128, f32>
  return
}

// -----

func.func @f(%s: memref<?x5xf32>, %i: index) {
  // expected-error @below {{'dgk.fetch_scales' op [fetch_scales-c2] fetches '!dgk.scales<a, 128, i32>' from 'memref<?x5xf32>', expected f32 in both, or one word of i32 for f8E8M0FNU or i32}}
  %0 = dgk.fetch_scales %s[%i, %i] : memref<?x5xf32> -> !dgk.scales<a, 128, i32>
  return
}

// -----

func.func @f(%s: memref<?x5xf8E8M0FNU>, %i: index) {
  // expected-error @below {{'dgk.fetch_scales' op [fetch_scales-c3] has rows array<i64: 64, 0>, expected two positive numbers}}
  %0 = dgk.fetch_scales %s[%i, %i] rows [64, 0] : memref<?x5xf8E8M0FNU> -> !dgk.scales<b, 2, i32>
  return
}
