// What the rules count is what dgk-assign-memory uses: 65536 + 2048 + 32768 of
// buffers, 16 for each of 4 + 2 pipeline slots.
// RUN: dgemm-opt %s --pass-pipeline="builtin.module(dgemm-select-schedule{target=sm_120a},convert-dgemm-to-dgk,dgk.kernel(dgk-stage-stores,dgk-pipeline,dgk-hoist-scales,dgk-warp-specialize,dgk-assign-memory,dgk-plan-launch))" | FileCheck %s
// CHECK: #dgk.launch_plan<{{.*}} block = 256, {{.*}} shared = 100448,
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
