// The persistent loop over tiles becomes a loop over tile numbers, from the
// CTA's number in steps of the number of CTAs.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-lower-tiles))' | FileCheck %s

// Row by row: the last dimension is the fastest.
// CHECK-LABEL: dgk.kernel @plain(
// CHECK-SAME:    %[[ROWS:.*]]: index, %[[COLUMNS:.*]]: index, %[[D:.*]]: memref
// CHECK:         %[[R1:.*]] = arith.addi %[[ROWS]], %c127
// CHECK:         %[[R:.*]] = arith.divui %[[R1]], %c128
// CHECK:         %[[C1:.*]] = arith.addi %[[COLUMNS]], %c63
// CHECK:         %[[C:.*]] = arith.divui %[[C1]], %c64
// CHECK:         %[[TOTAL:.*]] = arith.muli %[[R]], %[[C]]
// CHECK-NEXT:    %[[FIRST:.*]] = gpu.block_id x
// CHECK-NEXT:    %[[STEP:.*]] = gpu.grid_dim x
// CHECK-NEXT:    scf.for %[[T:.*]] = %[[FIRST]] to %[[TOTAL]] step %[[STEP]] {
// CHECK-NEXT:      %[[J:.*]] = arith.remui %[[T]], %[[C]]
// CHECK-NEXT:      %[[I:.*]] = arith.divui %[[T]], %[[C]]
// CHECK:           %[[M:.*]] = arith.muli %[[I]], %c128
// CHECK:           %[[N:.*]] = arith.muli %[[J]], %c64
// CHECK-NEXT:      %[[ZERO:.*]] = dgk.zero
// CHECK-NEXT:      dgk.store %[[ZERO]], %[[D]][%[[M]], %[[N]]]
// CHECK-NEXT:    }
dgk.kernel @plain(%rows: index, %columns: index, %d: memref<?x?xf32>) {
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) {
    %zero = dgk.zero : !dgk.accumulator<128x64xf32>
    dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x64xf32>, memref<?x?xf32>
  }
  dgk.return
}

// Groups of 8 tile rows are swept over all columns; the last group may have
// fewer rows.
// CHECK-LABEL: dgk.kernel @along_m
// CHECK:         %[[R:.*]] = arith.divui %{{.*}}, %c128
// CHECK:         %[[C:.*]] = arith.divui %{{.*}}, %c64
// CHECK:         scf.for %[[T:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           %[[WIDTH:.*]] = arith.constant 8 : index
// CHECK-NEXT:      %[[PER_GROUP:.*]] = arith.muli %[[WIDTH]], %[[C]]
// CHECK-NEXT:      %[[GROUP:.*]] = arith.divui %[[T]], %[[PER_GROUP]]
// CHECK-NEXT:      %[[FIRST:.*]] = arith.muli %[[GROUP]], %[[WIDTH]]
// CHECK-NEXT:      %[[LEFT:.*]] = arith.subi %[[R]], %[[FIRST]]
// CHECK-NEXT:      %[[SIZE:.*]] = arith.minui %[[WIDTH]], %[[LEFT]]
// CHECK-NEXT:      %[[IN:.*]] = arith.remui %[[T]], %[[PER_GROUP]]
// CHECK-NEXT:      %[[INNER:.*]] = arith.remui %[[IN]], %[[SIZE]]
// CHECK-NEXT:      %[[I:.*]] = arith.addi %[[FIRST]], %[[INNER]]
// CHECK-NEXT:      %[[J:.*]] = arith.divui %[[IN]], %[[SIZE]]
// CHECK:           arith.muli %[[I]], %c128
// CHECK:           arith.muli %[[J]], %c64
dgk.kernel @along_m(%rows: index, %columns: index) {
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) raster <group = 8, along = m> {
  }
  dgk.return
}

// CHECK-LABEL: dgk.kernel @along_n
// CHECK:         %[[R:.*]] = arith.divui %{{.*}}, %c128
// CHECK:         %[[C:.*]] = arith.divui %{{.*}}, %c64
// CHECK:         scf.for
// CHECK:           arith.muli %{{.*}}, %[[R]]
// CHECK:           %[[LEFT:.*]] = arith.subi %[[C]], %{{.*}}
// CHECK:           %[[IN:.*]] = arith.remui
// CHECK-NEXT:      %[[INNER:.*]] = arith.remui %[[IN]], %{{.*}}
// CHECK-NEXT:      %[[J:.*]] = arith.addi %{{.*}}, %[[INNER]]
// CHECK-NEXT:      %[[I:.*]] = arith.divui
// CHECK:           arith.muli %[[I]], %c128
// CHECK:           arith.muli %[[J]], %c64
dgk.kernel @along_n(%rows: index, %columns: index) {
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) raster <group = 4, along = n> {
  }
  dgk.return
}

