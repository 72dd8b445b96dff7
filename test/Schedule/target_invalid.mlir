// Targets without a row in the table, or without a lowering: select-c1, select-c2.
// RUN: not dgemm-opt %s --dgemm-select-schedule 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120 --verify-diagnostics
// RUN: not dgemm-opt %s --dgemm-select-schedule=target=sm_100a 2>&1 | FileCheck %s --check-prefix=SM100

// NONE: error: 'dgemm.matmul' op [select-c1] no target given, expected one of sm_90a, sm_100a, sm_120a, sm_121a; set --dgemm-select-schedule=target=NAME
// SM100: error: 'dgemm.matmul' op [select-c2] no lowering for dgemm.matmul on sm_100a yet; it runs on --device=reference
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @proj(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  // expected-error @below {{'dgemm.matmul' op [select-c1] unknown target 'sm_120', expected one of sm_90a, sm_100a, sm_120a, sm_121a; set --dgemm-select-schedule=target=NAME}}
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
