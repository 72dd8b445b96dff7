// What one needs to see inside a pipeline is there in both drivers.
// RUN: dgemm-opt %s --canonicalize --cse --mlir-print-ir-after-all -o /dev/null 2>&1 | FileCheck %s --check-prefix=AFTER
// RUN: dgemm-opt %s --canonicalize --mlir-timing -o /dev/null 2>&1 | FileCheck %s --check-prefix=TIMING
// RUN: dgk-opt %s --canonicalize --mlir-print-ir-before-all -o /dev/null 2>&1 | FileCheck %s --check-prefix=BEFORE

// AFTER: IR Dump After Canonicalizer (canonicalize)
// AFTER: IR Dump After CSE (cse)
// TIMING: Canonicalizer
// BEFORE: IR Dump Before Canonicalizer (canonicalize)
func.func @twice(%a: f32) -> f32 {
  %0 = arith.mulf %a, %a : f32
  %1 = arith.mulf %a, %a : f32
  %2 = arith.addf %0, %1 : f32
  return %2 : f32
}
