// Splits of K whose CTAs are a cluster, with C that lies across the tile.
//
// RUN: dgemm-opt %s --dgemm-select-schedule=target=sm_90a --convert-dgemm-to-dgk --canonicalize --cse --mlir-print-local-scope | FileCheck %s

#wgmma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#cluster = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 3, scale_stages = 1,
  instruction = #wgmma, swizzle = b128 x b128, math = <warps = 4, registers = 248>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>,
  cluster = <size = 3, along = k>, split_k = 3, swap_ab>

// The splits of a tile are the CTAs of a cluster. C has its rows where the tile has
// its columns.
// CHECK-LABEL: dgk.kernel @in_cluster_kernel(
// CHECK-SAME:    %[[C:[a-z0-9]*]]: memref<?x320xbf16> {dgk.name = "c"}, %[[D:[a-z0-9]*]]: memref<?x320xbf16> {dgk.name = "d"}
// CHECK:         dgk.tiles (%[[S:[a-z0-9]*]], %[[M:[a-z0-9]*]], %[[N:[a-z0-9]*]]) in (%c3{{[_0-9]*}} by 1, %c320{{[_0-9]*}} by 64, %{{.*}} by 16) raster <group = 8, along = m> cluster <size = 3, along = k>
// CHECK:           arith.muli %[[S]], %c192
// CHECK:           %[[SUM:.*]] = scf.for
// CHECK:           %[[LEFT:.*]] = arith.subi %c320{{[_0-9]*}}, %[[M]]
// CHECK:           %[[TOTAL:.*]], %[[LAST:.*]] = dgk.combine_in_cluster %[[SUM]][%[[S]]] of 3 rows %[[LEFT]]
// CHECK-NEXT:      scf.if %[[LAST]] {
// CHECK-NEXT:        %[[ADDED:.*]] = dgk.add_from %[[TOTAL]], %[[C]][%[[N]], %[[M]]] transposed
// CHECK-NEXT:        %[[OUT:.*]] = dgk.convert %[[ADDED]]
// CHECK-NEXT:        dgk.store %[[OUT]], %[[D]][%[[N]], %[[M]]] transposed
func.func @in_cluster(%a: memref<?x512xbf16>, %b: memref<320x512xbf16>, %c: memref<?x320xbf16>, %d: memref<?x320xbf16>) {
  dgemm.matmul ins(%a, %b plus %c : memref<?x512xbf16>, memref<320x512xbf16>, memref<?x320xbf16>) outs(%d : memref<?x320xbf16>)
    {dgk.schedule = #cluster}
  return
}
