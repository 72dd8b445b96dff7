// Tiles to and from global memory: what the operations print and parse.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

// CHECK-LABEL: @loads
// CHECK: %tile = dgk.load %{{.*}}[%[[I:.*]], %[[I]]] : memref<?x64xbf16> -> !dgk.tile<8x64xbf16>
// CHECK: dgk.load %{{.*}}[%[[I]], %[[I]], %[[I]]] : memref<4x?x64xf32> -> !dgk.tile<8x64xf32>
// CHECK: dgk.load %{{.*}}[%[[I]], %[[I]], %[[I]]] : memref<4x?x64xf32> -> !dgk.tile<64xf32>
// CHECK: dgk.load %{{.*}}[%[[I]], %[[I]]] transposed : memref<?x64xbf16> -> !dgk.tile<64x8xbf16>
func.func @loads(%a: memref<?x64xbf16>, %b: memref<4x?x64xf32>, %i: index) {
  %0 = dgk.load %a[%i, %i] : memref<?x64xbf16> -> !dgk.tile<8x64xbf16>
  %1 = dgk.load %b[%i, %i, %i] : memref<4x?x64xf32> -> !dgk.tile<8x64xf32>
  %2 = dgk.load %b[%i, %i, %i] : memref<4x?x64xf32> -> !dgk.tile<64xf32>
  %3 = dgk.load %a[%i, %i] transposed : memref<?x64xbf16> -> !dgk.tile<64x8xbf16>
  return
}

// CHECK-LABEL: @stores
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I:.*]], %[[I]]] : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I]], %[[I]]] within(%[[I]], %[[I]]) : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I]], %[[I]]] within(%[[I]], %[[I]]) transposed : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I]]] : !dgk.accumulator<1x64xbf16>, memref<?xbf16>
func.func @stores(%x: !dgk.accumulator<8x64xbf16>, %y: !dgk.accumulator<1x64xbf16>,
                  %a: memref<?x64xbf16>, %b: memref<?xbf16>, %i: index) {
  dgk.store %x, %a[%i, %i] : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
  dgk.store %x, %a[%i, %i] within(%i, %i) : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
  dgk.store %x, %a[%i, %i] within(%i, %i) transposed : !dgk.accumulator<8x64xbf16>, memref<?x64xbf16>
  dgk.store %y, %b[%i] : !dgk.accumulator<1x64xbf16>, memref<?xbf16>
  return
}

// CHECK-LABEL: @accumulation
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I:.*]], %[[I]]] accumulate : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
// CHECK: dgk.store %{{.*}}, %{{.*}}[%[[I]], %[[I]]] heads <left = 64, mid = 32, right = 64> : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
// CHECK: %sum = dgk.add_from %{{.*}}, %{{.*}}[%[[I]], %[[I]]] : !dgk.accumulator<8x64xf32>, memref<?x64xbf16>
// CHECK: %{{.*}} = dgk.add_from %{{.*}}, %{{.*}}[%[[I]], %[[I]]] transposed : !dgk.accumulator<8x64xf32>, memref<?x64xbf16>
func.func @accumulation(%x: !dgk.accumulator<8x64xf32>, %d: memref<?x64xf32>, %c: memref<?x64xbf16>, %i: index) {
  dgk.store %x, %d[%i, %i] accumulate : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
  dgk.store %x, %d[%i, %i] heads <left = 64, mid = 32, right = 64> : !dgk.accumulator<8x64xf32>, memref<?x64xf32>
  %0 = dgk.add_from %x, %c[%i, %i] : !dgk.accumulator<8x64xf32>, memref<?x64xbf16>
  %1 = dgk.add_from %x, %c[%i, %i] transposed : !dgk.accumulator<8x64xf32>, memref<?x64xbf16>
  return
}

// CHECK-LABEL: @combines
// CHECK: %sum, %last = dgk.combine %{{.*}}[%[[I:.*]]] of 4, tile %[[I]] of %[[I]] rows %[[I]] : !dgk.accumulator<64x128xf32>
// CHECK: scf.if %last
func.func @combines(%x: !dgk.accumulator<64x128xf32>, %d: memref<?x128xf32>, %i: index) {
  %sum, %last = dgk.combine %x[%i] of 4, tile %i of %i rows %i : !dgk.accumulator<64x128xf32>
  scf.if %last {
    dgk.store %sum, %d[%i, %i] : !dgk.accumulator<64x128xf32>, memref<?x128xf32>
  }
  return
}

