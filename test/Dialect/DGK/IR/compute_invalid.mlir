// RUN: dgk-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: !dgk.tile<128x32xbf16>, %b: !dgk.tile<64x16xbf16>, %c: !dgk.accumulator<128x64xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c1] multiplies '!dgk.tile<128x32xbf16>' by '!dgk.tile<64x16xbf16>' into '!dgk.accumulator<128x64xf32>', expected M x K, N x K and M x N}}
  %0 = dgk.mma %a, %b, %c : !dgk.tile<128x32xbf16>, !dgk.tile<64x16xbf16> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.tile<64x1xi32>) {
  // expected-error @below {{'dgk.mma' op [mma-c2] scale of a is '!dgk.tile<64x1xi32>', expected a tile of 128x1xi32, of 128 rows of 4, 8 or 16 bytes, one of f32 with a divisor of 128 rows, or such scales of that side, and an index}}
  %0 = dgk.mma %a scaled by %s[%i] per 128, %b scaled by %s[%i] per 128, %c
    : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN>, !dgk.tile<64x1xi32>, !dgk.tile<64x1xi32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.scales<a, 128, i32>, %t: !dgk.scales<a, 64, i32>) {
  // expected-error @below {{'dgk.mma' op [mma-c2] scale of b is '!dgk.scales<a, 64, i32>', expected a tile of 64x1xi32, of 64 rows of 4, 8 or 16 bytes, one of f32 with a divisor of 64 rows, or such scales of that side, and an index}}
  %0 = dgk.mma %a scaled by %s[%i] per 128, %b scaled by %t[%i] per 128, %c
    : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN>, !dgk.scales<a, 128, i32>, !dgk.scales<a, 64, i32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.scales<a, 128, i32>, %t: !dgk.scales<b, 64, i32>) {
  // expected-error @below {{'dgk.mma' op [mma-c2] scale of a is '!dgk.scales<a, 128, i32>', expected a tile of 128x1xi32, of 128 rows of 4, 8 or 16 bytes, one of f32 with a divisor of 128 rows, or such scales of that side, and an index}}
  %0 = "dgk.mma"(%a, %s, %b, %t, %i, %c) <{operandSegmentSizes = array<i32: 1, 1, 0, 1, 1, 1, 1>, aScalePer = 128 : i64, bScalePer = 128 : i64}>
    : (!dgk.tile<128x32xf8E4M3FN>, !dgk.scales<a, 128, i32>, !dgk.tile<64x32xf8E4M3FN>, !dgk.scales<b, 64, i32>, index, !dgk.accumulator<128x64xf32>) -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.scales<a, 128, i32>) {
  // expected-error @below {{'dgk.mma' op [mma-c3] has a scale for A only, expected both or neither}}
  %0 = "dgk.mma"(%a, %s, %i, %b, %c) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 1>, aScalePer = 128 : i64, bScalePer = 128 : i64}>
    : (!dgk.tile<128x32xf8E4M3FN>, !dgk.scales<a, 128, i32>, index, !dgk.tile<64x32xf8E4M3FN>, !dgk.accumulator<128x64xf32>) -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.scales<a, 128, i32>, %t: !dgk.scales<b, 64, i32>) {
  // expected-error @below {{'dgk.mma' op [mma-c4] scale of b covers 64 elements, expected 16, 32 or 128}}
  %0 = dgk.mma %a scaled by %s[%i] per 128, %b scaled by %t[%i] per 64, %c
    : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN>, !dgk.scales<a, 128, i32>, !dgk.scales<b, 64, i32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.fragments<b, 128x32xf8E4M3FN>, %b: !dgk.fragments<b, 64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c6] takes '!dgk.fragments<b, 128x32xf8E4M3FN>' as a, expected fragments of side a}}
  %0 = dgk.mma %a, %b, %c
    : !dgk.fragments<b, 128x32xf8E4M3FN>, !dgk.fragments<b, 64x32xf8E4M3FN> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%t: !dgk.tile<128x64xf8E4M3FN>) {
  // expected-error @below {{'dgk.read_fragments' op [read_fragments-c1] reads '!dgk.fragments<a, 128x32xf8E4M3FN>' at 48 from '!dgk.tile<128x64xf8E4M3FN>', expected the same rows and element type and a step inside}}
  %0 = dgk.read_fragments %t at 48 : !dgk.tile<128x64xf8E4M3FN> -> !dgk.fragments<a, 128x32xf8E4M3FN>
  return
}

