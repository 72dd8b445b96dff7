// What a call rules out, and what is special about what was chosen.
// RUN: dgemm-opt %s --split-input-file --dgemm-select-schedule="target=sm_120a m=4" --remarks-filter=dgemm-select-schedule -o /dev/null 2>&1 | FileCheck %s

// D has rows of 154 bytes, and A and B lie along M and N.
// CHECK-DAG: [Missed] StoresByAddress {{.*}} Function=turned | Reason="TMA stores need rows of d at a known distance that is a multiple of 16 bytes
// CHECK-DAG: [Missed] OperandTurned {{.*}} Function=turned | Reason="b does not lie along K: its bytes are turned in registers, one operation for two matrix instructions
// CHECK-DAG: [Analysis] CandidateSlower {{.*}} Function=turned | PredictedMicroseconds={{[^ ]*}}, SplitK={{[0-9]+}}, Stages={{[0-9]+}}
func.func @turned(%a: memref<7168x?xf8E4M3FN, strided<[64, 1]>>, %sa: memref<?x14xi32, strided<[1, ?]>>,
                  %b: memref<7168x77xf8E4M3FN, strided<[80, 1]>>, %sb: memref<77x14xi32, strided<[1, 80]>>,
                  %d: memref<?x77xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb plus %d
      : memref<7168x?xf8E4M3FN, strided<[64, 1]>>, memref<?x14xi32, strided<[1, ?]>>,
        memref<7168x77xf8E4M3FN, strided<[80, 1]>>, memref<77x14xi32, strided<[1, 80]>>, memref<?x77xbf16>)
    outs(%d : memref<?x77xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<tn>}
  return
}

// -----

// Operands of two types are swapped with the instruction of the other order.
// CHECK: [Passed] ScheduleChosen {{.*}} Function=mixed | {{.*}}, SwapAb=true, Tile=64x16x128
func.func @mixed(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x1xi32, strided<[1, ?]>>,
                 %b: memref<256x512xf4E2M1FN>, %sb: memref<256x4xi32, strided<[1, 256]>>,
                 %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf4E2M1FN>, memref<256x4xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>) {granularity = #dgemm.granularity<a = 1x128, b = 1x32>}
  return
}

// -----

// A along M: 16 columns of bytes are shorter than any swizzle, 32 are not.
// CHECK-DAG: [Missed] CandidateDeclined {{.*}} Function=along_m | Limit="tile K", Reason="a is contiguous along its rows, 16 bytes of a tile of 16 and K = 128{{.*}}, SwapAb=true, Tile=64x16x128
// CHECK-DAG: {{\[(Passed|Analysis)\] (ScheduleChosen|CandidateSlower)}} {{.*}} Function=along_m | {{.*}}SwapAb=true, Tile=64x32x128
func.func @along_m(%a: memref<512x?xf8E4M3FN, strided<[16, 1]>>, %sa: memref<?x1xi32, strided<[1, ?]>>,
                   %b: memref<256x512xf8E4M3FN>, %sb: memref<256x1xi32, strided<[1, 256]>>,
                   %d: memref<?x256xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<512x?xf8E4M3FN, strided<[16, 1]>>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf8E4M3FN>, memref<256x1xi32, strided<[1, 256]>>)
    outs(%d : memref<?x256xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, layout = #dgemm.layout<tt>}
  return
}

// -----

// CHECK: [Missed] CandidateDeclined {{.*}} Function=heads | Limit=form, Reason="schedule has swap_ab, expected no head split with it; leave it out", {{.*}}SwapAb=true, Tile=64x16x128
func.func @heads(%a: memref<?x512xf8E4M3FN>, %sa: memref<?x1xi32, strided<[1, ?]>>,
                 %b: memref<256x512xf8E4M3FN>, %sb: memref<256x1xi32, strided<[1, 256]>>,
                 %d: memref<?x320xbf16>) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb
      : memref<?x512xf8E4M3FN>, memref<?x1xi32, strided<[1, ?]>>,
        memref<256x512xf8E4M3FN>, memref<256x1xi32, strided<[1, 256]>>)
    outs(%d : memref<?x320xbf16>)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, epilogue = #dgemm.head_split<left = 64, mid = 32, right = 64>}
  return
}
