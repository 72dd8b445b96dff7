// K tiles without scales are unrolled until an iteration has about 256 matrix
// instructions for each warp: 64 for a tile, so 4 tiles.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-tiles,canonicalize,cse))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-tiles))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#wgmma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#shared = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #wgmma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!tile = !dgk.tile<128x64xbf16, #dgk.shared<b128>>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>

// STATISTICS: (S) 3 unrolled

// CHECK-LABEL: dgk.kernel @whole
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %c1024{{.*}} step %c256
// CHECK-COUNT-4:   dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:           scf.yield
// CHECK:         dgk.return
dgk.kernel @whole() attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %r = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %c1024 step %c64 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !ring
        %next = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
        dgk.release %p[%s] : !dgk.pipeline<2>
        scf.yield %next : !acc
      }
    }
  }
  dgk.return
}

// 9 tiles: three at a time, so that none is left over.
// CHECK-LABEL: dgk.kernel @three
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %c576{{.*}} step %c192
// CHECK-COUNT-3:   dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:         dgk.return
dgk.kernel @three() attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c576 = arith.constant 576 : index
  %r = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %c576 step %c64 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !ring
        %next = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
        dgk.release %p[%s] : !dgk.pipeline<2>
        scf.yield %next : !acc
      }
    }
  }
  dgk.return
}

// A number that only the launch knows: the rest runs one by one.
// CHECK-LABEL: dgk.kernel @rest
// CHECK:         scf.for
// CHECK-COUNT-4:   dgk.mma
// CHECK:         scf.for
// CHECK:           dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:         dgk.return
dgk.kernel @rest(%a: memref<?x?xbf16>) attributes {schedule = #schedule} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %depth = memref.dim %a, %c1 : memref<?x?xbf16>
  %r = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %depth step %c64 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !ring
        %next = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
        dgk.release %p[%s] : !dgk.pipeline<2>
        scf.yield %next : !acc
      }
    }
  }
  dgk.return
}

// wgmma reads the slot itself.
// CHECK-LABEL: dgk.kernel @by_descriptor
// CHECK-COUNT-1: dgk.mma
// CHECK-NOT:     dgk.mma
// CHECK:         dgk.return
dgk.kernel @by_descriptor() attributes {schedule = #shared} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %r = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %c1024 step %c64 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !ring
        %next = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
        dgk.release %p[%s] : !dgk.pipeline<2>
        scf.yield %next : !acc
      }
    }
  }
  dgk.return
}
