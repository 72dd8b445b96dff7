// Arithmetic on tiles and accumulators: what the operations print and parse.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

// CHECK-LABEL: @products
// CHECK: %zero = dgk.zero : !dgk.accumulator<128x64xf32>
// CHECK: %acc = dgk.mma %{{.*}}, %{{.*}}, %zero : !dgk.tile<128x32xbf16>, !dgk.tile<64x32xbf16> -> !dgk.accumulator<128x64xf32>
// CHECK: %acc_0 = dgk.mma %{{.*}}, %{{.*}}, %acc : !dgk.accumulator<128x32xf32>, !dgk.tile<64x32xf32> -> !dgk.accumulator<128x64xf32>
func.func @products(%a: !dgk.tile<128x32xbf16>, %b: !dgk.tile<64x32xbf16>,
                    %x: !dgk.accumulator<128x32xf32>, %y: !dgk.tile<64x32xf32>) {
  %0 = dgk.zero : !dgk.accumulator<128x64xf32>
  %1 = dgk.mma %a, %b, %0 : !dgk.tile<128x32xbf16>, !dgk.tile<64x32xbf16> -> !dgk.accumulator<128x64xf32>
  %2 = dgk.mma %x, %y, %1 : !dgk.accumulator<128x32xf32>, !dgk.tile<64x32xf32> -> !dgk.accumulator<128x64xf32>
  return
}

// CHECK-LABEL: @fragments
// CHECK: %fragments = dgk.read_fragments %{{.*}} at 32 : !dgk.tile<128x64xf8E4M3FN> -> !dgk.fragments<a, 128x32xf8E4M3FN>
// CHECK: dgk.mma %fragments, %{{.*}}, %{{.*}} : !dgk.fragments<a, 128x32xf8E4M3FN>, !dgk.fragments<b, 64x32xf8E4M3FN> -> !dgk.accumulator<128x64xf32>
func.func @fragments(%a: !dgk.tile<128x64xf8E4M3FN>, %b: !dgk.fragments<b, 64x32xf8E4M3FN>, %c: !dgk.accumulator<128x64xf32>) {
  %0 = dgk.read_fragments %a at 32 : !dgk.tile<128x64xf8E4M3FN> -> !dgk.fragments<a, 128x32xf8E4M3FN>
  %1 = dgk.mma %0, %b, %c
    : !dgk.fragments<a, 128x32xf8E4M3FN>, !dgk.fragments<b, 64x32xf8E4M3FN> -> !dgk.accumulator<128x64xf32>
  return
}

// CHECK-LABEL: @scaled
// CHECK: %scales = dgk.read_scales %{{.*}} : !dgk.tile<128x1xi32> -> !dgk.scales<a, 128, i32>
// CHECK: %acc = dgk.mma %{{.*}} scaled by %scales[%[[J:.*]]] per 128, %{{.*}} scaled by %{{.*}}[%[[J]]] per 32, %{{.*}} : !dgk.tile<128x128xf8E4M3FN>, !dgk.tile<64x128xf8E4M3FN>, !dgk.scales<a, 128, i32>, !dgk.tile<64x1xi32> -> !dgk.accumulator<128x64xf32>
func.func @scaled(%a: !dgk.tile<128x128xf8E4M3FN>, %sa: !dgk.tile<128x1xi32>, %b: !dgk.tile<64x128xf8E4M3FN>,
                  %sb: !dgk.tile<64x1xi32>, %c: !dgk.accumulator<128x64xf32>, %j: index) {
  %0 = dgk.read_scales %sa : !dgk.tile<128x1xi32> -> !dgk.scales<a, 128, i32>
  %1 = dgk.mma %a scaled by %0[%j] per 128, %b scaled by %sb[%j] per 32, %c
    : !dgk.tile<128x128xf8E4M3FN>, !dgk.tile<64x128xf8E4M3FN>, !dgk.scales<a, 128, i32>, !dgk.tile<64x1xi32>
    -> !dgk.accumulator<128x64xf32>
  return
}