// -----

func.func @f(%t: !dgk.tile<128x64xf8E4M3FN>) {
  // expected-error @below {{[read_fragments-c1] reads '!dgk.fragments<b, 64x32xf8E4M3FN>' at 0}}
  %0 = dgk.read_fragments %t at 0 : !dgk.tile<128x64xf8E4M3FN> -> !dgk.fragments<b, 64x32xf8E4M3FN>
  return
}

// -----

func.func @f(%s: !dgk.tile<64x1xi32>) {
  // expected-error @below {{'dgk.read_scales' op [read_scales-c1] reads '!dgk.tile<64x1xi32>' for '!dgk.scales<a, 128, i32>' from word 0, expected '!dgk.tile<128x1xi32>', or bytes in a row for as many groups of words as end with those of the result}}
  %0 = dgk.read_scales %s : !dgk.tile<64x1xi32> -> !dgk.scales<a, 128, i32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %s: !dgk.scales<a, 128, f32>, %t: !dgk.scales<b, 3, f32>) {
  // expected-error @below {{'dgk.promote' op [promote-c1] has scales '!dgk.scales<a, 128, f32>' and '!dgk.scales<b, 3, f32>', expected f32 scales of a and b whose numbers divide the rows and columns of '!dgk.accumulator<128x64xf32>'}}
  %0 = dgk.promote %x scaled by %s, %t, %x : !dgk.accumulator<128x64xf32>, !dgk.scales<a, 128, f32>, !dgk.scales<b, 3, f32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%p: !dgk.accumulator<64x64xf32>, %x: !dgk.accumulator<128x64xf32>, %s: !dgk.scales<a, 128, f32>, %t: !dgk.scales<b, 1, f32>) {
  // expected-error @below {{'dgk.promote' op [promote-c2] adds '!dgk.accumulator<64x64xf32>' from row 96, column 0 to '!dgk.accumulator<128x64xf32>', expected a part of it, all rows without `rows` and all columns without `columns`}}
  %0 = dgk.promote %p rows 96 scaled by %s, %t, %x : !dgk.accumulator<64x64xf32>, !dgk.scales<a, 128, f32>, !dgk.scales<b, 1, f32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

// Without `rows` a partial product has all of them.
func.func @f(%p: !dgk.accumulator<64x64xf32>, %x: !dgk.accumulator<128x64xf32>, %s: !dgk.scales<a, 128, f32>, %t: !dgk.scales<b, 1, f32>) {
  // expected-error @below {{'dgk.promote' op [promote-c2] adds '!dgk.accumulator<64x64xf32>' from row 0, column 0 to '!dgk.accumulator<128x64xf32>'}}
  %0 = dgk.promote %p scaled by %s, %t, %x : !dgk.accumulator<64x64xf32>, !dgk.scales<a, 128, f32>, !dgk.scales<b, 1, f32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%p: !dgk.accumulator<128x32xf32>, %x: !dgk.accumulator<128x64xf32>, %s: !dgk.scales<a, 128, f32>, %t: !dgk.scales<b, 1, f32>) {
  // expected-error @below {{'dgk.promote' op [promote-c2] adds '!dgk.accumulator<128x32xf32>' from row 0, column 48 to '!dgk.accumulator<128x64xf32>'}}
  %0 = dgk.promote %p columns 48 scaled by %s, %t, %x : !dgk.accumulator<128x32xf32>, !dgk.scales<a, 128, f32>, !dgk.scales<b, 1, f32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%p: !dgk.accumulator<128x32xf32>, %x: !dgk.accumulator<128x64xf32>, %s: !dgk.scales<a, 128, f32>, %t: !dgk.scales<b, 1, f32>) {
  // expected-error @below {{'dgk.promote' op [promote-c2] adds '!dgk.accumulator<128x32xf32>' from row 0, column 0 to '!dgk.accumulator<128x64xf32>'}}
  %0 = dgk.promote %p scaled by %s, %t, %x : !dgk.accumulator<128x32xf32>, !dgk.scales<a, 128, f32>, !dgk.scales<b, 1, f32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x32xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c1] multiplies '!dgk.tile<128x32xf8E4M3FN>' by '!dgk.tile<64x32xf8E4M3FN>' into '!dgk.accumulator<128x32xf32>', expected M x K, N x K and M x N}}
  %0 = dgk.mma %a, %b columns 33, %c : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN> -> !dgk.accumulator<128x32xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.fragments<b, 64x32xf8E4M3FN>, %c: !dgk.accumulator<128x32xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c7] takes rows of '!dgk.fragments<b, 64x32xf8E4M3FN>', expected a tile without scales}}
  %0 = dgk.mma %a, %b columns 32, %c : !dgk.tile<128x32xf8E4M3FN>, !dgk.fragments<b, 64x32xf8E4M3FN> -> !dgk.accumulator<128x32xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<64x64xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c1] multiplies '!dgk.tile<128x32xf8E4M3FN>' by '!dgk.tile<64x32xf8E4M3FN>' into '!dgk.accumulator<64x64xf32>', expected M x K, N x K and M x N}}
  %0 = dgk.mma %a rows 65, %b, %c : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN> -> !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.fragments<a, 128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<64x64xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c7] takes rows of '!dgk.fragments<a, 128x32xf8E4M3FN>', expected a tile without scales}}
  %0 = dgk.mma %a rows 64, %b, %c : !dgk.fragments<a, 128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN> -> !dgk.accumulator<64x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %b: !dgk.tile<64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>, %i: index, %s: !dgk.tile<128x1xf32>, %t: !dgk.tile<3x1xf32>) {
  // expected-error @below {{'dgk.mma' op [mma-c2] scale of b is '!dgk.tile<3x1xf32>', expected a tile of 64x1xi32, of 64 rows of 4, 8 or 16 bytes, one of f32 with a divisor of 64 rows, or such scales of that side, and an index}}
  %0 = dgk.mma %a scaled by %s[%i] per 128, %b scaled by %t[%i] per 128, %c
    : !dgk.tile<128x32xf8E4M3FN>, !dgk.tile<64x32xf8E4M3FN>, !dgk.tile<128x1xf32>, !dgk.tile<3x1xf32> -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x8xf32>) {
  // expected-error @below {{'dgk.map' op [map-c1] body has 0 arguments for 1 operands}}
  %0 = "dgk.map"(%x) ({
    %1 = arith.constant 0.0 : f32
    dgk.yield %1 : f32
  }) : (!dgk.accumulator<8x8xf32>) -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x8xf32>) {
  // expected-error @below {{'dgk.map' op [map-c1] body argument has type 'bf16', expected 'f32'}}
  %0 = "dgk.map"(%x) ({
  ^bb0(%e: bf16):
    %1 = arith.constant 0.0 : f32
    dgk.yield %1 : f32
  }) : (!dgk.accumulator<8x8xf32>) -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x8xf32>) {
  // expected-error @below {{'dgk.map' op [map-c2] body yields 'f32', expected one 'bf16'}}
  %0 = dgk.map (%e = %x) : !dgk.accumulator<8x8xf32> -> !dgk.accumulator<8x8xbf16> {
    dgk.yield %e : f32
  }
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x4xf32>) {
  // expected-error @below {{'dgk.map' op [map-c3] operand is '!dgk.accumulator<8x4xf32>', which does not broadcast to '!dgk.accumulator<8x8xf32>'}}
  %0 = dgk.map (%e = %x) : !dgk.accumulator<8x4xf32> -> !dgk.accumulator<8x8xf32> {
    dgk.yield %e : f32
  }
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>) {
  // expected-error @below {{'dgk.reduce' op [reduce-c1] axis is 2, expected 0 or 1}}
  %0 = dgk.reduce add %x along 2 group 8 : !dgk.accumulator<8x64xf32> -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>) {
  // expected-error @below {{'dgk.reduce' op [reduce-c2] group 3 does not divide the 64 elements along axis 1}}
  %0 = dgk.reduce add %x along 1 group 3 : !dgk.accumulator<8x64xf32> -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>) {
  // expected-error @below {{'dgk.reduce' op [reduce-c3] result is '!dgk.accumulator<8x4xf32>', expected 8 elements along axis 1 of '!dgk.accumulator<8x64xf32>'}}
  %0 = dgk.reduce add %x along 1 group 8 : !dgk.accumulator<8x64xf32> -> !dgk.accumulator<8x4xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>) {
  // expected-error @below {{'dgk.convert' op [convert-c1] result is '!dgk.accumulator<8x32xbf16>', expected the shape of '!dgk.accumulator<8x64xf32>'}}
  %0 = dgk.convert %x : !dgk.accumulator<8x64xf32> -> !dgk.accumulator<8x32xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>) {
  // expected-error @below {{'dgk.extract' op [extract-c1] part '!dgk.accumulator<8x32xf32>' at [0, 40] is not inside '!dgk.accumulator<8x64xf32>'}}
  %0 = dgk.extract %x[0, 40] : !dgk.accumulator<8x64xf32> -> !dgk.accumulator<8x32xf32>
  return
}

