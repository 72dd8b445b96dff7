// Accumulators go to global memory through shared memory, in slots of 16 rows
// of 128 bytes, where the schedule says so.
//
// RUN: dgk-opt %s --split-input-file --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores))' | FileCheck %s
// RUN: dgk-opt %s --split-input-file --pass-pipeline='builtin.module(dgk.kernel(dgk-stage-stores))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = m>>

// One staging buffer for each store: 64 columns of BF16 or 32 of F32. The kernel
// waits for its stores once, at the end.
// STATISTICS: (S) 2 direct - Stores left as they were
// STATISTICS-NEXT: (S) 2 staged - Stores that go through shared memory
// CHECK-LABEL: dgk.kernel @staged(%{{.*}}: memref<?x256xbf16>, %{{.*}}: memref<?x256xf32>
// CHECK-DAG:     %[[WIDE:.*]] = dgk.buffer : !dgk.buffer<16 x 16x32xf32, #dgk.shared<b128>>
// CHECK-DAG:     %[[NARROW:.*]] = dgk.buffer : !dgk.buffer<16 x 16x64xbf16, #dgk.shared<b128>>
// CHECK:         %[[Z:.*]] = dgk.zero : !dgk.accumulator<128x128xf32>
// CHECK-NEXT:    %[[OUT:.*]] = dgk.convert %[[Z]]
// CHECK-NEXT:    dgk.store_async %[[OUT]], %{{.*}}[%[[M:.*]], %[[N:.*]]] through %[[NARROW]] : !dgk.accumulator<128x128xbf16>, memref<?x256xbf16>
// CHECK-NEXT:    dgk.store_async %[[Z]], %{{.*}}[%[[M]], %[[N]]] through %[[WIDE]]
// What TMA cannot do stays.
// CHECK-NEXT:    dgk.store %[[Z]], %{{.*}}[%[[M]], %[[N]]] transposed
// CHECK-NEXT:    dgk.drain_stores
// CHECK-NEXT:    dgk.return
dgk.kernel @staged(%d: memref<?x256xbf16>, %e: memref<?x256xf32>, %t: memref<256x?xf32>, %m: index, %n: index)
    attributes {schedule = #schedule} {
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  %out = dgk.convert %zero : !dgk.accumulator<128x128xf32> -> !dgk.accumulator<128x128xbf16>
  dgk.store %out, %d[%m, %n] : !dgk.accumulator<128x128xbf16>, memref<?x256xbf16>
  dgk.store %zero, %e[%m, %n] : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
  dgk.store %zero, %t[%m, %n] transposed : !dgk.accumulator<128x128xf32>, memref<256x?xf32>
  dgk.return
}

// Also a store that keeps to a range of columns.
// CHECK-LABEL: dgk.kernel @within
// CHECK-NOT:     dgk.buffer
// CHECK:         dgk.store %{{.*}} within(
// CHECK-NOT:     dgk.drain_stores
dgk.kernel @within(%d: memref<?x256xf32>, %m: index, %lo: index, %hi: index) attributes {schedule = #schedule} {
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  dgk.store %zero, %d[%m, %lo] within(%lo, %hi) : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
  dgk.return
}

// -----

// The schedule asks for stores from registers.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
// CHECK-LABEL: dgk.kernel @registers
// CHECK-NOT:     dgk.buffer
// CHECK:         dgk.store %
// CHECK-NEXT:    dgk.return
dgk.kernel @registers(%d: memref<?x33xf32>, %m: index, %n: index) attributes {schedule = #schedule} {
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x128xf32>, memref<?x33xf32>
  dgk.return
}

// -----

// No schedule says how, so nothing changes.
// CHECK-LABEL: dgk.kernel @no_schedule
// CHECK:         dgk.store %
// CHECK-NEXT:    dgk.return
dgk.kernel @no_schedule(%d: memref<?x33xf32>, %m: index, %n: index) {
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x128xf32>, memref<?x33xf32>
  dgk.return
}

// -----

// What happens to the elements on their way stays: sums in memory, and gaps that
// begin between slots. Others begin inside of one.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = m>>
// CHECK-LABEL: dgk.kernel @forms
// CHECK:         dgk.store_async {{.*}} accumulate :
// CHECK-NEXT:    dgk.store_async {{.*}} heads <left = 32, mid = 16, right = 64> :
// CHECK-NEXT:    dgk.store %{{.*}} heads <left = 48, mid = 16, right = 48> :
dgk.kernel @forms(%d: memref<?x256xf32>, %m: index, %n: index) attributes {schedule = #schedule} {
  %zero = dgk.zero : !dgk.accumulator<128x128xf32>
  dgk.store %zero, %d[%m, %n] accumulate : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
  dgk.store %zero, %d[%m, %n] heads <left = 32, mid = 16, right = 64> : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
  dgk.store %zero, %d[%m, %n] heads <left = 48, mid = 16, right = 48> : !dgk.accumulator<128x128xf32>, memref<?x256xf32>
  dgk.return
}

// -----

// With operands swapped the tile is the transpose of what is stored: a warp has
// 32 rows of it, lines of 32 elements of D. wgmma has no such form.
#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#swapped = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 4, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = m>, swap_ab>
#wgmma = #dgk.wgmma<f8f6f4, m = 64, n = 256, k = 32, a = f8E4M3FN, b = f8E4M3FN>
#shared = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 4, scale_stages = 2,
  instruction = #wgmma, swizzle = b64 x b64, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = tma, store_slots = 16, raster = <group = 8, along = m>, swap_ab>
// CHECK-LABEL: dgk.kernel @swapped
// CHECK:         %[[LINES:.*]] = dgk.buffer : !dgk.buffer<16 x 16x32xbf16, #dgk.shared<b64>>
// CHECK:         dgk.store_async %{{.*}} through %[[LINES]] transposed :
// CHECK-NEXT:    dgk.store %
// CHECK-LABEL: dgk.kernel @swapped_wgmma
// CHECK:         dgk.store %{{.*}} transposed
dgk.kernel @swapped(%d: memref<?x256xbf16>, %m: index, %n: index) attributes {schedule = #swapped} {
  %zero = dgk.zero : !dgk.accumulator<128x128xbf16>
  dgk.store %zero, %d[%m, %n] transposed : !dgk.accumulator<128x128xbf16>, memref<?x256xbf16>
  dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x128xbf16>, memref<?x256xbf16>
  dgk.return
}
dgk.kernel @swapped_wgmma(%d: memref<?x256xbf16>, %m: index, %n: index) attributes {schedule = #shared} {
  %zero = dgk.zero : !dgk.accumulator<128x128xbf16>
  dgk.store %zero, %d[%m, %n] transposed : !dgk.accumulator<128x128xbf16>, memref<?x256xbf16>
  dgk.return
}
