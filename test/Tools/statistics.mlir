// Statistics of our passes are reported although the packages of MLIR are built
// without them; passes of MLIR itself count nothing.
// RUN: dgk-opt %S/../Dialect/DGK/kernels/fp8_matmul_sm120.mlir \
// RUN:   --cse --dgk-pipeline --dgk-stage-stores --dgk-warp-specialize --dgk-assign-memory \
// RUN:   --mlir-pass-statistics -o /dev/null 2>&1 | FileCheck %s
// RUN: dgk-opt %S/../Dialect/DGK/kernels/fp8_matmul_sm120.mlir --dgk-pipeline -o /dev/null 2>&1 | count 0

// CHECK: Pass statistics report
// CHECK-NOT: CSE
// CHECK: DGKAssignMemoryPass
// CHECK-NEXT: (S) {{ *[1-9][0-9]+}} bytes - Bytes of shared memory
// CHECK: DGKPipelinePass
// CHECK-NEXT: (S) {{ *[1-9][0-9]*}} copies - Loads turned into asynchronous copies