// -----

func.func @f(%t: !dgk.tile<64xf32>) {
  // expected-error @below {{'dgk.unpack' op [unpack-c1] result is '!dgk.accumulator<8x8xf32>', expected the shape of '!dgk.tile<64xf32>'}}
  %0 = dgk.unpack %t : !dgk.tile<64xf32> -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%t: !dgk.tile<8x64xf32>, %i: index) {
  // expected-error @below {{'dgk.unpack' op [unpack-c2] has 1 offsets for a part '!dgk.accumulator<8x8xf32>' of '!dgk.tile<8x64xf32>', expected two for a part of a tile of two dimensions}}
  %0 = dgk.unpack %t[%i] : !dgk.tile<8x64xf32> -> !dgk.accumulator<8x8xf32>
  return
}

// -----

func.func @f(%t: !dgk.tile<8x64xf32>, %i: index) {
  // expected-error @below {{'dgk.unpack' op [unpack-c2] has 2 offsets for a part '!dgk.accumulator<16x8xf32>'}}
  %0 = dgk.unpack %t[%i, %i] : !dgk.tile<8x64xf32> -> !dgk.accumulator<16x8xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x32xf32>, %t: !dgk.tile<8x64xf32, #dgk.shared<none>>) {
  // expected-error @below {{'dgk.write' op [write-c1] writes '!dgk.accumulator<8x32xf32>' to '!dgk.tile<8x64xf32, #dgk.shared<none>>', expected the same shape}}
  dgk.write %x to %t : !dgk.accumulator<8x32xf32>, !dgk.tile<8x64xf32, #dgk.shared<none>>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xf32>, %t: !dgk.tile<8x64xf32>) {
  // expected-error @below {{'dgk.write' op [write-c2] writes to '!dgk.tile<8x64xf32>', expected a tile in memory: a dgk.view of a buffer}}
  dgk.write %x to %t : !dgk.accumulator<8x64xf32>, !dgk.tile<8x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<8x64xbf16>, %t: !dgk.tile<8x64xf32, #dgk.shared<none>>) {
  // expected-error @below {{'dgk.write' op [write-c3] writes '!dgk.accumulator<8x64xbf16>' to '!dgk.tile<8x64xf32, #dgk.shared<none>>', expected equal element types; use dgk.convert}}
  dgk.write %x to %t : !dgk.accumulator<8x64xbf16>, !dgk.tile<8x64xf32, #dgk.shared<none>>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>) {
  // expected-error @below {{'dgk.mma' op has 0 values in operand group 3 of operandSegmentSizes, expected 1}}
  %0 = "dgk.mma"(%a, %c, %c) <{operandSegmentSizes = array<i32: 1, 0, 0, 0, 0, 0, 2>}>
    : (!dgk.tile<128x32xf8E4M3FN>, !dgk.accumulator<128x64xf32>, !dgk.accumulator<128x64xf32>) -> !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %t: !dgk.tile<64x64xf32>) {
  // expected-error @below {{'dgk.add_tile' op [add_tile-c1] adds '!dgk.tile<64x64xf32>' to '!dgk.accumulator<128x64xf32>', expected the same shape}}
  %0 = dgk.add_tile %x, %t : !dgk.accumulator<128x64xf32>, !dgk.tile<64x64xf32>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xbf16>, %t: !dgk.tile<128x64xbf16>) {
  // expected-error @below {{'dgk.add_tile' op [add_tile-c2] adds '!dgk.tile<128x64xbf16>' to '!dgk.accumulator<128x64xbf16>', expected elements of f32 or bf16 and an accumulator of f32}}
  %0 = dgk.add_tile %x, %t : !dgk.accumulator<128x64xbf16>, !dgk.tile<128x64xbf16>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>, %t: !dgk.tile<128x64xf32, #dgk.shared<b128, column_major>>) {
  // expected-error @below {{'dgk.add_tile' op [add_tile-c3] adds '!dgk.tile<128x64xf32, #dgk.shared<b128, column_major>>', expected a row-major, swizzled tile in shared memory}}
  %0 = dgk.add_tile %x, %t : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xf32, #dgk.shared<b128, column_major>>
  return
}

