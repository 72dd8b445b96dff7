// Extents of zero, and strides that are not dense.

// RUN: dgemm-run %s --function=no_k --check | FileCheck %s --check-prefix=NO-K
// RUN: dgemm-run %s --function=no_k_plus_c --check --m=64 | FileCheck %s --check-prefix=NO-K-C
// RUN: dgemm-run %s --function=no_n --check | FileCheck %s --check-prefix=NO-N
// RUN: dgemm-run %s --function=dynamic --m=0 --check | FileCheck %s --check-prefix=NO-M
// RUN: dgemm-run %s --function=dynamic --dim=k=0 --check | FileCheck %s --check-prefix=DYN-K
// RUN: dgemm-run %s --function=dynamic --m=3 --dim k=130 --dim n=7 --check | FileCheck %s --check-prefix=TAILS
// RUN: dgemm-run %s --function=no_k_in_groups --dim=k=0 --check | FileCheck %s --check-prefix=GROUPS
// RUN: dgemm-run %s --function=strides --check | FileCheck %s --check-prefix=STRIDES
// RUN: dgemm-run %s --function=same --m=7 --check | FileCheck %s --check-prefix=SAME
// RUN: dgemm-run %s --function=chain --check | FileCheck %s --check-prefix=CHAIN
// RUN: dgemm-run %s --function=constants --check | FileCheck %s --check-prefix=CONST
// RUN: dgemm-run %s --function=no_context --m=0 --check | FileCheck %s --check-prefix=CONTEXT

// NO-K: result d: 64x32xbf16, mean magnitude 0
// NO-K: PASS dgemm.matmul d: 2048 of 2048 elements compared
func.func @no_k(%a: memref<?x0xbf16>, %b: memref<32x0xbf16>, %d: memref<?x32xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x0xbf16>, memref<32x0xbf16>)
    outs(%d : memref<?x32xbf16>)
  return
}

// C is 32 times normal.
// NO-K-C: result d: 64x32xf32, mean magnitude 2{{[456]}}
// NO-K-C: PASS dgemm.matmul d: 2048 of 2048 elements compared, max error 0 (
func.func @no_k_plus_c(%a: memref<?x0xbf16>, %b: memref<32x0xbf16>,
                       %c: memref<?x32xf32>, %d: memref<?x32xf32>) {
  dgemm.matmul ins(%a, %b plus %c
      : memref<?x0xbf16>, memref<32x0xbf16>, memref<?x32xf32>)
    outs(%d : memref<?x32xf32>)
  return
}

// NO-N: result d: 64x0xbf16
// NO-N: PASS dgemm.matmul d: 0 of 0 elements compared
func.func @no_n(%a: memref<?x128xbf16>, %b: memref<0x128xbf16>, %d: memref<?x0xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<0x128xbf16>)
    outs(%d : memref<?x0xbf16>)
  return
}

// NO-M: a: 0x256xf8E4M3FN
// NO-M: PASS dgemm.matmul d: 0 of 0 elements compared
// DYN-K: sa: 64x0xf32
// DYN-K: result d: 64x128xf32, mean magnitude 0
// TAILS: sa: 3x2xf32
// TAILS: sb: 1x2xf32
// TAILS: PASS dgemm.matmul d: 21 of 21 elements compared
func.func @dynamic(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xf32>,
                   %b: memref<?x?xf8E4M3FN>, %sb: memref<?x?xf32>,
                   %d: memref<?x?xf32>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x?xf8E4M3FN>, memref<?x?xf32>, memref<?x?xf8E4M3FN>,
        memref<?x?xf32>)
    outs(%d : memref<?x?xf32>)
    {granularity = #dgemm.granularity<a = 1x128, b = 128x128>}
  return
}

