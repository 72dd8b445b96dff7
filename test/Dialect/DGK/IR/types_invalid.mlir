// RUN: dgk-opt %s --split-input-file --verify-diagnostics

// expected-error @below {{[tile-c1] has 0 sizes, expected 1 or 2, each in 1..65536}}
func.func private @no_sizes(!dgk.tile<f32>)

// -----

// expected-error @below {{[tile-c1] has 3 sizes}}
func.func private @three_sizes(!dgk.tile<2x2x2xf32>)

// -----

// expected-error @below {{[tile-c1] has 2 sizes, expected 1 or 2, each in 1..65536}}
func.func private @zero(!dgk.tile<0x4xf32>)

// -----

// expected-error @below {{[tile-c2] element type is 'index', expected an integer or float}}
func.func private @element(!dgk.tile<4x4xindex>)

// -----

// expected-error @below {{[tile-c3] layout is 7 : i64, expected #dgk.shared or #dgk.tmem}}
func.func private @layout(!dgk.tile<4x4xf32, 7 : i64>)

// -----

// expected-error @below {{[accumulator-c1] has 1 sizes, expected 2, each in 1..65536}}
func.func private @vector(!dgk.accumulator<4xf32>)

// -----

// expected-error @below {{[accumulator-c2] element type is 'index'}}
func.func private @element(!dgk.accumulator<4x4xindex>)

// -----

// expected-error @below {{[buffer-c1] has 2 sizes, expected 1 or 2, each in 1..65536}}
func.func private @large(!dgk.buffer<1 x 65537x4xf32, #dgk.shared<none>>)

// -----

// expected-error @below {{[buffer-c2] element type is 'index'}}
func.func private @element(!dgk.buffer<1 x 4x4xindex, #dgk.shared<none>>)

// -----

// expected-error @below {{[buffer-c3] layout is "shared", expected #dgk.shared or #dgk.tmem}}
func.func private @layout(!dgk.buffer<1 x 4x4xf32, "shared">)

// -----

// expected-error @below {{[buffer-c4] 0 slots, expected 1 to 1024}}
func.func private @no_slots(!dgk.buffer<0 x 4x4xf32, #dgk.shared<none>>)

// -----

// expected-error @below {{[buffer-c6] 3 rows cannot be spread over 2 CTAs}}
func.func private @odd(!dgk.buffer<1 x 3x4xf32, #dgk.shared<none, cta_group = 2>>)

// -----

// expected-error @below {{[buffer-c7] 256 rows in each CTA's tensor memory, expected a tile of at most 128 or scale words (rows x 1 x i32)}}
func.func private @tall(!dgk.buffer<1 x 256x64xf32, #dgk.tmem<cta_group = 1>>)

// -----

// expected-error @below {{[pipeline-c3] 65 slots, expected 1 to 64}}
func.func private @slots(!dgk.pipeline<65>)

// -----

// expected-error @below {{[scales-c1] 0 rows, expected 1 to 65536}}
func.func private @scales(!dgk.scales<a, 0, i32>)

// -----

// expected-error @below {{[fragments-c1] has 1 sizes, expected 2, each in 1..65536}}
func.func private @fragments(!dgk.fragments<a, 128xf8E4M3FN>)

// -----

// expected-error @below {{[scales-c2] elements of type 'f16', expected i32 (four UE8M0 bytes) or f32}}
func.func private @f(!dgk.scales<a, 128, f16>)

// -----

// expected-error @below {{[scales-c3] 5 words of 'i32' for each row, expected 1, or up to 4 of i32}}
func.func private @f(!dgk.scales<a, 128, i32, words = 5>)

// -----

// expected-error @below {{[scales-c3] 2 words of 'f32' for each row, expected 1}}
func.func private @f(!dgk.scales<a, 128, f32, words = 2>)

// -----

// expected-error @below {{[buffer-c8] expands rows of 64 elements of type 'f4E2M1FN', expected a multiple of 128 elements of 4 bits}}
func.func private @f(!dgk.buffer<2 x 128x64xf4E2M1FN, #dgk.shared<b128, expanded>>)

// -----

// expected-error @below {{[buffer-c8] expands columns of 24 elements of type 'f4E2M1FN', expected a multiple of 16 elements of 4 bits}}
func.func private @f(!dgk.buffer<2 x 24x64xf4E2M1FN, #dgk.shared<b32, column_major, expanded>>)

// -----

// expected-error @below {{[buffer-c8] expands columns of 64 elements of type 'f8E4M3FN', expected a multiple of 16 elements of 4 bits}}
func.func private @f(!dgk.buffer<2 x 64x64xf8E4M3FN, #dgk.shared<b64, column_major, expanded>>)