// Three dimensions: the raster is one of the planes, one plane after the other.
// CHECK-LABEL: dgk.kernel @planes
// CHECK:         scf.for %[[T:.*]] = %{{.*}} to %{{.*}} step
// CHECK:           %[[PLANE:.*]] = arith.muli
// CHECK-NEXT:      %[[IN:.*]] = arith.remui %[[T]], %[[PLANE]]
// CHECK-NEXT:      %[[S:.*]] = arith.divui %[[T]], %[[PLANE]]
// CHECK:           arith.divui %[[IN]],
// CHECK:           arith.muli %[[S]], %c1
dgk.kernel @planes(%splits: index, %rows: index, %columns: index) {
  dgk.tiles (%s, %m, %n) in (%splits by 1, %rows by 128, %columns by 64) raster <group = 8, along = m> {
  }
  dgk.return
}

// One dimension: the number is the tile.
// CHECK-LABEL: dgk.kernel @one
// CHECK:         scf.for %[[T:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK-NEXT:      %[[SIZE:.*]] = arith.constant 2 : index
// CHECK-NEXT:      arith.muli %[[T]], %[[SIZE]]
// CHECK-NOT:     dgk.tiles
dgk.kernel @one(%rows: index) {
  dgk.tiles (%m) in (%rows by 2) {
  }
  dgk.return
}

// CTAs of a cluster are neighbours in the grid and take neighbouring tiles: the
// loop counts pairs of tiles, and the rank chooses one. A group of 8 tiles along
// the pair's axis is one of 4 pairs.
// CHECK-LABEL: dgk.kernel @pairs_along_m
// CHECK:         %[[R:.*]] = arith.divui %{{.*}}, %c256
// CHECK:         %[[C:.*]] = arith.divui %{{.*}}, %c64
// CHECK:         %[[TOTAL:.*]] = arith.muli %[[R]], %[[C]]
// CHECK-NEXT:    %[[CTA:.*]] = gpu.block_id x
// CHECK-NEXT:    %[[CTAS:.*]] = gpu.grid_dim x
// CHECK:         %[[RANK:.*]] = arith.remui %[[CTA]], %c2
// CHECK-NEXT:    %[[FIRST:.*]] = arith.divui %[[CTA]], %c2
// CHECK-NEXT:    %[[STEP:.*]] = arith.divui %[[CTAS]], %c2
// CHECK-NEXT:    scf.for %[[T:.*]] = %[[FIRST]] to %[[TOTAL]] step %[[STEP]] {
// CHECK-NEXT:      %[[WIDTH:.*]] = arith.constant 4 : index
// CHECK:           %[[I:.*]] = arith.addi
// CHECK:           %[[PAIR:.*]] = arith.muli %[[I]], %c256
// CHECK:           %[[OWN:.*]] = arith.muli %[[RANK]], %c128
// CHECK-NEXT:      %[[M:.*]] = arith.addi %[[PAIR]], %[[OWN]]
// CHECK:           %[[N:.*]] = arith.muli %{{.*}}, %c64
// CHECK-NEXT:      %[[ZERO:.*]] = dgk.zero
// CHECK-NEXT:      dgk.store %[[ZERO]], %{{.*}}[%[[M]], %[[N]]]
dgk.kernel @pairs_along_m(%rows: index, %columns: index, %d: memref<?x?xf32>) {
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) raster <group = 8, along = m> cluster <size = 2, along = m> {
    %zero = dgk.zero : !dgk.accumulator<128x64xf32>
    dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x64xf32>, memref<?x?xf32>
  }
  dgk.return
}

// Along the other axis the raster keeps its width.
// CHECK-LABEL: dgk.kernel @pairs_along_n
// CHECK:         %[[R:.*]] = arith.divui %{{.*}}, %c128
// CHECK:         %[[C:.*]] = arith.divui %{{.*}}, %c128
// CHECK:         scf.for
// CHECK-NEXT:      arith.constant 8 : index
// CHECK:           %[[M:.*]] = arith.muli %{{.*}}, %c128
// CHECK:           %[[PAIR:.*]] = arith.muli %{{.*}}, %c128
// CHECK:           %[[OWN:.*]] = arith.muli %{{.*}}, %c64
// CHECK-NEXT:      %[[N:.*]] = arith.addi %[[PAIR]], %[[OWN]]
// CHECK-NEXT:      %[[ZERO:.*]] = dgk.zero
// CHECK-NEXT:      dgk.store %[[ZERO]], %{{.*}}[%[[M]], %[[N]]]
dgk.kernel @pairs_along_n(%rows: index, %columns: index, %d: memref<?x?xf32>) {
  dgk.tiles (%m, %n) in (%rows by 128, %columns by 64) raster <group = 8, along = m> cluster <size = 2, along = n> {
    %zero = dgk.zero : !dgk.accumulator<128x64xf32>
    dgk.store %zero, %d[%m, %n] : !dgk.accumulator<128x64xf32>, memref<?x?xf32>
  }
  dgk.return
}
