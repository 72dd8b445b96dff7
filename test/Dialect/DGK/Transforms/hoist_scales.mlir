// Scale words are read into registers as soon as they arrive, and a slot that
// nothing reads any more is released.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-hoist-scales))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

!ring = !dgk.buffer<4 x 128x64xf8E4M3FN, #dgk.shared<b64>>
!words = !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
!tile = !dgk.tile<128x64xf8E4M3FN, #dgk.shared<b64>>
!scales = !dgk.tile<128x1xi32, #dgk.shared<none>>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 4 read
// CHECK-LABEL: dgk.kernel @product
// CHECK:         %[[U:.*]] = dgk.wait %[[SCALES:.*]] : !dgk.pipeline<2>
// CHECK-NEXT:    %[[VA:.*]] = dgk.view %{{.*}}[%[[U]]]
// CHECK-NEXT:    %[[SA:.*]] = dgk.read_scales %[[VA]] : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>
// CHECK-NEXT:    %[[VB:.*]] = dgk.view %{{.*}}[%[[U]]]
// CHECK-NEXT:    %[[SB:.*]] = dgk.read_scales %[[VB]] : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 128, i32>
// The words are in registers: their slot is free before the products begin.
// CHECK-NEXT:    dgk.release %[[SCALES]][%[[U]]]
// CHECK:         scf.for
// CHECK-NEXT:      %[[S:.*]] = dgk.wait %[[OPERANDS:.*]] : !dgk.pipeline<4>
// CHECK:           dgk.mma %{{.*}} scaled by %[[SA]][%[[J:.*]]] per 128, %{{.*}} scaled by %[[SB]][%[[J]]] per 128, %{{.*}} : {{.*}}, !dgk.scales<a, 128, i32>, !dgk.scales<b, 128, i32> ->
// The operands are read by the product itself.
// CHECK-NEXT:      dgk.release %[[OPERANDS]][%[[S]]]
// CHECK:         }
// CHECK-NEXT:    dgk.return
dgk.kernel @product(%zero: index, %one: index, %four: index) {
  %ra = dgk.buffer : !ring
  %rb = dgk.buffer : !ring
  %rua = dgk.buffer : !words
  %rub = dgk.buffer : !words
  %operands = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %scales = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  %acc0 = dgk.zero : !acc
  %u = dgk.wait %scales : !dgk.pipeline<2>
  %ua = dgk.view %rua[%u] : !words
  %ub = dgk.view %rub[%u] : !words
  %sum = scf.for %j = %zero to %four step %one iter_args(%acc = %acc0) -> !acc {
    %s = dgk.wait %operands : !dgk.pipeline<4>
    %ta = dgk.view %ra[%s] : !ring
    %tb = dgk.view %rb[%s] : !ring
    %next = dgk.mma %ta scaled by %ua[%j] per 128, %tb scaled by %ub[%j] per 128, %acc
      : !tile, !tile, !scales, !scales -> !acc
    dgk.release %operands[%s] : !dgk.pipeline<4>
    scf.yield %next : !acc
  }
  dgk.release %scales[%u] : !dgk.pipeline<2>
  dgk.return
}

// One tile that scales both sides is read for each. It is read again later and
// keeps its slot until then.
// CHECK-LABEL: dgk.kernel @read_again
// CHECK-DAG:     %[[SA:.*]] = dgk.read_scales {{.*}} -> !dgk.scales<a, 128, i32>
// CHECK-DAG:     %[[SB:.*]] = dgk.read_scales {{.*}} -> !dgk.scales<b, 128, i32>
// CHECK:         dgk.mma %{{.*}} scaled by %[[SA]][%{{.*}}] per 128, %{{.*}} scaled by %[[SB]]
// CHECK:         dgk.unpack
// CHECK-NEXT:    dgk.release
dgk.kernel @read_again(%j: index, %d: memref<?xi32>) {
  %ra = dgk.buffer : !ring
  %rua = dgk.buffer : !words
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  %acc = dgk.zero : !acc
  %u = dgk.wait %pipe : !dgk.pipeline<2>
  %ua = dgk.view %rua[%u] : !words
  %ta = dgk.view %ra[%u] : !ring
  %next = dgk.mma %ta scaled by %ua[%j] per 128, %ta scaled by %ua[%j] per 128, %acc
    : !tile, !tile, !scales, !scales -> !acc
  %raw = dgk.unpack %ua : !scales -> !dgk.accumulator<128x1xi32>
  dgk.release %pipe[%u] : !dgk.pipeline<2>
  dgk.store %raw, %d[%j] : !dgk.accumulator<128x1xi32>, memref<?xi32>
  dgk.return
}

// Without scales nothing changes.
// CHECK-LABEL: dgk.kernel @unscaled
// CHECK-NOT:     dgk.read_scales
// CHECK:         dgk.return
dgk.kernel @unscaled() {
  %ra = dgk.buffer : !ring
  %pipe = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %acc = dgk.zero : !acc
  %s = dgk.wait %pipe : !dgk.pipeline<4>
  %ta = dgk.view %ra[%s] : !ring
  %next = dgk.mma %ta, %ta, %acc : !tile, !tile -> !acc
  dgk.release %pipe[%s] : !dgk.pipeline<4>
  dgk.return
}
