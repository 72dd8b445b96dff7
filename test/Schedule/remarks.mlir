// Why a schedule was chosen, and why others were not.
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --remarks-filter=dgemm-select-schedule -o /dev/null 2>&1 | FileCheck %s
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --dgemm-select-schedule --remarks-filter-passed=dgemm-select-schedule -o /dev/null 2>&1 | FileCheck %s --check-prefix=KEPT

// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --mlir-pass-statistics -o /dev/null 2>&1 | FileCheck %s --check-prefix=STATISTICS

// CHECK-DAG: [Passed] ScheduleChosen | Category:dgemm-select-schedule | Function=proj | EstimatedRegisters={{[0-9]+}}, Occupancy="8 of 48 warps", PredictedMicroseconds={{.*}}, SharedBytes={{[0-9]+}}, Stages=4, Tile=128x128x64, Waves=3
// CHECK-DAG: [Analysis] CandidateSlower {{.*}} Stages=2, Tile=128x128x128
// CHECK-DAG: [Missed] CandidateDeclined {{.*}} Limit=profitability, Reason="a tile of 16 columns pays only for N <= 16", Tile=64x16x64
// STATISTICS: 16 candidates
// STATISTICS: 1 chosen
// STATISTICS: 4 unprofitable
// KEPT: [Passed] ScheduleKept {{.*}} Occupancy="8 of 48 warps", {{.*}} Stages=4, Tile=128x128x64
!a = memref<?x7168xf8E4M3FN>
!sa = memref<?x14xi32, strided<[1, ?]>>
!b = memref<2112x7168xf8E4M3FN>
!sb = memref<2112x14xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>
func.func @proj(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb)
    outs(%d : !d) {granularity = #dgemm.granularity<a = 1x128, b = 1x128>}
  return
}
