// K tiles without scales are unrolled until an iteration has about 256 matrix
// instructions for each warp: 64 for a tile, so 4 tiles.
//
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-tiles,canonicalize,cse))' | FileCheck %s
// RUN: dgk-opt %s --pass-pipeline='builtin.module(dgk.kernel(dgk-unroll-tiles))' --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<bf16, m = 16, n = 8, k = 16, a = bf16, b = bf16>
#schedule = #dgk.schedule<tile = 128x128x64, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#long = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#wgmma = #dgk.wgmma<bf16, m = 64, n = 256, k = 16, a = bf16, b = bf16>
#shared = #dgk.schedule<tile = 128x128x64, warp_grid = 8x1, stages = 2, scale_stages = 1,
  instruction = #wgmma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!tile = !dgk.tile<128x64xbf16, #dgk.shared<b128>>
!ring = !dgk.buffer<2 x 128x64xbf16, #dgk.shared<b128>>
!acc = !dgk.accumulator<128x128xf32>
#small = #dgk.schedule<tile = 64x64x64, warp_grid = 4x2, stages = 4, scale_stages = 1,
  instruction = #mma, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
!small_tile = !dgk.tile<64x64xbf16, #dgk.shared<b128>>
!small_ring = !dgk.buffer<4 x 64x64xbf16, #dgk.shared<b128>>
!small_acc = !dgk.accumulator<64x64xf32>
#scaled = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#words = #dgk.schedule<tile = 128x128x128, warp_grid = 4x2, stages = 2, scale_stages = 1,
  instruction = #scaled, swizzle = b128 x b128, math = <warps = 8, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>

// STATISTICS: (S) 5 unrolled

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

// 12 tiles, 16 instructions each: 6 at a time would be more, but 4 at a time end
// with the last of 4 slots.
// CHECK-LABEL: dgk.kernel @slots
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %c768{{.*}} step %c256
// CHECK-COUNT-4:   dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:         dgk.return
dgk.kernel @slots() attributes {schedule = #small} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %c768 = arith.constant 768 : index
  %r = dgk.buffer : !small_ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<4>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !small_acc
      %sum = scf.for %k = %c0 to %c768 step %c64 iter_args(%acc = %zero) -> !small_acc {
        %s = dgk.wait %p : !dgk.pipeline<4>
        %t = dgk.view %r[%s] : !small_ring
        %next = dgk.mma %t, %t, %acc : !small_tile, !small_tile -> !small_acc
        dgk.release %p[%s] : !dgk.pipeline<4>
        scf.yield %next : !small_acc
      }
    }
  }
  dgk.return
}

// 7 tiles with scale words of their own: what 2 at a time would leave over is a
// second loop body with words of its own, which made the kernel spill.
// CHECK-LABEL: dgk.kernel @scaled
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %c896{{.*}} step %c128
// CHECK-COUNT-1:   dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:         dgk.return
dgk.kernel @scaled() attributes {schedule = #words} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c896 = arith.constant 896 : index
  %r = dgk.buffer : !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
  %w = dgk.buffer : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %c896 step %c128 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !dgk.buffer<2 x 128x128xf8E4M3FN, #dgk.shared<b128>>
        %v = dgk.view %w[%s] : !dgk.buffer<2 x 128x1xi32, #dgk.shared<none>>
        %sa = dgk.read_scales %v : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<a, 128, i32>
        %sb = dgk.read_scales %v : !dgk.tile<128x1xi32, #dgk.shared<none>> -> !dgk.scales<b, 128, i32>
        %next = dgk.mma %t scaled by %sa[%c0] per 32, %t scaled by %sb[%c0] per 32, %acc : !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.tile<128x128xf8E4M3FN, #dgk.shared<b128>>, !dgk.scales<a, 128, i32>, !dgk.scales<b, 128, i32> -> !acc
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

// A K tile of two parts, 64 instructions each: two tiles at a time.
// CHECK-LABEL: dgk.kernel @parts
// CHECK:         scf.for %{{.*}} = %c0{{.*}} to %c1024{{.*}} step %c256
// CHECK-COUNT-4:   dgk.mma
// CHECK-NOT:       dgk.mma
// CHECK:         dgk.return
dgk.kernel @parts() attributes {schedule = #long} {
  %c0 = arith.constant 0 : index
  %c128 = arith.constant 128 : index
  %c1024 = arith.constant 1024 : index
  %r = dgk.buffer : !ring
  %q = dgk.buffer : !ring
  %p = dgk.pipeline producers(1) consumers(8) : !dgk.pipeline<2>
  dgk.roles {
    dgk.role @math warps(8) {
      %zero = dgk.zero : !acc
      %sum = scf.for %k = %c0 to %c1024 step %c128 iter_args(%acc = %zero) -> !acc {
        %s = dgk.wait %p : !dgk.pipeline<2>
        %t = dgk.view %r[%s] : !ring
        %u = dgk.view %q[%s] : !ring
        %first = dgk.mma %t, %t, %acc : !tile, !tile -> !acc
        %next = dgk.mma %u, %u, %first : !tile, !tile -> !acc
        dgk.release %p[%s] : !dgk.pipeline<2>
        scf.yield %next : !acc
      }
    }
  }
  dgk.return
}