// CHECK-LABEL: dgk.kernel @combines_in_cluster
// CHECK: dgk.tiles (%[[S:[a-z0-9_]*]], %{{.*}}, %{{.*}}) in (%c4 by 1, %{{.*}} by 64, %{{.*}} by 16) cluster <size = 4, along = k>
// CHECK: %sum, %last = dgk.combine_in_cluster %{{.*}}[%[[S]]] of 4 rows %{{.*}} : !dgk.accumulator<64x16xf32>
// CHECK: scf.if %last
// CHECK: dgk.combine_in_cluster %{{.*}}[%[[S]]] of 4 rows %{{.*}} offset = 1024 : !dgk.accumulator<64x16xf32>
dgk.kernel @combines_in_cluster(%rows: index, %d: memref<?x16xf32>) {
  %c4 = arith.constant 4 : index
  dgk.tiles (%s, %m, %n) in (%c4 by 1, %rows by 64, %rows by 16) cluster <size = 4, along = k> {
    %x = dgk.zero : !dgk.accumulator<64x16xf32>
    %sum, %last = dgk.combine_in_cluster %x[%s] of 4 rows %rows : !dgk.accumulator<64x16xf32>
    scf.if %last {
      dgk.store %sum, %d[%m, %n] : !dgk.accumulator<64x16xf32>, memref<?x16xf32>
    }
    %more, %end = dgk.combine_in_cluster %x[%s] of 4 rows %rows offset = 1024 : !dgk.accumulator<64x16xf32>
  }
  dgk.return
}

// CHECK-LABEL: @fetched
// CHECK: %scales = dgk.fetch_scales %{{.*}}[%[[I:.*]], %[[I]]] : memref<?x5xf32> -> !dgk.scales<a, 128, f32>
func.func @fetched(%s: memref<?x5xf32>, %i: index) {
  %0 = dgk.fetch_scales %s[%i, %i] : memref<?x5xf32> -> !dgk.scales<a, 128, f32>
  return
}

// CHECK-LABEL: @fetched_bytes
// CHECK: %scales = dgk.fetch_scales %{{.*}}[%[[I:.*]], %[[I]]] rows [64, 128] : memref<?x5xf8E8M0FNU> -> !dgk.scales<b, 2, i32>
// CHECK: %scales_0 = dgk.unpack_scales %scales[%[[I]]] : !dgk.scales<b, 2, i32> -> !dgk.scales<b, 2, f32>
func.func @fetched_bytes(%s: memref<?x5xf8E8M0FNU>, %i: index) {
  %0 = dgk.fetch_scales %s[%i, %i] rows [64, 128] : memref<?x5xf8E8M0FNU> -> !dgk.scales<b, 2, i32>
  %1 = dgk.unpack_scales %0[%i] : !dgk.scales<b, 2, i32> -> !dgk.scales<b, 2, f32>
  return
}

// CHECK-LABEL: @fields
// CHECK: %field = dgk.field %{{.*}} at 0 : memref<?x132xi8> to memref<?x32xf32, strided<[33, 1]>>
// CHECK: dgk.field %{{.*}} at 128 : memref<?x132xi8> to memref<?x1xf32, strided<[33, 1], offset: 32>>
// CHECK: dgk.field %{{.*}} at 8 : memref<?x4x4xi8, strided<[?, 4, 1], offset: ?>> to memref<?x8xf8E4M3FN, strided<[?, 1], offset: ?>>
func.func @fields(%a: memref<?x132xi8>, %b: memref<?x4x4xi8, strided<[?, 4, 1], offset: ?>>) {
  %0 = dgk.field %a at 0 : memref<?x132xi8> to memref<?x32xf32, strided<[33, 1]>>
  %1 = dgk.field %a at 128 : memref<?x132xi8> to memref<?x1xf32, strided<[33, 1], offset: 32>>
  %2 = dgk.field %b at 8 : memref<?x4x4xi8, strided<[?, 4, 1], offset: ?>>
    to memref<?x8xf8E4M3FN, strided<[?, 1], offset: ?>>
  return
}
