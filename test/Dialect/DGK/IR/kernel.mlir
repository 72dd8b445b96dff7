// Kernels, launches, roles and tile loops: what they print and parse.
// RUN: dgk-opt %s | FileCheck %s
// RUN: dgk-opt %s --mlir-print-op-generic | dgk-opt | FileCheck %s

// CHECK-LABEL: dgk.kernel @arguments(%arg0: memref<?x64xbf16> {some.attribute}, %arg1: i32, %arg2: f32, %arg3: index) attributes {some.other} {
// CHECK-NEXT: dgk.return
dgk.kernel @arguments(%a: memref<?x64xbf16> {some.attribute}, %b: i32, %c: f32, %d: index) attributes {some.other} {
  dgk.return
}

// CHECK-LABEL: func.func @host
// CHECK: dgk.launch @arguments(%{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) : memref<?x64xbf16>, i32, f32, index
func.func @host(%a: memref<?x64xbf16>, %b: i32, %c: f32, %d: index) {
  dgk.launch @arguments(%a, %b, %c, %d) : memref<?x64xbf16>, i32, f32, index
  return
}

// CHECK-LABEL: dgk.kernel @tiles
// CHECK: dgk.tiles (%i) in (%[[N:.*]] by 64) {
// CHECK: dgk.tiles (%i, %i_0) in (%[[N]] by 64, %[[N]] by 1) attributes {some.attribute} {
// CHECK: dgk.tiles (%m, %n) in (%[[N]] by 64, %[[N]] by 128) raster <group = 8, along = m> {
// CHECK: dgk.tiles (%i, %m, %n) in (%[[N]] by 1, %[[N]] by 64, %[[N]] by 128) raster <group = 16, along = n> per_cluster {
// CHECK: dgk.tiles (%m, %n) in (%[[N]] by 64, %[[N]] by 128) raster <group = 8, along = m> cluster <size = 2, along = n> {
// CHECK: dgk.cluster_barrier
dgk.kernel @tiles(%n: index) {
  dgk.tiles (%i) in (%n by 64) {
  }
  dgk.tiles (%i, %j) in (%n by 64, %n by 1) attributes {some.attribute} {
    dgk.yield
  }
  dgk.tiles (%i, %j) in (%n by 64, %n by 128) raster #dgk.raster<group = 8, along = m> {
  }
  dgk.tiles (%b, %i, %j) in (%n by 1, %n by 64, %n by 128) raster <group = 16, along = n> per_cluster {
  }
  dgk.tiles (%i, %j) in (%n by 64, %n by 128) raster <group = 8, along = m> cluster <size = 2, along = n> {
  }
  dgk.cluster_barrier
  dgk.return
}

// CHECK-LABEL: dgk.kernel @roles
// CHECK:      dgk.roles {
// CHECK-NEXT:   dgk.role @math warps(8) registers(232) {
// CHECK-NEXT:   }
// CHECK-NEXT:   dgk.role @load warps(4) registers(40) elected {
// CHECK-NEXT:   }
// CHECK-NEXT:   dgk.role @mma warps(1) elected leader {
// CHECK-NEXT:   }
// CHECK-NEXT:   dgk.role @epilogue warps(3) attributes {some.attribute} {
// CHECK-NEXT:     dgk.role_barrier id(1)
// CHECK-NEXT:   }
// CHECK-NEXT: }
dgk.kernel @roles() {
  dgk.roles {
    dgk.role @math warps(8) registers(232) {
    }
    dgk.role @load warps(4) registers(40) elected {
      dgk.yield
    }
    dgk.role @mma warps(1) elected leader {
    }
    dgk.role @epilogue warps(3) attributes {some.attribute} {
      dgk.role_barrier id(1)
    }
  }
  dgk.return
}

// CHECK-LABEL: dgk.kernel @dependencies
// CHECK: dgk.dependency_wait
// CHECK: dgk.dependency_signal
dgk.kernel @dependencies() {
  dgk.dependency_wait
  dgk.dependency_signal
  dgk.return
}
