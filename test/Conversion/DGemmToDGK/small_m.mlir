// Few rows: K split between CTAs, A and B swapped.
//
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_120a --convert-dgemm-to-dgk --canonicalize --cse --mlir-print-local-scope | FileCheck %s

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#three = #dgk.schedule<tile = 64x128x128, warp_grid = 2x4, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, split_k = 3>
#swap = #dgk.schedule<tile = 128x16x128, warp_grid = 8x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>, swap_ab>

!a = memref<?x1536xf8E4M3FN>
!b = memref<2112x1536xf8E4M3FN>
!sa = memref<?x3xi32, strided<[1, ?]>>
!sb = memref<2112x3xi32, strided<[1, 2112]>>
!d = memref<?x2112xbf16>

// Three splits of one scale word each; the trip counts of the inner loops stay
// constants. The last CTA converts and stores.
// CHECK-LABEL: dgk.kernel @even_kernel(
// CHECK:         dgk.tiles (%[[S:[a-z0-9]*]], %[[M:[a-z0-9]*]], %[[N:[a-z0-9]*]]) in (%c3{{[_0-9]*}} by 1, %[[ROWS:[a-z0-9]*]] by 64, %c2112{{[_0-9]*}} by 128) raster
// CHECK:           %[[BEGIN:.*]] = arith.muli %[[S]], %c512
// CHECK:           %[[WORD:.*]] = arith.divui %[[BEGIN]], %c512
// CHECK:           dgk.load %{{.*}}[%[[M]], %[[WORD]]] : memref<?x3xi32
// CHECK:           %[[SUM:.*]] = scf.for %[[K:.*]] = %c0{{[_0-9]*}} to %c512{{[_0-9]*}} step %c128
// CHECK:             %[[AT:.*]] = arith.addi %[[BEGIN]], %[[K]]
// CHECK:             dgk.load %{{.*}}[%[[M]], %[[AT]]]
// CHECK:           %[[TILE_M:.*]] = arith.divui %[[M]], %c64
// CHECK:           %[[ROW:.*]] = arith.muli %[[TILE_M]], %c17
// CHECK:           %[[TILE_N:.*]] = arith.divui %[[N]], %c128
// CHECK:           %[[TILE:.*]] = arith.addi %[[ROW]], %[[TILE_N]]
// CHECK:           %[[LEFT:.*]] = arith.subi %[[ROWS]], %[[M]]
// CHECK:           %[[TOTAL:.*]], %[[LAST:.*]] = dgk.combine %[[SUM]][%[[S]]] of 3, tile %[[TILE]] of %{{.*}} rows %[[LEFT]]
// CHECK-NEXT:      scf.if %[[LAST]] {
// CHECK-NEXT:        %[[OUT:.*]] = dgk.convert %[[TOTAL]]
// CHECK-NEXT:        dgk.store %[[OUT]], %{{.*}}[%[[M]], %[[N]]]
// CHECK-NEXT:      }
// CHECK-NEXT:    }
func.func @even(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #three}
  return
}

// K is no multiple of the splits: parts of 1024, 1024 and 256 elements. Nothing is
// left for a split that begins behind K.
// CHECK-LABEL: dgk.kernel @uneven_kernel(
// CHECK:           %[[BEGIN:.*]] = arith.muli %{{.*}}, %c1024
// CHECK:           %[[FIRST:.*]] = arith.minui %[[BEGIN]], %c2304
// CHECK:           %[[REST:.*]] = arith.subi %c2304{{[_0-9]*}}, %[[FIRST]]
// CHECK:           %[[LENGTH:.*]] = arith.minui %[[REST]], %c1024
// CHECK:           scf.for %{{.*}} = %c0{{[_0-9]*}} to %[[LENGTH]] step %c512
func.func @uneven(%a: memref<?x2304xf8E4M3FN>, %sa: memref<?x5xi32, strided<[1, ?]>>,
                  %b: memref<2112x2304xf8E4M3FN>, %sb: memref<2112x5xi32, strided<[1, 2112]>>, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : memref<?x2304xf8E4M3FN>, memref<?x5xi32, strided<[1, ?]>>,
      memref<2112x2304xf8E4M3FN>, memref<2112x5xi32, strided<[1, 2112]>>) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #three}
  return
}

// Tiles count N along their rows; the weights are the first operand.
// CHECK-LABEL: dgk.kernel @swapped_kernel(
// CHECK-SAME:    %[[A:[^:]*]]: memref<?x1536xf8E4M3FN> {{.*}}, %[[B:[^:]*]]: memref<2112x1536xf8E4M3FN> {{{.*}}, %[[D:[^:]*]]: memref<?x2112xbf16>
// CHECK:         dgk.tiles (%[[M:[a-z0-9]*]], %[[N:[a-z0-9]*]]) in (%c2112{{[_0-9]*}} by 128, %{{.*}} by 16) raster
// CHECK:           %[[TB:.*]] = dgk.load %[[B]][%[[M]], %{{.*}}] : {{.*}} -> !dgk.tile<128x128xf8E4M3FN>
// CHECK:           %[[TA:.*]] = dgk.load %[[A]][%[[N]], %{{.*}}] : {{.*}} -> !dgk.tile<16x128xf8E4M3FN>
// CHECK:           dgk.mma %[[TB]] scaled by %{{.*}}, %[[TA]] scaled by
// CHECK:           dgk.store %{{.*}}, %[[D]][%[[N]], %[[M]]] transposed : !dgk.accumulator<128x16xbf16>
func.func @swapped(%a: !a, %sa: !sa, %b: !b, %sb: !sb, %d: !d) {
  dgemm.matmul ins(%a scaled by %sa, %b scaled by %sb : !a, !sa, !b, !sb) outs(%d : !d)
    {granularity = #dgemm.granularity<a = 1x128, b = 1x128>, dgk.schedule = #swap}
  return
}
