// Whatever is wrong with the input is said in words, with exit code 1.

// RUN: rm -rf %t && mkdir %t
// RUN: not dgemm-run %t/none.mlir 2>&1 | FileCheck %s --check-prefix=FILE
// RUN: not dgemm-run %s 2>&1 | FileCheck %s --check-prefix=CHOOSE
// RUN: not dgemm-run %s --function=other 2>&1 | FileCheck %s --check-prefix=FUNCTION
// RUN: not dgemm-run %s --function=plain --device=abacus 2>&1 | FileCheck %s --check-prefix=DEVICE
// RUN: not dgemm-run %s --function=plain --input=z=%t/none.npy 2>&1 | FileCheck %s --check-prefix=ARGUMENT
// RUN: not dgemm-run %s --function=plain --input=a=%t/none.npy 2>&1 | FileCheck %s --check-prefix=NPY
// RUN: not dgemm-run %s --function=plain --input=a=%s 2>&1 | FileCheck %s --check-prefix=MAGIC
// RUN: not dgemm-run %s --function=plain --input=a 2>&1 | FileCheck %s --check-prefix=ASSIGN
// RUN: not dgemm-run %s --function=plain --output=z=%t/z.npy 2>&1 | FileCheck %s --check-prefix=OUTPUT
// RUN: not dgemm-run %s --function=plain --output=d=%t/none/d.npy 2>&1 | FileCheck %s --check-prefix=WRITE
// RUN: not dgemm-run %s --function=plain --dim=groups=3 2>&1 | FileCheck %s --check-prefix=EXTENT
// RUN: not dgemm-run %s --function=plain --dim=n=-3 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// RUN: not dgemm-run %s --function=plain --m=4611686018427387904 2>&1 | FileCheck %s --check-prefix=HUGE
// RUN: not dgemm-run %s --function=plain --m=99999999999 2>&1 | FileCheck %s --check-prefix=MEMORY
// RUN: not dgemm-run %s --function=unknown 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not dgemm-run %s --function=loop 2>&1 | FileCheck %s --check-prefix=LOOP
// RUN: not dgemm-run %s --function=group 2>&1 | FileCheck %s --check-prefix=GROUP
// RUN: not dgemm-run %s --function=scales --checked 2>&1 | FileCheck %s --check-prefix=SCALES
// RUN: dgemm-run %s --function=scales
// RUN: not dgemm-run %s --function=scales_of_op 2>&1 | FileCheck %s --check-prefix=SCALES
// RUN: dgemm-run %s --function=plain --output=d=%t/d.npy
// RUN: not dgemm-run %s --function=plain --input=a=%t/d.npy 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not dgemm-run %s --function=unchecked --check 2>&1 | FileCheck %s --check-prefix=NOTHING
// RUN: echo "func.func @x(" | not dgemm-run - 2>&1 | FileCheck %s --check-prefix=SYNTAX

// FILE: dgemm-run: error: cannot read '{{.*}}none.mlir': No such file or directory
// CHOOSE: dgemm-run: error: choose one of @plain, @unknown, {{.*}} with --function
// FUNCTION: dgemm-run: error: the file has no function @other
// DEVICE: dgemm-run: error: unknown device 'abacus', expected 'reference'
// ARGUMENT: the function has no argument 'z'; it has a, b, d
// NPY: dgemm-run: error: cannot open '{{.*}}none.npy': No such file or directory
// MAGIC: bad_input.mlir: not a .npy file: the magic bytes are missing
// ASSIGN: dgemm-run: error: --input=a: expected name=value
// OUTPUT: --output=z={{.*}}: the function has no such argument or result; arguments are a, b, d
// WRITE: dgemm-run: error: cannot create '{{.*}}d.npy': No such file or directory
// EXTENT: dgemm-run: error: no dynamic dimension is called 'groups'
// NEGATIVE: dgemm-run: error: --dim=n=-3: expected a non-negative integer
// HUGE: 'dgemm.matmul' op operand 'a': shape 4611686018427387904x128 exceeds 64 bits
// MEMORY: 'dgemm.matmul' op operand 'a': shape 99999999999x128 of bf16 needs {{[0-9]+}} bytes, more than this machine has
// SHAPE: error: argument 'a': the file holds 64x64 elements of bf16, expected ?x128
// SYNTAX: error: expected
func.func @plain(%a: memref<?x128xbf16>, %b: memref<64x128xbf16>, %d: memref<?x64xbf16>) {
  dgemm.matmul ins(%a, %b : memref<?x128xbf16>, memref<64x128xbf16>)
    outs(%d : memref<?x64xbf16>)
  return
}

// UNKNOWN: error: 'arith.addf' is not known to the reference, which runs dgemm ops
func.func @unknown(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = arith.addf %a, %a : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// LOOP: error: the reference runs functions whose body is one block
func.func @loop() {
  cf.br ^next
^next:
  return
}

// GROUP: error: 'dgemm.grouped_matmul' op group 5 of row 0 does not exist: b has 2 groups
func.func @group(%a: tensor<16x32xbf16>, %b: tensor<2x32x32xbf16>) -> tensor<16x32xbf16> {
  %rows = arith.constant dense<5> : tensor<16xi32>
  %d = tensor.empty() : tensor<16x32xbf16>
  %0 = dgemm.grouped_matmul ins(%a, %b grouped by %rows
      : tensor<16x32xbf16>, tensor<2x32x32xbf16>, tensor<16xi32>)
    outs(%d : tensor<16x32xbf16>) {grouping = #dgemm.grouping<contiguous_index>}
  return %0 : tensor<16x32xbf16>
}

// SCALES: error: 'dgemm.matmul' op has a_scale with a scale 0 of shape 16x1 that is 1.5, not a positive power of two
func.func @scales(%a: tensor<16x32xf8E4M3FN>, %b: tensor<16x32xf8E4M3FN>) -> tensor<16x16xf32> {
  %s = arith.constant dense<1.5> : tensor<16x1xf32>
  %d = tensor.empty() : tensor<16x16xf32>
  %0 = dgemm.matmul ins(%a scaled by %s, %b scaled by %s
      : tensor<16x32xf8E4M3FN>, tensor<16x1xf32>, tensor<16x32xf8E4M3FN>,
        tensor<16x1xf32>)
    outs(%d : tensor<16x16xf32>)
    {granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return %0 : tensor<16x16xf32>
}

func.func @scales_of_op(%a: tensor<16x32xf8E4M3FN>, %b: tensor<16x32xf8E4M3FN>)
    -> tensor<16x16xf32> {
  %s = arith.constant dense<1.5> : tensor<16x1xf32>
  %d = tensor.empty() : tensor<16x16xf32>
  %0 = dgemm.matmul ins(%a scaled by %s, %b scaled by %s
      : tensor<16x32xf8E4M3FN>, tensor<16x1xf32>, tensor<16x32xf8E4M3FN>,
        tensor<16x1xf32>)
    outs(%d : tensor<16x16xf32>)
    {checked, granularity = #dgemm.granularity<a = 1x32, b = 1x32>}
  return %0 : tensor<16x16xf32>
}

// NOTHING: FAIL nothing was compared
// NOTHING: error: the result is wrong
func.func @unchecked(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