// -----

func.func @f(%s: !dgk.scales<a, 128, i32, words = 2>, %i: index) {
  // expected-error @below {{'dgk.unpack_scales' op [unpack_scales-c1] makes '!dgk.scales<a, 128, f32>' of '!dgk.scales<a, 128, i32, words = 2>', expected f32 of one word of i32 for each row, and the same side and rows}}
  %0 = dgk.unpack_scales %s[%i] : !dgk.scales<a, 128, i32, words = 2> -> !dgk.scales<a, 128, f32>
  return
}

// -----

func.func @f(%s: !dgk.scales<a, 128, i32>, %i: index) {
  // expected-error @below {{'dgk.unpack_scales' op [unpack_scales-c1] makes '!dgk.scales<b, 128, f32>' of '!dgk.scales<a, 128, i32>', expected f32 of one word of i32 for each row, and the same side and rows}}
  %0 = dgk.unpack_scales %s[%i] : !dgk.scales<a, 128, i32> -> !dgk.scales<b, 128, f32>
  return
}

// -----

func.func @f(%s: !dgk.tile<128x16xf8E8M0FNU>) {
  // expected-error @below {{[read_scales-c1] reads '!dgk.tile<128x16xf8E8M0FNU>' for '!dgk.scales<a, 128, i32, words = 2>' from word 3}}
  %0 = dgk.read_scales %s from 3 : !dgk.tile<128x16xf8E8M0FNU> -> !dgk.scales<a, 128, i32, words = 2>
  return
}

