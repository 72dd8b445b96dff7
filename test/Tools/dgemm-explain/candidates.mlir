// REQUIRES: dgemm-explain
// RUN: dgemm-explain %s --target=sm_120a --m 1,4096 | FileCheck %s
// RUN: dgemm-explain %s --target=rtx-pro-6000,rtx-5090,gb10 --m 4096 | FileCheck %s --check-prefix=PARTS
// RUN: dgemm-explain %examples/sm120/bf16_nt_c.mlir --target=rtx-5090 | FileCheck %s --check-prefix=BF16
// RUN: dgemm-explain %examples/sm120/fp8_nt_c_in_place.mlir --target=gb10 --m 100000 | FileCheck %s --check-prefix=MEMORY
// RUN: dgemm-explain %s --target=rtx-5090 --m 4096 --json | FileCheck %s --check-prefix=JSON

// The candidates with what they need and how far they would go, for each M.
// CHECK: candidates.mlir:[[#@LINE+42]]:3: dgemm.matmul on sm_120a: 188 SMs, 1008 TFLOP/s in FP8, 1792 GB/s, 101376 bytes of shared memory
// CHECK-NEXT: M = 1, N = 2112, K = 7168: f8E4M3FN x f8E4M3FN to bf16
// CHECK-NEXT: tile warps stages shared regs tiles waves us TFLOP/s peak GB/s peak
// CHECK: {{^> [0-9x]+ .*split_k.*chosen$}}
// One row: K is split until the weights come at memory speed.
// CHECK: bound by 1 wave(s) of 188 tiles at
// CHECK-NEXT: chosen {{.*}}: {{the fastest|the fastest of those that pay|within}}
// CHECK-NEXT: dgk.schedule = #dgk.schedule<tile =
// CHECK-NEXT: parts of this family choose:
// CHECK-NEXT: rtx-pro-6000 188 SMs {{[0-9x]+ +[0-9.]+}} us {{[0-9]+}} TFLOP/s {{[0-9]+}}% of peak {{[0-9]+}} GB/s {{[0-9]+}}% of peak {{.*}}split_k
// CHECK-NEXT: rtx-5090 170 SMs
// CHECK-NEXT: gb10 48 SMs
// CHECK: M = 4096, N = 2112, K = 7168
// 32 * 17 tiles of 128 x 128 are 3 waves over 188 SMs.
// CHECK: 128x128x64 2x2 4 {{[0-9]+ +[0-9]+}} 544 3 {{.*}}%

// The same with the rates of other parts: 544 tiles over 170 and 48 SMs.
// PARTS-NOT: parts of this family
// PARTS: on rtx-pro-6000: 188 SMs, 1008 TFLOP/s
// PARTS: 128x128x64 {{.*}} 544 3
// PARTS: on rtx-5090: 170 SMs, 838 TFLOP/s
// PARTS: 128x128x64 {{.*}} 544 4
// PARTS: on gb10: 48 SMs, 250 TFLOP/s in FP8, 273 GB/s
// PARTS: 128x128x64 {{.*}} 544 12

// The rate is that of the instruction for the types.
// BF16: dgemm.matmul on rtx-5090: 170 SMs, 209.5 TFLOP/s in BF16, 1792 GB/s

// Everything that is read counts: 104 MB of A, 0.9 of its scales, 80 of C, and 80
// that are written, at 273 GB/s.
// MEMORY: bound by memory: reading A, B, scales and C and writing D once takes 971{{.*}} us

// JSON: "candidates": [
// JSON: "schedule": "#dgk.schedule<
// JSON: "tile": "64x16x64"
// JSON: "chosen": {{[0-9]+}},
// JSON: "sm_count": 170,
// JSON-NEXT: "target": "sm_120a"

func.func @f(%a: memref<?x7168xf8E4M3FN>, %sa: memref<?x14xi32, strided<[1, ?]>>,
             %b: memref<2112x7168xf8E4M3FN>, %sb: memref<2112x14xi32, strided<[1, 2112]>>,
             %d: memref<?x2112xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x7168xf8E4M3FN>, memref<?x14xi32, strided<[1, ?]>>,
        memref<2112x7168xf8E4M3FN>, memref<2112x14xi32, strided<[1, 2112]>>)
    outs(%d : memref<?x2112xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
