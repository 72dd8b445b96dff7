// Sums that come from other CTAs of the cluster lie between buffers and barriers.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-assign-memory))' | FileCheck %s

// Sums of two CTAs beside the ring: two kinds of barriers and 2 x 64 x 16 x 4 bytes.
// CHECK-LABEL: dgk.kernel @exchange
// CHECK:         dgk.buffer at 0 :
// CHECK-NEXT:    dgk.pipeline producers(1) consumers(4) at 12928 :
// CHECK:         dgk.combine_in_cluster %{{.*}}[%{{.*}}] of 3 rows %{{.*}} offset = 4224
dgk.kernel @exchange(%n: index) {
  %c3 = arith.constant 3 : index
  %ring = dgk.buffer : !dgk.buffer<1 x 1026xf32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(4) : !dgk.pipeline<2>
  dgk.tiles (%s, %m, %k) in (%c3 by 1, %n by 64, %n by 16) cluster <size = 3, along = k> {
    %zero = dgk.zero : !dgk.accumulator<64x16xf32>
    %sum, %last = dgk.combine_in_cluster %zero[%s] of 3 rows %n : !dgk.accumulator<64x16xf32>
  }
  dgk.return
}