// -----

func.func @f(%s: !dgk.tile<128x16xf8E8M0FNU>) {
  // expected-error @below {{[read_scales-c1] reads '!dgk.tile<128x16xf8E8M0FNU>' for '!dgk.scales<a, 128, i32, words = 2>' from word 4}}
  %0 = dgk.read_scales %s from 4 : !dgk.tile<128x16xf8E8M0FNU> -> !dgk.scales<a, 128, i32, words = 2>
  return
}

// -----

func.func @f(%x: !dgk.accumulator<128x64xf32>) {
  // expected-error @below {{'dgk.await' op [await-c1] takes a block argument, expected a product of dgk.mma with no other user; let the others use what dgk.await gives}}
  %0 = dgk.await %x : !dgk.accumulator<128x64xf32>
  return
}

// -----

func.func @f(%a: !dgk.tile<128x64xbf16>, %b: !dgk.tile<64x64xbf16>, %x: !dgk.accumulator<128x64xf32>) -> !dgk.accumulator<128x64xf32> {
  %0 = dgk.mma %a, %b, %x : !dgk.tile<128x64xbf16>, !dgk.tile<64x64xbf16> -> !dgk.accumulator<128x64xf32>
  // expected-error @below {{'dgk.await' op [await-c1] takes a product with 2 users, expected a product of dgk.mma with no other user; let the others use what dgk.await gives}}
  %1 = dgk.await %0 : !dgk.accumulator<128x64xf32>
  return %0 : !dgk.accumulator<128x64xf32>
}
