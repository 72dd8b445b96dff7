// Buffers get offsets in shared memory, the most aligned first; barriers follow.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-assign-memory))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-assign-memory))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

// STATISTICS: (S) 77920 bytes

// A swizzle of 128 bytes repeats every 1024 bytes, of 64 bytes every 512.
// CHECK-LABEL: dgk.kernel @offsets
// CHECK:         dgk.buffer at 75776 : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
// CHECK-NEXT:    dgk.buffer at 34816 : !dgk.buffer<5 x 128x64xf8E4M3FN, #dgk.shared<b64>>
// CHECK-NEXT:    dgk.buffer at 0 : !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
// CHECK-NEXT:    dgk.buffer at 76800 : !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
// CHECK-NEXT:    dgk.buffer at 32768 : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b128>>
// Full and empty barriers of 8 bytes for each slot.
// CHECK-NEXT:    dgk.pipeline producers(1) consumers(8) at 77824 : !dgk.pipeline<2>
// CHECK-NEXT:    dgk.pipeline producers(1) consumers(8) at 77856 : !dgk.pipeline<4>
// Tensor memory is not shared memory.
// CHECK-NEXT:    dgk.buffer : !dgk.buffer<1 x 128x128xf32, #dgk.tmem<cta_group = 1>>
dgk.kernel @offsets() {
  %words = dgk.buffer : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
  %b = dgk.buffer : !dgk.buffer<5 x 128x64xf8E4M3FN, #dgk.shared<b64>>
  %a = dgk.buffer : !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %scales = dgk.buffer : !dgk.buffer<2 x 128xf32, #dgk.shared<none>>
  %staging = dgk.buffer : !dgk.buffer<1 x 16x64xbf16, #dgk.shared<b128>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  %q = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  %sums = dgk.buffer : !dgk.buffer<1 x 128x128xf32, #dgk.tmem<cta_group = 1>>
  dgk.return
}
