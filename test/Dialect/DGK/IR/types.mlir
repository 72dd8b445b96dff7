// Types of the kernel dialect: what they print and parse.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

// CHECK-LABEL: @values
// CHECK-SAME: !dgk.tile<128x64xf8E4M3FN>, !dgk.tile<64xf32>, !dgk.tile<128x64xf4E2M1FN>
// CHECK-SAME: !dgk.tile<128x64xbf16, #dgk.shared<b128>>, !dgk.tile<128x256xf32, #dgk.tmem<cta_group = 1>>
// CHECK-SAME: !dgk.accumulator<128x128xf32>, !dgk.accumulator<1x64xbf16>
// CHECK-SAME: !dgk.scales<a, 128, i32>, !dgk.scales<b, 64, i32>
func.func private @values(!dgk.tile<128x64xf8E4M3FN>, !dgk.tile<64xf32>, !dgk.tile<128x64xf4E2M1FN>,
                          !dgk.tile<128x64xbf16, #dgk.shared<b128>>,
                          !dgk.tile<128x256xf32, #dgk.tmem<cta_group = 1>>,
                          !dgk.accumulator<128x128xf32>, !dgk.accumulator<1x64xbf16>,
                          !dgk.scales<a, 128, i32>, !dgk.scales<b, 64, i32>)

// CHECK-LABEL: @memory
// CHECK-SAME: !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>, !dgk.buffer<1024 x 128xf32, #dgk.shared<none>>
// CHECK-SAME: !dgk.buffer<2 x 256x128xf32, #dgk.tmem<cta_group = 2>>, !dgk.buffer<1 x 512x1xi32, #dgk.tmem<cta_group = 1>>
// CHECK-SAME: !dgk.pipeline<1>, !dgk.pipeline<64>, !dgk.slot
func.func private @memory(!dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>,
                          !dgk.buffer<1024 x 128xf32, #dgk.shared<none>>,
                          !dgk.buffer<2 x 256x128xf32, #dgk.tmem<cta_group = 2>>,
                          !dgk.buffer<1 x 512x1xi32, #dgk.tmem<cta_group = 1>>,
                          !dgk.pipeline<1>, !dgk.pipeline<64>, !dgk.slot)