// CHECK-LABEL: @elements
// CHECK: %map = dgk.map (%[[X:.*]] = %{{.*}}, %[[R:.*]] = %{{.*}}, %[[C:.*]] = %{{.*}}) : !dgk.accumulator<128x64xf32>, !dgk.accumulator<1x64xf32>, !dgk.accumulator<128x1xf32> -> !dgk.accumulator<128x64xbf16> {
// CHECK-NEXT:   %[[P:.*]] = arith.mulf %[[X]], %[[R]] : f32
// CHECK-NEXT:   %[[Q:.*]] = arith.addf %[[P]], %[[C]] : f32
// CHECK-NEXT:   %[[H:.*]] = arith.truncf %[[Q]] : f32 to bf16
// CHECK-NEXT:   dgk.yield %[[H]] : bf16
// CHECK-NEXT: }
// CHECK: %reduced = dgk.reduce add %{{.*}} along 1 group 32 : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<128x2xf32>
// CHECK: %reduced_0 = dgk.reduce max %{{.*}} along 0 group 128 : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<1x64xf32>
// CHECK: %out = dgk.convert %{{.*}} : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<128x64xbf16>
// CHECK: %part = dgk.extract %{{.*}}[0, 32] : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<64x32xf32>
func.func @elements(%x: !dgk.accumulator<128x64xf32>, %row: !dgk.accumulator<1x64xf32>,
                    %column: !dgk.accumulator<128x1xf32>) {
  %0 = dgk.map (%e = %x, %r = %row, %c = %column)
      : !dgk.accumulator<128x64xf32>, !dgk.accumulator<1x64xf32>, !dgk.accumulator<128x1xf32>
      -> !dgk.accumulator<128x64xbf16> {
    %p = arith.mulf %e, %r : f32
    %q = arith.addf %p, %c : f32
    %h = arith.truncf %q : f32 to bf16
    dgk.yield %h : bf16
  }
  %1 = dgk.reduce add %x along 1 group 32 : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<128x2xf32>
  %2 = dgk.reduce max %x along 0 group 128 : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<1x64xf32>
  %3 = dgk.convert %x : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<128x64xbf16>
  %4 = dgk.extract %x[0, 32] : !dgk.accumulator<128x64xf32> -> !dgk.accumulator<64x32xf32>
  return
}

// CHECK-LABEL: @registers
// CHECK: %values = dgk.unpack %{{.*}} : !dgk.tile<128x64xbf16> -> !dgk.accumulator<128x64xf32>
// CHECK: dgk.unpack %{{.*}} : !dgk.tile<64xf32> -> !dgk.accumulator<64x1xf32>
// CHECK: dgk.unpack %{{.*}} : !dgk.tile<64xf32> -> !dgk.accumulator<1x64xf32>
// CHECK: dgk.unpack %{{.*}}[%[[I:.*]], %[[I]]] : !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>> -> !dgk.accumulator<128x32xf32>
// CHECK: dgk.write %{{.*}} to %{{.*}} : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
// CHECK: dgk.write %{{.*}} to %{{.*}} : !dgk.accumulator<64x1xf32>, !dgk.tile<64xf32, #dgk.shared<none>>
func.func @registers(%a: !dgk.tile<128x64xbf16>, %v: !dgk.tile<64xf32>,
                     %t: !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>,
                     %s: !dgk.tile<64xf32, #dgk.shared<none>>, %i: index) {
  %0 = dgk.unpack %a : !dgk.tile<128x64xbf16> -> !dgk.accumulator<128x64xf32>
  %1 = dgk.unpack %v : !dgk.tile<64xf32> -> !dgk.accumulator<64x1xf32>
  %2 = dgk.unpack %v : !dgk.tile<64xf32> -> !dgk.accumulator<1x64xf32>
  %3 = dgk.unpack %t[%i, %i] : !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>> -> !dgk.accumulator<128x32xf32>
  dgk.write %0 to %t : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xf32, #dgk.tmem<cta_group = 1>>
  dgk.write %1 to %s : !dgk.accumulator<64x1xf32>, !dgk.tile<64xf32, #dgk.shared<none>>
  return
}

// CHECK-LABEL: @addends
// CHECK: %sum = dgk.add_tile %{{.*}}, %{{.*}} : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xbf16>
// CHECK: dgk.add_tile %{{.*}}, %{{.*}} : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xf32, #dgk.shared<b128>>
func.func @addends(%x: !dgk.accumulator<128x64xf32>, %a: !dgk.tile<128x64xbf16>, %b: !dgk.tile<128x64xf32, #dgk.shared<b128>>) {
  %0 = dgk.add_tile %x, %a : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xbf16>
  %1 = dgk.add_tile %x, %b : !dgk.accumulator<128x64xf32>, !dgk.tile<128x64xf32, #dgk.shared<b128>>
  return
}

// CHECK-LABEL: func.func @await
// CHECK: %[[P:.*]] = dgk.mma
// CHECK: dgk.await %[[P]] : !dgk.accumulator<128x64xf32>
func.func @await(%a: !dgk.tile<128x64xbf16>, %b: !dgk.tile<64x64xbf16>, %x: !dgk.accumulator<128x64xf32>) {
  %0 = dgk.mma %a, %b, %x : !dgk.tile<128x64xbf16>, !dgk.tile<64x64xbf16> -> !dgk.accumulator<128x64xf32>
  %1 = dgk.await %0 : !dgk.accumulator<128x64xf32>
  return
}
