// The host's functions are dropped, with all that calls them; or they stay, and
// launch what the kernel was compiled to.
//
// RUN: dgk-opt %s --convert-dgk-to-nvvm | FileCheck %s
// RUN: dgk-opt %s --convert-dgk-to-nvvm=drop-host=false | dgk-opt | FileCheck %s --check-prefix=HOST
// RUN: dgk-opt %s --convert-dgk-to-nvvm --mlir-pass-statistics 2>&1 >/dev/null | FileCheck %s --check-prefix=STATISTICS

#mma = #dgk.mma_sync<mxf8f6f4, m = 16, n = 8, k = 32, a = f8E4M3FN, b = f8E4M3FN, scale_block = 32>
#schedule = #dgk.schedule<tile = 64x16x64, warp_grid = 4x1, stages = 2, scale_stages = 2,
  instruction = #mma, swizzle = b64 x b64, math = <warps = 4, registers = 232>,
  load = <warps = 4, registers = 40>, store = registers, store_slots = 0, raster = <group = 8, along = m>>
#launch = #dgk.launch_plan<symbols = [], grid = () -> (1), block = 128, cluster = 1, shared = 0, workspace = 0,
  maps = [], parameters = []>

// STATISTICS: (S) 2 kernels - Kernels converted

// CHECK-NOT: func.func @{{main|step}}
// CHECK:     func.func @helper
// CHECK-NOT: func.func @{{main|step}}
// CHECK:     gpu.module @first
// CHECK:     gpu.module @second
// HOST: func.func @main
// HOST:   call @step
// HOST: func.func @step
// HOST:   scf.if
// HOST:     dgk.launch @first()
// HOST:   dgk.launch @second()
// HOST: gpu.module @first
// HOST: gpu.module @second
func.func @main(%again: i1) {
  func.call @step(%again) : (i1) -> ()
  return
}
func.func @step(%again: i1) {
  scf.if %again {
    dgk.launch @first()
  }
  dgk.launch @second()
  return
}
func.func @helper(%x: i32) -> i32 {
  return %x : i32
}
dgk.kernel @first() attributes {schedule = #schedule, launch = #launch} {
  dgk.roles {
    dgk.role @all warps(4) {
    }
  }
  dgk.return
}
dgk.kernel @second() attributes {schedule = #schedule, launch = #launch} {
  dgk.roles {
    dgk.role @all warps(4) {
    }
  }
  dgk.return
}
