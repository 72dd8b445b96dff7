// Nearest legal calls: as little as possible is changed. Each function is a file
// of its own.
// REQUIRES: dgemm-explain
// RUN: split-file %s %t
// RUN: not dgemm-explain %t/unknown.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not dgemm-explain %t/d_overlaps.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=OVERLAPS
// RUN: not dgemm-explain %t/d_columns.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=COLUMNS
// RUN: not dgemm-explain %t/d_f16.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=F16
// RUN: not dgemm-explain %t/c_columns.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=CCOLUMNS
// RUN: not dgemm-explain %t/c_f32.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=CF32
// RUN: not dgemm-explain %t/in_place.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=INPLACE
// RUN: not dgemm-explain %t/fp4_columns.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=FP4
// RUN: not dgemm-explain %t/reversed.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=REVERSED
// RUN: not dgemm-explain %t/ranks.mlir --target=sm_120a 2>&1 | FileCheck %s --check-prefix=RANKS

// UNKNOWN: [select-c6] a is 'memref<?x640xbf16, strided<[?, ?]>>'
// UNKNOWN: nearest legal call: say in the types of the operands that the last stride is 1{{$}}
// UNKNOWN-NEXT: %arg0: memref<?x640xbf16, strided<[?, 1]>>, %arg1: memref<200x640xbf16>, %arg2: memref<?x200xbf16>)
//--- unknown.mlir
func.func @f(%a: memref<?x640xbf16, strided<[?, ?]>>, %b: memref<200x640xbf16>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x640xbf16, strided<[?, ?]>>, memref<200x640xbf16>) outs(%d : memref<?x200xbf16>)
  return
}

// OVERLAPS: [matmul-c12] d has stride 100
// OVERLAPS: nearest legal call: make d contiguous{{$}}
// OVERLAPS-NEXT: %arg2: memref<?x200xbf16>)
//--- d_overlaps.mlir
func.func @f(%a: memref<?x640xbf16>, %b: memref<200x640xbf16>, %d: memref<?x200xbf16, strided<[100, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x640xbf16>, memref<200x640xbf16>) outs(%d : memref<?x200xbf16, strided<[100, 1]>>)
  return
}

// COLUMNS: [matmul-c12]
// COLUMNS: nearest legal call: make d contiguous{{$}}
// COLUMNS-NEXT: %arg2: memref<64x200xbf16>)
//--- d_columns.mlir
func.func @f(%a: memref<64x640xbf16>, %b: memref<200x640xbf16>, %d: memref<64x200xbf16, strided<[1, 64]>>) {
  dgemm.matmul ins(%a, %b : memref<64x640xbf16>, memref<200x640xbf16>) outs(%d : memref<64x200xbf16, strided<[1, 64]>>)
  return
}

// The rows stay where they are.
// F16: [matmul-c6]
// F16: nearest legal call: store d as f32{{$}}
// F16-NEXT: %arg2: memref<?x200xf32, strided<[256, 1]>>)
//--- d_f16.mlir
func.func @f(%a: memref<?x640xbf16>, %b: memref<200x640xbf16>, %d: memref<?x200xf16, strided<[256, 1]>>) {
  dgemm.matmul ins(%a, %b : memref<?x640xbf16>, memref<200x640xbf16>) outs(%d : memref<?x200xf16, strided<[256, 1]>>)
  return
}

// CCOLUMNS: [matmul-c12] c has
// CCOLUMNS: nearest legal call: make c contiguous{{$}}
// CCOLUMNS-NEXT: %arg2: memref<64x200xbf16>, %arg3: memref<64x200xbf16, strided<[256, 1]>>)
//--- c_columns.mlir
func.func @f(%a: memref<64x640xbf16>, %b: memref<200x640xbf16>, %c: memref<64x200xbf16, strided<[1, 64]>>,
             %d: memref<64x200xbf16, strided<[256, 1]>>) {
  dgemm.matmul ins(%a, %b plus %c : memref<64x640xbf16>, memref<200x640xbf16>, memref<64x200xbf16, strided<[1, 64]>>)
    outs(%d : memref<64x200xbf16, strided<[256, 1]>>)
  return
}

// CF32: [matmul-c6] c has
// CF32: nearest legal call: give c the elements of d{{$}}
// CF32-NEXT: %arg2: memref<64x200xbf16, strided<[256, 1]>>, %arg3: memref<64x200xbf16>)
//--- c_f32.mlir
func.func @f(%a: memref<64x640xbf16>, %b: memref<200x640xbf16>, %c: memref<64x200xf32, strided<[256, 1]>>,
             %d: memref<64x200xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<64x640xbf16>, memref<200x640xbf16>, memref<64x200xf32, strided<[256, 1]>>)
    outs(%d : memref<64x200xbf16>)
  return
}

// C and D stay one buffer.
// INPLACE: [matmul-c12]
// INPLACE: nearest legal call: make d contiguous{{$}}
// INPLACE-NEXT: %arg2: memref<64x200xf32>) {
// INPLACE-NEXT: plus %arg2
//--- in_place.mlir
func.func @f(%a: memref<64x640xbf16>, %b: memref<200x640xbf16>, %d: memref<64x200xf32, strided<[1, 64]>>) {
  dgemm.matmul ins(%a, %b plus %d : memref<64x640xbf16>, memref<200x640xbf16>, memref<64x200xf32, strided<[1, 64]>>)
    outs(%d : memref<64x200xf32, strided<[1, 64]>>)
  return
}

// Columns of FP4 are copied in pieces of 8 bytes, as the error says.
// FP4: [select-c10] columns of b are 102 bytes apart, expected a multiple of 8 {{.*}} pad them to 104 bytes
// FP4: nearest legal call: pad the columns of the operands to a multiple of 8 bytes{{$}}
// FP4-NEXT: memref<640x204xf4E2M1FN, strided<[208, 1]>>
//--- fp4_columns.mlir
func.func @f(%a: memref<?x640xf4E2M1FN>, %sa: memref<?x2xi32, strided<[1, ?]>>,
             %b: memref<640x204xf4E2M1FN>, %sb: memref<204x2xi32, strided<[1, 204]>>, %d: memref<?x204xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x640xf4E2M1FN>, memref<?x2xi32, strided<[1, ?]>>, memref<640x204xf4E2M1FN>, memref<204x2xi32, strided<[1, 204]>>)
    outs(%d : memref<?x204xbf16>) {layout = #dgemm.layout<nn>, granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}

// Memory that names N first.
// REVERSED: [select-c10] columns of b are 402 bytes apart
// REVERSED: nearest legal call: pad the rows of the operands to a multiple of 16 bytes{{$}}
// REVERSED-NEXT: %arg1: memref<200x640xbf16, strided<[1, 208]>>
//--- reversed.mlir
func.func @f(%a: memref<?x640xbf16>, %b: memref<200x640xbf16, strided<[1, 201]>>, %d: memref<?x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x640xbf16>, memref<200x640xbf16, strided<[1, 201]>>) outs(%d : memref<?x200xbf16>)
  return
}

// RANKS: [matmul-c4]
// RANKS: no legal call is near: the call is wrong on every device
//--- ranks.mlir
func.func @f(%a: memref<2x64x640xbf16>, %b: memref<200x640xbf16>, %d: memref<64x200xbf16>) {
  dgemm.matmul ins(%a, %b : memref<2x64x640xbf16>, memref<200x640xbf16>) outs(%d : memref<64x200xbf16>)
  return
}
