// Extents of the command line keep the rules that a launch with them must keep.
// Each function is a file of its own.
// REQUIRES: dgemm-explain
// RUN: split-file %s %t
// RUN: dgemm-explain %t/fp8.mlir --target=sm_120a --m 5 -n 40 -k 208 | FileCheck %s --check-prefix=LEGAL
// RUN: not dgemm-explain %t/fp8.mlir --target=sm_120a --m 5 -n 40 -k 200 2>&1 | FileCheck %s --check-prefix=FP8
// RUN: dgemm-explain %t/mixed.mlir --target=sm_120a -n 40 -k 256 | FileCheck %s --check-prefix=LEGAL
// RUN: not dgemm-explain %t/mixed.mlir --target=sm_120a -n 40 -k 192 2>&1 | FileCheck %s --check-prefix=MIXED
// RUN: not dgemm-explain %t/along_m.mlir --target=sm_120a --m 8,5 -n 40 -k 192 2>&1 | FileCheck %s --check-prefix=ALONG
// RUN: not dgemm-explain %t/bytes.mlir --target=sm_120a -n 40 -k 640 2>&1 | FileCheck %s --check-prefix=BYTES
// RUN: dgemm-explain %t/bytes.mlir --target=sm_120a -n 40 -k 1024 2>&1 | FileCheck %s --check-prefix=LEGAL

// LEGAL: chosen
// FP8: extents.mlir.tmp/fp8.mlir:2:3: error: 'dgemm.matmul' op [select-c10] rows of a are 200 bytes apart, expected a multiple of 16 as TMA needs; pad them to 208 bytes
// FP8: nearest legal call: pad the rows of the operands to a multiple of 16 bytes{{$}}
// FP8-NEXT: %arg0: memref<5x200xf8E4M3FN, strided<[208, 1]>>
//--- fp8.mlir
func.func @f(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xi32, strided<[1, ?]>>, %b: memref<?x?xf8E4M3FN>, %sb: memref<?x?xi32, strided<[1, ?]>>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>, memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>)
    outs(%d : memref<?x?xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// MIXED: [select-c10] K is 192, expected a multiple of 128
// MIXED: nearest legal call: pad K of the operands with zeros to a multiple of 128
// MIXED-NEXT: memref<40x256xf4E2M1FN>
//--- mixed.mlir
func.func @f(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xi32, strided<[1, ?]>>, %b: memref<?x?xf4E2M1FN>, %sb: memref<?x?xi32, strided<[1, ?]>>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x?xf8E4M3FN>, memref<?x?xi32, strided<[1, ?]>>, memref<?x?xf4E2M1FN>, memref<?x?xi32, strided<[1, ?]>>)
    outs(%d : memref<?x?xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// Of several M the first that breaks a rule is explained.
// ALONG: M = 8
// ALONG: [select-c10] columns of a are 10 bytes apart
// ALONG: nearest legal call: pad the rows of the operands to a multiple of 16 bytes{{$}}
// ALONG-NEXT: memref<192x5xbf16, strided<[8, 1]>>
//--- along_m.mlir
func.func @f(%a: memref<?x?xbf16>, %b: memref<?x?xbf16>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x?xbf16>, memref<?x?xbf16>) outs(%d : memref<?x?xbf16>) {layout = #dgemm.layout<tn>}
  return
}

// BYTES: [select-c11] rows of a_scale are 20 bytes apart, expected a multiple of 16 where only the launch knows them; pad the rows to 32 bytes, or give K in the types
//--- bytes.mlir
func.func @f(%a: memref<?x?xf8E4M3FN>, %sa: memref<?x?xf8E8M0FNU>, %b: memref<?x?xf8E4M3FN>, %sb: memref<?x?xf8E8M0FNU>, %d: memref<?x?xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x?xf8E4M3FN>, memref<?x?xf8E8M0FNU>, memref<?x?xf8E4M3FN>, memref<?x?xf8E8M0FNU>)
    outs(%d : memref<?x?xbf16>) {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return
}