// GROUPS: a: 0x128xbf16
// GROUPS: PASS dgemm.grouped_matmul d: 16384 of 16384 elements compared, max error 0 (
func.func @no_k_in_groups(%a: tensor<?x128xbf16>, %b: tensor<?x32xbf16>,
                          %ks: tensor<4xi32>, %c: tensor<4x128x32xf32>)
    -> tensor<4x128x32xf32> {
  %d = tensor.empty() : tensor<4x128x32xf32>
  %0 = dgemm.grouped_matmul ins(%a, %b grouped by %ks plus %c
      : tensor<?x128xbf16>, tensor<?x32xbf16>, tensor<4xi32>, tensor<4x128x32xf32>)
    outs(%d : tensor<4x128x32xf32>)
    {grouping = #dgemm.grouping<k_grouped>, layout = #dgemm.layout<tn>}
  return %0 : tensor<4x128x32xf32>
}

// FP4 whose unit stride is M, FP8 rows with gaps, D with gaps.
// STRIDES: PASS dgemm.matmul d: 2048 of 2048 elements compared
// STRIDES: PASS d: calc_diff
func.func @strides(%a: memref<64x256xf4E2M1FN, strided<[1, 64]>>,
                   %sa: memref<64x8xf8E8M0FNU>,
                   %b: memref<32x256xf8E4M3FN, strided<[512, 1]>>,
                   %sb: memref<32x2xf32>,
                   %d: memref<64x32xbf16, strided<[48, 1], offset: ?>>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<64x256xf4E2M1FN, strided<[1, 64]>>, memref<64x8xf8E8M0FNU>,
        memref<32x256xf8E4M3FN, strided<[512, 1]>>, memref<32x2xf32>)
    outs(%d : memref<64x32xbf16, strided<[48, 1], offset: ?>>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x128>}
  return
}

// One argument is two operands. 49 elements are too few for a statistic.
// SAME: d: 7x7xbf16
// SAME: PASS dgemm.matmul d: 49 of 49 elements compared
// SAME: INFO d: calc_diff to unquantised data {{.*}} (too few elements to decide)
func.func @same(%a: memref<?x128xbf16>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a, %a : memref<?x128xbf16>, memref<?x128xbf16>)
    outs(%d : memref<?x?xbf16>)
  return
}

// One op uses what another wrote.
// CHAIN-COUNT-2: PASS dgemm.matmul d: 4096 of 4096 elements compared
// CHAIN: PASS result: calc_diff
func.func @chain(%a: tensor<?x64xbf16>, %b: tensor<64x64xbf16>) -> tensor<?x64xbf16> {
  %zero = arith.constant 0 : index
  %m = tensor.dim %a, %zero : tensor<?x64xbf16>
  %d = tensor.empty(%m) : tensor<?x64xbf16>
  %f = arith.constant 1.0 : bf16
  %ones = linalg.fill ins(%f : bf16) outs(%d : tensor<?x64xbf16>) -> tensor<?x64xbf16>
  %0 = dgemm.matmul ins(%a, %b plus %ones
      : tensor<?x64xbf16>, tensor<64x64xbf16>, tensor<?x64xbf16>)
    outs(%d : tensor<?x64xbf16>)
  %1 = dgemm.matmul ins(%0, %b : tensor<?x64xbf16>, tensor<64x64xbf16>)
    outs(%d : tensor<?x64xbf16>)
  return %1 : tensor<?x64xbf16>
}

// 3 * 1 * 2 with scales 2 and 4, and a B that is all twos.
// CONST: result 0: 1x2xf32, mean magnitude 768
func.func @constants() -> tensor<1x2xf32> {
  %a = arith.constant dense<1.0> : tensor<1x48xf8E4M3FN>
  %b = arith.constant dense<2.0> : tensor<2x48xf8E4M3FN>
  %sa = arith.constant dense<2.0> : tensor<1x2xf8E8M0FNU>
  %sb = arith.constant dense<4.0> : tensor<2x2xf32>
  %d = tensor.empty() : tensor<1x2xf32>
  %0 = dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : tensor<1x48xf8E4M3FN>, tensor<1x2xf8E8M0FNU>, tensor<2x48xf8E4M3FN>,
        tensor<2x2xf32>)
    outs(%d : tensor<1x2xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return %0 : tensor<1x2xf32>
}

// CONTEXT: PASS dgemm.paged_mqa_metadata metadata: 10 of 10 elements compared
func.func @no_context(%lens: memref<?x2xi32>, %meta: memref<5x2xi32>) {
  dgemm.paged_mqa_metadata ins(%lens : memref<?x2xi32>)
    outs(%meta : memref<5x2xi32>) {block_kv = 64, split_kv = 128}
  return
}
